"""What is on offer: the shop's front, one product, and buying it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.campaigns import services as campaigns
from lianyi.ops.campaigns.mechanics import Mechanic, flash_sale, mechanic
from lianyi.ops.campaigns.selectors import Campaign, list_campaigns, list_usable, terms_of
from lianyi.ops.campaigns.services import BEST
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Product, available_of, find_price, find_stock, get_product, list_products, prices_at
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.numbers import whole_number
from lianyi.web.pages.session import actor_of, key_of, member_of, member_only, the_member
from lianyi.web.pages.shares import brought_by, share_url
from lianyi.web.pages.showing import show
from lianyi.web.pages.views.campaigns import is_for, phase_of

ORDERS = Limit("orders placed", times=20, window_seconds=60)
FEW = 20
"""Pieces at and below which the page says how many are left: a number that is true, and only when it matters."""
MOST_A_TIME = 99
PRODUCT = Text(zh="商品", en="product")
TILES = {"coupon": "ticket-percent", "check_in": "calendar-check", "referral": "users-round", "lottery": "gift"}
"""Mechanics that the front shows as tiles: something for everybody, without a price."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A campaign as the front shows it. price_fen : what one pays, 0 where it has no price of its own."""

    campaign: Campaign
    mechanic: Mechanic
    phase: str
    price_fen: int

    @property
    def key(self) -> str:
        """What its picture is drawn from."""
        return str(self.campaign.product.public_id if self.campaign.product else self.campaign.public_id)

    @property
    def icon(self) -> str:
        """Its picture among the tiles; "" where it is shown otherwise."""
        return TILES.get(self.campaign.mechanic, "")


def offered(request: HttpRequest, member: Member | None, product: Product | None = None) -> list[Offered]:
    """Campaigns to show: those that run, and flash sales that are announced; only what is offered to this reader."""
    found = []
    for campaign in list_campaigns(states=("running", "scheduled")):
        if (product is not None and campaign.product_id != product.pk) or not is_for(campaign, member):
            continue
        terms, phase = terms_of(campaign), phase_of(request, campaign)
        if phase == "before" and not is_announced(request, campaign, terms):
            continue
        if phase in {"before", "running"}:
            price_fen = getattr(terms, "price_fen", 0) or getattr(terms, "floor_fen", 0)
            found.append(Offered(campaign, mechanic(campaign.mechanic), phase, price_fen))
    return sorted(found, key=lambda one: (one.phase != "running", one.campaign.product is None, one.campaign.ends_at))


def is_announced(request: HttpRequest, campaign: Campaign, terms: Any) -> bool:
    """Whether a campaign that has not begun is shown already: a flash sale, so many hours ahead."""
    if campaign.mechanic != "flash_sale":
        return False
    ahead = (campaign.starts_at - request.at).total_seconds()
    return flash_sale.phase(ahead, (campaign.ends_at - request.at).total_seconds(), terms) == "preview"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The shop's front."""
    products = list_products()
    prices = prices_at(products, request.at)
    pieces = available_of(products)
    found = offered(request, member_of(request))
    context = {
        "products": [(product, prices[product.pk], pieces.get(product.pk, 0)) for product in products if product.pk in prices],
        "offers": [one for one in found if one.campaign.product],
        "tiles": [one for one in found if one.icon],
        "promotions": [one for one in found if not one.campaign.product and not one.icon],
    }
    return show(request, "home", context, page="home")


def on_sale(request: HttpRequest, public_id: str) -> Product:
    """A product that is on sale at a price. Raises NotThere."""
    found = get_product(public_id)
    if not found.on_sale or find_price(found, request.at) is None:
        raise NotThere(what=PRODUCT)
    return found


@require_GET
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    """One product."""
    found = on_sale(request, public_id)
    stock = find_stock(found)
    available = stock.available if stock else 0
    limit = stock.member_limit if stock else None
    member = member_of(request)
    context = {
        "product": found,
        "price": find_price(found, request.at),
        "available": available,
        "is_few": 0 < available <= FEW,
        "most": min(MOST_A_TIME, available, limit or MOST_A_TIME),
        "limit": limit,
        "offers": offered(request, member, found),
        "share": share_url(request, member, request.path) if member else request.build_absolute_uri(),
    }
    return show(request, "product", context, page="product", subject=found.public_id)


@require_http_methods(["GET", "POST"])
@member_only
@limited(ORDERS)
def checkout(request: HttpRequest, public_id: str) -> HttpResponse:
    """What an order would cost with everything that comes off, and the button to place it at exactly that."""
    found, member = on_sale(request, public_id), the_member(request)
    given = request.GET if request.method == "GET" else request.POST
    quantity = whole_number(given.get("quantity", "1"), least=1, most=MOST_A_TIME)
    coupon = given.get("coupon", BEST)[:40]
    brought = brought_by(request)
    if request.method == "POST":
        order = campaigns.checkout(
            key=key_of(request, "checkout"),
            actor=actor_of(request),
            at=request.at,
            member=member,
            lines=[(found, quantity)],
            coupon=coupon,
            referrer_id=brought.referrer_id,
            channel=brought.channel,
        )
        return redirect("order", order.public_id)
    quote = campaigns.quote(at=request.at, member=member, lines=[(found, quantity)], coupon=coupon, channel=brought.channel)
    off = [
        (quote.campaigns[offer], offer == quote.coupon, sum(amounts) + shipping)
        for offer, amounts, shipping in zip(quote.found.offers, quote.found.off_fen, quote.found.shipping_off_fen, strict=True)
    ]
    context = {
        "product": found,
        "quantity": quantity,
        "quote": quote,
        "off": off,
        "gifts": [(get_product(gift), pieces) for gift, pieces in quote.found.gifts],
        "coupons": list_usable(member, request.at),
        "chosen": coupon,
        "used": quote.coupon,
    }
    return show(request, "checkout", context, page="checkout", subject=found.public_id)

"""What is on offer: the shop's front and one product."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.shop.selectors import find_price, get_product, get_stock, list_products, prices_at
from lianyi.ops.shop.services import Line, place_order
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.numbers import whole_number
from lianyi.web.pages.session import actor_of, key_of, member_of, member_only, the_member
from lianyi.web.pages.shares import brought_by, share_url
from lianyi.web.pages.showing import show

ORDERS = Limit("orders placed", times=20, window_seconds=60)
FEW = 20
"""Pieces at and below which the page says how many are left: a number that is true, and only when it matters."""
MOST_A_TIME = 99
PRODUCT = Text(zh="商品", en="product")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The shop's front."""
    products = list_products()
    prices = prices_at(products, request.at)
    priced = [(product, prices[product.pk]) for product in products if product.pk in prices]
    return show(request, "home", {"products": priced}, page="home")


@require_GET
def product(request: HttpRequest, public_id: str) -> HttpResponse:
    """One product."""
    found = get_product(public_id)
    price = find_price(found, request.at)
    if not found.on_sale or price is None:
        raise NotThere(what=PRODUCT)
    stock = get_stock(found)
    member = member_of(request)
    context = {
        "product": found,
        "price": price,
        "available": stock.available,
        "is_few": 0 < stock.available <= FEW,
        "most": min(MOST_A_TIME, stock.available, stock.member_limit or MOST_A_TIME),
        "limit": stock.member_limit,
        "share": share_url(request, member, request.path) if member else request.build_absolute_uri(),
    }
    return show(request, "product", context, page="product", subject=found.public_id)


@require_POST
@member_only
@limited(ORDERS)
def buy(request: HttpRequest, public_id: str) -> HttpResponse:
    """Order some pieces at the shop's price of this moment; then on to paying."""
    found = get_product(public_id)
    quantity = whole_number(request.POST.get("quantity", "1"), least=1, most=MOST_A_TIME)
    brought = brought_by(request)
    order = place_order(
        key=key_of(request, "buy"),
        actor=actor_of(request),
        at=request.at,
        member=the_member(request),
        lines=[Line(found, quantity)],
        referrer_id=brought.referrer_id,
        channel=brought.channel,
        platform="h5",
    )
    return redirect("order", order.public_id)

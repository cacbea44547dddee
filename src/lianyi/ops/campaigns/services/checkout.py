"""An ordinary order with everything that may be taken off it: member prices, bundles, promotions, gifts, one coupon."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.kernel.actor import Actor
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import bundle, gift, member_price, threshold
from lianyi.ops.campaigns.models import Campaign, Coupon, OrderOffer
from lianyi.ops.campaigns.refusals import CouponUnusable
from lianyi.ops.campaigns.rules.offers import Cart, CartLine, Offer
from lianyi.ops.campaigns.rules.stacking import Combination, best, combine
from lianyi.ops.campaigns.selectors.campaigns import current_arm, list_running, terms_of
from lianyi.ops.campaigns.selectors.coupons import get_coupon, list_usable
from lianyi.ops.campaigns.services.admission import is_in_audience, meet
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order, Product, find_price, get_order, get_product, has_bought
from lianyi.ops.shop.services import Discount, Line, place_order

PROMOTIONS = {"member_price": member_price.offers, "bundle": bundle.offers, "threshold": threshold.offers, "gift": gift.offers}
BEST = "best"


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order would cost. coupon : code of the one used, "" for none; offers : of each campaign's that apply."""

    cart: Cart
    found: Combination
    campaigns: dict[str, Campaign]
    coupon: str

    @property
    def payable_fen(self) -> int:
        return self.found.payable_fen


def quote(
    *, at: dt.datetime, member: Member, lines: Sequence[tuple[Product, int]], coupon: str = BEST, channel: str = "", shipping_fen: int = 0
) -> Quote:
    """What an order would cost with the best lawful combination.

    coupon : "best" looks at every usable coupon, "" uses none, a code uses that one
    Raises CouponUnknown, CouponUnusable (for this order), TooManyOffers.
    """
    cart = Cart(_cart_lines(lines, at), member.tier, not has_bought(member), channel, shipping_fen)
    offers, campaigns = _promotions(member, at)
    coupons = _coupons(member, coupon, at)
    found = best(cart, [*offers, *coupons.values()])
    used = next((code for code in found.offers if code in coupons), "")
    if coupon not in ("", BEST) and not used:
        # The best set leaves it out; it may still be lawful beside the rest, and the member asked for it.
        found, used = _with(cart, offers, coupons[coupon]), coupon
    if used:
        campaigns = campaigns | {used: get_coupon(used, member).campaign}
    return Quote(cart, found, {offer: campaigns[offer] for offer in found.offers}, used)


def checkout(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    member: Member,
    lines: Sequence[tuple[Product, int]],
    coupon: str = BEST,
    referrer_id: str = "",
    channel: str = "",
    shipping_fen: int = 0,
) -> Order:
    """Place an order at what `quote` says at this moment; the coupon is taken with it, or neither.

    Raises CouponUnknown, CouponUnusable, SoldOut, LimitReached, NotOnSale, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="shop.write")

    def do() -> Result:
        for campaign in (one for one in list_running(at, *PROMOTIONS) if is_in_audience(one, member)):
            meet(campaign, member, actor, at)
        now = quote(at=at, member=member, lines=lines, coupon=coupon, channel=channel, shipping_fen=shipping_fen)
        gifts = [Line(get_product(product), pieces, 0) for product, pieces in now.found.gifts]
        order = place_order(
            key=f"{key}:order",
            actor=actor,
            at=at,
            member=member,
            lines=[*(Line(get_product(line.product_id), line.quantity) for line in now.cart.lines), *gifts],
            discounts=_discounts(now),
            referrer_id=referrer_id,
            channel=channel,
            shipping_fen=now.found.shipping_fen,
        )
        if now.coupon:
            chosen = Coupon.objects.filter(public_id=now.coupon, member=member, state="issued", expires_at__gt=at)
            if not chosen.update(state="used", order=order, used_at=at):
                raise CouponUnusable(why=Text(zh="刚被用掉或过期", en="it was just used or has expired"))
        OrderOffer.objects.bulk_create(
            [
                OrderOffer(order=order, offer_id=offer, campaign=now.campaigns[offer], kind=_kind(now, offer), off_fen=sum(off) + shipping)
                for offer, off, shipping in zip(now.found.offers, now.found.off_fen, now.found.shipping_off_fen, strict=True)
            ]
        )
        return {"order": order.public_id}

    payload = {
        "member": member.public_id,
        "lines": [[product.public_id, quantity] for product, quantity in lines],
        "coupon": coupon,
        "shipping_fen": shipping_fen,
    }
    return get_order(execute(key=key, name="campaigns.checkout", actor=actor, at=at, payload=payload, do=do)["order"])


def _cart_lines(lines: Sequence[tuple[Product, int]], at: dt.datetime) -> tuple[CartLine, ...]:
    """The cart; a product that stands in two lines counts once, with the pieces of both."""
    pieces: dict[str, int] = {}
    products: dict[str, Product] = {}
    for product, quantity in lines:
        pieces[product.public_id] = pieces.get(product.public_id, 0) + quantity
        products[product.public_id] = product
    prices = {name: find_price(product, at) for name, product in products.items()}
    return tuple(
        CartLine(name, quantity, price.price_fen if (price := prices[name]) else 0, products[name].category)
        for name, quantity in pieces.items()
    )


def _promotions(member: Member, at: dt.datetime) -> tuple[list[Offer], dict[str, Campaign]]:
    """Offers of running campaigns that are for this member and not held out from them, with the campaign of each."""
    offers: list[Offer] = []
    campaigns: dict[str, Campaign] = {}
    for campaign in list_running(at, *PROMOTIONS):
        if not _is_for(campaign, member):
            continue
        for offer in PROMOTIONS[campaign.mechanic](terms_of(campaign), campaign.public_id):
            offers.append(offer)
            campaigns[offer.id] = campaign
    return offers, campaigns


def _is_for(campaign: Campaign, member: Member) -> bool:
    has_budget = campaign.budget is None or campaign.budget.spent_fen < campaign.budget.amount_fen
    return has_budget and is_in_audience(campaign, member) and current_arm(campaign, member) == "treated"


def _coupons(member: Member, coupon: str, at: dt.datetime) -> dict[str, Offer]:
    """The coupons that may be used, as they were promised."""
    if coupon == "":
        return {}
    chosen = list_usable(member, at) if coupon == BEST else [get_coupon(coupon, member)]
    if coupon != BEST and (chosen[0].state != "issued" or chosen[0].expires_at <= at):
        raise CouponUnusable(why=Text(zh="已使用、过期或作废", en="it was used, has expired or was revoked"))
    return {one.public_id: Offer.of_json(one.offer) for one in chosen}


def _with(cart: Cart, offers: Sequence[Offer], coupon: Offer) -> Combination:
    """The best lawful set with a coupon in it. Raises CouponUnusable when there is none."""
    others = [offer for offer in offers if offer.layer not in coupon.excludes and coupon.layer not in offer.excludes]
    kept = set(best(cart, others).offers)
    for chosen in ([offer for offer in others if offer.id in kept], []):
        found = combine(cart, [*chosen, coupon])
        if found is not None:
            return found
    raise CouponUnusable(why=Text(zh="不满足使用条件", en="its conditions do not hold"))


def _discounts(now: Quote) -> list[Discount]:
    """What comes off, line by line, as the shop takes it: exactly what the quote says of each product."""
    found = []
    for offer, off in zip(now.found.offers, now.found.off_fen, strict=True):
        found += [
            Discount(_kind(now, offer), amount, offer, frozenset({line.product_id}))
            for line, amount in zip(now.cart.lines, off, strict=True)
            if amount
        ]
    return found


def _kind(now: Quote, offer: str) -> str:
    return "coupon" if offer == now.coupon else str(now.campaigns[offer].mechanic)

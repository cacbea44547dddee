"""What a paid, refunded or closed order means for campaigns; called by flows inside the command that changed the order."""

import datetime as dt
import secrets

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns.models import Campaign, OrderOffer
from lianyi.ops.campaigns.selectors.bargains import list_due as bargains_due
from lianyi.ops.campaigns.selectors.campaigns import get_campaign
from lianyi.ops.campaigns.services import accruals, bargains, coupons, draws, referrals, teams
from lianyi.ops.campaigns.services.spending import book
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.ledger.services import Leg, house, post
from lianyi.ops.shop.selectors import Order, find_price, get_order, list_lines

AT_ONCE = 100


def order_paid(order: Order, actor: Actor, at: dt.datetime) -> None:
    """An order was paid. A seat paid too late goes back at once, and then earns nobody anything."""
    teams.on_paid(order, actor, at)
    now = get_order(order.public_id)
    if now.state != "paid":
        return
    bargains.on_paid(now, actor, at)
    coupons.on_paid(now.pk, now.public_id, actor, at)
    _subsidise(now, actor, at)
    _price_cut(now, at)
    accruals.on_paid(now, actor, at)
    referrals.on_paid(now, actor, at)
    draws.on_paid(now, actor, at)


def order_refunded(order: Order, refund_id: str, actor: Actor, at: dt.datetime) -> None:
    """Part or all of an order went back."""
    now = get_order(order.public_id)
    accruals.on_refunded(now, refund_id, actor, at)
    _unsubsidise(now, refund_id, actor, at)
    referrals.on_refunded(now, actor, at)
    teams.on_refunded(now, actor, at)


def order_closed(order: Order, actor: Actor, at: dt.datetime) -> None:
    """An order was closed unpaid."""
    teams.on_closed(order, actor, at)
    bargains.on_closed(order, actor, at)
    coupons.on_closed(order.pk, actor, at)


def end_due(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> list[str]:
    """End teams and bargains whose time is over, with everything that follows; answers their ids. A command for each; several sweepers do no harm."""
    ended = []
    for team in teams.list_due(at, at_once):

        def end(team: teams.Team = team) -> Result:
            refunded = teams.end_team(team, actor, at)
            for order in refunded:
                order_refunded(order, f"team:{team.public_id}", actor, at)
            return {"refunded": [order.public_id for order in refunded]}

        key = f"end:{team.public_id}:{secrets.token_urlsafe(6)}"
        execute(key=key, name="campaigns.end_team", actor=actor, at=at, payload={"team": team.public_id}, do=end)
        ended.append(team.public_id)
    for bargain in bargains_due(at, at_once):

        def expire(bargain: bargains.Bargain = bargain) -> Result:
            return {"ended": bargains.end_bargain(bargain, actor, at)}

        key = f"end:{bargain.public_id}:{secrets.token_urlsafe(6)}"
        execute(key=key, name="campaigns.end_bargain", actor=actor, at=at, payload={"bargain": bargain.public_id}, do=expire)
        ended.append(bargain.public_id)
    return ended


def _subsidise(order: Order, actor: Actor, at: dt.datetime) -> None:
    """What offers took off is a subsidy of the house, counted against each campaign's budget."""
    for row in OrderOffer.objects.select_related("campaign").filter(order=order, off_fen__gt=0).order_by("pk"):
        kind = "coupon_subsidy" if row.kind == "coupon" else "promotion"
        key = f"order:{order.public_id}:offer:{row.pk}"
        legs = [Leg(house("coupon_settled", order.member), row.off_fen), Leg(house("coupon_subsidy", order.member), -row.off_fen)]
        post(key=key, at=at, actor=actor, kind=kind, legs=legs)
        book(row.campaign, kind, row.off_fen, key=key, at=at)


def _unsubsidise(order: Order, refund_id: str, actor: Actor, at: dt.datetime) -> None:
    """The part of a subsidy that belongs to what went back is no subsidy after all; a whole refund leaves none."""
    if order.payable_fen == 0:
        return
    for row in OrderOffer.objects.select_related("campaign").filter(order=order, off_fen__gt=0).order_by("pk"):
        due = row.off_fen if order.state == "refunded" else row.off_fen * order.refunded_fen // order.payable_fen
        back = due - row.returned_fen
        if back <= 0:
            continue
        OrderOffer.objects.filter(pk=row.pk).update(returned_fen=due)
        kind = "coupon_subsidy" if row.kind == "coupon" else "promotion"
        key = f"order:{order.public_id}:offer:{row.pk}:back:{refund_id}"
        legs = [Leg(house("coupon_settled", order.member), -back), Leg(house("coupon_subsidy", order.member), back)]
        post(key=key, at=at, actor=actor, kind=f"{kind}_returned", legs=legs)
        book(row.campaign, kind, -back, key=key, at=at)


def _price_cut(order: Order, at: dt.datetime) -> None:
    """An order at a campaign's own price costs the campaign the difference to the shop's price of that moment."""
    campaign: Campaign | None = get_campaign(order.campaign_id) if order.campaign_id else None
    if campaign is None or campaign.product is None:
        return
    cut = 0
    for line in list_lines([order])[order.pk]:
        price = find_price(line.product, order.placed_at)
        cut += max(0, (price.price_fen if price else 0) - line.unit_price_fen) * line.quantity
    book(campaign, "price_cut", cut, key=f"order:{order.public_id}:price_cut", at=at)

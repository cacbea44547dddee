"""What orders earn: points for the buyer, commission for who brought the order. Pending until goods can no longer come back."""

import datetime as dt

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.clock import US_PER_SECOND
from lianyi.ops.campaigns.mechanics.points import earned
from lianyi.ops.campaigns.models import Accrual, Campaign, Promoter
from lianyi.ops.campaigns.rules.commission import Plan, due_fen, earners, free_from
from lianyi.ops.campaigns.rules.risk import Doubt
from lianyi.ops.campaigns.selectors.campaigns import commission_plan, get_campaign, list_running, terms_of
from lianyi.ops.campaigns.services import ledgering
from lianyi.ops.campaigns.services.admission import is_in_audience, meet
from lianyi.ops.campaigns.services.risk import open_review, weigh
from lianyi.ops.campaigns.services.spending import book
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member, find_member
from lianyi.ops.shop.selectors import Order

AT_ONCE = 200


def on_paid(order: Order, actor: Actor, at: dt.datetime) -> None:
    """An order was paid: write down what it earns."""
    for campaign, plan in _commissions(order, at):
        _commission(order, campaign, plan, actor, at)
    chosen = _points_campaign(order.member, actor, at)
    if chosen is not None:
        terms = terms_of(chosen)
        points = earned(order.payable_fen - order.shipping_fen, terms.per_hundred_fen)
        told = {"per_hundred_fen": terms.per_hundred_fen, "worth_fen": terms.points_worth_fen}
        _write(order, "points", 0, order.member, chosen, told, points, at + dt.timedelta(days=terms.freeze_days), actor, at)
        book(chosen, "points", points * terms.points_worth_fen // 100, key=f"{order.public_id}:points", at=at)


def on_refunded(order: Order, refund_id: str, actor: Actor, at: dt.datetime) -> None:
    """Part or all of an order went back: so does its part of what it earned. A whole refund leaves nothing."""
    net = order.payable_fen - order.refunded_fen
    for accrual in (
        Accrual.objects.select_for_update(of=("self",)).filter(order=order).order_by("kind", "level").select_related("member", "campaign")
    ):
        left = _still_due(accrual, max(0, net - (order.shipping_fen if order.state != "refunded" else 0)))
        back = accrual.amount - accrual.reversed - left
        if back <= 0 or accrual.state == "denied":
            continue
        Accrual.objects.filter(pk=accrual.pk).update(reversed=accrual.reversed + back)
        key = f"order:{order.public_id}:{accrual.kind}:{accrual.level}:back:{refund_id}"
        ledgering.take_back(accrual.kind, accrual.member, back, pending=accrual.state in ("pending", "held"), key=key, actor=actor, at=at)
        _tell("earning_reversed", accrual, back, actor, at)
        worth = back if accrual.kind == "commission" else back * accrual.plan["worth_fen"] // 100
        book(accrual.campaign, accrual.kind, -worth, key=f"{key}:spent", at=at)


def release_due(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> list[int]:
    """Release what is no longer frozen, weighing each against the doubts about it; answers the rows that were released."""
    due = Accrual.objects.filter(state="pending", free_at__lte=at).order_by("free_at", "id").values_list("pk", flat=True)
    return [pk for pk in list(due[:at_once]) if _release(pk, actor, at)]


def _release(pk: int, actor: Actor, at: dt.datetime) -> bool:
    def do() -> Result:
        accrual = get_locked(pk)
        if accrual.state != "pending":
            return {"released": False}
        doubt = _doubt(accrual, at)
        if doubt.band in ("review", "hold"):
            if Accrual.objects.filter(pk=pk, state="pending").update(state="held"):
                open_review("accrual", pk, accrual.member, accrual.campaign, doubt, actor, at)
            return {"released": False}
        return {"released": free(accrual, actor, at)}

    return bool(
        execute(
            key=f"accrual:{pk}:release:{int(at.timestamp())}",
            name="campaigns.release_accrual",
            actor=actor,
            at=at,
            payload={"accrual": pk},
            do=do,
        )["released"]
    )


def get_locked(pk: int) -> Accrual:
    """An accrual that nobody else changes until this command ends: a refund may be taking part of it back at this moment."""
    return Accrual.objects.select_for_update(of=("self",)).select_related("member", "campaign", "order__member").get(pk=pk)


def free(accrual: Accrual, actor: Actor, at: dt.datetime) -> bool:
    """Hand an earning over, inside the command that has locked it; False when it was decided already."""
    if not Accrual.objects.filter(pk=accrual.pk, state__in=("pending", "held")).update(state="released", released_at=at):
        return False
    amount = accrual.amount - accrual.reversed
    key = f"order:{accrual.order.public_id}:{accrual.kind}:{accrual.level}:free"
    ledgering.release(accrual.kind, accrual.member, amount, key=key, actor=actor, at=at)
    _tell("earning_released", accrual, amount, actor, at)
    return True


def deny(accrual: Accrual, actor: Actor, at: dt.datetime) -> bool:
    """Refuse an earning, inside the command that has locked it; it goes back to the house whole."""
    if not Accrual.objects.filter(pk=accrual.pk, state__in=("pending", "held")).update(state="denied", reversed=accrual.amount):
        return False
    amount = accrual.amount - accrual.reversed
    key = f"order:{accrual.order.public_id}:{accrual.kind}:{accrual.level}:denied"
    ledgering.take_back(accrual.kind, accrual.member, amount, pending=True, key=key, actor=actor, at=at)
    _tell("earning_denied", accrual, amount, actor, at)
    worth = amount if accrual.kind == "commission" else amount * accrual.plan["worth_fen"] // 100
    book(accrual.campaign, accrual.kind, -worth, key=f"{key}:spent", at=at)
    return True


def _commissions(order: Order, at: dt.datetime) -> list[tuple[Campaign, Plan]]:
    """The campaign whose commission an order earns: the one it names, if that pays any; else the oldest that runs for all orders."""
    if not order.referrer_id:
        return []
    named = [get_campaign(order.campaign_id)] if order.campaign_id else []
    # A campaign that names its own orders decides for them, also when it pays nothing.
    for campaign in named or [one for one in list_running(at, "referral", "coupon", "threshold", "points") if one.rates_bp]:
        plan = commission_plan(campaign)
        return [(campaign, plan)] if plan else []
    return []


def _commission(order: Order, campaign: Campaign, plan: Plan, actor: Actor, at: dt.datetime) -> None:
    base = order.payable_fen - order.shipping_fen
    chain = earners(order.member.public_id, _referrers(order.referrer_id, len(plan.rates_bp)), plan)
    for level, (earner, amount) in enumerate(zip(chain, due_fen(base, plan), strict=True), start=1):
        member = find_member(earner) if earner else None
        if member is None or amount == 0 or not Promoter.objects.filter(member=member, stopped_at__isnull=True).exists():
            continue
        told = {"rates_bp": list(plan.rates_bp), "cap_fen": plan.cap_fen, "freeze_days": plan.freeze_days}
        _write(order, "commission", level, member, campaign, told, amount, free_from(at, plan), actor, at)
        book(campaign, "commission", amount, key=f"{order.public_id}:commission:{level}", at=at)


def _referrers(referrer_id: str, levels: int) -> tuple[str, ...]:
    """The chain upwards: who brought the order, then who brought them."""
    chain: list[str] = []
    member = find_member(referrer_id)
    while member is not None and len(chain) < levels:
        chain.append(member.public_id)
        member = member.referrer
    return tuple(chain)


def _points_campaign(member: Member, actor: Actor, at: dt.datetime) -> Campaign | None:
    """The running points campaign that gives most for this member, of those that do not hold them out; the oldest among equals."""
    fit = [one for one in list_running(at, "points") if is_in_audience(one, member) and meet(one, member, actor, at) == "treated"]
    return max(fit, key=lambda one: (terms_of(one).per_hundred_fen, -one.pk), default=None)


def _write(
    order: Order, kind: str, level: int, member: Member, campaign: Campaign, plan: dict[str, object], amount: int, free_at: dt.datetime,
    actor: Actor, at: dt.datetime,
) -> None:  # fmt: skip
    if amount == 0:
        return
    accrual = Accrual.objects.create(
        order=order,
        kind=kind,
        level=level,
        member=member,
        campaign=campaign,
        plan=plan,
        base_fen=order.payable_fen - order.shipping_fen,
        amount=amount,
        at=at,
        free_at=free_at,
    )
    ledgering.accrue(kind, member, amount, key=f"order:{order.public_id}:{kind}:{level}", actor=actor, at=at)
    _tell("earning_accrued", accrual, amount, actor, at, free_at=free_at)


def _still_due(accrual: Accrual, net_fen: int) -> int:
    """What an accrual comes to on what is left of its order."""
    if accrual.kind == "points":
        return earned(net_fen, accrual.plan["per_hundred_fen"])
    plan = Plan(tuple(accrual.plan["rates_bp"]), accrual.plan["cap_fen"], accrual.plan["freeze_days"])
    return due_fen(net_fen, plan)[accrual.level - 1]


def _doubt(accrual: Accrual, at: dt.datetime) -> Doubt:
    """Doubts about who earns from whose order; nobody is doubted for points on an own order."""
    if accrual.kind == "points":
        return Doubt(0, "pass", ())
    return weigh(accrual.member, accrual.order.member, at)


def _tell(name: str, accrual: Accrual, amount: int, actor: Actor, at: dt.datetime, *, free_at: dt.datetime | None = None) -> None:
    record(
        name=name,
        at=at,
        actor=actor,
        member_id=accrual.member.public_id,
        order_id=accrual.order.public_id,
        campaign_id=accrual.campaign.public_id,
        kind=accrual.kind,
        quantity=accrual.level,
        value=float(amount),
        body={"free_t": int(free_at.timestamp() * US_PER_SECOND)} if free_at else None,
    )

"""Opening, joining and leaving teams; what happens when their order is paid, refunded or closed, and when their time is over."""

import datetime as dt
import secrets

from django.db.models import Case, F, Max, Value, When

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import group_buy
from lianyi.ops.campaigns.models import Campaign, Seat, Team
from lianyi.ops.campaigns.refusals import AlreadyIn, NotInAudience, TeamClosed
from lianyi.ops.campaigns.selectors.campaigns import get_campaign
from lianyi.ops.campaigns.selectors.teams import get_team
from lianyi.ops.campaigns.services.admission import admit, meet_first
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.rules.reasons import TEAM_NOT_FILLED
from lianyi.ops.shop.selectors import Order, has_bought
from lianyi.ops.shop.services import Line, cancel_order, place_order, refund_order

TAKEN = ("held", "paid")


def open_team(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member, quantity: int = 1, channel: str = "") -> Seat:
    """Open a team and take its first seat; it counts once its order is paid.

    Raises CampaignNotOpen, NotInAudience, AlreadyIn (a team of theirs is open), SoldOut, LimitReached, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="shop.write")
    meet_first(campaign, "group_buy", member, actor, at)

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        terms = admit(now, "group_buy", member, actor, at)
        if Team.objects.filter(campaign=now, opener=member, state="open").exists():
            raise AlreadyIn
        team = Team.objects.create(
            public_id=f"t_{secrets.token_urlsafe(9)}",
            campaign=now,
            opener=member,
            leader=member,
            size=terms.size,
            held=1,
            opened_at=at,
            expires_at=group_buy.deadline(at, terms, now.ends_at),
        )
        return {"seat": _take_seat(team, now, terms, member, actor, at, key, quantity, "", channel).pk}

    payload = {"campaign": campaign.public_id, "member": member.public_id, "quantity": quantity}
    done = execute(key=key, name="campaigns.open_team", actor=actor, at=at, payload=payload, do=do)
    return Seat.objects.select_related("team", "order__member").get(pk=done["seat"])


def join_team(
    *, key: str, actor: Actor, at: dt.datetime, team: Team, member: Member, quantity: int = 1, referrer_id: str = "", channel: str = ""
) -> Seat:
    """Take a seat in a friend's team and order; the seat is held until the order is paid or its time is over.

    Raises TeamClosed, AlreadyIn, NotInAudience, SoldOut, LimitReached, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="shop.write")
    meet_first(team.campaign, "group_buy", member, actor, at, under_way=True)

    def do() -> Result:
        campaign = get_campaign(team.campaign.public_id)
        # The row decides between the last seat and the next one, between joining and expiry.
        chosen = Team.objects.filter(pk=team.pk, state="open", expires_at__gt=at, joined__lt=F("size") - F("held"))
        if not chosen.update(held=F("held") + 1):
            raise TeamClosed
        terms = admit(campaign, "group_buy", member, actor, at, under_way=True)
        if terms.newcomers_only and has_bought(member):
            raise NotInAudience(title=campaign.title, why=Text(zh="只限没有下过单的新客参团", en="only members who never bought may join"))
        if Seat.objects.filter(team=team, member=member).exclude(state="released").exists():
            raise AlreadyIn
        return {"seat": _take_seat(get_team(team.public_id), campaign, terms, member, actor, at, key, quantity, referrer_id, channel).pk}

    payload = {"team": team.public_id, "member": member.public_id, "quantity": quantity}
    done = execute(key=key, name="campaigns.join_team", actor=actor, at=at, payload=payload, do=do)
    return Seat.objects.select_related("team", "order__member").get(pk=done["seat"])


def _take_seat(
    team: Team, campaign: Campaign, terms: group_buy.Terms, member: Member, actor: Actor, at: dt.datetime, key: str, quantity: int,
    referrer_id: str, channel: str,
) -> Seat:  # fmt: skip
    """Order at the team's price and write the seat down; an order never outlives its team."""
    is_leader = team.leader_id == member.pk
    order = place_order(
        key=f"{key}:order",
        actor=actor,
        at=at,
        member=member,
        lines=[Line(campaign.product, quantity, group_buy.price_fen(terms, is_leader=is_leader))],
        campaign_id=campaign.public_id,
        stock_of=f"campaign:{campaign.public_id}",
        referrer_id=referrer_id or ("" if is_leader else team.leader.public_id),
        channel=channel,
        patience=min(dt.timedelta(minutes=terms.pay_within_minutes), team.expires_at - at),
    )
    nth = (Seat.objects.filter(team=team).aggregate(last=Max("nth"))["last"] or 0) + 1
    seat = Seat.objects.create(team=team, member=member, order=order, nth=nth, at=at)
    record(
        name="campaign_joined", at=at, actor=actor, member_id=member.public_id, campaign_id=campaign.public_id, subject_id=team.public_id,
        order_id=order.public_id,
    )  # fmt: skip
    return seat


def on_paid(order: Order, actor: Actor, at: dt.datetime) -> None:
    """An order of a seat was paid: the member counts; the last one fills the team. Paid after the team's end, it goes back at once."""
    seat = Seat.objects.select_related("team__campaign", "team__leader", "member").filter(order=order, state="held").first()
    if seat is None:
        return
    team = seat.team
    full = Case(When(joined=F("size") - 1, then=Value("full")), default=Value("open"))
    decided = Case(When(joined=F("size") - 1, then=Value(at)), default=F("decided_at"))
    counted = Team.objects.filter(pk=team.pk, state="open", held__gte=1, expires_at__gt=at)
    if not counted.update(joined=F("joined") + 1, held=F("held") - 1, state=full, decided_at=decided):
        Seat.objects.filter(pk=seat.pk).update(state="refunded", paid_at=at)
        Team.objects.filter(pk=team.pk, held__gte=1).update(held=F("held") - 1)
        refund_order(key=f"{team.public_id}:refund:{order.public_id}", actor=SYSTEM, at=at, order=order, reason="team over")
        return
    Seat.objects.filter(pk=seat.pk).update(state="paid", paid_at=at)
    now = get_team(team.public_id)
    if now.joined == 1:
        hours = (team.expires_at - team.opened_at).total_seconds() / 3600
        _tell("team_opened", now, actor, at, member_id=team.leader.public_id, quantity=now.size, value=hours)
    _tell("team_joined", now, actor, at, member_id=seat.member.public_id, order_id=order.public_id)
    if now.state == "full":
        _tell("team_completed", now, actor, at, quantity=now.joined)
        _complete(now, actor, at)


def _complete(team: Team, actor: Actor, at: dt.datetime) -> None:
    for seat in Seat.objects.select_related("member").filter(team=team, state="paid").order_by("nth"):
        record(
            name="campaign_completed", at=at, actor=actor, member_id=seat.member.public_id, campaign_id=team.campaign.public_id,
            subject_id=team.public_id,
        )  # fmt: skip


def on_closed(order: Order, actor: Actor, at: dt.datetime) -> None:
    """An order of a seat was closed unpaid: the seat is free again."""
    seat = Seat.objects.select_related("team").filter(order=order, state="held").first()
    if seat is None:
        return
    Seat.objects.filter(pk=seat.pk).update(state="released")
    Team.objects.filter(pk=seat.team_id).update(held=F("held") - 1)
    _cancel_if_empty(seat.team, actor, at)


def on_refunded(order: Order, actor: Actor, at: dt.datetime) -> None:
    """A seat's order went back whole. Before the team is decided that is leaving it; the next member leads. Afterwards the team stands."""
    seat = Seat.objects.select_related("team__leader", "member").filter(order=order, state="paid").first()
    if seat is None or order.state != "refunded":
        return
    left = Team.objects.filter(pk=seat.team_id, state="open", joined__gte=1).update(joined=F("joined") - 1)
    Seat.objects.filter(pk=seat.pk).update(state="left" if left else "refunded")
    if not left:
        return
    _tell("team_left", seat.team, actor, at, member_id=seat.member.public_id, order_id=order.public_id)
    if seat.team.leader_id == seat.member_id:
        staying = {one.member.public_id: one for one in Seat.objects.select_related("member").filter(team=seat.team, state="paid")}
        heir = group_buy.next_leader([(one.nth, name) for name, one in staying.items()], seat.member.public_id)
        if heir is not None:
            Team.objects.filter(pk=seat.team_id).update(leader_id=staying[heir].member_id)
    _cancel_if_empty(seat.team, actor, at)


def _cancel_if_empty(team: Team, actor: Actor, at: dt.datetime) -> None:
    # An open team only: one that has just expired lets its seats go, and stays expired.
    if Team.objects.filter(pk=team.pk, state="open", joined=0, held=0).update(state="cancelled", decided_at=at):
        _tell("team_cancelled", team, actor, at)


def list_due(at: dt.datetime, limit: int) -> list[Team]:
    """Open teams whose time is over, the longest due first."""
    due = Team.objects.filter(state="open", expires_at__lte=at).select_related("campaign__product", "leader")
    return list(due.order_by("expires_at", "id")[:limit])


def end_team(team: Team, actor: Actor, at: dt.datetime) -> list[Order]:
    """End a team whose time is over, inside the command that is running: one refund for each paid order, unpaid orders closed.

    Answers the orders that are refunded; none when the team was decided already.
    """
    if not Team.objects.filter(pk=team.pk, state="open", expires_at__lte=at).update(state="expired", decided_at=at):
        return []
    seats = list(Seat.objects.select_related("order__member").filter(team=team, state__in=TAKEN).order_by("nth"))
    refunded = []
    for seat in seats:
        order = seat.order
        if seat.state == "paid":
            Seat.objects.filter(pk=seat.pk).update(state="refunded")
            refund_order(key=f"{team.public_id}:refund:{order.public_id}", actor=SYSTEM, at=at, order=order, reason=TEAM_NOT_FILLED)
            refunded.append(order)
        elif order.state == "pending":
            cancel_order(key=f"{team.public_id}:cancel:{order.public_id}", actor=SYSTEM, at=at, order=order, reason="team over")
            on_closed(order, actor, at)
    _tell("team_failed", team, actor, at, quantity=len(refunded))
    return refunded


def _tell(
    name: str,
    team: Team,
    actor: Actor,
    at: dt.datetime,
    *,
    member_id: str = "",
    order_id: str = "",
    quantity: int | None = None,
    value: float | None = None,
) -> None:
    record(
        name=name, at=at, actor=actor, member_id=member_id, campaign_id=team.campaign.public_id, subject_id=team.public_id, order_id=order_id,
        product_id=team.campaign.product.public_id if team.campaign.product else "", quantity=quantity, value=value,
    )  # fmt: skip

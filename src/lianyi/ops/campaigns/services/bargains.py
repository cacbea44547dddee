"""Starting a bargain, helping a friend's, and buying at its price."""

import datetime as dt
import secrets

from django.conf import settings
from django.db import connection
from django.db.models import F

from lianyi.kernel.actor import Actor
from lianyi.kernel.clock import US_PER_SECOND, business_day
from lianyi.kernel.money import written
from lianyi.ops.campaigns.mechanics import bargain as mechanic
from lianyi.ops.campaigns.models import Bargain, Campaign, Help
from lianyi.ops.campaigns.refusals import AlreadyIn, BargainClosed, FloorNotReached, HelpsUsedUp, OwnBargain
from lianyi.ops.campaigns.selectors.bargains import get_bargain, terms_of_row
from lianyi.ops.campaigns.selectors.campaigns import get_campaign, terms_of
from lianyi.ops.campaigns.services.admission import admit, meet_first
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order, get_order
from lianyi.ops.shop.services import Line, place_order


def start_bargain(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> Bargain:
    """Start a bargain; one at a time in a campaign. Raises AlreadyIn, CampaignNotOpen, NotInAudience, NotAllowed, KeyReused."""
    actor.require_self(member.public_id, otherwise="shop.write")
    meet_first(campaign, "bargain", member, actor, at)

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        terms = admit(now, "bargain", member, actor, at)
        if Bargain.objects.filter(campaign=now, member=member, state__in=("open", "ordered")).exists():
            raise AlreadyIn
        found = Bargain.objects.create(
            public_id=f"b_{secrets.token_urlsafe(9)}",
            campaign=now,
            member=member,
            start_fen=terms.start_fen,
            floor_fen=terms.floor_fen,
            helpers=terms.helpers,
            started_at=at,
            expires_at=min(at + dt.timedelta(hours=terms.window_hours), now.ends_at),
        )
        _tell("bargain_started", found, actor, at, member_id=member.public_id)
        return {"bargain": found.public_id}

    payload = {"campaign": campaign.public_id, "member": member.public_id}
    return get_bargain(execute(key=key, name="campaigns.start_bargain", actor=actor, at=at, payload=payload, do=do)["bargain"])


def help_bargain(*, key: str, actor: Actor, at: dt.datetime, bargain: Bargain, helper: Member) -> Help:
    """Cut a friend's price by the cut that is next; once a friend and bargain, so often a day.

    The row of the bargain decides who is next: of eight who help at once each takes another cut, and none is taken twice.
    Raises BargainClosed, AlreadyIn, OwnBargain, HelpsUsedUp, NotAllowed, KeyReused.
    """
    actor.require_self(helper.public_id, otherwise="shop.write")
    if bargain.member_id == helper.pk:
        raise OwnBargain

    def do() -> Result:
        campaign = get_campaign(bargain.campaign.public_id)
        terms = terms_of(campaign)
        if Help.objects.filter(bargain_id=bargain.pk, helper=helper).exists():
            raise AlreadyIn
        if not _count_help(campaign.pk, helper.pk, _day(at), terms.helps_per_day):
            raise HelpsUsedUp(limit=terms.helps_per_day)
        if not Bargain.objects.filter(pk=bargain.pk, state="open", expires_at__gt=at, helps__lt=F("helpers")).update(helps=F("helps") + 1):
            raise BargainClosed
        # The row is ours until we commit: what it says now is our place in the line.
        now = get_bargain(bargain.public_id)
        cut = cuts_of(now)[now.helps - 1]
        given = Help.objects.create(bargain=now, helper=helper, owner_id=now.member_id, nth=now.helps, cut_fen=cut, at=at)
        Bargain.objects.filter(pk=now.pk).update(cut_fen=F("cut_fen") + cut)
        _tell("bargain_helped", now, actor, at, member_id=helper.public_id, referrer_id=now.member.public_id, amount_fen=cut)
        return {"help": given.pk}

    payload = {"bargain": bargain.public_id, "helper": helper.public_id}
    done = execute(key=key, name="campaigns.help_bargain", actor=actor, at=at, payload=payload, do=do)
    return Help.objects.select_related("bargain__campaign").get(pk=done["help"])


def buy_bargain(*, key: str, actor: Actor, at: dt.datetime, bargain: Bargain, channel: str = "") -> Order:
    """Order at the price of this moment; no help counts after it. Unpaid in time, the bargain goes on if it still may.

    Raises BargainClosed, FloorNotReached, SoldOut, LimitReached, NotAllowed, KeyReused.
    """
    actor.require_self(bargain.member.public_id, otherwise="shop.write")

    def do() -> Result:
        campaign = get_campaign(bargain.campaign.public_id)
        # Taken first, so that no help comes between the price and the order.
        if not Bargain.objects.filter(pk=bargain.pk, state="open", expires_at__gt=at).update(helps=F("helps")):
            raise BargainClosed
        now = get_bargain(bargain.public_id)
        terms = terms_of_row(now)
        if not mechanic.may_buy(terms, now.cut_fen):
            missing = now.start_fen - now.cut_fen - now.floor_fen
            raise FloorNotReached(missing=written(missing, settings.WORKSPACE.currency))
        order = place_order(
            key=f"{key}:order",
            actor=actor,
            at=at,
            member=now.member,
            lines=[Line(campaign.product, 1, mechanic.price_now(terms, now.cut_fen))],
            campaign_id=campaign.public_id,
            stock_of=f"campaign:{campaign.public_id}",
            channel=channel,
            patience=dt.timedelta(minutes=terms.pay_within_minutes),
        )
        Bargain.objects.filter(pk=now.pk).update(state="ordered", order=order)
        record(
            name="campaign_joined", at=at, actor=actor, member_id=now.member.public_id, campaign_id=campaign.public_id,
            subject_id=now.public_id, order_id=order.public_id,
        )  # fmt: skip
        return {"order": order.public_id}

    payload = {"bargain": bargain.public_id}
    return get_order(execute(key=key, name="campaigns.buy_bargain", actor=actor, at=at, payload=payload, do=do)["order"])


def cuts_of(bargain: Bargain) -> list[int]:
    """Every cut of a bargain, from the campaign's seed; for the service only until the seed is published."""
    return list(mechanic.cuts(bytes.fromhex(bargain.campaign.seed), bargain.public_id, terms_of_row(bargain)))


def on_paid(order: Order, actor: Actor, at: dt.datetime) -> None:
    """A bargain's order was paid."""
    found = Bargain.objects.select_related("campaign__product", "member").filter(order=order, state="ordered").first()
    if found is not None:
        Bargain.objects.filter(pk=found.pk).update(state="bought")
        paid = order.payable_fen
        _tell("bargain_bought", found, actor, at, member_id=found.member.public_id, order_id=order.public_id, amount_fen=paid)


def on_closed(order: Order, actor: Actor, at: dt.datetime) -> None:
    """A bargain's order was closed unpaid: it is open again, unless its time is over."""
    found = Bargain.objects.select_related("campaign__product", "member").filter(order=order, state="ordered").first()
    if found is None:
        return
    state = "open" if at < found.expires_at else "expired"
    Bargain.objects.filter(pk=found.pk).update(state=state, order=None)
    if state == "expired":
        _tell("bargain_expired", found, actor, at, member_id=found.member.public_id)


def end_bargain(bargain: Bargain, actor: Actor, at: dt.datetime) -> bool:
    """End a bargain whose time is over, inside the command that is running; False when it was decided already."""
    if not Bargain.objects.filter(pk=bargain.pk, state="open", expires_at__lte=at).update(state="expired"):
        return False
    _tell("bargain_expired", bargain, actor, at, member_id=bargain.member.public_id)
    return True


def _count_help(campaign_pk: int, helper_pk: int, day: int, allowed: int) -> bool:
    """Count one help of a member's day, unless they have given as many as they may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_helperday (campaign_id, helper_id, d, helps, allowed) VALUES (%s, %s, %s, 1, %s)"
            " ON CONFLICT (campaign_id, helper_id, d) DO UPDATE SET helps = campaigns_helperday.helps + 1, allowed = excluded.allowed"
            " WHERE campaigns_helperday.helps + 1 <= excluded.allowed",
            [campaign_pk, helper_pk, day, allowed],
        )
        return bool(cursor.rowcount == 1)


def _day(at: dt.datetime) -> int:
    return business_day(int(at.timestamp() * US_PER_SECOND), settings.WORKSPACE.zone)


def _tell(
    name: str, bargain: Bargain, actor: Actor, at: dt.datetime, *, member_id: str, referrer_id: str = "", order_id: str = "",
    amount_fen: int | None = None,
) -> None:  # fmt: skip
    record(
        name=name, at=at, actor=actor, member_id=member_id, referrer_id=referrer_id, campaign_id=bargain.campaign.public_id,
        product_id=bargain.campaign.product.public_id, subject_id=bargain.public_id, order_id=order_id, amount_fen=amount_fen,
    )  # fmt: skip

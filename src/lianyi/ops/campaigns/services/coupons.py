"""Issuing coupons, taking them back, letting them expire. Using one is part of the checkout."""

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import F

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.clock import US_PER_SECOND, business_day
from lianyi.kernel.errors import LianyiError
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import coupon as mechanic
from lianyi.ops.campaigns.models import Campaign, Coupon, CouponPool, Grabbed
from lianyi.ops.campaigns.refusals import CouponsGone, CouponUnusable, EntitlementUsedUp
from lianyi.ops.campaigns.selectors.campaigns import campaigns_by_id, get_campaign, terms_of
from lianyi.ops.campaigns.selectors.coupons import get_coupon
from lianyi.ops.campaigns.services.admission import admit_each, meet_first
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.lane import Lane
from lianyi.ops.journal.running import carrying_out
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.journal.services import draft, record, record_all
from lianyi.ops.members.selectors import Member

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """One coupon of a campaign for a member."""

    campaign_pk: int
    campaign_id: str
    member: Member


def grab(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> Coupon:
    """Take one coupon of a campaign, while there are any, in the hot lane.

    Raises CouponsGone, EntitlementUsedUp, CampaignNotOpen, NotInAudience, NotAllowed, KeyReused; LaneFull and LaneSlow (try again, same key).
    """
    LANE.require_room()
    actor.require_self(member.public_id, otherwise="campaign.write")
    meet_first(campaign, "coupon", member, actor, at)
    payload = {"campaign": campaign.public_id, "member": member.public_id}
    wanted = Wanted(campaign.pk, campaign.public_id, member)
    done = LANE.ask(Asked(key=key, name="campaigns.grab", actor=actor, at=at, payload=payload, request=wanted))
    return get_coupon(done["coupon"], member)


def _lock(asked: Sequence[Asked]) -> list[CouponPool]:
    """Take the pools, ascending: whoever issues a coupon takes its pool first. SQLite has taken its one lock already."""
    pools = CouponPool.objects.filter(campaign_id__in={one.request.campaign_pk for one in asked})
    return list(pools.select_for_update(no_key=True).order_by("pk"))


def _grab_each(asked: Sequence[Asked], held: Sequence[CouponPool]) -> list[Result | LianyiError]:
    """Issue one coupon to each whom it is for, as long as there are any. held : the pools."""
    campaigns = campaigns_by_id([one.request.campaign_id for one in asked])
    admitted = admit_each([(campaigns[one.request.campaign_id], one.request.member, one.at) for one in asked], "coupon")
    pks = [one.pk for one in campaigns.values()]
    left = {pool.campaign_id: pool.total - pool.issued for pool in held}
    counted = Grabbed.objects.filter(campaign_id__in=pks, member_id__in={one.request.member.pk for one in asked})
    have = {(row.campaign_id, row.member_id): row.n for row in counted}
    verdicts: list[Result | LianyiError] = []
    issued: list[tuple[Asked, Coupon]] = []
    allowed: dict[tuple[int, int], int] = {}
    for one, terms in zip(asked, admitted, strict=True):
        place = (one.request.campaign_pk, one.request.member.pk)
        if isinstance(terms, LianyiError):
            verdicts.append(terms)
        elif have.get(place, 0) >= terms.per_member:
            verdicts.append(EntitlementUsedUp(limit=terms.per_member))
        elif left.get(place[0], 0) < 1:
            verdicts.append(CouponsGone())
        else:
            left[place[0]] -= 1
            have[place] = have.get(place, 0) + 1
            allowed[place] = terms.per_member
            coupon = _drafted(campaigns[one.request.campaign_id], terms, one.request.member, one.at, "grab")
            issued.append((one, coupon))
            verdicts.append({"coupon": coupon.public_id})
    _write(issued, {place: (have[place], most) for place, most in allowed.items()})
    return verdicts


def _write(issued: Sequence[tuple[Asked, Coupon]], counts: dict[tuple[int, int], tuple[int, int]]) -> None:
    """All coupons, facts and counts, each table in one statement. counts : how many a member has and may have, by campaign and member row."""
    insert_all([coupon for _, coupon in issued])
    facts = []
    for one, coupon in issued:
        with carrying_out(one.key):
            facts.append(_issued(coupon, one.actor))
    record_all(facts)
    for campaign_pk, n in sorted(Counter(coupon.campaign_id for _, coupon in issued).items()):
        _take_from_pool(campaign_pk, n)
    Grabbed.objects.bulk_create(
        [Grabbed(campaign_id=campaign, member_id=member, n=n, allowed=most) for (campaign, member), (n, most) in sorted(counts.items())],
        update_conflicts=True,
        update_fields=["n", "allowed"],
        unique_fields=["campaign", "member"],
    )


def issue(campaign: Campaign, terms: mechanic.Terms, member: Member, actor: Actor, at: dt.datetime, *, source: str) -> Coupon:
    """One coupon more, inside the command that is running; the pool first, as in the hot lane, so that nobody waits in a circle.

    What it promises is written into the coupon. Raises CouponsGone, EntitlementUsedUp.
    """
    _take_from_pool(campaign.pk, 1)
    if not _count(campaign.pk, member.pk, terms.per_member):
        raise EntitlementUsedUp(limit=terms.per_member)
    coupon = _drafted(campaign, terms, member, at, source)
    coupon.save(force_insert=True)
    record_all([_issued(coupon, actor)])
    return coupon


def _drafted(campaign: Campaign, terms: mechanic.Terms, member: Member, at: dt.datetime, source: str) -> Coupon:
    """A coupon that is not yet written, with what it promises."""
    public_id = f"k_{secrets.token_urlsafe(9)}"
    return Coupon(
        public_id=public_id,
        campaign=campaign,
        member=member,
        offer=mechanic.offer(terms, public_id).to_json(),
        face_fen=mechanic.face_fen(terms),
        source=source,
        issued_at=at,
        expires_at=at + dt.timedelta(days=terms.valid_days),
    )


def _issued(coupon: Coupon, actor: Actor) -> Fact:
    expires_d = business_day(int(coupon.expires_at.timestamp() * US_PER_SECOND), settings.WORKSPACE.zone)
    return draft(
        name="coupon_issued",
        at=coupon.issued_at,
        actor=actor,
        member_id=coupon.member.public_id,
        campaign_id=coupon.campaign.public_id,
        subject_id=coupon.public_id,
        kind=coupon.source,
        body={"expires_d": expires_d, "face_fen": coupon.face_fen or None},
    )


def _take_from_pool(campaign_pk: int, n: int) -> None:
    """Count coupons as issued. Raises CouponsGone when there are not so many left."""
    if not CouponPool.objects.filter(campaign_id=campaign_pk, issued__lte=F("total") - n).update(issued=F("issued") + n):
        raise CouponsGone


def issue_from(campaign_id: str, member: Member, actor: Actor, at: dt.datetime, *, source: str) -> Coupon | None:
    """A coupon of another campaign as a reward or prize; None when that campaign has none left or has not begun."""
    campaign = get_campaign(campaign_id)
    if campaign.mechanic != "coupon" or campaign.state not in ("running", "paused", "closed"):
        return None
    terms = terms_of(campaign)
    pool = CouponPool.objects.filter(campaign=campaign, issued__lt=F("total")).exists()
    return (
        issue(campaign, terms, member, actor, at, source=source) if pool and _has_room(campaign.pk, member.pk, terms.per_member) else None
    )


def revoke(*, key: str, actor: Actor, at: dt.datetime, coupon: Coupon, reason: str) -> Coupon:
    """Take an unused coupon back, for a reason that the member is told. Raises CouponUnusable, NotAllowed."""
    actor.require("campaign.approve")

    def do() -> Result:
        if not Coupon.objects.filter(pk=coupon.pk, state="issued").update(state="revoked"):
            raise CouponUnusable(why=Text(zh="已使用、过期或作废", en="it was used, has expired or was revoked"))
        _tell("coupon_revoked", coupon, actor, at, kind=reason[:64])
        return {"coupon": coupon.public_id}

    payload = {"coupon": coupon.public_id, "reason": reason}
    execute(key=key, name="campaigns.revoke_coupon", actor=actor, at=at, payload=payload, do=do)
    return get_coupon(coupon.public_id, coupon.member)


def expire_coupons(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> int:
    """Mark coupons whose time is over; answers how many. A late sweep harms nothing: using one looks at the time itself."""

    def do() -> Result:
        due = list(
            Coupon.objects.filter(state="issued", expires_at__lte=at)
            .select_related("member", "campaign")
            .order_by("expires_at", "id")[:at_once]
        )
        gone = [one for one in due if Coupon.objects.filter(pk=one.pk, state="issued").update(state="expired")]
        record_all(
            [
                draft(
                    name="coupon_expired",
                    at=at,
                    actor=actor,
                    member_id=one.member.public_id,
                    campaign_id=one.campaign.public_id,
                    subject_id=one.public_id,
                )
                for one in gone
            ]
        )
        return {"n": len(gone)}

    return int(
        execute(key=f"expire:{secrets.token_urlsafe(12)}", name="campaigns.expire_coupons", actor=actor, at=at, payload={}, do=do)["n"]
    )


def on_closed(order_pk: int, actor: Actor, at: dt.datetime) -> None:
    """An order was closed unpaid: its coupon comes back, with the time that it had."""
    for coupon in Coupon.objects.select_related("member", "campaign").filter(order_id=order_pk, state="used"):
        Coupon.objects.filter(pk=coupon.pk, state="used").update(state="issued", order=None, used_at=None)
        _tell("coupon_given_back", coupon, actor, at)


def on_paid(order_pk: int, order_id: str, actor: Actor, at: dt.datetime) -> None:
    """An order was paid: its coupon is redeemed."""
    for coupon in Coupon.objects.select_related("member", "campaign").filter(order_id=order_pk, state="used"):
        _tell("coupon_redeemed", coupon, actor, at, order_id=order_id)


def _count(campaign_pk: int, member_pk: int, allowed: int) -> bool:
    """Count one coupon to a member, unless they have had as many as they may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_grabbed (campaign_id, member_id, n, allowed) VALUES (%s, %s, 1, %s)"
            " ON CONFLICT (campaign_id, member_id) DO UPDATE SET n = campaigns_grabbed.n + 1, allowed = excluded.allowed"
            " WHERE campaigns_grabbed.n + 1 <= excluded.allowed",
            [campaign_pk, member_pk, allowed],
        )
        return bool(cursor.rowcount == 1)


def _has_room(campaign_pk: int, member_pk: int, allowed: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM campaigns_grabbed WHERE campaign_id = %s AND member_id = %s", [campaign_pk, member_pk])
        row = cursor.fetchone()
    return row is None or row[0] < allowed


def _tell(name: str, coupon: Coupon, actor: Actor, at: dt.datetime, *, kind: str = "", order_id: str = "") -> None:
    record(
        name=name, at=at, actor=actor, member_id=coupon.member.public_id, campaign_id=coupon.campaign.public_id, subject_id=coupon.public_id,
        kind=kind, order_id=order_id,
    )  # fmt: skip


LANE = Lane("coupons", _lock, _grab_each)

"""Issuing coupons, taking them back, letting them expire. Using one is part of the checkout."""

import datetime as dt
import secrets

from django.conf import settings
from django.db import connection
from django.db.models import F

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.clock import US_PER_SECOND, business_day
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import coupon as mechanic
from lianyi.ops.campaigns.models import Campaign, Coupon, CouponPool
from lianyi.ops.campaigns.refusals import CouponsGone, CouponUnusable, EntitlementUsedUp
from lianyi.ops.campaigns.selectors.campaigns import get_campaign, terms_of
from lianyi.ops.campaigns.selectors.coupons import get_coupon
from lianyi.ops.campaigns.services.admission import admit
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import draft, record, record_all
from lianyi.ops.members.selectors import Member

AT_ONCE = 500


def grab(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> Coupon:
    """Take one coupon of a campaign, while there are any. Raises CouponsGone, EntitlementUsedUp, CampaignNotOpen, NotInAudience, KeyReused."""
    actor.require_self(member.public_id, otherwise="campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        terms = admit(now, "coupon", member, actor, at)
        return {"coupon": issue(now, terms, member, actor, at, source="grab").public_id}

    payload = {"campaign": campaign.public_id, "member": member.public_id}
    return get_coupon(execute(key=key, name="campaigns.grab", actor=actor, at=at, payload=payload, do=do)["coupon"], member)


def issue(campaign: Campaign, terms: mechanic.Terms, member: Member, actor: Actor, at: dt.datetime, *, source: str) -> Coupon:
    """One coupon more, inside the command that is running; the pool is touched last, for everybody wants it.

    What it promises is written into the coupon. Raises CouponsGone, EntitlementUsedUp.
    """
    if not _count(campaign.pk, member.pk, terms.per_member):
        raise EntitlementUsedUp(limit=terms.per_member)
    public_id = f"k_{secrets.token_urlsafe(9)}"
    coupon = Coupon.objects.create(
        public_id=public_id,
        campaign=campaign,
        member=member,
        offer=mechanic.offer(terms, public_id).to_json(),
        face_fen=mechanic.face_fen(terms),
        source=source,
        issued_at=at,
        expires_at=at + dt.timedelta(days=terms.valid_days),
    )
    expires_d = business_day(int(coupon.expires_at.timestamp() * US_PER_SECOND), settings.WORKSPACE.zone)
    body = {"expires_d": expires_d, "face_fen": coupon.face_fen or None}
    record(
        name="coupon_issued",
        at=at,
        actor=actor,
        member_id=member.public_id,
        campaign_id=campaign.public_id,
        subject_id=public_id,
        kind=source,
        body=body,
    )
    if not CouponPool.objects.filter(campaign=campaign, issued__lt=F("total")).update(issued=F("issued") + 1):
        raise CouponsGone
    return coupon


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

"""Claiming an invitation, confirming it with a first order, giving rewards once nothing speaks against them."""

import calendar
import datetime as dt

from django.conf import settings

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import referral
from lianyi.ops.campaigns.models import Badge, Campaign, Claim, Reward
from lianyi.ops.campaigns.refusals import NotInvitable
from lianyi.ops.campaigns.selectors.campaigns import get_campaign, terms_of
from lianyi.ops.campaigns.services import ledgering
from lianyi.ops.campaigns.services.admission import admit, meet_first
from lianyi.ops.campaigns.services.coupons import issue_from
from lianyi.ops.campaigns.services.risk import open_review, weigh
from lianyi.ops.campaigns.services.spending import book
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member
from lianyi.ops.members.services import hold_still
from lianyi.ops.shop.selectors import Order, has_bought

AT_ONCE = 200


def claim(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, invitee: Member) -> Claim:
    """Take part as invited: by whom one became a member, once in a life, before the first order.

    Raises NotInvitable, CampaignNotOpen, NotInAudience, NotAllowed, KeyReused.
    """
    actor.require_self(invitee.public_id, otherwise="member.write")
    if invitee.referrer is not None:
        meet_first(campaign, "referral", invitee.referrer, actor, at)

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        inviter = invitee.referrer
        if inviter is None:
            raise NotInvitable(why=Text(zh="没有邀请人", en="nobody invited you"))
        if has_bought(invitee):
            raise NotInvitable(why=Text(zh="您已经是老客", en="you have bought before"))
        if Claim.objects.filter(invitee=invitee).exists():
            raise NotInvitable(why=Text(zh="您的邀请已计过一次", en="your invitation was counted before"))
        admit(now, "referral", inviter, actor, at)
        found = Claim.objects.create(campaign=now, inviter=inviter, invitee=invitee, at=at)
        record(
            name="referral_claimed",
            at=at,
            actor=actor,
            campaign_id=now.public_id,
            member_id=invitee.public_id,
            referrer_id=inviter.public_id,
        )
        return {"claim": found.pk}

    payload = {"campaign": campaign.public_id, "invitee": invitee.public_id}
    done = execute(key=key, name="campaigns.claim", actor=actor, at=at, payload=payload, do=do)
    return Claim.objects.select_related("campaign", "inviter", "invitee").get(pk=done["claim"])


def on_paid(order: Order, actor: Actor, at: dt.datetime) -> None:
    """A first order of somebody invited was paid: the claim is confirmed, and rewards wait for their day."""
    found = Claim.objects.select_related("campaign", "inviter", "invitee").filter(invitee=order.member, state="claimed").first()
    if found is None:
        return
    terms = terms_of(found.campaign)
    if order.payable_fen - order.shipping_fen < max(terms.least_order_fen, 1):
        return
    if not Claim.objects.filter(pk=found.pk, state="claimed").update(state="confirmed", order=order, confirmed_at=at):
        return
    record(
        name="referral_confirmed", at=at, actor=actor, campaign_id=found.campaign.public_id, member_id=found.invitee.public_id,
        referrer_id=found.inviter.public_id, order_id=order.public_id,
    )  # fmt: skip
    # One friend of theirs after another: of two who pay at once only one is the third.
    hold_still(found.inviter)
    wait = dt.timedelta(days=found.campaign.freeze_days) if terms.wait_for == "return_window" else dt.timedelta()
    rewards = referral.due(terms, confirmed_before=_confirmed_before(found), rewarded_this_month=_rewarded(found, at))
    Reward.objects.bulk_create(
        [
            Reward(
                claim=found,
                side=one.side,
                step=one.step,
                member=found.inviter if one.side == "inviter" else found.invitee,
                points=one.points,
                coupon=one.coupon,
                badge=one.badge,
                due_at=at + wait,
            )
            for one in rewards
        ]
    )


def on_refunded(order: Order, actor: Actor, at: dt.datetime) -> None:
    """A confirming order went back whole: the claim no longer counts, and what still waits is not given. What was given stays given."""
    found = Claim.objects.select_related("campaign", "inviter", "invitee").filter(order=order, state="confirmed").first()
    if found is None or order.state != "refunded":
        return
    waiting = list(Reward.objects.select_related("member").filter(claim=found, state__in=("waiting", "held")))
    Claim.objects.filter(pk=found.pk).update(state="void")
    record(
        name="referral_voided", at=at, actor=actor, campaign_id=found.campaign.public_id, member_id=found.invitee.public_id,
        referrer_id=found.inviter.public_id, order_id=order.public_id,
    )  # fmt: skip
    for reward in waiting:
        deny(reward, found.campaign, "refunded", actor, at)


def give_due(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> list[int]:
    """Give rewards whose day has come, weighing each against the doubts about it; answers the rows that were given."""
    due = Reward.objects.filter(state="waiting", due_at__lte=at).order_by("due_at", "id").values_list("pk", flat=True)
    return [pk for pk in list(due[:at_once]) if _give(pk, actor, at)]


def _give(pk: int, actor: Actor, at: dt.datetime) -> bool:
    def do() -> Result:
        reward = Reward.objects.select_related("claim__campaign", "claim__inviter", "claim__invitee", "member").get(pk=pk)
        if reward.state != "waiting":
            return {"given": False}
        found = weigh(reward.claim.inviter, reward.claim.invitee, at)
        if found.band == "delay" and at < (reward.claim.confirmed_at or at) + dt.timedelta(days=reward.claim.campaign.freeze_days):
            later = reward.claim.confirmed_at + dt.timedelta(days=reward.claim.campaign.freeze_days)
            Reward.objects.filter(pk=pk, state="waiting").update(due_at=later)
            return {"given": False}
        if found.band in ("review", "hold"):
            if Reward.objects.filter(pk=pk, state="waiting").update(state="held"):
                open_review("reward", pk, reward.member, reward.claim.campaign, found, actor, at)
            return {"given": False}
        return {"given": hand_over(reward, actor, at)}

    return bool(
        execute(
            key=f"reward:{pk}:give:{int(at.timestamp())}", name="campaigns.give_reward", actor=actor, at=at, payload={"reward": pk}, do=do
        )["given"]
    )


def hand_over(reward: Reward, actor: Actor, at: dt.datetime) -> bool:
    """Give a reward, inside the command that is running; False when it was decided already."""
    if not Reward.objects.filter(pk=reward.pk, state__in=("waiting", "held")).update(state="given", given_at=at):
        return False
    campaign = reward.claim.campaign
    key = f"reward:{reward.pk}"
    ledgering.give("points", reward.member, reward.points, key=key, actor=actor, at=at)
    if reward.coupon:
        issue_from(reward.coupon, reward.member, actor, at, source=f"reward:{reward.pk}"[:24])
    if reward.badge:
        give_badge(reward.member, reward.badge, campaign, actor, at)
    book(campaign, "points", reward.points * terms_of(campaign).points_worth_fen // 100, key=f"{key}:spent", at=at)
    record(
        name="reward_given", at=at, actor=actor, campaign_id=campaign.public_id, member_id=reward.member.public_id, kind=reward.side,
        subject_id=reward.coupon, value=float(reward.points), body={"step": reward.step, "badge": reward.badge or None},
    )  # fmt: skip
    return True


def deny(reward: Reward, campaign: Campaign, reason: str, actor: Actor, at: dt.datetime) -> bool:
    """Refuse a reward, inside the command that is running; False when it was decided already."""
    if not Reward.objects.filter(pk=reward.pk, state__in=("waiting", "held")).update(state="denied"):
        return False
    record(
        name="reward_denied", at=at, actor=actor, campaign_id=campaign.public_id, member_id=reward.member.public_id, kind=reward.side,
        body={"step": reward.step, "reason": reason},
    )  # fmt: skip
    return True


def give_badge(member: Member, code: str, campaign: Campaign | None, actor: Actor, at: dt.datetime) -> bool:
    """A badge, once in a member's life, inside the command that is running."""
    _, is_new = Badge.objects.get_or_create(member=member, code=code, defaults={"campaign": campaign, "at": at})
    if is_new:
        record(
            name="badge_earned",
            at=at,
            actor=actor,
            member_id=member.public_id,
            kind=code,
            campaign_id=campaign.public_id if campaign else "",
        )
    return is_new


def _confirmed_before(found: Claim) -> int:
    """Friends of the inviter confirmed before this one. Counted over all that ever were, so that no link of the chain is reached twice."""
    return Claim.objects.filter(campaign=found.campaign, inviter=found.inviter, confirmed_at__isnull=False).exclude(pk=found.pk).count()


def _rewarded(found: Claim, at: dt.datetime) -> int:
    """Invitations of the inviter rewarded in this month of the workspace's calendar."""
    local = at.astimezone(settings.WORKSPACE.zone)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = first + dt.timedelta(days=calendar.monthrange(first.year, first.month)[1])
    mine = Reward.objects.filter(claim__campaign=found.campaign, claim__inviter=found.inviter, side="inviter", step=0).exclude(
        state="denied"
    )
    return mine.filter(claim__confirmed_at__gte=first, claim__confirmed_at__lt=last).count()

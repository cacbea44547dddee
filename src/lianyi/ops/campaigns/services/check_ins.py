"""Checking in for the day."""

import datetime as dt

from django.conf import settings

from lianyi.kernel.actor import Actor
from lianyi.kernel.clock import US_PER_SECOND, business_day
from lianyi.ops.campaigns.mechanics import check_in as mechanic
from lianyi.ops.campaigns.models import Campaign, CheckIn
from lianyi.ops.campaigns.refusals import CheckedInToday
from lianyi.ops.campaigns.selectors.campaigns import get_campaign, list_running, terms_of
from lianyi.ops.campaigns.services import ledgering
from lianyi.ops.campaigns.services.admission import admit, meet_first
from lianyi.ops.campaigns.services.draws import earn
from lianyi.ops.campaigns.services.referrals import give_badge
from lianyi.ops.campaigns.services.spending import book
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.selectors import Member


def check_in(*, key: str, actor: Actor, at: dt.datetime, campaign: Campaign, member: Member) -> CheckIn:
    """Check in for the business day: points by the streak, chances in draws that say so.

    Raises CheckedInToday, CampaignNotOpen, NotInAudience, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="campaign.write")
    meet_first(campaign, "check_in", member, actor, at)

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        terms = admit(now, "check_in", member, actor, at)
        day = business_day(int(at.timestamp() * US_PER_SECOND), settings.WORKSPACE.zone)
        last = CheckIn.objects.filter(campaign=now, member=member).order_by("-d").first()
        given = mechanic.checked(terms, day=day, last_day=last.d if last else None, last_streak=last.streak if last else 0)
        if given is None:
            raise CheckedInToday
        done = CheckIn.objects.create(campaign=now, member=member, d=day, streak=given.streak, points=given.points, at=at)
        source = f"check-in:{now.public_id}:{member.pk}:{day}"
        ledgering.give("points", member, given.points, key=source, actor=actor, at=at)
        book(now, "points", given.points * terms.points_worth_fen // 100, key=f"{source}:spent", at=at)
        record(
            name="checked_in",
            at=at,
            actor=actor,
            member_id=member.public_id,
            campaign_id=now.public_id,
            quantity=given.streak,
            value=float(given.points),
        )
        if given.badge:
            give_badge(member, given.badge, now, actor, at)
        for draws in list_running(at, "lottery"):
            draw_terms = terms_of(draws)
            if draw_terms.earned_by == "check_in":
                earn(draws, draw_terms, member, source, actor, at)
        return {"check_in": done.pk}

    payload = {"campaign": campaign.public_id, "member": member.public_id}
    done = execute(key=key, name="campaigns.check_in", actor=actor, at=at, payload=payload, do=do)
    return CheckIn.objects.select_related("campaign", "member").get(pk=done["check_in"])

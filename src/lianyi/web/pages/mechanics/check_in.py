"""The page of a check-in: a week at a glance, and today's button."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lianyi.kernel.clock import US_PER_SECOND, business_day
from lianyi.ops.campaigns.mechanics.check_in import Terms
from lianyi.ops.campaigns.selectors import Campaign, find_last_check_in
from lianyi.ops.members.selectors import Member

DAYS_SHOWN = 7


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the streak: its number, what it gives, whether it is done, whether it is today's."""

    nth: int
    points: int
    is_done: bool
    is_today: bool


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """The streak as it stands, and the days around it."""
    today = business_day(int(request.at.timestamp() * US_PER_SECOND), settings.WORKSPACE.zone)
    last = find_last_check_in(campaign, member) if member else None
    is_done = last is not None and last.d == today
    streak = last.streak if last is not None and last.d >= today - 1 else 0
    first = max(1, streak - DAYS_SHOWN + 2) if streak >= DAYS_SHOWN else 1
    days = [
        Day(nth, points_of(terms, nth), nth <= streak, nth == (streak if is_done else streak + 1))
        for nth in range(first, first + DAYS_SHOWN)
    ]
    return {"streak": streak, "is_done": is_done, "days": days, "milestones": terms.milestones}


def points_of(terms: Terms, nth: int) -> int:
    """What the nth day in a row gives, its milestone included."""
    base = terms.points[min(nth, len(terms.points)) - 1]
    return base + sum(one.points for one in terms.milestones if one.days == nth)

"""Reading the plan."""

import datetime as dt

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.plan.models import Budget, CalendarRow, Goal, Segment

__all__ = [
    "Budget",
    "CalendarRow",
    "Goal",
    "Segment",
    "get_budget",
    "get_goal",
    "get_segment",
    "list_budgets",
    "list_calendar",
    "list_goals",
    "list_segments",
]


class GoalUnknown(NotThere):
    """There is no such goal."""

    code = "goal_unknown"
    message = Text(zh="没有这个目标：%(goal)s。", en="There is no such goal: %(goal)s.")


class BudgetUnknown(NotThere):
    """There is no such budget."""

    code = "budget_unknown"
    message = Text(zh="没有这笔预算：%(budget)s。", en="There is no such budget: %(budget)s.")


def get_goal(public_id: str) -> Goal:
    """A goal by public id. Raises GoalUnknown."""
    found = Goal.objects.filter(public_id=public_id).first()
    if found is None:
        raise GoalUnknown(goal=public_id)
    return found


def list_goals(*, on: dt.date | None = None) -> list[Goal]:
    """Goals, the newest first; with a day, those whose period holds it."""
    goals = Goal.objects.order_by("-set_at", "-id")
    return list(goals.filter(from_on__lte=on, to_on__gte=on) if on else goals)


def get_budget(public_id: str) -> Budget:
    """A budget by public id. Raises BudgetUnknown."""
    found = Budget.objects.filter(public_id=public_id).first()
    if found is None:
        raise BudgetUnknown(budget=public_id)
    return found


def list_budgets() -> list[Budget]:
    """Budgets, the newest first."""
    return list(Budget.objects.order_by("-set_at", "-id"))


def list_calendar(starts: dt.datetime, ends: dt.datetime) -> list[CalendarRow]:
    """What stands in the calendar at any time in [starts, ends), by start."""
    return list(CalendarRow.objects.filter(starts_at__lt=ends, ends_at__gt=starts).order_by("starts_at", "id"))


class SegmentUnknown(NotThere):
    """There is no such segment."""

    code = "segment_unknown"
    message = Text(zh="没有这个人群：%(segment)s。", en="There is no such segment: %(segment)s.")


def get_segment(public_id: str) -> Segment:
    """A segment by public id. Raises SegmentUnknown."""
    found = Segment.objects.filter(public_id=public_id, dropped_at__isnull=True).first()
    if found is None:
        raise SegmentUnknown(segment=public_id)
    return found


def segment_title(public_id: str) -> str:
    """A segment's title, also of one that was dropped since; its id where there never was one."""
    return Segment.objects.filter(public_id=public_id).values_list("title", flat=True).first() or public_id


def list_segments() -> list[Segment]:
    """Segments, the newest first."""
    return list(Segment.objects.filter(dropped_at__isnull=True).order_by("-made_at", "-id"))

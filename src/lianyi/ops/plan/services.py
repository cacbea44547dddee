"""Setting goals and budgets, and what stands in the calendar."""

import datetime as dt
import math
import secrets

from django.db.models import F

from lianyi.insight.measure.catalogue import metric as metric_of
from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.plan.models import Budget, CalendarRow, Goal
from lianyi.ops.plan.selectors import get_budget, get_goal

MOST_FEN = 10**13


class PlanUnusable(BadInput):
    """A goal or budget cannot be set like this."""

    code = "plan_unusable"
    message = Text(zh="无法这样规划：%(why)s。", en="This cannot be planned: %(why)s.")


def set_goal(
    *,
    actor: Actor,
    at: dt.datetime,
    title: str,
    metric: str,
    target: float,
    from_on: dt.date,
    to_on: dt.date,
    floor: float | None = None,
    owner: str = "",
    key: str = "",
) -> Goal:
    """Say what a metric should come to in a period, both days included. Raises UnknownName, PlanUnusable, NotAllowed."""
    actor.require("plan.write")
    metric_of(metric)
    if not math.isfinite(target) or (floor is not None and not math.isfinite(floor)):
        raise PlanUnusable(why=Text(zh="目标值不是数", en="the target is no number"))
    if to_on < from_on:
        raise PlanUnusable(why=Text(zh="期间的终点早于起点", en="the period ends before it begins"))
    if not title.strip():
        raise PlanUnusable(why=Text(zh="没有名称", en="it has no title"))

    def do() -> Result:
        goal = Goal.objects.create(
            public_id=f"g_{secrets.token_hex(6)}",
            title=title.strip()[:120],
            metric=metric,
            target=target,
            floor=floor,
            from_on=from_on,
            to_on=to_on,
            owner=owner[:60],
            set_at=at,
        )
        body = {"from_d": from_on.isoformat(), "to_d": to_on.isoformat(), "floor": floor, "owner": owner or None}
        record(name="target_set", at=at, actor=actor, subject_id=goal.public_id, kind=metric, value=float(target), body=body)
        return {"goal": goal.public_id}

    payload = {"title": title, "metric": metric, "target": target, "floor": floor, "from": from_on.isoformat(), "to": to_on.isoformat()}
    done = execute(key=key or f"goal:{secrets.token_urlsafe(12)}", name="plan.set_goal", actor=actor, at=at, payload=payload, do=do)
    return get_goal(done["goal"])


def set_budget(*, actor: Actor, at: dt.datetime, title: str, amount_fen: int, key: str = "") -> Budget:
    """A new budget. Raises PlanUnusable, NotAllowed."""
    actor.require("plan.write")
    _require_amount(amount_fen)

    def do() -> Result:
        budget = Budget.objects.create(public_id=f"u_{secrets.token_hex(6)}", title=title.strip()[:120], amount_fen=amount_fen, set_at=at)
        record(name="budget_set", at=at, actor=actor, subject_id=budget.public_id, amount_fen=amount_fen)
        return {"budget": budget.public_id}

    payload = {"title": title, "amount_fen": amount_fen}
    done = execute(key=key or f"budget:{secrets.token_urlsafe(12)}", name="plan.set_budget", actor=actor, at=at, payload=payload, do=do)
    return get_budget(done["budget"])


def change_budget(*, actor: Actor, at: dt.datetime, budget: Budget, amount_fen: int, key: str = "") -> Budget:
    """More or less money for what is under way. Raises PlanUnusable, NotAllowed."""
    actor.require("plan.write")
    _require_amount(amount_fen)

    def do() -> Result:
        Budget.objects.filter(pk=budget.pk).update(amount_fen=amount_fen)
        record(name="budget_set", at=at, actor=actor, subject_id=budget.public_id, amount_fen=amount_fen)
        return {"budget": budget.public_id}

    payload = {"budget": budget.public_id, "amount_fen": amount_fen}
    execute(key=key or f"budget:{secrets.token_urlsafe(12)}", name="plan.change_budget", actor=actor, at=at, payload=payload, do=do)
    return get_budget(budget.public_id)


def spend(budget_pk: int, amount_fen: int) -> None:
    """Count money as spent (or, negative, as given back) inside the command that is running; hot, so touch it last."""
    Budget.objects.filter(pk=budget_pk).update(spent_fen=F("spent_fen") + amount_fen)


def put_in_calendar(*, kind: str, subject_id: str, title: str, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Put a row into the calendar, or move the one that is there, inside the command that is running."""
    CalendarRow.objects.update_or_create(
        kind=kind, subject_id=subject_id, defaults={"title": title[:120], "starts_at": starts_at, "ends_at": ends_at}
    )


def add_to_calendar(
    *, actor: Actor, at: dt.datetime, title: str, starts_at: dt.datetime, ends_at: dt.datetime, key: str = ""
) -> CalendarRow:
    """Something the team wants to see in its calendar, such as a launch or a shooting day. Raises PlanUnusable, NotAllowed."""
    actor.require("plan.write")
    if not title.strip():
        raise PlanUnusable(why=Text(zh="没有名称", en="it has no title"))
    if ends_at <= starts_at:
        raise PlanUnusable(why=Text(zh="期间的终点早于起点", en="the period ends before it begins"))

    def do() -> Result:
        row = CalendarRow.objects.create(kind="other", title=title.strip()[:120], starts_at=starts_at, ends_at=ends_at)
        return {"row": row.pk}

    payload = {"title": title, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    done = execute(
        key=key or f"calendar:{secrets.token_urlsafe(12)}", name="plan.add_to_calendar", actor=actor, at=at, payload=payload, do=do
    )
    return CalendarRow.objects.get(pk=done["row"])


def _require_amount(amount_fen: int) -> None:
    if isinstance(amount_fen, bool) or not isinstance(amount_fen, int) or not 0 <= amount_fen <= MOST_FEN:
        raise PlanUnusable(why=Text(zh="预算金额不对", en="that is no budget"))

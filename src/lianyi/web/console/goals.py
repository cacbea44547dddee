"""Goals and how far they are: what was measured against what should have been reached by now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lianyi.insight.measure import Metric, MetricValue, metric
from lianyi.insight.report.cells import Quantity
from lianyi.kernel.clock import Window, date_of, day_of
from lianyi.kernel.text import Text
from lianyi.ops.plan.selectors import Goal
from lianyi.web.console.asking import Horizon, values
from lianyi.web.console.cards import formatter, shown

ON_TRACK = 0.95
"""From this share of what should have been reached by now, a goal is on track."""
STATES = {
    "reached": (Text(zh="已达成", en="reached"), "good"),
    "on_track": (Text(zh="在轨", en="on track"), "good"),
    "behind": (Text(zh="落后", en="behind"), "bad"),
    "missed": (Text(zh="未达成", en="missed"), "bad"),
    "to_come": (Text(zh="未开始", en="to come"), ""),
    "silent": (Text(zh="暂无数据", en="no data"), ""),
}
SUMS = ("money", "count")


@dataclass(frozen=True, slots=True)
class Pace:
    """A goal with where it stands. percent : of the target, for the bar; expected_percent : where it should be by now, None for a rate."""

    goal: Goal
    metric: Metric
    state: str
    shown: str
    target: str
    percent: int
    expected_percent: int | None
    days_left: int

    @property
    def state_words(self) -> Text:
        """Its state in words."""
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        """Its state as a badge's tone."""
        return STATES[self.state][1]


def paces_of(goals: Sequence[Goal], horizon: Horizon | None, today: dt.date) -> list[Pace]:
    """Where goals stand by the newest data. today : of the brand. Cost: one kept question for each period that goals have."""
    found: dict[tuple[Window, str], MetricValue] = {}
    asked: dict[Window, set[str]] = {}
    for goal in goals:
        window = _measured(goal, horizon)
        if window is not None:
            asked.setdefault(window, set()).add(goal.metric)
    for window, metrics in asked.items():
        for value in values(horizon, sorted(metrics), window) if horizon else ():
            found[window, value.metric] = value
    return [_pace(goal, horizon, found, today) for goal in goals]


def _measured(goal: Goal, horizon: Horizon | None) -> Window | None:
    """The part of a goal's period for which there is data; None before it begins."""
    first, end = day_of(goal.from_on), day_of(goal.to_on) + 1
    known = horizon.last_day + 1 if horizon else first
    return Window(first, min(end, known)) if known > first else None


def _pace(goal: Goal, horizon: Horizon | None, found: Mapping[tuple[Window, str], MetricValue], today: dt.date) -> Pace:
    """A sum is held against its share of the time that is over, a rate against the target itself."""
    chosen = metric(goal.metric)
    writes = formatter()
    target = writes.short(Quantity(goal.target, chosen.unit))
    days_left = max(0, (goal.to_on - today).days)
    window = _measured(goal, horizon)
    if window is None:
        return Pace(goal, chosen, "to_come" if horizon else "silent", "–", target, 0, None, days_left)
    value = found[window, goal.metric]
    if value.status != "ok" or value.value is None:
        return Pace(goal, chosen, "silent", shown(value, writes), target, 0, None, days_left)
    is_sum = chosen.unit in SUMS and chosen.better != "down"
    elapsed = window.days / ((goal.to_on - goal.from_on).days + 1)
    return Pace(
        goal,
        chosen,
        _state(goal, chosen, value, elapsed if is_sum else 1.0, is_over=today > goal.to_on),
        shown(value, writes),
        target,
        max(0, min(100, round(100 * value.value / goal.target))) if goal.target else 0,
        round(100 * elapsed) if is_sum else None,
        days_left,
    )


def _state(goal: Goal, chosen: Metric, value: MetricValue, share: float, *, is_over: bool) -> str:
    reached = float(value.value or 0)
    if chosen.better == "down":
        return ("reached" if is_over else "on_track") if reached <= goal.target else "missed" if is_over else "behind"
    if reached >= goal.target:
        return "reached"
    if is_over:
        return "missed"
    return "on_track" if reached >= ON_TRACK * share * goal.target else "behind"


def last_day_of(horizon: Horizon | None) -> dt.date | None:
    """The last day with data."""
    return date_of(horizon.last_day) if horizon else None

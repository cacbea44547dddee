"""The figures of an evaluation: every metric over the window, beside its baseline, with its course."""

import dataclasses
from collections.abc import Mapping, Sequence

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.gate.faults import Gate
from lianyi.insight.evaluate.result import OK, Figure, Point
from lianyi.insight.measure import MetricValue, catalogue
from lianyi.kernel.clock import Window, date_of, day_of, period_start, periods
from lianyi.kernel.text import Text

# Metrics whose course is drawn; the others are single figures.
COURSES = (
    "net_sales", "gmv", "orders", "buyers", "new_buyers", "aov", "refund_rate", "repeat_buyer_rate", "gross_margin", "contribution_profit",
    "marketing_cost", "visitors", "conversion_rate", "active_members", "new_members", "reads", "interactions", "engagement_rate", "reply_rate",
    "posts_published", "content_ctr", "share_rate", "retention_d7", "referred_share", "interactions_per_active", "good_vitals_share",
    "input_output_ratio",
)  # fmt: skip


def course_grain(window: Window) -> str:
    """The period length in which a window's course is drawn.

    >>> course_grain(Window.parse("2024-01-01", "2025-01-01"))
    'month'
    """
    return "month" if window.days >= 150 else "week" if window.days >= 35 else "day"


def compared_values(case: Case, names: Sequence[str]) -> dict[str, tuple[MetricValue, MetricValue]]:
    """Metrics over the compared windows: (now, before); empty where nothing can be compared."""
    if case.comparison is None:
        return {}
    now, before = (_totals(case, names, window) for window in (case.comparison.now, case.comparison.before))
    return {name: (now[name], before[name]) for name in names}


def all_figures(case: Case) -> dict[str, Figure]:
    """Every metric of the catalogue over the window, and over the baseline where there is one."""
    names = list(catalogue())
    now = _totals(case, names, case.window)
    against = case.comparison if case.comparison is not None and case.comparison.kind != "within" else None
    before = _totals(case, names, against.before) if against else {}
    # An unfinished window is compared by the days it has; its own total stays what it is.
    level = _totals(case, list(names), against.now) if against and against.now != case.window else now
    drawn = [name for name in COURSES if now[name].status == OK]
    courses = courses_of(case, drawn, case.window)
    earlier = courses_of(case, drawn, against.before) if against else {}
    return {name: figure_of(now[name], level[name], before.get(name), courses.get(name, ()), earlier.get(name, ())) for name in names}


def _totals(case: Case, names: Sequence[str], window: Window) -> dict[str, MetricValue]:
    return {value.metric: value for value in case.measured(names, window)}


def courses_of(
    case: Case, names: Sequence[str], window: Window, *, member: tuple[str, str] | None = None
) -> Mapping[str, tuple[Point, ...]]:
    """Metrics period by period over a window, at the grain of the evaluation's own window: every period up to the last day of data.

    member : (dimension, value) for the course of one value of a dimension
    """
    if not names:
        return {}
    grain = course_grain(case.window)
    found: dict[str, dict[int, float | None]] = {}
    for value in case.measured(names, window, by=None if member is None else member[0], grain=grain):
        if value.at is None:
            continue
        if member is not None and (value.by is None or value.by[member[0]] != member[1]):
            continue
        found.setdefault(value.metric, {})[day_of(value.at)] = value.value
    told = [p for p in periods(window, grain) if p.from_day <= case.horizon_day]
    courses: dict[str, tuple[Point, ...]] = {}
    for name, known in found.items():
        courses[name] = tuple(
            Point(date_of(p.from_day).isoformat(), known[p.from_day], _whole(p, grain) and p.to_day - 1 <= case.horizon_day) for p in told
        )
    return courses


def _whole(period: Window, grain: str) -> bool:
    return period_start(period.from_day, grain) == period.from_day and period_start(period.to_day, grain) == period.to_day


def figure_of(
    value: MetricValue, level: MetricValue, before: MetricValue | None, course: tuple[Point, ...], earlier: tuple[Point, ...]
) -> Figure:
    """A metric's value as a figure, beside its baseline.

    level : the value over the days that are compared, which may be fewer than the window's
    """
    entry = catalogue()[value.metric]
    change = share = None
    if before is not None and before.value is not None and level.value is not None:
        change = level.value - before.value
        share = change / abs(before.value) if before.value else None
    return Figure(
        metric=value.metric,
        name=entry.name,
        says=entry.says,
        unit=value.unit,
        better=entry.better,
        status=value.status,
        value=value.value,
        interval=value.interval,
        n=value.n,
        eligible=value.eligible,
        excluded=value.excluded,
        missing=tuple(value.missing),
        version=value.version,
        baseline=None if before is None else before.value,
        baseline_interval=None if before is None else before.interval,
        change=change,
        change_share=share,
        series=course,
        baseline_series=earlier,
        sql=value.sql,
        section=entry.section,
    )


def with_targets(figures: Mapping[str, Figure], reached: Mapping[str, tuple[float, float | None, str | None]]) -> dict[str, Figure]:
    """The same figures with (target, attainment, verdict) noted where there is one."""
    noted = dict(figures)
    for name, (target, attainment, verdict) in reached.items():
        if name in noted:
            noted[name] = dataclasses.replace(noted[name], target=target, attainment=attainment, verdict=verdict)
    return noted


BROKEN = Text(
    zh="所依据的记录在本期有缺口（埋点中断），不与之前比较",
    en="the records it rests on have a hole in this period (tracking broke): not compared with before",
)


def with_doubts(figures: Mapping[str, Figure], gate: Gate, grade: str) -> dict[str, Figure]:
    """The same figures with the grade of their data; what rests on broken records is graded D and not compared."""
    return {
        name: dataclasses.replace(figure, grade="D", doubt=BROKEN, change=None, change_share=None)
        if gate.doubtful(name)
        else dataclasses.replace(figure, grade=grade)
        for name, figure in figures.items()
    }

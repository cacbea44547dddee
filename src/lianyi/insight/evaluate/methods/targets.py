"""Method 2, performance against targets: what was promised, what was reached, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.insight.evaluate.case import Case, span
from lianyi.insight.evaluate.result import NO_DATA, Method
from lianyi.insight.evaluate.scoring import shares_of, target_score, weighted
from lianyi.insight.measure import MetricValue, catalogue
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.money import minor_digits
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

ID = "targets"
NAME = Text(zh="绩效评估法（目标对照）", en="Performance against targets")
_SAYS = Text(
    zh="实际值与目标之比：达到得 100 分，及格线 60 分；期间未完结时，累计类目标按已过天数折算。",
    en="The actual value against its target: reached scores 100, the floor 60; in an unfinished period a running total is paced by the days gone.",
)
TARGETS = """
SELECT metric, from_d, to_d, target, floor, weight, owner, dimension, member FROM targets
WHERE from_d < $to_d AND to_d > $from_d ORDER BY from_d, to_d, metric, dimension, member
"""
ON_TRACK, MISS, UNDECIDED = "on_track", "miss", "undecided"


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the targets table.

    target, floor : in the metric's own unit, money in minor units (people write targets in major units, see `read_targets`)
    """

    metric: str
    window: Window
    target: float
    floor: float | None
    weight: float
    owner: str | None
    dimension: str | None
    member: str | None


@dataclass(frozen=True, slots=True)
class Attained:
    """A target and how far it was reached. pace: the share of the period gone, for running totals; otherwise 1."""

    target: Target
    value: MetricValue
    pace: float
    attainment: float | None
    interval: tuple[float, float] | None
    verdict: str | None


class TargetUnknown(BadInput):
    """A target names a metric the catalogue does not have."""

    code = "target_unknown"
    message = Text(zh="目标表里的指标 %(metric)s 不存在。", en="The targets name a metric that does not exist: %(metric)s.")
    remedy = Text(zh="用 lianyi metrics 查看可用的指标。", en="lianyi metrics lists those there are.")


def read_targets(case: Case) -> tuple[Target, ...]:
    """The targets whose period overlaps the window, finished or not.

    The table holds money as people write it, in yuan or pounds; here it becomes minor units like every other amount.
    """
    rows = case.engine.run(TARGETS, {"from_d": case.window.from_day, "to_d": case.window.to_day}).to_pylist()
    found = []
    for row in rows:
        if row["metric"] not in catalogue():
            raise TargetUnknown(metric=row["metric"])
        scale = 10 ** minor_digits(case.currency) if catalogue()[row["metric"]].unit == "money" else 1
        found.append(
            Target(
                metric=row["metric"],
                window=Window(row["from_d"], row["to_d"]),
                target=row["target"] * scale,
                floor=None if row["floor"] is None else row["floor"] * scale,
                weight=1.0 if row["weight"] is None else row["weight"],
                owner=row["owner"],
                dimension=row["dimension"],
                member=row["member"],
            )
        )
    return tuple(found)


def attain(case: Case, targets: Sequence[Target]) -> tuple[Attained, ...]:
    """Measure every target over its own period, as far as the data goes."""
    return tuple(_attained(case, target) for target in targets if target.window.from_day <= case.horizon_day)


def _attained(case: Case, target: Target) -> Attained:
    end = min(target.window.to_day, case.horizon_day + 1)
    window = Window(target.window.from_day, end)
    values = case.measured([target.metric], window, by=target.dimension or None)
    if target.dimension:
        values = [v for v in values if v.by and str(v.by[target.dimension]) == target.member] or values[:0]
    if not values:
        nothing = MetricValue(metric=target.metric, status=NO_DATA, value=None, unit=catalogue()[target.metric].unit)
        return Attained(target, nothing, 1.0, None, None, None)
    value = values[0]
    entry = catalogue()[target.metric]
    running = entry.adds_in_time
    pace = window.days / target.window.days if running else 1.0
    if value.value is None or not target.target:
        return Attained(target, value, pace, None, None, None)
    due = target.target * pace
    share = _share(value.value, due, entry.better)
    interval = None
    if value.interval:
        ends = sorted(_share(end, due, entry.better) for end in value.interval)
        interval = (ends[0], ends[1])
    low, high = interval or (share, share)
    verdict = ON_TRACK if low >= 1 else MISS if high < 1 else UNDECIDED
    return Attained(target, value, pace, share, interval, verdict)


def _share(value: float, due: float, better: str) -> float:
    """How much of what was due is reached; for metrics that are better down, the target over the value."""
    if better == "down":
        return 2.0 if value <= 0 else min(2.0, due / value)
    return value / due


def evaluate(case: Case, attained: Sequence[Attained], *, grade: str) -> Method:
    """Weigh the targets together."""
    lines: list[tuple[Text, float | None, float, Text]] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    for one in attained:
        entry = catalogue()[one.target.metric]
        if one.attainment is None:
            lines.append((entry.name, None, one.target.weight, Text(zh="没有数据，不计分", en="no data, not scored")))
            continue
        floor = None if one.target.floor is None else _share(one.target.floor, one.target.target, entry.better)
        score = target_score(one.attainment, floor)
        ends = tuple(target_score(end, floor) for end in one.interval) if one.interval else None
        scored.append((one.target.weight, score, (ends[0], ends[1]) if ends else None))
        lines.append((entry.name, score, one.target.weight, _line(one, entry.unit, case.currency)))
    if not scored:
        return Method(
            ID, NAME, "not_evaluable", None, None, None, _SAYS, shares_of(lines),
            needs=(Text(zh="目标表（指标、期间、目标值）", en="a table of targets (metric, period, target)"),),
        )  # fmt: skip
    score, interval = weighted(scored)
    return Method(ID, NAME, "evaluable", score, interval, grade, _SAYS, shares_of(lines), sql=TARGETS)


_VERDICTS = {
    ON_TRACK: Text(zh="达成", en="reached"),
    MISS: Text(zh="未达成", en="missed"),
    UNDECIDED: Text(zh="尚难判定", en="not yet decidable"),
}


def _line(one: Attained, unit: str, currency: str) -> Text:
    def written(value: float) -> object:
        return Amount(value, currency) if unit == "money" else Share(value) if unit == "ratio" else Count(value)

    zh = "%(period)s：%(value)s，目标 %(target)s，完成 %(share)s，%(verdict)s"
    en = "%(period)s: %(value)s of %(target)s, %(share)s, %(verdict)s"
    if one.pace < 1:
        zh += "（期间已过 %(pace)s，按此折算）"
        en += " (paced: %(pace)s of the period is gone)"
    return sentence(
        zh,
        en,
        period=span(one.target.window),
        value=written(one.value.value or 0),
        target=written(one.target.target),
        share=Share(one.attainment or 0),
        verdict=_VERDICTS[one.verdict or UNDECIDED],
        pace=Share(one.pace),
    )


def noted(case: Case, attained: Sequence[Attained]) -> dict[str, tuple[float, float | None, str | None]]:
    """What a figure shows of its target: the one for the whole brand whose period is the window itself."""
    return {
        one.target.metric: (one.target.target, one.attainment, one.verdict)
        for one in attained
        if one.target.window == case.window and not one.target.dimension
    }

"""Method 1, data analysis: how the core metrics moved against the baseline."""

from collections.abc import Mapping, Sequence

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.changes import relative_interval
from lianyi.insight.evaluate.result import Method
from lianyi.insight.evaluate.scoring import Anchor, anchors, change_score, shares_of, weighted
from lianyi.insight.measure import MetricValue, catalogue
from lianyi.insight.measure.intervals import difference_interval
from lianyi.kernel.numbers import Points, Share, sentence
from lianyi.kernel.text import Text

ID = "data_analysis"
NAME = Text(zh="数据分析法", en="Data analysis")
# A share of fewer than this has no change to speak of.
FEWEST = 30
FEW = Text(zh="样本不足 30，不计分", en="fewer than 30 observations, not scored")
Blocks = Mapping[str, tuple[Sequence[float], Sequence[float]]]
Pair = tuple[MetricValue, MetricValue]


def evaluate(case: Case, *, grade: str, blocks: Blocks, pairs: Mapping[str, Pair]) -> Method:
    """Score each core metric's change and weigh them together.

    pairs  : metric -> (now, before), over the compared windows
    blocks : metric -> (weekly values now, weekly values before), for the intervals of sums and counts
    A comparison within the window stands in where the data has no baseline; seasons are then part of the change, so the grade
    is C at best.
    """
    lines: list[tuple[Text, float | None, float, Text]] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    measured: list[str] = []
    for anchor in anchors(ID):
        if anchor.metric == "new_buyers" and not case.knows_who_is_new:
            continue
        figure = case.figures.get(anchor.metric)
        if figure is not None and figure.doubt is not None:
            lines.append((figure.name, None, anchor.weight, figure.doubt))
            continue
        pair = pairs.get(anchor.metric)
        change = None if pair is None else _change(pair, anchor)
        if pair is None or change is None:
            continue
        entry = catalogue()[anchor.metric]
        if anchor.in_points and min(v.n or 0 for v in pair) < FEWEST:
            lines.append((entry.name, None, anchor.weight, FEW))
            continue
        interval = _interval(pair, anchor, blocks)
        ends = sorted(change_score(end, anchor.full, entry.better) for end in interval) if interval else None
        score = change_score(change, anchor.full, entry.better)
        scored.append((anchor.weight, score, (ends[0], ends[1]) if ends else None))
        lines.append((entry.name, score, anchor.weight, _line(change, interval, anchor)))
        measured.append(anchor.metric)
    if not scored:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=(_needs(case),))
    score, interval = weighted(scored)
    command = f"measure {' '.join(measured)}"
    if case.comparison is not None and case.comparison.kind == "within":
        says = sentence(
            "%(says)s没有基期，这里是期内比较：%(label)s，含季节影响。",
            "%(says)s There is no baseline, so this compares within the window, seasons included: %(label)s.",
            says=_SAYS,
            label=case.comparison.label,
        )
        return Method(ID, NAME, "evaluable", score, interval, max(grade, "C"), says, shares_of(lines), command=command)
    return Method(ID, NAME, "evaluable", score, interval, grade, _SAYS, shares_of(lines), command=command)


_SAYS = Text(
    zh="核心指标相对基期的变化：不变得 50 分，变化达到满分线得 100 或 0 分，再按权重合成。",
    en="How the core metrics changed against the baseline: no change scores 50, the full mark 100 or 0, weighed together.",
)


def _needs(case: Case) -> Text:
    if case.comparison is None:
        return Text(zh="更长的历史数据（至少八周，才能比较）", en="a longer history (eight weeks at least, to compare)")
    return Text(zh="订单、会员或行为数据", en="orders, members or behaviour")


def _change(pair: Pair, anchor: Anchor) -> float | None:
    now, before = pair
    if now.value is None or before.value is None:
        return None
    if anchor.in_points:
        return now.value - before.value
    return (now.value - before.value) / abs(before.value) if before.value else None


def _interval(pair: Pair, anchor: Anchor, blocks: Blocks) -> tuple[float, float] | None:
    now, before = pair
    if anchor.in_points:
        if now.interval is None or before.interval is None or now.value is None or before.value is None:
            return None
        return difference_interval(now.value, now.interval, before.value, before.interval)
    return relative_interval(*blocks[anchor.metric]) if anchor.metric in blocks else None


def _line(change: float, interval: tuple[float, float] | None, anchor: Anchor) -> Text:
    def written(value: float) -> Points | Share:
        return Points(value) if anchor.in_points else Share(value, signed=True)

    if interval is None:
        return sentence("变化 %(change)s", "changed by %(change)s", change=written(change))
    return sentence(
        "变化 %(change)s（%(low)s 至 %(high)s）",
        "changed by %(change)s (%(low)s to %(high)s)",
        change=written(change),
        low=written(interval[0]),
        high=written(interval[1]),
    )

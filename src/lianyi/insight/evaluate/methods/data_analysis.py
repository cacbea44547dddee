"""Method 1, data analysis: how the core metrics moved against the baseline."""

from collections.abc import Mapping, Sequence

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.changes import difference_interval, relative_interval
from lianyi.insight.evaluate.result import Figure, Method
from lianyi.insight.evaluate.scoring import Anchor, anchors, change_score, weighted
from lianyi.kernel.numbers import Points, Share, sentence
from lianyi.kernel.text import Text

ID = "data_analysis"
NAME = Text(zh="数据分析法", en="Data analysis")
Blocks = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def evaluate(case: Case, *, grade: str, blocks: Blocks) -> Method:
    """Score each core metric's change and weigh them together.

    blocks : metric -> (weekly values of the window, weekly values of the baseline), for intervals of sums and counts
    """
    lines: list[tuple[Text, float | None, float, Text]] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    for anchor in anchors(ID):
        figure = case.figures.get(anchor.metric)
        change = None if figure is None else _change(figure, anchor)
        if figure is None or change is None:
            continue
        score = change_score(change, anchor.full, figure.better)
        interval = _interval(figure, anchor, blocks)
        ends = sorted(change_score(end, anchor.full, figure.better) for end in interval) if interval else None
        scored.append((anchor.weight, score, (ends[0], ends[1]) if ends else None))
        lines.append((figure.name, score, anchor.weight, _line(change, interval, anchor)))
    if not scored:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=(_needs(case),))
    score, interval = weighted(scored)
    return Method(ID, NAME, "evaluable", score, interval, grade, _SAYS, tuple(lines))


_SAYS = Text(
    zh="核心指标相对基期的变化：不变得 50 分，变化达到满分线得 100 或 0 分，再按权重合成。",
    en="How the core metrics changed against the baseline: no change scores 50, the full mark 100 or 0, weighed together.",
)


def _needs(case: Case) -> Text:
    if case.baseline is None:
        return Text(zh="覆盖基期的历史数据（目前的数据没有那么早）", en="data that reaches back to the baseline (the history does not)")
    return Text(zh="订单、会员或行为数据", en="orders, members or behaviour")


def _change(figure: Figure, anchor: Anchor) -> float | None:
    return figure.change if anchor.in_points else figure.change_share


def _interval(figure: Figure, anchor: Anchor, blocks: Blocks) -> tuple[float, float] | None:
    if anchor.in_points and figure.interval and figure.baseline_interval and figure.change is not None:
        # The change is measured on the compared days; the widths come from the figures' own intervals.
        now = figure.change + (figure.baseline or 0.0)
        shift = now - (figure.value or 0.0)
        return difference_interval(
            now, (figure.interval[0] + shift, figure.interval[1] + shift), figure.baseline or 0.0, figure.baseline_interval
        )
    if not anchor.in_points and anchor.metric in blocks:
        return relative_interval(*blocks[anchor.metric])
    return None


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

"""What a chart shows, as the title of a slide: the finding, not the topic, and no full stop."""

from lianyi.insight.evaluate.result import Decomposition, Figure
from lianyi.insight.report.cells import Period, Quantity
from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.pictures import Cohorts, Picture, Ranking, Trend, Waterfall
from lianyi.kernel.numbers import percent


def takeaway(context: Context, title: str, picture: Picture, says: str) -> str:
    """The finding of a chart: what stands out in it, else what it says in words, else its topic."""
    match picture:
        case Ranking() if picture.bars:
            return _ranking(context, title, picture)
        case Waterfall():
            return _waterfall(context, picture)
        case Cohorts():
            return _cohorts(context, says)
        case _:
            return says.rstrip("。. ") or title


def of_figure(context: Context, figure: Figure, picture: Trend) -> str:
    """The finding of a figure's course: where it stands, how it changed, when it was highest."""
    words, name = context.words, context.say(figure.name)
    value = context.formatter.short(context.value(figure))
    change = context.change_share(figure) if figure.unit != "ratio" else context.change(figure)
    full = [
        (v, at)
        for line in picture.lines
        if line.role == "now"
        for v, at, complete in zip(line.values, picture.periods, line.complete, strict=True)
        if v is not None and complete
    ]
    said = (
        words("take.level_changed", name=name, value=value, against=context.against(), change=context.formatter.full(change))
        if change is not None
        else words("take.level", name=name, value=value)
    )
    if len(full) < 3:
        return said
    best = max(full) if figure.better != "down" else min(full)
    at = context.formatter.period(Period(best[1], picture.grain))
    return said + words("take.highest" if figure.better != "down" else "take.lowest", at=at)


def of_change(context: Context, name: str, decomposition: Decomposition, unit: str) -> str:
    """The finding of a decomposition: how much, and through which factor."""

    def short(value: float) -> str:
        return context.formatter.short(Quantity(value, unit, delta=True))

    most = max(decomposition.factors, key=lambda factor: factor.effect * (1 if decomposition.change >= 0 else -1))
    return context.words(
        "take.why", name=name, change=short(decomposition.change), factor=context.say(most.name), effect=short(most.effect)
    )


def _ranking(context: Context, title: str, picture: Ranking) -> str:
    words = context.words
    first = max(picture.bars, key=lambda bar: bar.value)
    last = min(picture.bars, key=lambda bar: bar.value)

    def short(value: float) -> str:
        return context.formatter.short(Quantity(value, picture.unit, delta=picture.delta))

    if picture.delta:
        if first.value > 0 > last.value:
            return words("take.both_ways", up=first.name, gain=short(first.value), down=last.name, loss=short(last.value))
        most = max(picture.bars, key=lambda bar: abs(bar.value))
        return words("take.most_changed", name=most.name, change=short(most.value))
    if len(picture.bars) < 2:
        return title
    total, k = sum(bar.value for bar in picture.bars), min(3, len(picture.bars) - 2)
    if picture.unit in ("money", "count") and k >= 1 and last.value >= 0 and total > 0:
        top = sum(sorted((bar.value for bar in picture.bars), reverse=True)[:k])
        return words("take.leads", name=first.name, value=short(first.value), k=k, share=percent(top / total), n=len(picture.bars))
    return words("take.spread", high=first.name, most=short(first.value), low=last.name, least=short(last.value))


def _cohorts(context: Context, says: str) -> str:
    """The sentence without its bracket, which says how the mean was taken."""
    return says.partition("（" if context.language == "zh" else " (")[0]


def _waterfall(context: Context, picture: Waterfall) -> str:
    def short(value: float, *, delta: bool = False) -> str:
        return context.formatter.short(Quantity(value, picture.unit, delta=delta))

    change = picture.end[1] - picture.start[1]
    name, effect = max(picture.steps, key=lambda step: step[1] * (1 if change >= 0 else -1))
    return context.words(
        "take.waterfall",
        start=picture.start[0],
        before=short(picture.start[1]),
        end=picture.end[0],
        now=short(picture.end[1]),
        name=name,
        effect=short(effect, delta=True),
    )

"""A chart in words: one sentence that says what to see, and a text alternative for those who do not see it."""

from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.document import Period, Quantity
from lianyi.insight.report.pictures import Cohorts, Funnel, Picture, Ranking, Split, Trend, Waterfall


def says(context: Context, picture: Picture) -> str:
    """A reading note where the marks need one; empty otherwise."""
    if isinstance(picture, Trend | Split):
        lines = picture.lines if isinstance(picture, Trend) else picture.parts
        if any(not complete for line in lines for complete in line.complete):
            return context.words("results.partial")
    return ""


def alt(context: Context, name: str, picture: Picture) -> str:
    """The text alternative."""
    match picture:
        case Trend():
            return _trend(context, name, picture)
        case Ranking():
            top = max(picture.bars, key=lambda bar: bar.value)
            return context.words("alt.ranking", n=len(picture.bars), first=top.name, value=_short(context, top.value, picture.unit, delta=picture.delta))
        case Waterfall():
            steps = context.words.listed(f"{label} {_short(context, value, picture.unit, delta=True)}" for label, value in picture.steps)
            start, end = (_short(context, value, picture.unit) for _, value in (picture.start, picture.end))
            return context.words("alt.waterfall", start=start, end=end, n=len(picture.steps), steps=steps)
        case Cohorts():
            return context.words("alt.cohorts", n=len(picture.starts))
        case Funnel():
            return context.words("alt.funnel", steps=" → ".join(f"{label} {_short(context, n, picture.unit)}" for label, n in picture.steps))
        case Split():
            first, last = _at(context, picture.periods[0], picture.grain), _at(context, picture.periods[-1], picture.grain)
            return context.words("alt.split", parts=context.words.listed(part.name for part in picture.parts), first=first, last=last)


def _short(context: Context, value: float, unit: str, *, delta: bool = False) -> str:
    return context.formatter.short(Quantity(value, unit, delta=delta))


def _at(context: Context, start: str, grain: str) -> str:
    return context.formatter.period(Period(start, grain))


def _trend(context: Context, name: str, picture: Trend) -> str:
    line = next((x for x in picture.lines if x.role == "now"), picture.lines[0])
    known = [(value, start) for value, start in zip(line.values, picture.periods, strict=True) if value is not None]
    if not known:
        return name
    high, low, end = max(known), min(known), known[-1]
    return context.words(
        "alt.trend",
        name=name,
        first=_at(context, picture.periods[0], picture.grain),
        last=_at(context, picture.periods[-1], picture.grain),
        high=_short(context, high[0], picture.unit),
        high_at=_at(context, high[1], picture.grain),
        low=_short(context, low[0], picture.unit),
        low_at=_at(context, low[1], picture.grain),
        end=_short(context, end[0], picture.unit),
    )

"""A chart in words: one sentence that says what to see, and a text alternative for those who do not see it."""

from lianyi.insight.report.cells import Period, Quantity
from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.pictures import Cohorts, Funnel, Picture, Ranking, Split, Trend, Waterfall
from lianyi.kernel.numbers import percent


def marks(context: Context, picture: Picture) -> str:
    """What the special marks of a chart mean; empty where it has none."""
    if isinstance(picture, Cohorts):
        return context.words("results.censored") if any(share is None for row in picture.shares for share in row) else ""
    if isinstance(picture, Trend | Split):
        lines = picture.lines if isinstance(picture, Trend) else picture.parts
        if any(not complete for line in lines for complete in line.complete):
            return context.words("results.partial")
    return ""


def says(context: Context, picture: Picture) -> str:
    """The one sentence a reader should take from a chart; empty where the data allow none."""
    match picture:
        case Trend():
            return _trend_says(context, picture)
        case Ranking():
            return _ranking_says(context, picture)
        case Cohorts():
            return _cohorts_says(context, picture)
        case Funnel():
            return _funnel_says(context, picture)
        case Split():
            return _split_says(context, picture)
        case Waterfall():
            return ""


def _trend_says(context: Context, picture: Trend) -> str:
    line = next((item for item in picture.lines if item.role == "now"), None)
    if line is None:
        return ""
    full = [(v, at) for v, at, complete in zip(line.values, picture.periods, line.complete, strict=True) if v is not None and complete]
    if len(full) < 3 or max(full)[0] == min(full)[0]:
        return ""
    (high, high_at), (low, low_at) = max(full), min(full)
    return context.words(
        "says.trend",
        high=_short(context, high, picture.unit),
        high_at=_at(context, high_at, picture.grain),
        low=_short(context, low, picture.unit),
        low_at=_at(context, low_at, picture.grain),
    )


def _ranking_says(context: Context, picture: Ranking) -> str:
    values = [bar.value for bar in picture.bars]
    total, k = sum(values), min(3, len(values) - 2)
    if picture.unit not in ("money", "count") or picture.delta or k < 1 or min(values) < 0 or total <= 0:
        return ""
    return context.words("says.ranking", k=k, share=percent(sum(sorted(values, reverse=True)[:k]) / total))


def _cohorts_says(context: Context, picture: Cohorts) -> str:
    means = []
    for column, offset in enumerate(picture.offsets):
        pairs = [(row[column], size or 1) for row, size in zip(picture.shares, picture.sizes, strict=True)]
        known = [(share, size) for share, size in pairs if share is not None]
        if offset > 0 and known:
            means.append((offset, sum(share * size for share, size in known) / sum(size for _, size in known)))
    if not means:
        return ""
    (k, first), (j, later) = means[0], means[min(2, len(means) - 1)]
    if j == k:
        return context.words("says.cohorts_one", first=percent(first), k=k)
    return context.words("says.cohorts", first=percent(first), k=k, later=percent(later), j=j)


def _funnel_says(context: Context, picture: Funnel) -> str:
    pairs = [
        (after[1] / before[1], before[0], after[0])
        for before, after in zip(picture.steps, picture.steps[1:], strict=False)
        if before[1] > 0
    ]
    if not pairs:
        return ""
    share, before, after = min(pairs)
    return context.words("says.funnel", before=before, after=after, share=percent(share))


def _split_says(context: Context, picture: Split) -> str:
    full = [i for i in range(len(picture.periods)) if all(part.complete[i] and part.values[i] is not None for part in picture.parts)]
    if not full:
        return ""
    total = sum(part.values[full[-1]] or 0 for part in picture.parts)
    if total <= 0:
        return ""
    parts = context.words.listed(f"{part.name} {percent((part.values[full[-1]] or 0) / total)}" for part in picture.parts)
    return context.words("says.split", at=_at(context, picture.periods[full[-1]], picture.grain), parts=parts)


def alt(context: Context, name: str, picture: Picture) -> str:
    """The text alternative."""
    match picture:
        case Trend():
            return _trend(context, name, picture)
        case Ranking():
            top = max(picture.bars, key=lambda bar: bar.value)
            return context.words(
                "alt.ranking", n=len(picture.bars), first=top.name, value=_short(context, top.value, picture.unit, delta=picture.delta)
            )
        case Waterfall():
            steps = context.words.listed(f"{label} {_short(context, value, picture.unit, delta=True)}" for label, value in picture.steps)
            start, end = (_short(context, value, picture.unit) for _, value in (picture.start, picture.end))
            return context.words("alt.waterfall", start=start, end=end, n=len(picture.steps), steps=steps)
        case Cohorts():
            return context.words("alt.cohorts", n=len(picture.starts))
        case Funnel():
            return context.words(
                "alt.funnel", steps=" → ".join(f"{label} {_short(context, n, picture.unit)}" for label, n in picture.steps)
            )
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

"""Why a figure changed: the decomposition as waterfall, factor table and segments."""

from lianyi.insight.evaluate.result import Decomposition, Segment
from lianyi.insight.measure import dimensions
from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.compose import readings, takeaways
from lianyi.insight.report.compose.context import Context, slug
from lianyi.insight.report.document import Block, Chart, Column, Derived, Heading, Row, Table
from lianyi.insight.report.pictures import Bar, Ranking, Waterfall

MOST_SEGMENTS = 12


def change_blocks(context: Context, decomposition: Decomposition) -> list[Block]:
    """Heading, one sentence, waterfall, factors, and one chart a dimension."""
    words, formatter = context.words, context.formatter
    figure = context.evaluation.figure(decomposition.metric)
    name = context.say(figure.name) if figure else decomposition.metric
    unit = context.unit(figure.metric, figure.unit) if figure else "money"

    def short(value: float, *, delta: bool = False) -> str:
        return formatter.short(Quantity(value, unit, delta=delta))

    sentences = [
        words(
            "results.why_says",
            name=name,
            before=short(decomposition.baseline),
            now=short(decomposition.current),
            change=short(decomposition.change, delta=True),
        )
    ]
    if decomposition.factors:
        most = max(decomposition.factors, key=lambda factor: abs(factor.effect))
        sentences.append(words("results.why_most", factor=context.say(most.name), effect=short(most.effect, delta=True)))
    joined = (" " if context.language == "en" else "").join(sentences)
    blocks: list[Block] = []
    title = words("results.why_of", name=name)
    if not decomposition.factors:
        blocks.append(Heading("why", title, joined))
    else:
        picture = Waterfall(
            unit,
            (words("col.before"), decomposition.baseline),
            tuple((context.say(factor.name), factor.effect) for factor in decomposition.factors),
            (words("col.now"), decomposition.current),
        )
        note = context.say(decomposition.note) if decomposition.note else ""
        if abs(decomposition.residual) >= 1:
            note = f"{note} {words('results.residual', residual=short(decomposition.residual, delta=True))}".strip()
        blocks.append(
            Chart(
                "why",
                title,
                joined,
                readings.alt(context, title, picture),
                picture,
                _factors(context, decomposition, unit),
                note,
                command=context.asked(decomposition.command),
                takeaway=takeaways.of_change(context, name, decomposition, unit),
            )
        )
    for dimension, segments in decomposition.segments.items():
        if segments:
            blocks.append(_segments(context, decomposition, dimension, segments, unit))
    return blocks


def _factors(context: Context, decomposition: Decomposition, unit: str) -> Table:
    words = context.words
    columns = (
        Column("factor", words("col.factor"), "text"),
        Column("baseline", words("col.before"), "mixed"),
        Column("current", words("col.now"), "mixed"),
        Column("effect", words("col.effect"), unit, total="sum"),
        Column("share", words("col.share_of"), "share", total="sum"),
    )
    rows = []
    for factor in decomposition.factors:
        own = context.unit(factor.id, factor.unit)
        rows.append(
            Row(
                {
                    "factor": Label(context.say(factor.name)),
                    "baseline": Quantity(factor.baseline, own),
                    "current": Quantity(factor.current, own),
                    "effect": Quantity(factor.effect, unit, delta=True),
                    "share": Quantity(factor.effect / decomposition.change if decomposition.change else None, "share", delta=True),
                }
            )
        )
    return Table("why-factors-table", words("results.factors"), columns, tuple(rows))


def _segments(context: Context, decomposition: Decomposition, dimension: str, segments: tuple[Segment, ...], unit: str) -> Chart:
    words = context.words
    dimension_name = context.say(dimensions()[dimension].name) if dimension in dimensions() else dimension
    title = words("results.segments_of", dimension=dimension_name)
    ordered = sorted(segments, key=lambda segment: (segment.pooled > 0, -abs(segment.effect)))
    drawn = [s for s in ordered if not s.pooled] or ordered  # many small ones in one bar would dwarf each of those that have a name
    bars = tuple(
        Bar(context.name(s.value), s.effect, tone="muted" if s.significant is False else "good" if s.effect >= 0 else "bad")
        for s in drawn[:MOST_SEGMENTS]
    )
    picture = Ranking(unit, bars, delta=True)
    names = {factor.id: context.say(factor.name) for factor in decomposition.factors}
    ids = tuple(dict.fromkeys(i for segment in segments for i in segment.effects))
    columns = (
        Column("value", dimension_name, "text"),
        Column("baseline", words("col.before"), unit, total="sum"),
        Column("current", words("col.now"), unit, total="sum"),
        Column("effect", words("col.change"), unit, derived=Derived("difference", "current", "baseline"), total="sum"),
        *(Column(f"effect-{i}", names.get(i, i), unit, total="sum") for i in ids),
        Column("tested", words("col.tested"), "text"),
    )
    tested = {True: "results.significant", False: "results.not_significant", None: "results.not_tested"}
    rows = tuple(
        Row(
            {
                "value": Label(context.name(s.value)),
                "baseline": Quantity(s.baseline, unit),
                "current": Quantity(s.current, unit),
                "effect": Quantity(s.effect, unit, delta=True),
                **{f"effect-{i}": Quantity(s.effects.get(i), unit, delta=True) for i in ids},
                "tested": Label(words(tested[s.significant]), tone="plain" if s.significant else "muted"),
            }
        )
        for s in ordered
    )
    most = ordered[0]
    says = words(
        "results.segments_most", value=context.name(most.value), effect=context.formatter.short(Quantity(most.effect, unit, delta=True))
    )
    return Chart(
        f"why-{slug(dimension)}",
        title,
        says,
        readings.alt(context, title, picture),
        picture,
        Table(f"why-{slug(dimension)}-table", title, columns, rows, folded=True),
        _not_drawn(context, [s for s in ordered if s not in drawn[:MOST_SEGMENTS]], unit),
        command=context.asked(decomposition.command),
        takeaway=takeaways.takeaway(context, title, picture, says),
    )


def _not_drawn(context: Context, left: list[Segment], unit: str) -> str:
    """How many segments stand only in the table, and what they come to."""
    if not left:
        return ""
    total = Quantity(sum(segment.effect for segment in left), unit, delta=True)
    return context.words("results.not_drawn", n=sum(max(segment.pooled, 1) for segment in left), effect=context.formatter.short(total))

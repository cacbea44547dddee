"""Part four: scores, trend, the causes of the change, every figure, and the exhibits."""

from lianyi.insight.evaluate.result import NO_DATA, OK, UNDEFINED, Figure
from lianyi.insight.report.cells import Cell, Label, Period, Quantity
from lianyi.insight.report.compose import readings
from lianyi.insight.report.compose.change import change_blocks
from lianyi.insight.report.compose.context import Context, anchor_of, slug
from lianyi.insight.report.compose.exhibits import exhibit_blocks
from lianyi.insight.report.compose.scores import scorecard
from lianyi.insight.report.compose.takeaways import of_figure
from lianyi.insight.report.document import Block, Chart, Column, Derived, Heading, Paragraph, Row, Section, Table
from lianyi.insight.report.periods import grain_of
from lianyi.insight.report.pictures import Line, Trend
from lianyi.insight.report.templates import arranged


def results(context: Context) -> Section:
    """The results, in the groups and the order of the template."""
    groups: dict[str, list[Block]] = {
        "scorecard": scorecard(context),
        "trend": [chart for names in context.template.trends if (chart := _trend(context, names)) is not None],
        "why": [] if context.evaluation.decomposition is None else change_blocks(context, context.evaluation.decomposition),
        "metrics": _metrics(context),
        "exhibits": _exhibits(context),
    }
    blocks = [block for name in arranged(list(groups), context.template.results) for block in groups[name]]
    return Section("results", "", context.words("part.results"), tuple(blocks))


def _exhibits(context: Context) -> list[Block]:
    known = {exhibit.id: exhibit for exhibit in context.evaluation.exhibits}
    return [block for id_ in arranged(list(known), context.template.exhibits) for block in exhibit_blocks(context, known[id_])]


def _trend(context: Context, metrics: tuple[str, ...]) -> Chart | None:
    figures = (context.evaluation.figure(metric) for metric in metrics)
    figure = next((f for f in figures if f is not None and sum(p.value is not None for p in f.series) >= 2), None)
    if figure is None:
        return None
    words, name = context.words, context.say(figure.name)
    starts = tuple(point.at for point in figure.series)
    unit = context.unit(figure.metric, figure.unit)
    lines = [Line(words("col.now"), tuple(_float(p.value) for p in figure.series), tuple(p.complete for p in figure.series))]
    if figure.baseline_series:
        before = [_float(p.value) for p in figure.baseline_series[: len(starts)]]
        before += [None] * (len(starts) - len(before))
        lines.append(Line(words("col.before"), tuple(before), (True,) * len(starts), role="baseline"))
    level = figure.baseline if not figure.baseline_series and figure.unit == "ratio" else None
    picture = Trend(
        starts, grain_of(starts), unit, tuple(lines), _float(level), words("results.baseline_level") if level is not None else ""
    )
    title = words("results.trend_of", name=name)
    keys = ("now", "before")[: len(lines)]
    columns = (
        Column("at", words("col.period"), "date"),
        *(Column(key, line.name, unit, total="sum" if unit == "money" else "none") for key, line in zip(keys, lines, strict=True)),
    )
    rows = tuple(
        Row(
            {
                "at": Period(start, picture.grain, lines[0].complete[i]),
                **{key: Quantity(line.values[i], unit) for key, line in zip(keys, lines, strict=True)},
            },
            marked=not lines[0].complete[i],
        )
        for i, start in enumerate(starts)
    )
    shown = Table(f"trend-{slug(figure.metric)}-table", title, columns, rows, folded=True)
    return Chart(
        f"trend-{slug(figure.metric)}",
        title,
        readings.says(context, picture),
        readings.alt(context, name, picture),
        picture,
        shown,
        readings.marks(context, picture),
        figure.sql,
        context.asked(f"measure {figure.metric} --grain {picture.grain}"),
        of_figure(context, figure, picture),
    )


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _metrics(context: Context) -> list[Block]:
    words, evaluation = context.words, context.evaluation
    usable = [f for f in evaluation.figures if f.status == OK]
    intro = words("results.metrics_intro", n=len(usable)) if usable else words("results.metrics_none")
    blocks: list[Block] = [Heading("metrics", words("results.metrics"), intro, ("metrics-table",))]
    if usable:
        blocks.append(_metric_table(context, usable))
    undefined = [f for f in evaluation.figures if f.status == UNDEFINED]
    if undefined:
        columns = (Column("metric", words("col.metric"), "text"), Column("why", words("col.why"), "text"))
        rows = tuple(Row({"metric": Label(context.say(f.name), anchor_of(f.metric)), "why": Label(context.why(f))}) for f in undefined)
        blocks += [
            Heading("undefined", words("results.undefined")),
            Table("undefined-table", words("results.undefined"), columns, rows, stacks=True),
        ]
    lacking = sum(f.status == NO_DATA for f in evaluation.figures)
    if lacking:
        blocks.append(Paragraph(words("results.missing", n=lacking), ("conclude-gaps", "review-gaps")))
    return blocks


def _metric_table(context: Context, figures: list[Figure]) -> Table:
    words = context.words
    compared = any(f.baseline is not None for f in figures)
    level = context.formatter.level(context.evaluation.level)
    columns = [Column("metric", words("col.metric"), "text"), Column("value", words("col.now"), "mixed")]
    if compared:
        columns += [
            Column("baseline", words("col.before"), "mixed"),
            Column("change", words("col.change"), "mixed", derived=Derived("difference", "value", "baseline")),
            Column("change_share", words("col.change_share"), "share", derived=Derived("share", "change", "baseline")),
        ]
    columns += [Column("interval", words("col.interval", level=level), "interval"), Column("n", words("col.n"), "count")]
    if any(f.series for f in figures):
        columns.append(Column("trend", words("col.trend"), "spark"))
    order = list(context.words.family("section"))
    return Table(
        "metrics-table",
        words("results.metrics"),
        tuple(columns),
        tuple(sorted((_metric_row(context, f) for f in figures), key=lambda row: order.index(row.group))),
        stacks=True,
    )


def _metric_row(context: Context, figure: Figure) -> Row:
    unit = context.unit(figure.metric, figure.unit)
    cells: dict[str, Cell] = {
        "metric": Label(context.say(figure.name), anchor_of(figure.metric)),
        "value": context.value(figure),
        "baseline": Quantity(figure.baseline, unit) if figure.baseline is not None else None,
        "change": context.change(figure),
        "change_share": context.change_share(figure),
        "interval": context.interval(figure),
        "n": Quantity(figure.n, "count") if figure.n is not None else None,
        "trend": context.spark(figure),
    }
    return Row(cells, group=context.section(figure))


def series_table(context: Context) -> Table | None:
    """Every series side by side, one row a period: for workbooks and for readers who want the figures."""
    words = context.words
    figures = [f for f in context.evaluation.figures if len(f.series) >= 2]
    if not figures:
        return None
    grain, starts = max(
        ((grain_of(tuple(p.at for p in f.series)), tuple(p.at for p in f.series)) for f in figures), key=lambda pair: len(pair[1])
    )
    figures = [f for f in figures if tuple(p.at for p in f.series) == starts]
    columns = (
        Column("at", words("col.period"), "date"),
        *(Column(f.metric, context.say(f.name), context.unit(f.metric, f.unit)) for f in figures),
    )
    rows = tuple(
        Row(
            {
                "at": Period(start, grain, all(f.series[i].complete for f in figures)),
                **{f.metric: Quantity(f.series[i].value, context.unit(f.metric, f.unit)) for f in figures},
            },
            marked=not all(f.series[i].complete for f in figures),
        )
        for i, start in enumerate(starts)
    )
    return Table("series-table", words("results.by_period"), columns, rows, folded=True)

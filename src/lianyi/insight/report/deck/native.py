"""Native charts of slides, one a kind of picture: whoever edits the numbers in PowerPoint sees the chart follow."""

from collections.abc import Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.charts.theme import ticks
from lianyi.insight.report.charts.trend import span
from lianyi.insight.report.deck.cells import workbook
from lianyi.insight.report.deck.page import Box, Page, coloured, typeface
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.number_formats import axis_format, cell_value
from lianyi.insight.report.pictures import Funnel, Line, Ranking, Split, Trend, Waterfall
from lianyi.kernel.numbers import MINUS

SHADES = (COLOURS["accent"], "#5f97a3", "#a6c5cc", "#d3e3e6")
TONES = {"plain": COLOURS["accent"], "good": COLOURS["accent"], "bad": COLOURS["bad"], "muted": COLOURS["muted"]}
WHITE = "#ffffff"
SIZE = 11
CROWDED = 0.06  # of the axis: ends nearer than that are one above the other
_Data: Any = CategoryChartData  # the library publishes types for some of its calls only
CUT_BELOW = 0.15  # as in the drawn waterfall: when all movement is small, the levels are cut at the foot and the slide says so


class Native:
    """Puts charts of one report on pages: its formatter writes categories, its currency the numbers."""

    def __init__(self, formatter: Formatter) -> None:
        self.formatter = formatter

    def add(self, page: Page, box: Box, picture: Trend | Split | Ranking | Waterfall | Funnel, alt: str) -> Any:
        """The chart of a picture in a box; returns it."""
        match picture:
            case Trend():
                chart = self._trend(page, box, picture)
            case Split():
                chart = self._split(page, box, picture)
            case Ranking():
                chart = self._ranking(page, box, picture)
            case Waterfall():
                chart = self._waterfall(page, box, picture)
            case Funnel():
                chart = self._funnel(page, box, picture)
        page.slide.shapes[-1]._element.nvGraphicFramePr.cNvPr.set("descr", alt)  # noqa: SLF001
        for run in chart._chartSpace.iter(qn("a:defRPr"), qn("a:rPr")):  # noqa: SLF001
            typeface(run)
        return chart

    # ---- what all share ----

    def _number(self, value: float | None, unit: str) -> float | None:
        return None if value is None else cell_value(Quantity(value, unit), self.formatter.currency)

    def _format(self, unit: str, values: Sequence[float | None], *, delta: bool = False) -> str:
        largest = max((abs(v) for v in values if v is not None), default=0.0)
        shown = axis_format(unit, self.formatter.currency, largest, self.formatter.language)
        return f"+{shown};\\-{shown};{shown}" if delta and ";" not in shown else shown

    def _chart(
        self, page: Page, box: Box, kind: Any, names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], shown: str
    ) -> Any:
        filled = _Data(number_format=shown)
        filled.categories = list(names)
        for name, values in series:
            filled.add_series(name, list(values))
        frame = page.slide.shapes.add_chart(kind, Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height), filled)
        chart = frame.chart
        chart.part.chart_workbook.update_from_xlsx_blob(workbook(names, series, shown))
        chart.has_title = False
        chart.has_legend = False
        chart.font.size = Pt(SIZE)
        coloured(chart.font.color, COLOURS["ink-2"])
        chart.plots[0].vary_by_categories = False
        return chart

    def _quiet_axes(self, chart: Any, shown: str, *, values: bool = True) -> None:
        category, value = chart.category_axis, chart.value_axis
        category.has_major_gridlines = False
        category.major_tick_mark = XL_TICK_MARK.NONE
        category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        category.format.line.width = Pt(0.75)
        coloured(category.format.line.color, COLOURS["muted"])
        value.major_tick_mark = XL_TICK_MARK.NONE
        value.format.line.fill.background()
        value.visible = values
        value.has_major_gridlines = values
        if values:
            value.tick_labels.number_format = shown
            value.tick_labels.number_format_is_linked = False
            value.major_gridlines.format.line.width = Pt(0.5)
            coloured(value.major_gridlines.format.line.color, COLOURS["line"])

    # ---- kinds ----

    def _trend(self, page: Page, box: Box, picture: Trend) -> Any:
        lines = list(picture.lines)
        if picture.level is not None:
            count = len(picture.periods)
            lines.append(Line(picture.level_name, (picture.level,) * count, (True,) * count, role="baseline"))
        series = [(line.name, [self._number(v, picture.unit) for v in line.values]) for line in lines]
        everything = [v for _, values in series for v in values]
        shown = self._format(picture.unit, everything)
        names = self.formatter.ticks(picture.periods, picture.grain)
        chart = self._chart(page, box, XL_CHART_TYPE.LINE_MARKERS, names, series, shown)
        self._quiet_axes(chart, shown)
        marks = ticks(*span(picture))
        axis = chart.value_axis
        axis.minimum_scale, axis.maximum_scale = (self._number(mark, picture.unit) for mark in (marks[0], marks[-1]))
        axis.major_unit = self._number(marks[1] - marks[0], picture.unit)
        ends = [next((v for v in reversed(line.values) if v is not None), None) for line in lines]
        told = [v for v in ends if v is not None]
        # Names at the ends of lines that meet would cover each other: the upper one goes up by a line.
        crowded = len(told) > 1 and max(told) - min(told) < CROWDED * (marks[-1] - marks[0])
        upper = max((i for i, v in enumerate(ends) if v is not None), key=lambda i: (ends[i] or 0.0, -i), default=None)
        for i, (line, drawn) in enumerate(zip(lines, chart.plots[0].series, strict=True)):
            self._line(drawn, line, raised=crowded and i == upper)
        return chart

    def _line(self, drawn: Any, line: Line, *, raised: bool = False) -> None:
        """One line: the window strong, the rest dashed grey; unfinished points open and reached by dashes; its name at its end."""
        now = line.role == "now"
        colour = COLOURS["accent" if now else "muted"]
        drawn.smooth = False
        drawn.format.line.width = Pt(2.25 if now else 1.5)
        coloured(drawn.format.line.color, colour)
        if not now:
            drawn.format.line.dash_style = MSO_LINE.DASH
        mark = drawn.marker
        mark.style = 8 if now else -4142  # circle, none
        if now:
            mark.size = 7
            mark.format.fill.solid()
            coloured(mark.format.fill.fore_color, colour)
            mark.format.line.fill.background()
        for i, complete in enumerate(line.complete):
            if now and not complete and line.values[i] is not None:
                point = drawn.points[i]
                point.format.line.dash_style = MSO_LINE.ROUND_DOT
                point.format.line.width = Pt(1.75)
                coloured(point.format.line.color, colour)
                point.marker.style, point.marker.size = 8, 7
                point.marker.format.fill.solid()
                coloured(point.marker.format.fill.fore_color, WHITE)
                coloured(point.marker.format.line.color, colour)
        known = [i for i, v in enumerate(line.values) if v is not None]
        if known:
            _label(drawn, known[-1], colour if now else COLOURS["ink-3"], "r", raised=raised)

    def _split(self, page: Page, box: Box, picture: Split) -> Any:
        series = [(part.name, [self._number(v, picture.unit) or 0 for v in part.values]) for part in picture.parts]
        sums = [sum(values[i] for _, values in series) for i in range(len(picture.periods))]
        shown = self._format(picture.unit, sums)
        chart = self._chart(page, box, XL_CHART_TYPE.COLUMN_STACKED, self.formatter.ticks(picture.periods, picture.grain), series, shown)
        self._quiet_axes(chart, shown)
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = 55, 100
        for k, (part, drawn) in enumerate(zip(picture.parts, plot.series, strict=True)):
            _fill(drawn, SHADES[min(k, len(SHADES) - 1)])
            for i, complete in enumerate(part.complete):
                if not complete:
                    _hatched(drawn.points[i], SHADES[min(k, len(SHADES) - 1)])
        self._legend(chart)
        return chart

    def _legend(self, chart: Any) -> None:
        from pptx.enum.chart import XL_LEGEND_POSITION

        chart.has_legend = True
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
        chart.legend.font.size = Pt(SIZE)
        coloured(chart.legend.font.color, COLOURS["ink-2"])

    def _ranking(self, page: Page, box: Box, picture: Ranking) -> Any:
        values = [self._number(bar.value, picture.unit) for bar in picture.bars]
        shown = self._format(picture.unit, values, delta=picture.delta)
        names = [bar.name for bar in picture.bars]
        chart = self._chart(page, box, XL_CHART_TYPE.BAR_CLUSTERED, names, [(" ", values)], shown)
        self._quiet_axes(chart, shown, values=False)
        chart.category_axis.reverse_order = True
        plot = chart.plots[0]
        plot.gap_width = 55
        drawn = plot.series[0]
        drawn.invert_if_negative = False
        _fill(drawn, COLOURS["accent"])
        for i, bar in enumerate(picture.bars):
            tone = "bad" if bar.tone == "plain" and bar.value < 0 else bar.tone
            if tone not in ("plain", "good"):
                _fill(drawn.points[i], TONES[tone])
        # Folded by the smallest: beside ¥100K, ¥380 would read as ¥0K.
        self._labels(plot, self._format(picture.unit, [min((abs(v) for v in values if v), default=0.0)], delta=picture.delta))
        if any(bar.low is not None and bar.high is not None for bar in picture.bars):
            ends = [
                (
                    self._number(bar.value - (bar.low if bar.low is not None else bar.value), picture.unit) or 0,
                    self._number((bar.high if bar.high is not None else bar.value) - bar.value, picture.unit) or 0,
                )
                for bar in picture.bars
            ]
            _intervals(drawn, ends)
            plot.data_labels.position = XL_LABEL_POSITION.INSIDE_BASE
            coloured(plot.data_labels.font.color, WHITE)
        return chart

    def _labels(self, plot: Any, shown: str, position: Any = XL_LABEL_POSITION.OUTSIDE_END) -> None:
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.show_value = True
        labels.number_format, labels.number_format_is_linked = shown, False
        labels.font.size, labels.font.bold = Pt(SIZE), True
        coloured(labels.font.color, COLOURS["ink-2"])
        if position is not None:
            labels.position = position

    def _waterfall(self, page: Page, box: Box, picture: Waterfall) -> Any:
        """Columns that hang from one another: an invisible foot, then level, rise or fall, and their parts below zero."""
        words = [picture.start, *picture.steps, picture.end]
        spans: list[tuple[float, float, str]] = []
        running = picture.start[1]
        for k, (_, amount) in enumerate(words):
            if k in (0, len(words) - 1):
                spans.append((0.0, amount, "level"))
                running = amount
            else:
                spans.append((running, running + amount, "up" if amount >= 0 else "down"))
                running += amount
        unit = picture.unit
        rows: dict[str, list[float | None]] = {name: [] for name in ("foot", "level", "up", "down", "up_below", "down_below")}
        for a, b, kind in spans:
            low, high = min(a, b), max(a, b)
            foot = 0.0 if low < 0 < high or kind == "level" else low if low >= 0 else high
            above = high - max(low, 0.0) if high > 0 else 0.0
            below = min(high, 0.0) - low if low < 0 else 0.0
            cells = dict.fromkeys(rows, 0.0)
            cells["foot"] = foot
            if kind == "level":
                cells["level"] = b
            elif above:
                cells[kind], cells[f"{kind}_below"] = above, -below
            else:
                cells[f"{kind}_below"] = -below
            for name, column in rows.items():
                column.append(self._number(cells[name], unit) if cells[name] or name == "foot" else None)
        names = {"foot": " ", "level": picture.end[0], "up": "+", "down": MINUS, "up_below": "+ ", "down_below": f"{MINUS} "}
        named = [(key, name) for key, name in names.items() if key == "foot" or any(value for value in rows[key])]
        tops = [self._number(max(a, b), unit) or 0 for a, b, _ in spans]
        shown = self._format(unit, tops)
        chart = self._chart(
            page, box, XL_CHART_TYPE.COLUMN_STACKED, [name for name, _ in words], [(label, rows[key]) for key, label in named], shown
        )
        self._quiet_axes(chart, shown, values=False)
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = 45, 100
        fills = {"level": COLOURS["ink-2"], "up": COLOURS["accent"], "down": COLOURS["bad"]}
        for (key, _), drawn in zip(named, plot.series, strict=True):
            drawn.invert_if_negative = False
            if key == "foot":
                drawn.format.fill.background()
                continue
            _fill(drawn, fills[key.removesuffix("_below")])
        cut = cut_foot(picture)
        visible = max(max(a, b) for a, b, _ in spans) - (cut if cut is not None else min(0.0, *(min(a, b) for a, b, _ in spans)))
        self._waterfall_labels(plot.series, named, spans, unit, least=0.07 * visible)
        if cut is not None:
            chart.value_axis.minimum_scale = self._number(cut, unit)
        return chart

    def _waterfall_labels(
        self,
        drawn: Any,
        named: Sequence[tuple[str, str]],
        spans: Sequence[tuple[float, float, str]],
        unit: str,
        least: float,
    ) -> None:
        """Each column's own number in it, from its cell; falls written with a minus. A column too low for a number has it above.

        Each is folded by its own size: a step of ¥380 between columns of ¥700K stays ¥380.
        """
        for (key, _), series in zip(named, drawn, strict=True):
            kind = key.removesuffix("_below")
            for i, (a, b, own) in enumerate(spans):
                if own != kind or key == "foot":
                    continue
                size = self._number(abs(b - a), unit)
                moved = self._format(unit, [size], delta=True)
                shown = self._format(unit, [size]) if kind == "level" else moved if kind == "up" else moved.split(";")[1]
                fits = abs(b - a) >= least
                _label(
                    series,
                    i,
                    WHITE if fits else COLOURS["ink"],
                    "inEnd" if kind == "level" else "ctr",
                    shown=shown,
                    named=False,
                    raised=not fits,
                )

    def _funnel(self, page: Page, box: Box, picture: Funnel) -> Any:
        """Bars in the middle: an invisible pad on the left centres each step under the first."""
        first = picture.steps[0][1]
        counts = [value for _, value in picture.steps]
        pads = [(first - value) / 2 for value in counts]
        shown = self._format(picture.unit, counts)
        chart = self._chart(
            page,
            box,
            XL_CHART_TYPE.BAR_STACKED,
            [name for name, _ in picture.steps],
            [
                (" ", [self._number(v, picture.unit) for v in pads]),
                (page.slide.shapes.title.text_frame.text[:20], [self._number(v, picture.unit) for v in counts]),
            ],
            shown,
        )
        self._quiet_axes(chart, shown, values=False)
        chart.category_axis.reverse_order = True
        chart.category_axis.format.line.fill.background()
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, self._number(first, picture.unit)
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = 30, 100
        pad, bars = plot.series
        pad.format.fill.background()
        _fill(bars, COLOURS["accent"])
        for i, value in enumerate(counts):
            _label(bars, i, WHITE if value >= 0.12 * first else COLOURS["ink"], "ctr", shown=shown, named=False)
        return chart


def cut_foot(picture: Waterfall) -> float | None:
    """Where the levels of a waterfall are cut, so that small movements can be seen; None when they start at zero."""
    running = picture.start[1]
    tops, feet = [running, picture.end[1]], [running, picture.end[1]]
    for _, amount in picture.steps:
        tops.append(max(running, running + amount))
        feet.append(min(running, running + amount))
        running += amount
    high, low = max(tops), min(feet)
    return low - 1.5 * (high - low) if low > 0 and 0 < high - low < CUT_BELOW * high else None


def _fill(target: Any, colour: str) -> None:
    target.format.fill.solid()
    coloured(target.format.fill.fore_color, colour)


def _hatched(point: Any, colour: str) -> None:
    """An unfinished period: stripes, not a lighter bar, which would look like less."""
    from pptx.enum.dml import MSO_PATTERN

    point.format.fill.patterned()
    point.format.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
    coloured(point.format.fill.fore_color, colour)
    coloured(point.format.fill.back_color, WHITE)


def _label(series: Any, index: int, colour: str, position: str, *, shown: str = "", named: bool = True, raised: bool = False) -> None:
    """The label of one point, linked to its cell: series name and value, or value alone; `raised` stands a line above its place."""
    label = series.points[index].data_label
    label.font.size, label.font.bold = Pt(SIZE), True
    coloured(label.font.color, colour)
    element = label._dLbl  # noqa: SLF001 - the library writes no separator, series name or number format of a single label
    for tag in (
        "c:numFmt",
        "c:dLblPos",
        "c:showLegendKey",
        "c:showVal",
        "c:showCatName",
        "c:showSerName",
        "c:showPercent",
        "c:showBubbleSize",
        "c:separator",
    ):
        for old in element.findall(qn(tag)):
            element.remove(old)
    if raised:
        moved = f'<c:layout {nsdecls("c")}><c:manualLayout><c:x val="0"/><c:y val="-0.045"/></c:manualLayout></c:layout>'
        element.insert(1, parse_xml(moved))
    format_ = f'<c:numFmt {nsdecls("c")} formatCode="{_escaped(shown)}" sourceLinked="0"/>' if shown else ""
    if format_:
        element.insert(2 if raised else 1, parse_xml(format_))
    flags = {
        "c:showLegendKey": 0,
        "c:showVal": 1,
        "c:showCatName": 0,
        "c:showSerName": int(named),
        "c:showPercent": 0,
        "c:showBubbleSize": 0,
    }
    element.append(parse_xml(f'<c:dLblPos {nsdecls("c")} val="{position}"/>'))
    for tag, value in flags.items():
        element.append(parse_xml(f'<{tag} {nsdecls("c")} val="{value}"/>'))
    if named:
        element.append(parse_xml(f"<c:separator {nsdecls('c')}> </c:separator>"))


def _escaped(code: str) -> str:
    return code.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _intervals(series: Any, ends: Sequence[tuple[float, float]]) -> None:
    """Each bar's interval as its own pair of lengths."""

    def numbers(values: Sequence[float]) -> str:
        points = "".join(f'<c:pt idx="{i}"><c:v>{v!r}</c:v></c:pt>' for i, v in enumerate(values))
        return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numLit>'

    bars = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{numbers([high for _, high in ends])}</c:plus><c:minus>{numbers([low for low, _ in ends])}</c:minus>"
        f'<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{COLOURS["ink"][1:].upper()}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    element = series._element  # noqa: SLF001 - the library knows no error bars
    element.find(qn("c:cat")).addprevious(bars)

"""Native charts of a workbook, drawn from the cells of the table they belong to."""

from typing import Any

from xlsxwriter.chart import Chart as NativeChart
from xlsxwriter.worksheet import Worksheet

from lianyi.insight.report.cells import Period, Quantity
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.document import Chart, Table
from lianyi.insight.report.number_formats import axis_format
from lianyi.insight.report.pictures import Cohorts, Funnel, Line, Ranking, Split, Trend, Waterfall
from lianyi.insight.report.xlsx.book import Book
from lianyi.insight.report.xlsx.tables import Range, largest
from lianyi.kernel.money import minor_digits

SHADES = (COLOURS["accent"], "#5f97a3", "#a6c5cc", "#d3e3e6")
WIDTH, HEIGHT = 760, 340
AXIS_DATES = {"zh": ("m/d", "yy/m"), "en": ("d mmm", "mmm yy")}
HELPER_COLUMNS = 14  # how far right of a chart its own cells stand, clear of the chart


def add_chart(book: Book, sheet: Worksheet, chart: Chart, where: Range, top: int, left: int) -> bool:
    """Put the chart of a table at a cell; cohorts are coloured in place instead. Returns whether a chart was put."""
    picture = chart.picture
    match picture:
        case Trend():
            native = _lines(book, where, chart.table, picture.lines, picture.unit)
        case Split():
            native = _areas(book, where, chart.table, picture.unit)
        case Ranking():
            native = _bars(book, where, chart.table, picture)
        case Funnel():
            native = _bars(book, where, chart.table, Ranking(picture.unit, ()))
        case Waterfall():
            native = _waterfall(book, sheet, where, picture, left)
        case Cohorts():
            _heat(sheet, where, chart.table)
            return False
    if native is None:
        return False
    native.set_title({"name": chart.title, "overlay": False, "name_font": {"size": 13, "color": COLOURS["ink"], "bold": True}})
    native.set_size({"width": WIDTH, "height": HEIGHT})
    native.set_chartarea({"border": {"none": True}})
    sheet.insert_chart(top, left, native, {"description": chart.alt, "object_position": 2})
    return True


def _number_keys(table: Table, unit: str) -> list[str]:
    return [column.key for column in table.columns if column.unit == unit]


def _axes(native: NativeChart, book: Book, unit: str, most: float, *, dated: str = "") -> None:
    quiet = {"size": 9, "color": COLOURS["ink-3"]}
    native.set_x_axis(
        {
            "num_font": quiet,
            "line": {"color": COLOURS["muted"]},
            "major_tick_mark": "none",
            "label_position": "low",
            **({"text_axis": True, "num_format": dated} if dated else {}),
        }
    )
    native.set_y_axis(
        {
            "num_font": quiet,
            "num_format": axis_format(unit, book.document.currency, most, book.document.language),
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": COLOURS["line"], "width": 0.75}},
            "major_tick_mark": "none",
        }
    )


def _lines(book: Book, where: Range, table: Table, lines: tuple[Line, ...], unit: str) -> NativeChart | None:
    keys = _number_keys(table, unit)[: len(lines)]
    if not keys:
        return None
    native = book.workbook.add_chart({"type": "line"})
    category = table.columns[0].key
    for key, line in zip(keys, lines, strict=True):
        now = line.role == "now"
        series: dict[str, Any] = {
            "name": where.heading(key),
            "categories": where.reference(category),
            "values": where.reference(key),
            "line": {
                "color": COLOURS["accent" if now else "muted"],
                "width": 2.25 if now else 1.5,
                "dash_type": "solid" if now else "dash",
            },
        }
        if now:
            series["marker"] = {"type": "circle", "size": 6, "fill": {"color": COLOURS["accent"]}, "border": {"color": COLOURS["accent"]}}
            series["points"] = [
                None if done else {"border": {"color": COLOURS["muted"], "dash_type": "round_dot", "width": 1.75}} for done in line.complete
            ]
            if all(line.complete):
                del series["points"]
        native.add_series(series)
    _axes(native, book, unit, max(largest(table, key, book.document.currency) for key in keys), dated=_dates(book, table))
    native.set_legend({"none": True} if len(keys) == 1 else {"position": "top"})
    native.show_blanks_as("gap")
    return native


def _areas(book: Book, where: Range, table: Table, unit: str) -> NativeChart | None:
    keys = _number_keys(table, unit)
    if not keys:
        return None
    native = book.workbook.add_chart({"type": "area", "subtype": "stacked"})
    for k, key in enumerate(keys):
        native.add_series(
            {
                "name": where.heading(key),
                "categories": where.reference(table.columns[0].key),
                "values": where.reference(key),
                "fill": {"color": SHADES[min(k, len(SHADES) - 1)]},
            }
        )
    _axes(native, book, unit, sum(largest(table, key, book.document.currency) for key in keys), dated=_dates(book, table))
    native.set_legend({"position": "top"})
    return native


def _bars(book: Book, where: Range, table: Table, picture: Ranking) -> NativeChart | None:
    name = table.columns[0].key
    numeric = [column for column in table.columns if column.unit not in ("text", "date")]
    key = "effect" if picture.delta else numeric[0].key
    native = book.workbook.add_chart({"type": "bar"})
    series: dict[str, Any] = {
        "name": where.heading(key),
        "categories": where.reference(name),
        "values": where.reference(key),
        "fill": {"color": COLOURS["accent"]},
        "points": _fills(table, key),
        "gap": 60,
        "data_labels": {
            "value": True,
            "font": {"size": 9, "color": COLOURS["ink-2"]},
            "num_format": axis_format(
                picture.unit, book.document.currency, largest(table, key, book.document.currency), book.document.language
            ),
        },
    }
    if {"low", "high"} <= set(where.columns) and any(bar.low is not None for bar in picture.bars):
        series["y_error_bars"] = {
            "type": "custom",
            "plus_values": [(bar.high or bar.value) - bar.value for bar in picture.bars],
            "minus_values": [bar.value - (bar.low if bar.low is not None else bar.value) for bar in picture.bars],
            "line": {"color": COLOURS["ink"]},
        }
        del series["data_labels"]
    native.add_series(series)
    native.set_y_axis(
        {
            "num_font": {"size": 10, "color": COLOURS["ink"]},
            "line": {"color": COLOURS["muted"]},
            "major_tick_mark": "none",
            "label_position": "low",
            "reverse": True,
        }
    )
    native.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    native.set_legend({"none": True})
    return native


def _dates(book: Book, table: Table) -> str:
    """The date format of a table whose rows are periods; empty when they are not."""
    cell = table.rows[0].cells.get(table.columns[0].key) if table.rows else None
    return AXIS_DATES[book.document.language][cell.grain == "month"] if isinstance(cell, Period) else ""


def _fills(table: Table, key: str) -> list[dict[str, Any]]:
    """One fill a bar: falls in the second colour."""
    values = [cell.value if isinstance(cell := row.cells.get(key), Quantity) else None for row in table.rows]
    return [{"fill": {"color": COLOURS["bad" if (value or 0) < 0 else "accent"]}} for value in values]


def _waterfall(book: Book, sheet: Worksheet, where: Range, picture: Waterfall, left: int) -> NativeChart:
    """A stacked column on cells of its own: an invisible foot, then level, rise or fall."""
    words = book.words
    scale = 10 ** -minor_digits(book.document.currency) if picture.unit == "money" else 1
    top, column = where.head, left + HELPER_COLUMNS
    heads = ("", "", words("col.now"), "+", "−")
    for k, head in enumerate(heads):
        book.text(sheet, top, column + k, head, font_color=COLOURS["ink-3"], font_size=9)
    running, at = 0.0, top + 1
    levels = (picture.start, *picture.steps, picture.end)
    for k, (name, amount) in enumerate(levels):
        if k in (0, len(levels) - 1):
            foot, cells, running = 0.0, (amount, 0.0, 0.0), amount
        else:
            after = running + amount
            foot, cells, running = min(running, after), (0.0, max(amount, 0.0), max(-amount, 0.0)), after
        book.text(sheet, at, column, name, font_color=COLOURS["ink-3"], font_size=9)
        for offset, value in enumerate((foot, *cells)):
            sheet.write_number(
                at, column + 1 + offset, value * scale, book.format(num_format="#,##0", font_color=COLOURS["ink-3"], font_size=9)
            )
        at += 1
    native = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    name = sheet.get_name()
    fills = (None, COLOURS["ink-2"], COLOURS["accent"], COLOURS["bad"])
    for k, fill in enumerate(fills):
        native.add_series(
            {
                "name": heads[k + 1] or " ",
                "categories": [name, top + 1, column, at - 1, column],
                "values": [name, top + 1, column + 1 + k, at - 1, column + 1 + k],
                "fill": {"color": fill} if fill else {"none": True},
                "gap": 40,
            }
        )
    _axes(native, book, picture.unit, max(picture.start[1], picture.end[1]) * scale)
    native.set_legend({"none": True})
    return native


def _heat(sheet: Worksheet, where: Range, table: Table) -> None:
    """Shares shaded by size in place; the first period, always whole, is left out of the scale."""
    keys = [column.key for column in table.columns if column.unit in ("share", "ratio")]
    shaded = keys[1:] if len(keys) > 1 else keys
    if not shaded:
        return
    sheet.conditional_format(
        where.first,
        where.columns[shaded[0]],
        where.last,
        where.columns[shaded[-1]],
        {"type": "2_color_scale", "min_color": "#eef5f6", "max_color": "#5f9fac"},
    )

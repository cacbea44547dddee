"""Tables of the document as ranges of a sheet: headings, real numbers, formulas, totals, widths."""

from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from lianyi.insight.report.cells import Interval, Quantity, Spark
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.document import Column, Row, Table
from lianyi.insight.report.number_formats import POINTS, cell_value, scale_of, shown_unit
from lianyi.insight.report.words import Words
from lianyi.insight.report.xlsx.book import Book, columns_of

TOTAL_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Range:
    """Where a table stands: its heading row, first and last data row, and the column of each key (the first of two for an interval)."""

    sheet: str
    head: int
    first: int
    last: int
    columns: dict[str, int]
    after: int  # first free row below

    def reference(self, key: str) -> list[Any]:
        """A data column as charts want it."""
        column = self.columns[key]
        return [self.sheet, self.first, column, self.last, column]

    def heading(self, key: str) -> list[Any]:
        return [self.sheet, self.head, self.columns[key]]


def write_table(book: Book, sheet: Worksheet, table: Table, top: int, *, left: int = 0) -> Range:
    """Write a table with its heading in row `top`; sparkline columns are left out, an interval takes two columns.

    Incomplete periods stand in italics and grey, with a column that says so.
    """
    words = book.words
    columns = [column for column in table.columns if column.unit != "spark"]
    places: dict[str, int] = {}
    widths: dict[int, int] = {}
    at = left
    head = {"bold": True, "font_color": COLOURS["ink-2"], "bottom": 1, "bottom_color": COLOURS["muted"], "text_wrap": True}
    for column in columns:
        places[column.key] = at
        names = _ends_of(column, words) if column.unit == "interval" else (column.heading,)
        for name in names:
            words_ = column.unit in ("text", "date")
            book.text(sheet, top, at, name, align="left" if words_ else "right", indent=int(words_ and at > left), **head)
            widths[at] = columns_of(name) + 2
            at += 1
    marked = any(row.marked for row in table.rows)
    if marked:
        book.text(sheet, top, at, words("sheet.complete"), align="left", indent=1, **head)
        widths[at] = columns_of(words("sheet.complete")) + 4
    row_at = top + 1
    for row in table.rows:
        _write_row(book, sheet, columns, places, row, row_at, widths)
        if marked:
            book.text(
                sheet, row_at, at, words("sheet.no") if row.marked else words("sheet.yes"), indent=1, bottom=1, bottom_color=COLOURS["line"]
            )
        row_at += 1
    last = row_at - 1
    if len(table.rows) > 1 and any(column.total == "sum" for column in columns):
        _write_totals(book, sheet, columns, places, table.rows, top + 1, row_at, widths)
        row_at += 1
    last_words = columns[-1].unit == "text" and len(columns) > 1 and not marked
    for index, width in widths.items():
        if not (last_words and index == places[columns[-1].key]):  # the last words of a row may run over the empty cells beside them
            book.widen(sheet, index, width)
    return Range(sheet.get_name(), top, top + 1, last, places, row_at)


def _ends_of(column: Column, words: Words) -> tuple[str, str]:
    """Headings of the two ends of an interval: of the row's figure, or of what the column names."""
    if column.key == "interval":
        return words("sheet.low"), words("sheet.high")
    return f"{column.heading} {words('sheet.least')}", f"{column.heading} {words('sheet.most')}"


def _write_row(
    book: Book, sheet: Worksheet, columns: list[Column], places: dict[str, int], row: Row, at: int, widths: dict[int, int]
) -> None:
    look: dict[str, Any] = {"bottom": 1, "bottom_color": COLOURS["line"]}
    if row.marked:
        look.update(italic=True, bg_color=COLOURS["hatch"])
    for column in columns:
        place, cell = places[column.key], row.cells.get(column.key)
        if place != min(places.values()) and not isinstance(cell, Quantity):
            look["indent"] = 1
        else:
            look.pop("indent", None)
        if column.unit == "interval":
            book.ends(sheet, at, place, cell if isinstance(cell, Interval) else None, **look)
            if isinstance(cell, Interval):
                for k, end in enumerate((cell.low, cell.high)):
                    widths[place + k] = max(widths[place + k], book.shown_width(Quantity(end, cell.unit)) + 2)
            continue
        formula = _formula(book, column, places, row, at) if isinstance(cell, Quantity) else None
        book.cell(sheet, at, place, None if isinstance(cell, Spark) else cell, formula=formula, wrap=column is not columns[-1], **look)
        widths[place] = max(widths[place], book.shown_width(cell) + 2)


def _formula(book: Book, column: Column, places: dict[str, int], row: Row, at: int) -> str | None:
    """The formula of a derived cell; None where it would not give the stated number (then the number is written)."""
    derived = column.derived
    if derived is None:
        return None
    here, left, right = (row.cells.get(key) for key in (column.key, derived.left, derived.right))
    if not (isinstance(here, Quantity) and isinstance(left, Quantity) and isinstance(right, Quantity)):
        return None
    if here.value is None or left.value is None or right.value is None:
        return None
    a, b = (xl_rowcol_to_cell(at, places[key]) for key in (derived.left, derived.right))
    if derived.rule == "difference":
        if abs(left.value - right.value - here.value) > TOTAL_TOLERANCE * max(abs(left.value), abs(right.value), 1e-12):
            return None
        return f"=({a}-{b})*{scale_of(POINTS)}" if shown_unit(here) == POINTS else f"={a}-{b}"
    if right.value == 0 or abs(left.value / abs(right.value) - here.value) > TOTAL_TOLERANCE * max(abs(here.value), 1.0):
        return None
    divided = f"/{scale_of(POINTS)}" if shown_unit(left) == POINTS else ""
    return f'=IF({b}=0,"",{a}{divided}/ABS({b}))'


def _write_totals(
    book: Book,
    sheet: Worksheet,
    columns: list[Column],
    places: dict[str, int],
    rows: tuple[Row, ...],
    first: int,
    at: int,
    widths: dict[int, int],
) -> None:
    look: dict[str, Any] = {"bold": True, "top": 1, "top_color": COLOURS["muted"]}
    for k, column in enumerate(columns):
        place = places[column.key]
        cells = [row.cells.get(column.key) for row in rows]
        numbers = [cell for cell in cells if isinstance(cell, Quantity) and cell.value is not None]
        if k == 0:
            book.text(sheet, at, place, book.words("col.total"), **look)
        elif column.total == "sum" and len(numbers) == len(cells):
            total = Quantity(sum(number.value or 0 for number in numbers), numbers[0].unit, delta=numbers[0].delta)
            span = f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(at - 1, place)}"
            widths[place] = max(widths[place], book.shown_width(total) + 3)
            book.quantity(sheet, at, place, total, formula=f"=SUM({span})", **look)
        else:
            sheet.write_blank(at, place, None, book.format(**look))


def largest(table: Table, key: str, currency: str) -> float:
    """The largest absolute number of a column, as written in the sheet."""
    values = [cell_value(cell, currency) for row in table.rows if isinstance(cell := row.cells.get(key), Quantity)]
    return max((abs(value) for value in values if value is not None), default=0.0)

"""The workbook being written: its formats, made once each, and the only ways to put something into a cell."""

import datetime as dt
import unicodedata
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lianyi.insight.report.cells import Cell, Interval, Label, Period, Quantity
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.document import Document
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.number_formats import cell_value, number_format, shown_unit
from lianyi.insight.report.words import Words

INJECTED = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that a spreadsheet may take for a formula when a text cell is edited."""
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
LONGEST_TEXT = 32_000
NARROWEST, WIDEST = 9, 60
LINE_HEIGHT = 16
PERIOD_FORMATS = {
    "zh": {"month": 'yyyy"年"m"月"', "day": "yyyy-mm-dd", "week": "yyyy-mm-dd", "quarter": "yyyy-mm-dd"},
    "en": {"month": "mmm yyyy", "day": "d mmm yyyy", "week": "d mmm yyyy", "quarter": "d mmm yyyy"},
}


class Book:
    """A workbook for one document. Cells are written through it, so that no text can become a formula."""

    def __init__(self, path: str, document: Document) -> None:
        self.workbook = Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        self.document = document
        self.words = Words(document.language)
        self.formatter = Formatter(document.language, document.currency)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()
        self._widths: dict[tuple[str, int], int] = {}
        self._lines: dict[tuple[str, int], int] = {}
        made = dt.datetime.fromisoformat(document.made_at).replace(tzinfo=None)
        self.workbook.set_properties({"title": document.title, "author": "Lianyi", "created": made, "comments": document.snapshot})
        self.workbook.set_size(2400, 1500)

    def format(self, **properties: Any) -> Any:
        """A cell format, one object for equal properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {
                "font_name": "Microsoft YaHei" if self.document.language == "zh" else "Calibri",
                "font_size": 11,
                "font_color": COLOURS["ink"],
                "valign": "vcenter",
            }
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def sheet(self, title: str, *, tab: str = "line") -> Worksheet:
        """A new sheet: a lawful and unique name, its title in the first row, grid lines off."""
        name = self.sheet_name(title)
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_tab_color(COLOURS[tab])
        sheet.set_row(0, 30)
        self.text(sheet, 0, 0, title, bold=True, font_size=16)
        return sheet

    def sheet_name(self, title: str) -> str:
        """At most 31 characters, none forbidden, unlike every other."""
        base = " ".join(title.translate(FORBIDDEN).split())[:31].strip() or "Sheet"
        name, k = base, 2
        while name.casefold() in self._names:
            name, k = f"{base[: 31 - len(f' {k}')]} {k}", k + 1
        self._names.add(name.casefold())
        return name

    def widen(self, sheet: Worksheet, column: int, characters: int) -> None:
        """Make a column at least so many characters wide, within bounds; tables that share a column share the widest."""
        key = (sheet.get_name(), column)
        wanted = min(max(characters, NARROWEST), WIDEST)
        if wanted > self._widths.get(key, 0):
            self._widths[key] = wanted
            sheet.set_column(column, column, wanted)

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **properties: Any) -> None:
        """A text cell, always a text cell: one that begins like a formula keeps Excel's own text mark when it is edited."""
        if text.startswith(INJECTED):
            properties["quote_prefix"] = True
        sheet.write_string(row, column, text[:LONGEST_TEXT], self.format(**properties))

    def quantity(
        self, sheet: Worksheet, row: int, column: int, quantity: Quantity, *, formula: str | None = None, **properties: Any
    ) -> None:
        """A number with its format, by formula where one is given; the reason where there is no number."""
        value = cell_value(quantity, self.document.currency)
        if value is None and not quantity.because:
            sheet.write_blank(row, column, None, self.format(**properties))
            return
        if value is None:
            self.text(sheet, row, column, quantity.because, font_color=COLOURS["ink-3"], align="right", **properties)
            return
        fraction = quantity.unit == "count" and value != round(value)
        shown = self.format(
            num_format=number_format(shown_unit(quantity), self.document.currency, delta=quantity.delta, fraction=fraction),
            align="right",
            **properties,
        )
        if formula is None:
            sheet.write_number(row, column, value, shown)
        else:
            sheet.write_formula(row, column, formula, shown, value)

    def date(self, sheet: Worksheet, row: int, column: int, period: Period, **properties: Any) -> None:
        """A real date, shown as its period."""
        shown = PERIOD_FORMATS[self.document.language][period.grain]
        sheet.write_datetime(
            row, column, dt.datetime.fromisoformat(period.at[:10]), self.format(num_format=shown, align="left", **properties)
        )

    def cell(
        self, sheet: Worksheet, row: int, column: int, cell: Cell, *, formula: str | None = None, wrap: bool = True, **properties: Any
    ) -> None:
        """Any cell but an interval, which takes two columns, and a sparkline, which stands over its data."""
        match cell:
            case Quantity():
                self.quantity(sheet, row, column, cell, formula=formula, **properties)
            case Label():
                lines = -(-(columns_of(cell.text) + 2) // WIDEST) if wrap else 1
                if lines > 1:
                    self._heighten(sheet, row, lines)
                self.text(sheet, row, column, cell.text, text_wrap=lines > 1, **properties)
            case Period():
                self.date(sheet, row, column, cell, **properties)
            case _:
                sheet.write_blank(row, column, None, self.format(**properties))

    def _heighten(self, sheet: Worksheet, row: int, lines: int) -> None:
        key = (sheet.get_name(), row)
        if lines > self._lines.get(key, 1):
            self._lines[key] = lines
            sheet.set_row(row, LINE_HEIGHT * lines)

    def ends(self, sheet: Worksheet, row: int, column: int, interval: Interval | None, **properties: Any) -> None:
        """Both ends of an interval, in this column and the next."""
        for k, end in enumerate((None, None) if interval is None else (interval.low, interval.high)):
            if interval is None or end is None:
                sheet.write_blank(row, column + k, None, self.format(**properties))
            else:
                self.quantity(sheet, row, column + k, Quantity(end, interval.unit), **properties)

    def shown_width(self, cell: Cell) -> int:
        """Width of a cell's writing in characters."""
        match cell:
            case Quantity():
                return columns_of(self.formatter.full(cell)) + (5 if cell.unit == "money" else 1)
            case Label():
                return columns_of(cell.text)
            case Period():
                return 13
            case _:
                return 2


def columns_of(text: str) -> int:
    """Width of a text in spreadsheet characters; Chinese ones take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

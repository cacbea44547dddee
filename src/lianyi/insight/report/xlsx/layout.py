"""What every sheet shares: where its first table stands, a line of words, and finding the blocks to show."""

from typing import Any

from xlsxwriter.worksheet import Worksheet

from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.document import Document, Table
from lianyi.insight.report.xlsx.book import Book

CHART_ROWS = 19  # rows that a chart beside its table takes
HEAD = 3  # row of the first table's heading; the title and one line of words stand above


def every(document: Document, kind: type[Any]) -> list[Any]:
    """Every block of a kind, in reading order."""
    return [block for block in document.blocks() if isinstance(block, kind)]


def named(document: Document, table_id: str) -> Table | None:
    """The table of an id, or None."""
    return next((table for table in every(document, Table) if table.id == table_id), None)


def say(book: Book, sheet: Worksheet, row: int, text: str, **look: Any) -> None:
    """A line of words in the first column, quiet unless told otherwise."""
    book.text(sheet, row, 0, text, **{"font_color": COLOURS["ink-3"], **look})

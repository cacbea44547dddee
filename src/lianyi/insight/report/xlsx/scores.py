"""The sheet of the scores: the methods, how far the experts agree, and the index as a formula over its parts."""

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.document import EXPERTS, INDEX, Chart, Column, IndexCard, MethodCards, Row, Table
from lianyi.insight.report.xlsx.book import Book
from lianyi.insight.report.xlsx.layout import CHART_ROWS, HEAD, every, named, say
from lianyi.insight.report.xlsx.native import add_chart
from lianyi.insight.report.xlsx.sources import code_of
from lianyi.insight.report.xlsx.tables import Range, write_table


def scores(book: Book) -> None:
    """Methods, the experts, and the index; no sheet where nothing was scored and nothing says what it needs."""
    document, words = book.document, book.words
    methods = [block for block in every(document, MethodCards) if not block.brief]
    cards = every(document, IndexCard)
    if not methods and not cards:
        return
    sheet = book.sheet(words("sheet.scores"))
    if cards:
        say(book, sheet, 1, words("sheet.index_formula"))
    row = HEAD
    for card in cards:
        row = _index(book, sheet, card, row)
    for block in methods:
        row = write_table(book, sheet, _methods(book, block), row + 1).after + 1
    row = _charts(book, sheet, row)
    for table in (named(document, name) for name in ("index-weights-table", "index-ways-table")):
        if table is not None:
            row = write_table(book, sheet, table, row + 1).after + 1
    for card in cards:
        for line in (*(f"{label}  {value}" for label, value in card.facts), card.formula, *card.notes):
            row += 1
            say(book, sheet, row, line, font_size=9)
    sheet.freeze_panes(HEAD + 1, 1)


def _index(book: Book, sheet: Worksheet, card: IndexCard, top: int) -> int:
    """The parts of an index, and below them the index itself as their weighted mean; returns the next free row."""
    where = write_table(book, sheet, card.parts, top)
    row = where.after
    book.text(sheet, row, 0, card.name, bold=True)
    for key, quantity in (("score", card.score), ("before", card.before)):
        if quantity is not None:
            book.quantity(sheet, row, where.columns[key], quantity, formula=_weighted(where, key), bold=True)
    if card.interval is not None:
        said = f"{card.interval_says} {book.formatter.interval(card.interval)}"
        say(book, sheet, row + 1, said, font_size=9)
    return row + 2


def _weighted(where: Range, key: str) -> str:
    """The mean of the scores there are, by weight."""

    def cells(column: int) -> str:
        return f"{xl_rowcol_to_cell(where.first, column)}:{xl_rowcol_to_cell(where.last, column)}"

    weights, scored = cells(where.columns["weight"]), cells(where.columns[key])
    return f"=SUMPRODUCT({weights},{scored})/SUMPRODUCT({weights},--ISNUMBER({scored}))"


def _charts(book: Book, sheet: Worksheet, top: int) -> int:
    row = top
    for chart in (chart for chart in every(book.document, Chart) if chart.id in (INDEX, EXPERTS)):
        say(book, sheet, row + 1, " ".join(text for text in (code_of(book, chart.id), chart.says) if text))
        where = write_table(book, sheet, chart.table, row + 2)
        add_chart(book, sheet, chart, where, row + 2, max(where.columns.values()) + 3)
        row = max(where.after, row + 2 + CHART_ROWS)
    return row


def _methods(book: Book, block: MethodCards) -> Table:
    words = book.words
    columns = (
        Column("name", words("col.method"), "text"),
        Column("score", words("col.score"), "score"),
        Column("interval", "", "interval"),
        Column("grade", words("col.grade"), "text"),
        Column("n", words("col.n"), "count"),
        Column("code", words("sheet.code"), "text"),
        Column("says", words("col.note"), "text"),
    )
    rows = tuple(
        Row(
            {
                "name": Label(m.name),
                "score": m.score,
                "interval": m.interval,
                "grade": Label(m.grade) if m.grade else None,
                "n": None if m.n is None else Quantity(m.n, "count"),
                "code": Label(code_of(book, m.id)),
                "says": Label(words("method.needs", needs=words.listed(m.needs)) if m.needs else m.says),
            }
        )
        for m in block.methods
    )
    return Table(block.id, "", columns, rows)

"""The sheets of a workbook, each from the blocks of the document that it shows."""

from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from lianyi.insight.report.cells import Label, Quantity, Spark
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.document import Actions, Block, Callout, Card, Cards, Chart, Column, Derived, Lead, Paragraph, Row, Table
from lianyi.insight.report.pictures import Cohorts
from lianyi.insight.report.xlsx.book import Book
from lianyi.insight.report.xlsx.layout import CHART_ROWS, HEAD, every, named, say
from lianyi.insight.report.xlsx.lists import actions_table
from lianyi.insight.report.xlsx.native import add_chart
from lianyi.insight.report.xlsx.sources import code_of, with_codes
from lianyi.insight.report.xlsx.tables import Range, write_table


def summary(book: Book) -> None:
    """Facts, the opening sentences, the headline figures with live changes, what to do."""
    document, words = book.document, book.words
    sheet = book.sheet(words("sheet.summary"), tab="accent")
    book.text(sheet, 0, 0, document.title, bold=True, font_size=18)
    row = 1
    for label, value in document.facts:
        say(book, sheet, row, f"{label}  {value}")
        row += 1
    row += 1
    for block in document.front.blocks:
        for text in _sentences(block):
            book.text(sheet, row, 0, text, bold=isinstance(block, Lead) and row < 8, font_size=12)
            row += 1
    for block in document.front.blocks:
        if isinstance(block, Cards):
            where = write_table(book, sheet, _cards_table(book, block), row + 1)
            row = where.after + 1
        elif isinstance(block, Actions):
            where = write_table(book, sheet, actions_table(book, block, reasons=False), row + 1)
            row = where.after + 1
    say(book, sheet, row, words("sheet.formula_note"), font_size=9)
    for line in document.footer:
        row += 1
        say(book, sheet, row, line, font_size=9)
    sheet.freeze_panes(1, 0)


def _sentences(block: Block) -> tuple[str, ...]:
    match block:
        case Lead():
            return tuple(sentence.text for sentence in block.sentences)
        case Callout():
            return (f"{block.title}: {block.text}",)
        case Paragraph():
            return (block.text,)
        case _:
            return ()


def _cards_table(book: Book, block: Cards) -> Table:
    words, level = book.words, book.formatter.level(book.document.level)
    columns = (
        Column("metric", words("col.metric"), "text"),
        Column("value", words("col.now"), "mixed"),
        Column("baseline", words("col.before"), "mixed"),
        Column("change", words("col.change"), "mixed", derived=Derived("difference", "value", "baseline")),
        Column("change_share", words("col.change_share"), "share", derived=Derived("share", "change", "baseline")),
        Column("interval", words("col.interval", level=level), "interval"),
        Column("n", words("col.n"), "count"),
        Column("target", words("col.target"), "mixed"),
        Column("verdict", words("col.verdict"), "text"),
    )

    def row(card: Card) -> Row:
        return Row(
            {
                "metric": Label(card.name),
                "value": card.value,
                "baseline": card.baseline,
                "change": card.change,
                "change_share": card.change_share,
                "interval": card.interval,
                "n": None if card.n is None else Quantity(card.n, "count"),
                "target": card.target,
                "verdict": Label(card.verdict) if card.verdict else None,
            }
        )

    return Table(block.id, "", columns, tuple(row(card) for card in block.cards))


def metrics_sheet(book: Book) -> Worksheet | None:
    """The sheet of the figures, empty as yet; None when no figure has a value."""
    return None if named(book.document, "metrics-table") is None else book.sheet(book.words("sheet.metrics"))


def metrics(book: Book, sheet: Worksheet, trends: Range | None) -> None:
    """Every figure with a value, with formulas for the changes and sparklines over the trend sheet."""
    table = next(t for t in every(book.document, Table) if t.id == "metrics-table")
    say(book, sheet, 1, book.words("sheet.formula_note"))
    where = write_table(book, sheet, with_codes(book, table, "metric"), HEAD)
    if trends is not None:
        _sparklines(book, sheet, table, where, trends)
    sheet.freeze_panes(HEAD + 1, 1)
    sheet.autofilter(where.head, 0, where.last, max(where.columns.values()))


def _sparklines(book: Book, sheet: Worksheet, table: Table, where: Range, trends: Range) -> None:
    column = max(where.columns.values()) + 2
    drawn = False
    for k, row in enumerate(table.rows):
        name = row.cells.get("metric")
        key = name.anchor.removeprefix("metric-") if isinstance(name, Label) and name.anchor else ""
        if key in trends.columns and isinstance(row.cells.get("trend"), Spark):
            at = trends.columns[key]
            sheet.add_sparkline(
                where.first + k,
                column,
                {
                    "range": _span(trends, at),
                    "series_color": COLOURS["accent"],
                    "last_point": True,
                    "last_color": COLOURS["bad"],
                    "weight": 1.5,
                },
            )
            drawn = True
    if drawn:
        book.text(
            sheet,
            where.head,
            column,
            book.words("col.trend"),
            bold=True,
            font_color=COLOURS["ink-2"],
            bottom=1,
            bottom_color=COLOURS["muted"],
        )
        sheet.set_column(column, column, 22)


def _span(where: Range, column: int) -> str:
    return f"{quote_sheetname(where.sheet)}!{xl_range_abs(where.first, column, where.last, column)}"


def trend(book: Book) -> Range | None:
    """Every series by period, and the charts of the main ones."""
    words = book.words
    table = named(book.document, "series-table")
    charts = [chart for chart in every(book.document, Chart) if chart.id.startswith("trend-")]
    if table is None and not charts:
        return None
    sheet = book.sheet(words("sheet.trend"))
    say(book, sheet, 1, words("results.partial"))
    where = write_table(book, sheet, table, HEAD) if table is not None else None
    row = where.after + 2 if where else HEAD
    for chart in charts:
        own = write_table(book, sheet, chart.table, row)
        add_chart(book, sheet, chart, own, row, len(own.columns) + 3)
        row = max(own.after, row + CHART_ROWS) + 1
    sheet.freeze_panes(HEAD + 1, 1)
    return where


def decomposition(book: Book) -> None:
    """The factors of the change and its segments, each with its chart."""
    charts = [chart for chart in every(book.document, Chart) if chart.id.startswith("why")]
    if not charts:
        return
    sheet = book.sheet(book.words("sheet.decomposition"))
    say(book, sheet, 1, " ".join(text for text in (code_of(book, charts[0].id), charts[0].says) if text))
    row = HEAD
    for chart in charts:
        own = write_table(book, sheet, chart.table, row)
        right = max(own.columns.values()) + 2
        add_chart(book, sheet, chart, own, row, right)
        row = max(own.after, row + CHART_ROWS) + 2
    sheet.freeze_panes(HEAD + 1, 1)


def exhibits(book: Book) -> None:
    """One sheet an exhibit."""
    for block in book.document.blocks():
        chart = block if isinstance(block, Chart) and block.id.startswith("exhibit-") else None
        table = chart.table if chart else block if isinstance(block, Table) and block.id.startswith("exhibit-") else None
        if table is None:
            continue
        sheet = book.sheet(table.title)
        says = " ".join(text for text in (code_of(book, chart.id), chart.says, chart.note) if text) if chart else table.note
        say(book, sheet, 1, says)
        where = write_table(book, sheet, table, HEAD)
        if chart is not None:
            beside = not isinstance(chart.picture, Cohorts)
            add_chart(book, sheet, chart, where, HEAD, len(where.columns) + 2 if beside else 0)
        sheet.freeze_panes(HEAD + 1, 1)

"""The sheets that say where numbers come from: every code with its command and query, and the method cards."""

import dataclasses

from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.document import Column, Recipes, Row, Table
from lianyi.insight.report.xlsx.book import Book
from lianyi.insight.report.xlsx.layout import HEAD, every, say
from lianyi.insight.report.xlsx.tables import write_table


def code_of(book: Book, anchor: str | None) -> str:
    """The code under which a number's source is listed, or nothing."""
    reference = book.document.reference(anchor)
    return "" if reference is None else reference.code


def with_codes(book: Book, table: Table, key: str) -> Table:
    """The same table with a column of codes, taken from the anchors of the labels in a column."""
    column = Column("code", book.words("sheet.code"), "text")

    def coded(row: Row) -> Row:
        label = row.cells.get(key)
        code = code_of(book, label.anchor) if isinstance(label, Label) else ""
        return dataclasses.replace(row, cells={**row.cells, "code": Label(code) if code else None})

    return dataclasses.replace(table, columns=(*table.columns, column), rows=tuple(coded(row) for row in table.rows))


def sources(book: Book) -> None:
    """Every metric, chart, finding and check under its code, with the command that gives its rows again and its query."""
    words = book.words
    if not book.document.references:
        return
    sheet = book.sheet(words("sheet.sources"))
    say(book, sheet, 1, words("sheet.sources_note"))
    columns = (
        Column("code", words("sheet.code"), "text"),
        Column("title", words("deck.what"), "text"),
        Column("n", words("col.n"), "count"),
        Column("command", words("paper.command"), "text"),
        Column("sql", words("sheet.sql"), "text"),
    )
    rows = tuple(
        Row(
            {
                "code": Label(reference.code),
                "title": Label(reference.title),
                "n": None if reference.n is None else Quantity(reference.n, "count"),
                "command": Label(reference.command) if reference.command else None,
                "sql": Label(reference.sql) if reference.sql else None,
            }
        )
        for reference in book.document.references
    )
    write_table(book, sheet, Table("sources", "", columns, rows), HEAD)
    sheet.freeze_panes(HEAD + 1, 2)


def recipes(book: Book) -> None:
    """The method cards, one a row."""
    for block in every(book.document, Recipes):
        sheet = book.sheet(book.words("appendix.recipes"))
        say(book, sheet, 1, book.words("appendix.recipes_intro"))
        headings = [heading for heading, _ in block.recipes[0].pairs]
        columns = (
            Column("name", book.words("col.method"), "text"),
            *(Column(f"c{k}", heading, "text") for k, heading in enumerate(headings)),
        )
        rows = tuple(
            Row({"name": Label(recipe.name), **{f"c{k}": Label(text) for k, (_, text) in enumerate(recipe.pairs)}})
            for recipe in block.recipes
        )
        write_table(book, sheet, Table(block.id, "", columns, rows), HEAD)
        sheet.freeze_panes(HEAD + 1, 1)

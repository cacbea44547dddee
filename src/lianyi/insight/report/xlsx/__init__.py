"""The report as a workbook: real numbers and dates, formulas, native charts, no macro and no link."""

from pathlib import Path

from lianyi.insight.report.document import Document
from lianyi.insight.report.xlsx import lists, scores, sheets, sources
from lianyi.insight.report.xlsx.book import Book

__all__ = ["write"]


def write(document: Document, path: Path) -> None:
    """Write the document as a workbook. Money is in major units there; a missing number stays empty or says why.

    Raises OSError where the file cannot be written. Cost: tens of milliseconds.
    """
    book = Book(str(path), document)
    sheets.summary(book)
    lists.findings(book)
    scores.scores(book)
    figures = sheets.metrics_sheet(book)
    trends = sheets.trend(book)  # before the figures, whose sparklines run over it
    if figures is not None:
        sheets.metrics(book, figures, trends)
    sheets.decomposition(book)
    sheets.exhibits(book)
    lists.checks(book)
    lists.definitions(book)
    sources.recipes(book)
    sources.sources(book)
    book.workbook.close()

"""Document to HTML: templates, filters, and the policy that lets nothing in from outside."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lianyi.insight.report.document import Column, Document, Quantity, Row, Spark, Table
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.html.drawing import drawings, meter, sparkline
from lianyi.insight.report.words import Words

SPARK_WIDE = {"width": 232, "height": 40}
NUMERIC = frozenset({"count", "money", "ratio", "share", "times", "seconds", "days", "score", "mixed", "interval"})


@cache
def style() -> str:
    """The style sheet, as it stands in the page."""
    return resources.files("lianyi.insight.report.html").joinpath("report.css").read_text(encoding="utf-8")


def policy() -> str:
    """The content security policy: nothing but this very style sheet."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def html(document: Document) -> str:
    """The document as one HTML page.

    Every number stands in `<data value="...">` with its raw value (money in minor units), so that what is shown can be
    checked against what was computed. Cost: two drawings a chart, about 0.1 s each, and 0.7 s once for the renderer.
    """
    formatter, words = Formatter(document.language, document.currency), Words(document.language)
    environment = Environment(
        loader=PackageLoader("lianyi.insight.report.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        full=formatter.full,
        short=formatter.short,
        kind=lambda item: type(item).__name__,
        interval=formatter.interval,
        period=formatter.period,
        drawings=lambda chart: drawings(chart, formatter),
        spark=lambda spark, wide=False: sparkline(spark, _spark_says(spark, formatter, words), **(SPARK_WIDE if wide else {})),
        meter=lambda method: meter(method.score.value, method.interval),
        number=lambda n: f"{n:,}",
    )
    environment.globals.update(
        words=words,
        level=formatter.level(document.level),
        is_number=lambda column: column.unit in NUMERIC,
        totals=totals,
        style=Markup(style()),
        policy=policy(),
    )
    return environment.get_template("report.html.j2").render(document=document) + "\n"


def _spark_says(spark: Spark, formatter: Formatter, words: Words) -> str:
    known = [value for _, value, _ in spark.points if value is not None]
    first, last = (formatter.short(Quantity(value, spark.unit)) for value in (known[0], known[-1]))
    return words("alt.spark", first=first, last=last)


def totals(table: Table) -> dict[str, Quantity] | None:
    """Column sums of a table that has them; a column with an unknown value has no sum. None when nothing is summed."""
    if len(table.rows) < 2:
        return None
    sums = {column.key: total for column in table.columns if column.total == "sum" and (total := _sum(column, table.rows)) is not None}
    return sums or None


def _sum(column: Column, rows: tuple[Row, ...]) -> Quantity | None:
    cells: list[Any] = [row.cells.get(column.key) for row in rows]
    values = [cell.value for cell in cells if isinstance(cell, Quantity) and cell.value is not None]
    if len(values) != len(cells):
        return None
    return Quantity(sum(values), cells[0].unit, delta=cells[0].delta)

"""Document to HTML: templates, filters, and the policy that lets nothing in from outside."""

import base64
import dataclasses
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lianyi.insight.report.cells import Quantity, Spark
from lianyi.insight.report.document import Document
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.html.drawing import drawings, meter, sparkline
from lianyi.insight.report.html.prose import Prose
from lianyi.insight.report.totals import totals
from lianyi.insight.report.words import Words

SOME = 8  # rows that a number shows of what it rests on
SPARK_WIDE = {"width": 232, "height": 40}


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
    checked against what was computed. Cost: two drawings a chart, about 20 ms each, and 0.7 s once for the renderer.
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
        meter=lambda scored: meter(scored.score.value, scored.interval),
        number=lambda n: f"{n:,}",
    )
    environment.globals.update(
        words=words,
        prose=Prose(document),
        some_rows=lambda table: dataclasses.replace(table, id=f"{table.id}-some", rows=table.rows[:SOME]),
        level=formatter.level(document.level),
        totals=totals,
        style=Markup(style()),
        policy=policy(),
    )
    return environment.get_template("report.html.j2").render(document=document) + "\n"


def _spark_says(spark: Spark, formatter: Formatter, words: Words) -> str:
    known = [value for _, value, _ in spark.points if value is not None]
    first, last = (formatter.short(Quantity(value, spark.unit)) for value in (known[0], known[-1]))
    return words("alt.spark", first=first, last=last)

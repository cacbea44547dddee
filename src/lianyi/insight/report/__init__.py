"""The report of an evaluation: one document model, several formats.

evaluation ── compose ──> Document ─┬─ html ──> report.html
                                    ├─ pdf ───> report.pdf
                                    ├─ deck ──> report.pptx
                                    └─ xlsx ──> report.xlsx
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.report import xlsx
from lianyi.insight.report.compose import compose
from lianyi.insight.report.deck import deck
from lianyi.insight.report.document import Document
from lianyi.insight.report.html import html
from lianyi.insight.report.pdf import pdf
from lianyi.kernel.errors import UnknownName

__all__ = ["FORMATS", "compose", "write"]

FORMATS: dict[str, Callable[[Document, Path], object]] = {
    "html": lambda document, path: path.write_text(html(document), encoding="utf-8"),
    "pdf": lambda document, path: path.write_bytes(pdf(document)),
    "pptx": lambda document, path: path.write_bytes(deck(document)),
    "xlsx": xlsx.write,
}
"""Format, which is also the ending of the file's name -> what writes it."""


def write(
    evaluation: Evaluation, folder: Path | str, formats: Iterable[str] = FORMATS, *, language: str = "zh", template: str = "full"
) -> list[Path]:
    """Write the report in some formats into a folder that exists, as report.html, report.pdf ...; returns their paths.

    formats  : html | pdf | pptx | xlsx
    language : zh | en
    template : full | monthly | quarterly | campaign | partner
    Raises     UnknownName for another format, language or template, PdfExtraMissing where a PDF is asked for and its optional part is absent,
               OSError where a file cannot be written.
    Cost       about 20 ms a chart in HTML and PDF, a second for the pages of a PDF, and 0.7 s once a process.
    """
    document = compose(evaluation, language=language, template=template)
    written = []
    for name in formats:
        if name not in FORMATS:
            raise UnknownName(what="format", given=name, allowed=list(FORMATS))
        path = Path(folder) / f"report.{name}"
        FORMATS[name](document, path)
        written.append(path)
    return written

"""From plain values to a PDF, by typst and its font package (the optional part `pdf`)."""

import datetime as dt
import importlib
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from lianyi.insight.report.document import Document
from lianyi.insight.report.pdf.paper import paper
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text


class PdfExtraMissing(BadInput):
    """A PDF needs packages that are not installed."""

    code = "pdf_extra_missing"
    message = Text(
        zh="生成 PDF 需要安装可选组件 pdf（缺 %(package)s）。",
        en="A PDF needs the optional part pdf (%(package)s is missing).",
    )
    remedy = Text(
        zh="安装：pip install 'lianyi[pdf]'。不安装也能生成 HTML、PPTX 和 XLSX。",
        en="Install it: pip install 'lianyi[pdf]'. HTML, PPTX and XLSX work without it.",
    )


def extra(module: str) -> Any:
    """A module of the optional part. Raises PdfExtraMissing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as fault:
        raise PdfExtraMissing(package=fault.name or module) from None


@cache
def _fonts() -> Any:
    """The fonts of the package and no others, so that every machine sets the same pages."""
    folder = Path(extra("pylopdf_fonts_zh_cn").sans_path()).parent
    return extra("typst").Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


def pdf(document: Document) -> bytes:
    """The document as a PDF (A4, tagged, charts as vectors, Chinese text that can be searched and copied).

    Raises PdfExtraMissing where the optional part is not installed.
    Cost   about 20 ms a chart and a second for the pages.
    """
    typst = extra("typst")
    content = json.dumps(paper(document), ensure_ascii=False)
    with resources.as_file(resources.files(__package__)) as folder:
        made: bytes = typst.compile(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=_fonts(),
            sys_inputs={"report": content},
            timestamp=int(dt.datetime.fromisoformat(document.made_at).timestamp()),
        )
    return made

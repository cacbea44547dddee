"""The report of an evaluation: one document model, several formats.

    evaluation ── compose ──> Document ── html ──> report.html
                                       └─ xlsx ──> report.xlsx
"""

from pathlib import Path

from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.report.compose import compose
from lianyi.insight.report.html import html

__all__ = ["compose", "write_html"]


def write_html(evaluation: Evaluation, path: Path | str, language: str = "zh") -> Path:
    """Write the report as one self-contained HTML file; returns its path.

    language : zh | en
    Raises     UnknownName for another language, OSError where the file cannot be written.
    Cost       about 0.2 s a chart and 0.7 s once a process.
    """
    target = Path(path)
    target.write_text(html(compose(evaluation, language=language)), encoding="utf-8")
    return target

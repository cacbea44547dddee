"""The report as a PDF for paper and for sending: A4, searchable, with contents, links and a running header.

Document ── paper ──> plain values ── report.typ (typst) ──> PDF. Nothing a shop wrote is ever markup: typst reads values.
"""

from lianyi.insight.report.pdf.typeset import PdfExtraMissing, pdf

__all__ = ["PdfExtraMissing", "pdf"]

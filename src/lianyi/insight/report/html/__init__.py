"""The report as one self-contained HTML page: no script, no request, light and dark, phone, desk and paper."""

from lianyi.insight.report.html.page import html

__all__ = ["html"]

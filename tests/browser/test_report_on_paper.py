"""The report printed by a browser: nothing announced is left behind at the foot of a page, no heading stands empty, every page has its number."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lianyi.insight.report import compose
from lianyi.insight.report.html import html
from tests.insight.report.report_scores import scored

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler reads the pages back")]


@pytest.mark.parametrize(
    ("language", "together", "folded"),
    [
        ("zh", ("全部指标", "成交与收益"), "各期数值"),
        ("en", ("All figures", "Sales and profit"), "Figures by period"),
    ],
)
def test_a_printed_report_keeps_together_what_belongs_together(
    chromium: Browser, tmp_path: Path, language: str, together: tuple[str, str], folded: str
) -> None:
    file, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    file.write_text(html(compose(scored(), language=language)), encoding="utf-8")
    page = chromium.new_page(color_scheme="dark")
    page.goto(file.as_uri())
    page.pdf(path=paper, prefer_css_page_size=True)
    page.close()

    pages = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout.split("\f")[:-1]

    assert 15 <= len(pages) <= 25
    assert [f"{n} / {len(pages)}" in one for n, one in enumerate(pages, 1)] == [True] * len(pages)
    assert [together[1] in one for one in pages if together[0] in one] == [True]
    assert folded not in "".join(pages)

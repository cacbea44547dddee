"""Generated pages are current, and every link inside the documentation leads somewhere."""

import re
from pathlib import Path

import pytest

from tools.reference.__main__ import stale

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def test_a_page_that_was_changed_by_hand_is_noticed(tmp_path):
    [(errors, text)] = stale(tmp_path, names=["errors"])
    errors.parent.mkdir(parents=True)
    errors.write_text(text, encoding="utf-8")
    assert stale(tmp_path, names=["errors"]) == []

    errors.write_text(text.replace("bad_input", "bad_imput"), encoding="utf-8")

    assert stale(tmp_path, names=["errors"]) == [(errors, text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_documentation_leads_somewhere(page):
    links = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    inside = [link for link in links if link and "://" not in link]

    assert [link for link in inside if not (page.parent / link).exists()] == []

"""The changelog, the decision records, and the length of ARCHITECTURE."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def test_the_changelog_keeps_its_form_and_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert headings[0] == "[Unreleased]"
    assert [heading for heading in headings[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading)] == []
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert any(heading.startswith(f"[{version}]") for heading in headings[1:]) or headings == ["[Unreleased]"]


def test_decisions_are_numbered_without_a_gap():
    assert [path.name[:4] for path in DECISIONS] == [f"{n:04d}" for n in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_half_a_page_and_its_last_line_names_a_check_that_exists(record):
    text = record.read_text(encoding="utf-8").strip()
    last = text.splitlines()[-1]
    checks = re.findall(r"`([^`]+)`", last)

    assert len(text) < 2600
    assert last.startswith("Enforced by: ")
    assert checks != []
    assert [check for check in checks if not (ROOT / check.partition("::")[0]).exists()] == []


def test_architecture_fits_on_three_pages():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 165
    assert len(text) <= 11_000


def test_each_capability_is_told_once():
    lines = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8").splitlines()
    ids = [line.split("|")[1].strip() for line in lines if re.match(r"\| [A-Z]\d", line)]

    assert len(ids) > 40
    assert len(ids) == len(set(ids))

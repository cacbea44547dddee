"""The loop as data, and the house that has to follow it."""

import importlib.util
from pathlib import Path

import pytest

from lianyi.kernel.loop import LOOP

ROOT = Path(__file__).resolve().parents[2]
# Stages whose package is still to come. This list may only shrink.
MISSING = {"content", "community", "partners", "care"}
PRESENT = [stage for stage in LOOP if stage.id not in MISSING]


def has_package(name: str) -> bool:
    parents = name.split(".")
    return all(importlib.util.find_spec(".".join(parents[: n + 1])) is not None for n in range(len(parents)))


def test_the_loop_runs_from_plan_to_report_and_names_each_stage_once():
    assert [stage.id for stage in LOOP] == [
        "plan",
        "content",
        "community",
        "campaigns",
        "partners",
        "care",
        "measure",
        "evaluate",
        "report",
    ]
    assert len({stage.package for stage in LOOP}) == len({stage.console_path for stage in LOOP}) == len(LOOP)


def test_each_stage_has_its_package_and_the_missing_are_those_listed():
    assert {stage.id for stage in LOOP if not has_package(stage.package)} == MISSING


@pytest.mark.parametrize("stage", PRESENT, ids=lambda stage: stage.id)
@pytest.mark.parametrize("ending", ["md", "zh-CN.md"])
def test_each_stage_that_exists_has_a_guide_page_in_both_languages(stage, ending):
    page = ROOT / "docs" / "guide" / f"{stage.id}.{ending}"

    text = page.read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert (stage.name.zh if ending == "zh-CN.md" else stage.name.en) in text.splitlines()[0]
    assert len(text) > 600, "a page that tells something"

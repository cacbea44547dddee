"""The lists of what is proved name tests that are there, and say why where there is none."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS = tomllib.loads((ROOT / "tests/ops/faults/faults.toml").read_text(encoding="utf-8"))["fault"]
STATED = tomllib.loads((ROOT / "tests/ops/invariants.toml").read_text(encoding="utf-8"))["invariant"]
NAMED = sorted({test for fault in FAULTS for test in fault.get("tests", [])} | {one["seen_by"] for one in STATED if "seen_by" in one})


@pytest.mark.parametrize("named", NAMED)
def test_a_test_that_is_named_is_there(named):
    file, _, name = named.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_fault_has_a_test_or_a_reason_in_both_languages():
    assert len(FAULTS) >= 30
    assert [fault["en"] for fault in FAULTS if not fault.get("tests") and not fault.get("reason_en")] == []
    assert [fault["en"] for fault in FAULTS if bool(fault.get("reason_en")) != bool(fault.get("reason_zh"))] == []

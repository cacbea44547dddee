"""What the catalogue answers on an engine, in a form that two engines' answers can be compared in."""

import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

from lianyi.insight.measure import measure_all
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog

Answers = dict[str, list[object]]
SPLITS = ("channel", "category")
EXACT = ("count", "money")


def answers(engine: Engine, window: Window) -> Answers:
    """Every metric in total, by month and split by some dimensions: key -> [status, value, unit, n, eligible, excluded, low, high]."""
    found: Answers = {}
    for what, values in {
        "total": measure_all(engine, window),
        "month": measure_all(engine, window, grain="month"),
        **{by: measure_all(engine, window, by=by) for by in SPLITS},
    }.items():
        for v in values:
            low, high = v.interval if v.interval is not None else (None, None)
            key = f"{what} {v.metric} {v.at} {json.dumps(v.by, ensure_ascii=False)}"
            found[key] = [v.status, v.value, v.unit, v.n, v.eligible, v.excluded, low, high]
    return found


def differences(expected: Answers, found: Answers) -> list[str]:
    """Where two engines disagree; counts and money must be equal, everything else to 1e-12."""
    told = [f"{key}: only on one engine" for key in sorted(set(expected) ^ set(found))]
    for key in sorted(set(expected) & set(found)):
        pairs = list(zip(expected[key], found[key], strict=True))
        if not all(_same(a, b, exact=expected[key][2] in EXACT) for a, b in pairs):
            told.append(f"{key}: {expected[key]} against {found[key]}")
    return told


def _same(a: object, b: object, *, exact: bool) -> bool:
    if exact and isinstance(a, int) and isinstance(b, int):
        return a == b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)
    return a == b


if __name__ == "__main__":
    home, first, last = sys.argv[1:]
    opened = DuckDBEngine(EventLog(workspace.load(Path(home))).snapshot())
    json.dump({"duckdb": version("duckdb"), "answers": answers(opened, Window(int(first), int(last)))}, sys.stdout)

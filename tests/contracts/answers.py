"""What the catalogue answers on an engine, in a form that two engines' answers can be compared in."""

import json
import math
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from lianyi.insight.measure import measure_all
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog

Answers = dict[str, list[object]]
WAYS = ("total", "month", "channel", "category", "tier", "new_returning")
EXACT = ("count", "money")


def answers(engine: Engine, window: Window, *, ways: Sequence[str] = WAYS) -> Answers:
    """Every metric in the given ways: key -> [status, value, unit, n, eligible, excluded, low, high].

    ways : total, month (the periods), or a dimension to split by
    """
    found: Answers = {}
    for way in ways:
        values = measure_all(engine, window, grain=way) if way in ("total", "month") else measure_all(engine, window, by=way)
        for v in values:
            low, high = v.interval if v.interval is not None else (None, None)
            key = f"{way} {v.metric} {v.at} {json.dumps(v.by, ensure_ascii=False)}"
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

"""Funnel and retention over ten million events: kernel and SQL beside each other and beside pandas, each in a process of its own.

    python -m benchmarks analyse

LIANYI_BENCH_WORKSPACE names a generated and maintained workspace to use instead of making one.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import interleaved, table

if TYPE_CHECKING:
    import pandas as pd

EVENTS = 10_000_000
STEPS = ["page_viewed", "content_viewed", "product_viewed", "cart_added", "order_paid"]
WITHIN_DAYS = 7
FUNNELS = ["funnel_projected", "funnel_scanned", "funnel_sql", "funnel_pandas"]
RETENTIONS = ["retention_ours", "retention_pandas"]
CHANGES = ["change_ours"]


def opened(path: str, *, projections: bool = True) -> Any:
    """An engine on the newest snapshot, with or without its projections."""
    import dataclasses

    from lianyi.stream import workspace
    from lianyi.stream.engines.duckdb import DuckDBEngine
    from lianyi.stream.log.table import EventLog

    snapshot = EventLog(workspace.load(Path(path))).snapshot()
    return DuckDBEngine(snapshot if projections else dataclasses.replace(snapshot, projections=None), threads=2)


def funnel_of(path: str, *, projections: bool, way: str) -> dict[str, Any]:
    from lianyi.insight.analyse.funnel import funnel
    from lianyi.insight.analyse.funnel.kernel import Steps, reach
    from lianyi.kernel.clock import Window

    if way == "kernel":
        import numpy as np

        one = np.zeros(1, dtype=np.int64)
        reach(one, one, one, one, Steps.of(("a", "b")))  # compiled code is loaded before the clock starts
    started = time.perf_counter()
    engine = opened(path, projections=projections)
    open_seconds = time.perf_counter() - started
    window = Window(engine.snapshot.first_day, engine.snapshot.last_day + 1)
    found = funnel(engine, STEPS, window, within_days=WITHIN_DAYS, path=way)
    return {"seconds": time.perf_counter() - started, "open_seconds": open_seconds, "answer": [s.actors for s in found.steps]}


def stitched(path: str, columns: list[str], names: list[str] | None) -> "pd.DataFrame":
    """The history as pandas would read it, devices given to the member first seen on them."""
    import pandas as pd
    import pyarrow.dataset as ds

    from lianyi.stream import workspace
    from lianyi.stream.log.table import EventLog

    files = [f.path for f in EventLog(workspace.load(Path(path))).snapshot().files]
    stored = ds.dataset(files)
    who = stored.to_table(columns=["t", "member_id", "device_id"]).to_pandas()
    known = who.dropna(subset=["member_id", "device_id"]).sort_values(["t", "member_id"])
    owner = known.drop_duplicates("device_id").set_index("device_id")["member_id"]
    kept = None if names is None else ds.field("name").isin(names)
    rows: pd.DataFrame = stored.to_table(columns=["member_id", "device_id", *columns], filter=kept).to_pandas()
    rows["actor"] = rows["member_id"].fillna(rows["device_id"].map(owner)).fillna(rows["device_id"])
    return rows.dropna(subset=["actor"])


def funnel_pandas(path: str) -> dict[str, Any]:
    """The same funnel: one running maximum of start times a step."""
    started = time.perf_counter()
    rows = stitched(path, ["t", "name"], STEPS)
    rows["actor"] = rows["actor"].astype("category").cat.codes
    rows["step"] = rows["name"].map({name: i for i, name in enumerate(STEPS)})
    rows = rows.sort_values(["actor", "t", "step"])  # ties in the order asked
    start = rows["t"].where(rows["step"] == 0)
    answer = [int(rows.loc[start.notna(), "actor"].nunique())]
    for step in range(1, len(STEPS)):
        latest = start.groupby(rows["actor"]).ffill() if step == 1 else start.groupby(rows["actor"]).cummax().groupby(rows["actor"]).ffill()
        start = latest.where(rows["step"] == step)
        answer.append(int(rows.loc[rows["t"] - start <= WITHIN_DAYS * 86_400_000_000, "actor"].nunique()))
    return {"seconds": time.perf_counter() - started, "answer": answer}


def retention_ours(path: str) -> dict[str, Any]:
    from lianyi.insight.analyse.retention import retention
    from lianyi.kernel.clock import Window

    started = time.perf_counter()
    engine = opened(path)
    found = retention(
        engine, Window(engine.snapshot.first_day, engine.snapshot.last_day + 1), cohort="week", start="first_seen", active="any"
    )
    return {"seconds": time.perf_counter() - started, "answer": [c.actors[1] for c in found.cohorts][:5]}


def retention_pandas(path: str) -> dict[str, Any]:
    started = time.perf_counter()
    rows = stitched(path, ["d"], None)
    rows["period"] = (rows["d"] + 3) // 7
    pairs = rows[["actor", "period"]].drop_duplicates()
    pairs["cohort"] = pairs.groupby("actor")["period"].transform("min")
    counts = pairs.groupby(["cohort", pairs["period"] - pairs["cohort"]]).size()
    cohorts = sorted(pairs["cohort"].unique())
    return {"seconds": time.perf_counter() - started, "answer": [int(counts.get((c, 1), 0)) for c in cohorts][:5]}


def change_ours(path: str) -> dict[str, Any]:
    from lianyi.insight.analyse.change import explain_change
    from lianyi.kernel.clock import Window

    started = time.perf_counter()
    engine = opened(path)
    middle = engine.snapshot.first_day + 60
    found = explain_change(engine, Window(middle, middle + 60), Window(middle - 60, middle))
    return {"seconds": time.perf_counter() - started, "answer": round(found.change), "residual": found.residual}


TASKS: dict[str, Callable[[str], dict[str, Any]]] = {
    "funnel_projected": lambda path: funnel_of(path, projections=True, way="kernel"),
    "funnel_scanned": lambda path: funnel_of(path, projections=False, way="kernel"),
    "funnel_sql": lambda path: funnel_of(path, projections=False, way="sql"),
    "funnel_pandas": funnel_pandas,
    "retention_ours": retention_ours,
    "retention_pandas": retention_pandas,
    "change_ours": change_ours,
}


def main() -> None:
    """Make the workspace, measure, print."""
    from benchmarks.generate_events import generate
    from lianyi.stream import workspace
    from lianyi.stream.log.maintain import maintain

    with tempfile.TemporaryDirectory() as folder:
        path = os.environ.get("LIANYI_BENCH_WORKSPACE", "")
        if not path:
            path = str(Path(folder) / "w")
            generate(Path(path), EVENTS)
            maintain(workspace.load(Path(path)), now_us=1_800_000_000_000_000)
        for title, tasks in (
            ("5-step funnel within 7 days", FUNNELS),
            ("weekly retention by any event", RETENTIONS),
            ("why sales changed", CHANGES),
        ):
            runs = interleaved("benchmarks.analyse", tasks, path)
            answers = {json.dumps(r.said["answer"]) for r in runs.values()}
            for task, run in runs.items():
                # A busy machine stretches wall time; processor time (start-up included) says what was really done.
                print(
                    f"  {task:<28} processor {run.said['cpu_seconds']:6.1f} s, of the wall time {run.said.get('open_seconds', 0):.1f} s opening"
                )
            table(f"{title}; answers {'agree' if len(answers) == 1 else f'DIFFER: {answers}'}", runs, tasks[0])


if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](sys.argv[2]) | {"cpu_seconds": time.process_time()}))

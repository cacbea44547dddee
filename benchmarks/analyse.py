"""The analyses over ten million events, beside hand-written SQL, pandas and the libraries people know, each in a process of its own.

    python -m benchmarks analyse

LIANYI_BENCH_WORKSPACE names a generated and maintained workspace to use instead of making one, LIANYI_BENCH_EVENTS another size,
LIANYI_BENCH_ONLY some of the comparisons (A1,A6), LIANYI_BENCH_MEMORY_MIB what the engine may hold instead of what the workspace says. The libraries need their environment (`make peers`); without it their rows say so.
Ours and a rival run in turn, each in a process of its own; ratios are of the medians of processor time, which a busy machine bends less
than the clock on the wall.
"""

import importlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contenders import TASKS, inviters
from benchmarks.harness import Run, peak_mib, run

if TYPE_CHECKING:
    import pyarrow as pa

EVENTS = int(os.environ.get("LIANYI_BENCH_EVENTS", "10_000_000"))
MEMBERS = 1_000_000
ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
CURRENT = "benchmarks.analyse"
ROUNDS = 5
# What takes longer is run once: its ratio is far from what a busy machine does to it.
LONG_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Rival:
    """What ours is set beside: its task, how many times ours it must take (None: only told), and whether its answer must be ours."""

    task: str
    at_least: float | None = None
    same: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the targets: a task of ours, and its rivals. given: which of the inputs tasks are handed."""

    id: str
    title: str
    ours: str
    rivals: tuple[Rival, ...]
    given: str = "workspace"


COMPARISONS = (
    Comparison("A1", "5-step funnel within 7 days", "funnel_ours", (
        Rival("funnel_sql", 8), Rival("funnel_pandas", 6), Rival("funnel_retentioneering", same=False))),
    Comparison("A2", "sessions by given id or half an hour of silence", "sessions_ours", (
        Rival("sessions_sql", 5), Rival("sessions_pandas", 5), Rival("sessions_retentioneering", 20, same=False))),
    Comparison("A3", "weekly retention, and people active by day, week, month", "returning_ours", (
        Rival("returning_sql", 1 / 0.6), Rival("returning_pandas", 5))),
    Comparison("A4", "paths: step matrix, sankey, transitions, way to the goal", "paths_ours", (
        Rival("paths_sql", 3), Rival("paths_pandas"), Rival("paths_retentioneering", same=False))),
    Comparison("A6", "touch attribution, 7 days back", "attribution_ours", (Rival("attribution_hand", 1 / 1.15),)),
    Comparison("A6", "recency, frequency, money", "rfm_ours", (Rival("rfm_hand"), Rival("rfm_pandas", 3))),
    Comparison("A5", "sales of every partner, beside the queries of the catalogue run as they stand", "partners_ours", (
        Rival("partners_written", 1 / 1.15), Rival("partners_hand"))),
    Comparison("A6", "sales of every partner", "partners_ours", (Rival("partners_pandas", 6),)),
    Comparison("A7", "Markov credit from touches", "markov_ours", (Rival("markov_channelattribution", 4, same=False),), "touches"),
    Comparison("A8", f"forest of {MEMBERS:,} members: depth, descendants, K by generation", "forest_ours", (
        Rival("forest_networkx", 100),), "members"),
    Comparison("A8", "the same without compiled code", "forest_numpy", (Rival("forest_networkx", 30),), "members"),
)  # fmt: skip
# What libraries read instead of a workspace.
PEER_INPUT = {"workspace": "facts", "touches": "touches", "members": "forest"}


def prepared(workspace: str, folder: Path) -> dict[str, str]:
    """Inputs by name: the workspace, and what stands for it where a library cannot read one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from benchmarks.contenders import LOOKBACK_DAYS, opened, whole
    from lianyi.insight.analyse.paths.sessions import numbered
    from lianyi.insight.analyse.walk import codes_of, given_in, parts

    facts = folder / "facts.parquet"
    schema = pa.schema(
        [("actor", pa.dictionary(pa.int32(), pa.string())), ("session", pa.int64()), ("event", pa.dictionary(pa.int32(), pa.string())), ("timestamp", pa.timestamp("us"))]
    )  # fmt: skip
    with opened(workspace) as engine, pq.ParquetWriter(facts, schema) as writer:
        before = 0
        found = parts(engine, ("t", "name", "session"), None)
        if found is None:
            raise SystemExit(f"{workspace}: its projections are stale; run lianyi maintain on it")
        for part in found:
            cut = numbered(codes_of(part["actor"]), given_in(part["session"]), part["t"].to_numpy())
            session = pa.array(cut.number + before)
            before += len(cut.length)
            columns = [
                part["actor"].cast(schema.field(0).type),
                session,
                part["name"].cast(schema.field(2).type),
                part["t"].cast(pa.timestamp("us")),
            ]
            writer.write_table(pa.table(columns, schema=schema))
        window = whole(engine)
        touches = journey_touches(engine, window, LOOKBACK_DAYS)
    pq.write_table(touches, folder / "touches.parquet")
    np.save(folder / "forest.npy", inviters(MEMBERS))
    return {
        "workspace": workspace,
        "facts": str(facts),
        "touches": str(folder / "touches.parquet"),
        "members": str(MEMBERS),
        "forest": str(folder / "forest.npy"),
    }


def journey_touches(engine: object, window: object, lookback_days: int) -> "pa.Table":
    """The touches of every journey in order: journey, channel, and what the journey ended in (orders, nulls)."""
    import pyarrow as pa

    from lianyi.insight.analyse.attribution.attribution import journeys_in

    found, _ = journeys_in(engine, window, lookback_days=lookback_days)
    return pa.table(
        {
            "journey": found.journey,
            "channel": pa.DictionaryArray.from_arrays(found.touches.astype("int32"), list(found.channels)),
            "orders": found.conversions[found.journey],
            "nulls": found.nulls[found.journey],
        }
    )


def compare(each: Comparison, inputs: dict[str, str]) -> bool:
    """Run one comparison and print its rows; whether every target was met."""
    print(f"\n{each.id}  {each.title}", flush=True)
    met = True
    for rival in each.rivals:
        if rival.task not in TASKS and not PEERS.exists():
            print(f"  {rival.task:<26} left out: its environment is not there (make peers)")
            continue
        met &= beside(each, rival, inputs)
    return met


def beside(each: Comparison, rival: Rival, inputs: dict[str, str]) -> bool:
    """Ours and a rival in turn, so that a machine that slows down slows both, and the median of each; whether the target was met."""
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(ROUNDS):
        ours.append(run(CURRENT, each.ours, inputs[each.given]))
        theirs.append(
            run(CURRENT, rival.task, inputs[each.given])
            if rival.task in TASKS
            else run(str(ROOT / "benchmarks" / "peers.py"), rival.task, inputs[PEER_INPUT[each.given]], python=PEERS)
        )
        if theirs[0].said["cpu_seconds"] > LONG_SECONDS:
            break
    mine, other = middle(ours), middle(theirs)
    ratio, wall = other.said["cpu_seconds"] / mine.said["cpu_seconds"], other.seconds / mine.seconds
    met = rival.at_least is None or ratio >= rival.at_least
    asked = "" if rival.at_least is None else f"asked {rival.at_least:.2f}x: {'met' if met else 'NOT MET'}"
    alike = not rival.same or mine.said["answer"] == other.said["answer"]
    answer = f"DIFFERS: {other.said['answer']} {mine.said['answer']}" if not alike else "same answer" if rival.same else ""
    for name, shown in (("Lianyi", mine), (rival.task, other)):
        print(f"  {name:<26} cpu {shown.said['cpu_seconds']:8.2f} s  wall {shown.seconds:8.2f} s  {shown.peak_mib:7.0f} MiB", flush=True)
    print(f"  {'':<26} cpu {ratio:8.2f} x  wall {wall:8.2f} x  {len(theirs)} rounds  {asked}  {answer}", flush=True)
    return met and alike


def middle(runs: list[Run]) -> Run:
    """The run whose processor time is the median."""
    return sorted(runs, key=lambda r: r.said["cpu_seconds"])[(len(runs) - 1) // 2]


def main() -> None:
    """Make the workspace, measure, print. Targets that are not met are told, not raised."""
    from benchmarks.generate_events import generate
    from lianyi.stream import workspace
    from lianyi.stream.log.maintain import maintain

    only = set(filter(None, os.environ.get("LIANYI_BENCH_ONLY", "").split(",")))
    with tempfile.TemporaryDirectory() as folder:
        path = os.environ.get("LIANYI_BENCH_WORKSPACE", "")
        if not path:
            path = str(Path(folder) / "w")
            generate(Path(path), EVENTS)
            maintain(workspace.load(Path(path)), now_us=1_800_000_000_000_000)
        inputs = prepared(path, Path(folder))
        verdicts = [(each.id, compare(each, inputs)) for each in COMPARISONS if not only or each.id in only]
    missed = [id_ for id_, met in verdicts if not met]
    print(f"\ntargets met: {len(verdicts) - len(missed)} of {len(verdicts)}" + (f"; not met: {', '.join(missed)}" if missed else ""))


if __name__ == "__main__":
    # Modules are there before the clock starts: Arrow looks for pandas at its first array, the engine for SQLGlot at its first question.
    for module in (
        "pandas",
        "lianyi.stream.engines.duckdb",
        "lianyi.insight.measure",
        "lianyi.stream.log.table",
        "lianyi.stream.projections",
    ):
        importlib.import_module(module)
    print(json.dumps(TASKS[sys.argv[1]](sys.argv[2]) | {"peak_mib": peak_mib()}))

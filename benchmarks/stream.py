"""The history: appending beside plain Parquet writers, compaction beside appending, bytes an event, opening a snapshot.

    python -m benchmarks stream

Two peers write the same rows, sorted the same way, with nothing that makes a history of it (no exactly-once, no business days by
the zone database, no commit, no fsync): pyarrow's ParquetWriter, and DuckDB's COPY.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness import interleaved, run, table
from lianyi.stream.freshness import KINDS

EVENTS = 500_000
PORTIONS = 10
LATER_US = 4_000_000_000_000_000


def prepare(source: str, home: str) -> dict[str, Any]:
    """The rows to write, as one Parquet file, and a workspace of them appended in ten portions."""
    from benchmarks.generate_events import batches
    from lianyi.stream import workspace
    from lianyi.stream.log.table import EventLog
    from lianyi.stream.record import FACT

    started = time.perf_counter()
    whole = pa.Table.from_batches(batches(EVENTS, 7), schema=FACT)
    pq.write_table(whole, source, compression="zstd")
    log = EventLog(workspace.create(Path(home) / "w"))
    each = -(-len(whole) // PORTIONS)
    for n in range(PORTIONS):
        log.append(whole.slice(n * each, each))
    return {"seconds": time.perf_counter() - started, "rows": len(whole)}


def append(source: str, _home: str) -> dict[str, Any]:
    """Ours: exactly once, cut into days and months, sorted, committed, on the disk."""
    from lianyi.stream import workspace
    from lianyi.stream.log.table import EventLog

    with tempfile.TemporaryDirectory() as folder:
        log = EventLog(workspace.create(Path(folder) / "w"))
        file = pq.ParquetFile(source)
        started = time.perf_counter()
        done = log.append(pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(65_536)))
        return {"seconds": time.perf_counter() - started, "rows": done.written, "bytes": sum(f.bytes for f in log.snapshot().files)}


def append_again(source: str, home: str) -> dict[str, Any]:
    """Ours, all of it known already: what importing the same file again costs."""
    from lianyi.stream import workspace
    from lianyi.stream.log.table import EventLog

    log = EventLog(workspace.load(Path(home) / "w"))
    file = pq.ParquetFile(source)
    started = time.perf_counter()
    done = log.append(pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(65_536)))
    assert done.written == 0
    return {"seconds": time.perf_counter() - started, "rows": done.known}


def arrow_writer(source: str, _home: str) -> dict[str, Any]:
    """Peer: read, sort in memory, write with the same encodings."""
    from lianyi.stream.log.write import ENCODINGS, PLAIN, ROWS_PER_GROUP

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        rows = pq.read_table(source).sort_by([("t", "ascending"), ("event_id", "ascending")])
        file = Path(folder) / "plain.parquet"
        pq.write_table(
            rows,
            file,
            compression="zstd",
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=[c for c in rows.column_names if c not in PLAIN],
            column_encoding=ENCODINGS,
        )
        return {"seconds": time.perf_counter() - started, "rows": len(rows), "bytes": file.stat().st_size}


def duckdb_copy(source: str, _home: str) -> dict[str, Any]:
    """Peer: COPY of the sorted rows to one Parquet file."""
    from lianyi.stream.engines.duckdb import connect

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "copy.parquet"
        connection = connect(scratch=Path(folder), memory="500MB")
        started = time.perf_counter()
        connection.execute(
            f"COPY (SELECT * FROM read_parquet('{source}') ORDER BY t, event_id) TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
        )
        return {"seconds": time.perf_counter() - started, "bytes": file.stat().st_size}


def compact(_source: str, home: str) -> dict[str, Any]:
    """Ours: ten files a month become one, projections left out."""
    from lianyi.stream.log import maintain
    from lianyi.stream.log.table import EventLog
    from lianyi.stream.workspace import load

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(Path(home) / "w", Path(folder) / "w")
        space = load(Path(folder) / "w")
        started = time.perf_counter()
        maintain._compact(space, Path(folder), now_us=LATER_US)  # noqa: SLF001 - one step of maintenance by itself
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "rows": EventLog(space).snapshot().rows}


def keep_house(_source: str, home: str) -> dict[str, Any]:
    """Ours: a whole maintenance, projections and all; and what is then on the disk."""
    from lianyi.stream.log.maintain import maintain
    from lianyi.stream.log.table import EventLog
    from lianyi.stream.workspace import load

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(Path(home) / "w", Path(folder) / "w")
        space = load(Path(folder) / "w")
        started = time.perf_counter()
        maintain(space, now_us=LATER_US, retention_hours=0)
        seconds = time.perf_counter() - started
        snapshot = EventLog(space).snapshot()
        sizes = {kind: sum(f.stat().st_size for f in (space.projections_path / kind).glob("*.parquet")) for kind in KINDS}
        return {"seconds": seconds, "rows": snapshot.rows, "events": sum(f.bytes for f in snapshot.files), **sizes}


def open_snapshot(_source: str, home: str) -> dict[str, Any]:
    """Ours: the newest version with its reference tables, and an engine on it; per opening."""
    from lianyi.stream.engines.duckdb import DuckDBEngine
    from lianyi.stream.log.table import EventLog
    from lianyi.stream.workspace import load

    log = EventLog(load(Path(home) / "w"))
    log.snapshot()
    started = time.perf_counter()
    for _ in range(20):
        snapshot = log.snapshot()
    middle = time.perf_counter()
    for _ in range(5):
        DuckDBEngine(snapshot).close()
    return {"seconds": (middle - started) / 20, "engine_seconds": (time.perf_counter() - middle) / 5}


def open_delta(_source: str, home: str) -> dict[str, Any]:
    """Peer: deltalake opens the table and lists its files, and nothing more; per opening."""
    from deltalake import DeltaTable

    path = str(Path(home) / "w" / "events")
    DeltaTable(path)
    started = time.perf_counter()
    for _ in range(20):
        DeltaTable(path).file_uris()
    return {"seconds": (time.perf_counter() - started) / 20}


TASKS = {f.__name__: f for f in (prepare, append, append_again, arrow_writer, duckdb_copy, compact, keep_house, open_snapshot, open_delta)}


def main() -> None:
    """Run every task in a process of its own and print the ratios."""
    module = "benchmarks.stream"
    with tempfile.TemporaryDirectory() as folder:
        where = (str(Path(folder) / "rows.parquet"), folder)
        rows = run(module, "prepare", *where).said["rows"]
        written = interleaved(module, ["append", "arrow_writer", "duckdb_copy", "append_again"], *where)
        table(f"stream: appending {rows:,} facts", written, "append")
        print(f"  append {rows / written['append'].seconds:,.0f} facts/s, compaction below to be compared with it")
        kept = interleaved(module, ["compact", "keep_house"], *where, rounds=1)
        table("stream: maintenance of the same facts in ten portions", kept, "compact")
        print(f"  compaction rate / append rate: {written['append'].seconds / kept['compact'].seconds:.2f}")
        said = kept["keep_house"].said
        print(
            f"  bytes an event: {said['events'] / rows:.1f} stored, {said['events_by_member'] / rows:.1f} by member, "
            f"{said['actor_day'] / rows:.1f} actor days, {said['devices'] / rows:.1f} devices, {(said['events'] + sum(said[k] for k in KINDS)) / rows:.1f} in all; "
            f"plain pyarrow {written['arrow_writer'].said['bytes'] / rows:.1f}"
        )
        opened = interleaved(module, ["open_snapshot", "open_delta"], *where)
        print("\nstream: opening a snapshot")
        for task, done in opened.items():
            print(f"  {task:<28} {done.seconds * 1000:9.1f} ms")
        print(f"  engine on it                 {opened['open_snapshot'].said['engine_seconds'] * 1000:9.1f} ms (devices stitched)")


if __name__ == "__main__":
    task, *arguments = sys.argv[1:]
    print(json.dumps(TASKS[task](*arguments)))

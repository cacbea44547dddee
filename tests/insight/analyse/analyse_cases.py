"""Small histories for the tests of analyses: rows of facts become a workspace and an engine."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from lianyi.kernel.clock import midnight_us, parse_zone
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT

ZONE = parse_zone("Asia/Shanghai")
MINUTE = 60_000_000


def at(day: int, us: int = 0) -> int:
    """An instant on a business day."""
    return midnight_us(day, ZONE) + us


def facts(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Facts from rows with at least name and t; ids are made from the row's place and content."""
    filled = [
        {"version": 1, "event_id": hashlib.sha256(repr((i, sorted(r.items()))).encode()).digest()[:16], "received_t": r["t"], **r}
        for i, r in enumerate(rows)
    ]
    return pa.Table.from_pylist(filled, schema=FACT)


def engine_on(path: Path, rows: Iterable[Mapping[str, Any]] | pa.Table, *, tables: Mapping[str, pa.Table] | None = None) -> DuckDBEngine:
    """A fresh workspace holding these facts, open for reading."""
    log = EventLog(workspace.create(path, zone_name="Asia/Shanghai", currency="CNY"))
    log.append(rows if isinstance(rows, pa.Table) else facts(rows), tables=tables, source="test")
    return DuckDBEngine(log.snapshot())


def replace_events(engine: DuckDBEngine, rows: Iterable[Mapping[str, Any]]) -> None:
    """Give an open engine another history, without disk: for properties that try many."""
    table = facts(rows)
    days = pa.array([(r - at(0)) // 86_400_000_000 for r in table.column("t").to_pylist()], pa.int32())
    actors = pa.array(
        [m or d for m, d in zip(table.column("member_id").to_pylist(), table.column("device_id").to_pylist(), strict=True)], pa.string()
    )
    seq = pa.nulls(len(table), pa.int64())
    engine.offer("events", table.append_column("d", days).append_column("actor", actors).append_column("seq", seq))

"""Building the projections of months that changed, and removing the files of months as they were."""

from pathlib import Path

from lianyi.stream.engines.duckdb import DuckDBEngine, connect
from lianyi.stream.freshness import KINDS, expected, folder
from lianyi.stream.projections import by_member, monthly
from lianyi.stream.projections.naming import work_out_owners
from lianyi.stream.snapshot import Snapshot

# From a month's event files alone, and from all that the engine says of a month.
OF_FILES = {monthly.DEVICES: monthly.build_devices, monthly.SESSION_DAY: monthly.build_session_day}
BUILD = {monthly.ACTOR_DAY: monthly.build_actor_day, by_member.KIND: by_member.build}
MEMORY = "900MB"


def refresh(snapshot: Snapshot, scratch: Path) -> int:
    """Build what a snapshot lacks; says how many month files. Called under the maintenance lock.

    scratch : a folder on the same disk, for work in progress
    """
    if snapshot.projections is None or not snapshot.files:
        return 0
    connection = connect(scratch=scratch, memory=MEMORY)
    built = 0
    try:
        # The devices first: whose they are is then told from their files, not from all facts.
        for kind, make in OF_FILES.items():
            for month, file in _lacking(snapshot, {}, kind):
                events = [f for f in snapshot.files if f.month == month]
                make(connection, events, file, aside=scratch / file.name)
                built += 1
        owners = work_out_owners(snapshot, connection)
    finally:
        connection.close()
    engine: DuckDBEngine | None = None
    try:
        for kind, build in BUILD.items():
            for month, file in _lacking(snapshot, owners, kind):
                engine = engine or DuckDBEngine(snapshot, scratch=scratch, memory=MEMORY)
                build(engine, month, file, aside=scratch / file.name)
                built += 1
    finally:
        if engine is not None:
            engine.close()
    return built


def _lacking(snapshot: Snapshot, owners: dict[int, str], kind: str) -> list[tuple[int, Path]]:
    """The months of a kind whose file is not there, with its path."""
    if snapshot.projections is None:
        return []
    files = {month: folder(snapshot.projections, kind) / name for month, name in sorted(expected(snapshot, owners, kind).items())}
    return [(month, file) for month, file in files.items() if not file.exists()]


def remove_stale(snapshot: Snapshot, *, now_us: int, retention_hours: float) -> tuple[int, int]:
    """Remove projection files that the snapshot does not call for and no running query can be reading; says (files, bytes)."""
    if snapshot.projections is None:
        return 0, 0
    connection = connect()
    try:
        owners = work_out_owners(snapshot, connection) if snapshot.files else {}
    finally:
        connection.close()
    removed = size = 0
    wanted = {name for kind in KINDS for name in expected(snapshot, owners, kind).values()}
    for file in [f for kind in KINDS for f in folder(snapshot.projections, kind).glob("*.parquet")]:
        status = file.stat()
        if file.name not in wanted and now_us - status.st_mtime_ns // 1000 >= retention_hours * 3600e6:
            file.unlink()
            removed, size = removed + 1, size + status.st_size
    notes = sorted(folder(snapshot.projections, "owners").glob("*.json"), key=lambda f: f.stat().st_mtime_ns)
    # Notes are a few bytes each and tell nothing of anybody; the newest few serve readers of recent snapshots.
    for note in notes[:-8]:
        note.unlink()
    return removed, size

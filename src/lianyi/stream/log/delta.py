"""The Delta table underneath: create, list files, commit. The only module that touches deltalake's API for events."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.record import PARTITIONED
from lianyi.stream.snapshot import DataFile

CONFIGURATION = {
    # History is the product: the log is kept for good, and reading a version costs at most 20 small files after a checkpoint.
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "20",
}
TABLES_KEY = "lianyi_tables"
ERASED_KEY = "lianyi_members_erased"


class SnapshotUnknown(BadInput):
    """A snapshot id that the history does not have."""

    code = "snapshot_unknown"
    message = Text(zh="没有快照 %(version)s，最新为 %(latest)s。", en="There is no snapshot %(version)s; the latest is %(latest)s.")


class SnapshotGone(BadInput):
    """A version whose files maintenance has removed, because no kept report cited it."""

    code = "snapshot_gone"
    message = Text(
        zh="快照 %(version)s 的数据文件已在维护中清除（没有保留的报告引用它）。",
        en="The files of snapshot %(version)s were removed by maintenance: no kept report cited it.",
    )
    remedy = Text(zh="请用最新快照 %(latest)s 重新计算。", en="Compute it anew on the latest snapshot, %(latest)s.")

    def say(self, language: str = "zh") -> str:
        """Message and remedy in one language."""
        return f"{self.message.say(language, **self.data)} {self.remedy.say(language, **self.data)}"


class SnapshotErased(SnapshotGone):
    """A version that can no longer be read in full, because a member asked to be forgotten."""

    code = "snapshot_erased"
    message = Text(
        zh="快照 %(version)s 不能再完整读取：其后有 %(members)s 位会员要求删除，其数据已物理清除。",
        en="Snapshot %(version)s can no longer be read in full: %(members)s members have asked to be forgotten since, and their data is gone.",
    )
    remedy = Text(
        zh="已有的报告仍然有效，但不能再逐数复算；新的计算请用最新快照 %(latest)s。",
        en="Reports made from it stand, but cannot be recomputed to the figure; compute anew on the latest snapshot, %(latest)s.",
    )


def exists(path: Path) -> bool:
    """Whether a table is there."""
    return (path / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(path))


def create(path: Path) -> None:
    """Make the empty event table."""
    path.mkdir(parents=True, exist_ok=True)
    DeltaTable.create(str(path), PARTITIONED, partition_by=["m"], configuration=dict(CONFIGURATION), mode="ignore")


def load(path: Path, version: int | None = None) -> DeltaTable:
    """The table at a version, or the latest.

    Raises SnapshotUnknown for a version the log does not have.
    """
    if version is None:
        return DeltaTable(str(path))
    try:
        return DeltaTable(str(path), version=version)
    except (DeltaError, OverflowError):
        latest = DeltaTable(str(path)).version()
        if 0 <= version <= latest:
            raise
        raise SnapshotUnknown(version=version, latest=latest) from None


def require_files(path: Path, version: int) -> DeltaTable:
    """A version whose every file is still there.

    Raises SnapshotUnknown; SnapshotErased or SnapshotGone when a file is missing, by what removed it.
    """
    table = load(path, version)
    if not all((path / name).exists() for name in table_paths(table)):
        raise gone(path, version)
    return table


def gone(path: Path, version: int) -> SnapshotGone:
    """Why a version can no longer be read: an erasure after it, or maintenance."""
    latest = DeltaTable(str(path)).version()
    erased = sum(int(info.get(ERASED_KEY, 0)) for number in range(version + 1, latest + 1) for info in commit_infos(path, number))
    if erased:
        return SnapshotErased(version=version, latest=latest, members=erased)
    return SnapshotGone(version=version, latest=latest)


def table_paths(table: DeltaTable) -> list[str]:
    """The files of a loaded version, relative to the table."""
    listed: list[str] = _listed(table)["path"].to_pylist()
    return listed


def _listed(table: DeltaTable) -> pa.Table:
    """The entries of a loaded version's files; read as a stream, because `pa.table` would first import pandas where it is installed."""
    return pa.RecordBatchReader.from_stream(table.get_add_actions(flatten=True)).read_all()


def widen(table: DeltaTable) -> None:
    """Add the columns this release knows and the table does not; files written before read as null there."""
    have = {field.name for field in table.schema().fields}
    missing = [field for field in PARTITIONED if field.name not in have]
    if missing:
        shapes = Schema.from_arrow(pa.schema(missing))
        table.alter.add_columns([Field(f.name, f.type, nullable=True) for f in shapes.fields])
        table.update_incremental()


def data_files(table: DeltaTable, path: Path) -> tuple[DataFile, ...]:
    """The files of a loaded version, oldest month first."""
    listed = _listed(table).to_pylist()
    found = [
        DataFile(
            path=str(path / row["path"]),
            month=int(row["partition.m"]),
            rows=row["num_records"],
            bytes=row["size_bytes"],
            first_day=row["min.d"],
            last_day=row["max.d"],
            has_device=row.get("null_count.device_id") != row["num_records"],
        )
        for row in listed
    ]
    return tuple(sorted(found, key=lambda f: (f.month, f.path)))


def pinned_tables(path: Path, version: int) -> dict[str, int]:
    """Which version of each reference table a version of the history was published with."""
    for number in range(version, -1, -1):
        for info in commit_infos(path, number):
            if TABLES_KEY in info:
                pinned: dict[str, int] = json.loads(info[TABLES_KEY])
                return pinned
    return {}


def log_lines(path: Path, version: int) -> list[dict[str, Any]]:
    """What one commit did, line by line."""
    text = (path / "_delta_log" / f"{version:020d}.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def commit_infos(path: Path, version: int) -> list[dict[str, Any]]:
    """What one commit says of itself."""
    return [line["commitInfo"] for line in log_lines(path, version) if "commitInfo" in line]


def add_action(root: Path, file: Path, *, month: int, stats: Mapping[str, object], data_change: bool = True) -> AddAction:
    """What the log says of a new file."""
    status = file.stat()
    return AddAction(
        str(file.relative_to(root)), status.st_size, {"m": str(month)}, status.st_mtime_ns // 1_000_000, data_change, json.dumps(stats)
    )


def remove_action(file: DataFile, root: Path, *, now_us: int, data_change: bool) -> RemoveAction:
    """What the log says of a file that leaves the current version; it stays on disk until it is vacuumed."""
    return RemoveAction(
        str(Path(file.path).relative_to(root)),
        data_change=data_change,
        deletion_timestamp=now_us // 1000,
        size=file.bytes,
        partition_values={"m": str(file.month)},
    )


def commit(
    path: Path,
    table: DeltaTable,
    actions: Iterable[AddAction | RemoveAction],
    *,
    tables: Mapping[str, int],
    metadata: Mapping[str, str] | None = None,
    transaction: tuple[str, int] | None = None,
) -> int:
    """Publish files and pinned reference tables as one new version, durably, and say which.

    tables      : reference table name -> its version, complete
    transaction : (application, number) noted in the log so that a relay knows what it has delivered
    """
    properties = CommitProperties(
        custom_metadata={TABLES_KEY: json.dumps(dict(tables), sort_keys=True), **(metadata or {})},
        app_transactions=[Transaction(*transaction)] if transaction else None,
    )
    table.create_write_transaction(list(actions), "append", table.schema(), partition_by=["m"], commit_properties=properties)
    table.update_incremental()
    version = table.version()
    log = path / "_delta_log"
    sync(log / f"{version:020d}.json")
    sync(log)
    return version


def is_published(path: Path, actions: Iterable[AddAction | RemoveAction]) -> bool:
    """Whether the log names any of these files, so that they must not be taken away after a fault."""
    names = {action.path for action in actions}
    return bool(names & set(table_paths(DeltaTable(str(path)))))


def sync(path: Path) -> None:
    """Bring a file or folder to the disk before anyone is told that it is there."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

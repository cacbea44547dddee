"""The Delta table underneath: create, list files, commit. The only module that touches deltalake's API for events."""

import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
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


class SnapshotUnknown(BadInput):
    """A snapshot id that the history does not have."""

    code = "snapshot_unknown"
    message = Text(zh="没有快照 %(version)s，最新为 %(latest)s。", en="There is no snapshot %(version)s; the latest is %(latest)s.")


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
    latest = DeltaTable(str(path)).version()
    if not 0 <= version <= latest:
        raise SnapshotUnknown(version=version, latest=latest)
    return DeltaTable(str(path), version=version)


def data_files(table: DeltaTable, path: Path) -> tuple[DataFile, ...]:
    """The files of a loaded version, oldest month first."""
    listed = pa.table(table.get_add_actions(flatten=True)).to_pylist()
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
        for line in (path / "_delta_log" / f"{number:020d}.json").read_text(encoding="utf-8").splitlines():
            commit = json.loads(line).get("commitInfo", {})
            if TABLES_KEY in commit:
                pinned: dict[str, int] = json.loads(commit[TABLES_KEY])
                return pinned
    return {}


def add_action(root: Path, file: Path, *, month: int, stats: Mapping[str, object], data_change: bool = True) -> AddAction:
    """What the log says of a new file."""
    return AddAction(
        str(file.relative_to(root)), file.stat().st_size, {"m": str(month)}, int(time.time() * 1000), data_change, json.dumps(stats)
    )


def commit(
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
    table.create_write_transaction(list(actions), "append", PARTITIONED, partition_by=["m"], commit_properties=properties)
    table.update_incremental()
    version = table.version()
    log = Path(table.table_uri.removeprefix("file://")) / "_delta_log"
    sync(log / f"{version:020d}.json")
    sync(log)
    return version


def sync(path: Path) -> None:
    """Bring a file or folder to the disk before anyone is told that it is there."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

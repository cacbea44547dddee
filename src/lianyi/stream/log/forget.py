"""Forgetting one member: at once for every reader, physically with the next maintenance."""

from dataclasses import dataclass

import pyarrow as pa

from lianyi.stream.log import delta, reference
from lianyi.stream.log.disk import full_disk_told
from lianyi.stream.log.lock import writing
from lianyi.stream.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Forgotten:
    """version : the first snapshot that is without the member; already : whether the erasure was pending before."""

    version: int
    already: bool


def forget(workspace: Workspace, member_id: str, *, now_us: int) -> Forgotten:
    """Take a member out of every answer from now on, in old snapshots as well: their facts, and their name as a referrer.

    now_us : when it was asked for, UTC microseconds
    Nothing is physically removed yet: `maintain` does that, in every file, and tells so in its report.
    Cost: one small commit, a few milliseconds. Raises WriterBusy, DiskFull.
    """
    with writing(workspace.path), full_disk_told(workspace.path):
        if not delta.exists(workspace.events_path):
            delta.create(workspace.events_path)
        table = delta.load(workspace.events_path)
        pinned = delta.pinned_tables(workspace.events_path, table.version())
        before = reference.rows_of(workspace.tables_path, "erased", pinned.get("erased"))
        if member_id in before["member_id"].to_pylist():
            return Forgotten(table.version(), already=True)
        rows = pa.concat_tables([before, pa.table({"member_id": [member_id], "asked_t": [now_us]}, schema=before.schema)])
        number = reference.replace(workspace.tables_path, "erased", rows.sort_by("member_id"))
        return Forgotten(
            delta.commit(workspace.events_path, table, [], tables={**pinned, "erased": number}, metadata={"source": "forget"}),
            already=False,
        )

"""Keeping the history tidy: compact, forget for good, refresh projections, remove what nobody needs.

Safe to kill at any point and to run again. Readers and appends go on meanwhile: rewriting happens beside them, only the commit
takes a writer's turn. An erasure is the exception; it keeps writers waiting, because it must see every fact.
"""

import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from lianyi.kernel.clock import business_day, date_of
from lianyi.stream.log import delta, reference, rewrite, vacuum
from lianyi.stream.log.cite import cited
from lianyi.stream.log.disk import full_disk_told
from lianyi.stream.log.erasure import Erasures, erasures, note_done, without_erased
from lianyi.stream.log.lock import maintaining, writing
from lianyi.stream.log.redact import redact
from lianyi.stream.log.table import EventLog
from lianyi.stream.projections import refresh
from lianyi.stream.scratch import clear_abandoned, scratch
from lianyi.stream.snapshot import DataFile
from lianyi.stream.workspace import Workspace

RETENTION_HOURS = 24.0
# The month that is still being written is left in pieces up to this many.
OPEN_MONTH_FILES = 16


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """What a maintenance did.

    version           : the snapshot that is current now
    months_compacted  : months that became one sorted file
    doubles_dropped   : facts that were there twice
    members_erased, facts_erased : erasures made physical, and the facts that went with them
    projections_built : month files of projections made anew
    files_removed, bytes_freed   : data files nobody needed any more, orphans of killed writers among them
    scratch_removed   : leftovers of killed processes
    """

    version: int
    months_compacted: int = 0
    doubles_dropped: int = 0
    members_erased: int = 0
    facts_erased: int = 0
    projections_built: int = 0
    files_removed: int = 0
    bytes_freed: int = 0
    scratch_removed: int = 0


def maintain(workspace: Workspace, *, now_us: int, retention_hours: float = RETENTION_HOURS) -> MaintenanceReport:
    """Tidy a workspace.

    now_us          : UTC microseconds; months before its business month are closed
    retention_hours : how long files that left the current version stay for queries still reading them; longer than the
                      longest query. Files of versions that kept reports cite stay beyond it, unless they hold an erased member.
    Raises MaintenanceBusy when it runs already; DiskFull (what was done until then stands, nothing is lost).
    Cost: in proportion to the months that changed; about 1 GB of memory.
    """
    with maintaining(workspace.path), full_disk_told(workspace.path):
        cleared = clear_abandoned(workspace.scratch_path, now_us=now_us)
        if not delta.exists(workspace.events_path):
            return MaintenanceReport(version=0, scratch_removed=cleared)
        with scratch(workspace.scratch_path, "maintain") as folder:
            done = _erase(workspace, folder, now_us=now_us)
            compacted, doubles = _compact(workspace, folder, now_us=now_us)
            snapshot = EventLog(workspace).snapshot()
            built = refresh.refresh(snapshot, folder)
            files, size = _vacuum(workspace, now_us=now_us, retention_hours=retention_hours)
            stale = refresh.remove_stale(snapshot, now_us=now_us, retention_hours=0 if done.members_erased else retention_hours)
        _checkpoint(workspace.events_path)
        return replace(
            done,
            version=delta.load(workspace.events_path).version(),
            months_compacted=compacted,
            doubles_dropped=doubles,
            projections_built=built,
            files_removed=done.files_removed + files + stale[0],
            bytes_freed=done.bytes_freed + size + stale[1],
            scratch_removed=cleared,
        )


def _compact(workspace: Workspace, folder: Path, *, now_us: int) -> tuple[int, int]:
    today = date_of(business_day(now_us, workspace.zone))
    this_month = today.year * 100 + today.month
    path = workspace.events_path
    months = doubles = 0
    for month, files in _by_month(delta.data_files(delta.load(path), path)).items():
        if month >= this_month and len(files) <= OPEN_MONTH_FILES:
            continue
        if not rewrite.scattered(files) and all(rewrite.in_order(f.path) for f in files):
            continue
        connection = rewrite.opened(folder)
        try:
            actions, dropped = rewrite.compact(connection, path, files)
        finally:
            connection.close()
        with writing(workspace.path):
            _exchange(path, files, actions, now_us=now_us, tables=None, metadata={"source": "maintain"}, data_change=False)
        months += 1
        doubles += dropped
    return months, doubles


def _exchange(
    path: Path,
    old: list[DataFile],
    new: list[AddAction],
    *,
    now_us: int,
    tables: Mapping[str, int] | None,
    metadata: Mapping[str, str],
    data_change: bool,
) -> int:
    """Put new files in the place of old ones, in one commit; with the write lock held."""
    table = delta.load(path)
    pinned = delta.pinned_tables(path, table.version()) if tables is None else tables
    removes = [delta.remove_action(f, path, now_us=now_us, data_change=data_change) for f in old]
    try:
        return delta.commit(path, table, [*removes, *new], tables=pinned, metadata=metadata)
    except BaseException:
        if not delta.is_published(path, new):
            for action in new:
                (path / action.path).unlink(missing_ok=True)
        raise


def _erase(workspace: Workspace, folder: Path, *, now_us: int) -> MaintenanceReport:
    """Remove every trace of the members whose erasure is pending; they stay pending until the last trace is gone."""
    path = workspace.events_path
    with writing(workspace.path):
        version = delta.load(path).version()
        pinned = delta.pinned_tables(path, version)
        gone = erasures(workspace, pinned)
        if not gone.pending:
            return MaintenanceReport(version=version)
        connection = rewrite.opened(folder)
        try:
            files = delta.data_files(delta.load(path), path)
            # Older files too: a run that was killed after its commit must still know whose the devices were.
            removal = rewrite.Removal(connection, gone.pending, _readable(path, {f.path for f in files}))
            old: list[DataFile] = []
            new: list[AddAction] = []
            facts = 0
            for held in _by_month(files).values():
                if any(removal.touches(f.path) for f in held):
                    actions, removed = removal.rewrite(path, held)
                    old, new, facts = old + held, new + actions, facts + removed
            tables = {**pinned, **_erased_tables(workspace, pinned, gone)}
            if old or tables != pinned:
                # One commit for all months: devices are known by facts of other months, and half a removal would forget them.
                metadata = {"source": "maintain", delta.ERASED_KEY: str(len(gone.pending))}
                _exchange(path, old, new, now_us=now_us, tables=tables, metadata=metadata, data_change=True)
            removed_files, freed = _vacuum_erased(workspace, removal, gone)
        finally:
            connection.close()
        snapshot = EventLog(workspace).snapshot()
        stale, stale_bytes = refresh.remove_stale(snapshot, now_us=now_us, retention_hours=0)
        for texts in (workspace.rejects_path, workspace.imports_path, workspace.mappings_path):
            redact(texts, gone.pending, workspace.key)
        # Kept answers and files that wait to be imported may name who is gone: the ones are worked out anew, the others brought in again.
        for kept in (workspace.answers_path, workspace.uploads_path):
            shutil.rmtree(kept, ignore_errors=True)
        note_done(workspace, gone.pending, now_us=now_us)
        table = delta.load(path)
        emptied = reference.replace(workspace.tables_path, "erased", reference.rows_of(workspace.tables_path, "erased", None))
        version = delta.commit(path, table, [], tables={**tables, "erased": emptied}, metadata={"source": "maintain"})
        listed, listed_bytes = _vacuum_list(workspace, version)
    return MaintenanceReport(
        version=version,
        members_erased=len(gone.pending),
        facts_erased=facts,
        files_removed=removed_files + stale + listed,
        bytes_freed=freed + stale_bytes + listed_bytes,
    )


def _readable(path: Path, current: set[str]) -> list[str]:
    """Every event file on the disk; one that a killed writer left half written is removed. With the write lock held."""
    found = []
    for file in path.glob("m=*/*.parquet"):
        try:
            pq.read_metadata(file)
        except pa.ArrowInvalid:
            if str(file) in current:
                raise
            file.unlink()
            continue
        found.append(str(file))
    return found


def _erased_tables(workspace: Workspace, pinned: Mapping[str, int], gone: Erasures) -> dict[str, int]:
    """New versions of the reference tables that name them."""
    changed = {}
    for name, number in pinned.items():
        if name == "erased":
            continue
        rows = reference.rows_of(workspace.tables_path, name, number)
        without = without_erased(name, rows, gone, everywhere=True)
        if not without.equals(rows):
            changed[name] = reference.replace(workspace.tables_path, name, without)
    return changed


def _vacuum_erased(workspace: Workspace, removal: rewrite.Removal, gone: Erasures) -> tuple[int, int]:
    """Delete files of older versions that hold a trace of them, cited or not; with the write lock held."""
    path = workspace.events_path
    current = {path / name for name in delta.table_paths(delta.load(path))}
    events = vacuum.remove_all_but(path, current, spare=lambda file: not removal.touches(str(file)))
    pinned = delta.pinned_tables(path, delta.load(path).version())
    root = workspace.tables_path
    kept = vacuum.reference_files_kept(root, {name: [number] for name, number in pinned.items()})

    def clean(file: Path) -> bool:
        try:
            rows = pq.read_table(file)
        except pa.ArrowInvalid:
            # Half written by a process that was killed; no version names it.
            return False
        return bool(without_erased(file.relative_to(root).parts[0], rows, gone, everywhere=True).equals(rows))

    tables = vacuum.remove_all_but(root, kept, spare=clean) if root.is_dir() else (0, 0)
    return events[0] + tables[0], events[1] + tables[1]


def _vacuum_list(workspace: Workspace, version: int) -> tuple[int, int]:
    """Delete the lists of erased members that are not the newest."""
    root = workspace.tables_path
    newest = delta.pinned_tables(workspace.events_path, version)["erased"]
    return vacuum.remove_all_but(root / "erased", vacuum.reference_files_kept(root, {"erased": [newest]}))


def _vacuum(workspace: Workspace, *, now_us: int, retention_hours: float) -> tuple[int, int]:
    path, root = workspace.events_path, workspace.tables_path
    with writing(workspace.path):
        # A version whose files an erasure has taken is still listed as cited; what is left of it stays with it.
        versions = cited(workspace)
        kept = vacuum.event_files_kept(path, now_us=now_us, retention_hours=retention_hours, versions=versions)
        events = vacuum.remove_all_but(path, {path / name for name in kept})
        numbers = vacuum.table_versions_kept(path, now_us=now_us, retention_hours=retention_hours, versions=versions)
        tables = vacuum.remove_all_but(root, vacuum.reference_files_kept(root, numbers)) if root.is_dir() else (0, 0)
    return events[0] + tables[0], events[1] + tables[1]


def _checkpoint(path: Path) -> None:
    table = delta.load(path)
    if not (path / "_delta_log" / f"{table.version():020d}.checkpoint.parquet").exists():
        table.create_checkpoint()


def _by_month(files: tuple[DataFile, ...]) -> dict[int, list[DataFile]]:
    months: dict[int, list[DataFile]] = defaultdict(list)
    for file in files:
        months[file.month].append(file)
    return dict(months)

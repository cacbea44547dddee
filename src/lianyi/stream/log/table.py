"""The history of one workspace: append facts exactly once, read a snapshot."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from lianyi.stream.engines.duckdb import Connection, connect, file_list, quoted
from lianyi.stream.engines.views import STORED_TYPES
from lianyi.stream.log import delta, reference
from lianyi.stream.log.beginning import Watch
from lianyi.stream.log.daycut import business_days
from lianyi.stream.log.disk import full_disk_told
from lianyi.stream.log.erasure import Erasures, drop_erased, erasures, without_erased
from lianyi.stream.log.lock import writing
from lianyi.stream.log.sorting import sorted_facts
from lianyi.stream.log.write import ROWS_PER_GROUP, write_months, write_runs
from lianyi.stream.record import STORED, month_of_sql
from lianyi.stream.scratch import scratch
from lianyi.stream.snapshot import DataFile, Snapshot
from lianyi.stream.workspace import Workspace

STAGING_MEMORY = "500MB"
# Written once and read once: a dictionary pays only where few values fill a column.
FEW_VALUES = ["name", "version", "received_t", "platform", "channel", "kind", "body"]


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did.

    version    : the snapshot that holds the facts; the old one when nothing was new
    written    : facts added
    repeated   : facts that occur more than once in what was given, beyond the first
    known      : facts the history had already
    tables     : reference tables that changed
    forgotten  : facts of members who were erased, which are not taken in again
    """

    version: int
    written: int
    repeated: int
    known: int
    tables: tuple[str, ...]
    forgotten: int = 0


class EventLog:
    """The one history of a workspace.

    Safe with several processes reading and several appending: a file lock makes writers take turns, a commit is one atomic
    file in the log, and readers hold a list of files that never change.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.path = workspace.events_path

    def snapshot(self, version: int | None = None) -> Snapshot:
        """A version of the history, or the latest; empty when nothing was ever written.

        Raises SnapshotUnknown for a version the history does not have, SnapshotErased or SnapshotGone for one that can no
        longer be read in full.
        Cost: 5-20 ms.
        """
        if not delta.exists(self.path):
            if version not in (None, 0):
                raise delta.SnapshotUnknown(version=version, latest=0)
            return Snapshot(version=0, files=(), projections=self.workspace.projections_path)
        table = delta.load(self.path) if version is None else delta.require_files(self.path, version)
        found = table.version()
        root = self.workspace.tables_path
        pinned = delta.pinned_tables(self.path, found)
        # An erasure overrides the past: every snapshot is read with the newest list of erased members.
        newest = pinned if version is None else delta.pinned_tables(self.path, delta.load(self.path).version())
        tables = {name: (number, reference.files_of(root, name, number)) for name, number in pinned.items() if name != "erased"}
        if version is not None and not all(Path(file).exists() for _, files in tables.values() for file in files):
            raise delta.gone(self.path, version)
        return Snapshot(
            version=found,
            files=delta.data_files(table, self.path),
            tables=tables,
            erased=reference.files_of(root, "erased", newest["erased"]) if "erased" in newest else (),
            projections=self.workspace.projections_path,
        )

    def append(
        self,
        facts: pa.Table | pa.RecordBatchReader,
        *,
        tables: Mapping[str, pa.Table] | None = None,
        source: str = "",
        transaction: tuple[str, int] | None = None,
        notes: Mapping[str, str] | None = None,
        checked: int | None = None,
    ) -> Appended:
        """Add facts, each exactly once by `event_id`, and reference rows, in one commit.

        facts  : columns of `record.FACT`; event_id (16 bytes), name and t must not be null, other columns may be missing; a relay adds its `seq`
        tables : reference table name -> rows to upsert by key
        source : noted in the commit
        transaction : (application, number); a number not above the last one committed for it is already delivered
        notes  : more that the commit should say of itself
        checked : the facts are known to be new, and each to be there once, as of this version; they are looked up only if there is a later one
        An id the history has in any month is known. With a transaction only the months the facts fall in are searched: a relay
        mints its ids itself, an id goes with its instant, and the number already says what was delivered.
        Raises  DiskFull, WriterBusy (nothing was written), ValueError for facts without id, name or time.
        Cost: one pass over the new rows and over the event ids searched (about 0.2 s for a million); memory stays under 1 GiB.
        """
        with (
            full_disk_told(self.workspace.path),
            scratch(self.workspace.scratch_path, "append") as folder,
            _connected(folder) as staging,
        ):
            staged = _stage(staging, folder, facts, self.workspace.zone_name)
            with writing(self.workspace.path):
                return self._publish(staging, staged, tables or {}, {**(notes or {}), "source": source}, transaction, checked)

    def delivered(self, application: str) -> int:
        """The number of the last transaction that an application has committed here; 0 for none. Cost: a few milliseconds."""
        if not delta.exists(self.path):
            return 0
        return delta.load(self.path).transaction_version(application) or 0

    def begin(self, runs: Iterable[Iterable[pa.RecordBatch]], *, source: str) -> Appended:
        """Write the first facts of a history, which come as they will lie and are each of their own: nothing is staged or compared.

        runs   : facts of one month each, as many as shall lie together: batches of columns of `record.FACT` in order of name, t and
                 event_id. The last eight bytes of event_id grow from fact to fact throughout: so no two are alike. Words may be
                 dictionary-coded
        source : noted in the commit
        Raises   ValueError when the history has facts already, or the order is broken (nothing was written); DiskFull, WriterBusy.
        Cost: about a million facts a second and processor; memory is that of a batch.
        """
        with full_disk_told(self.workspace.path), writing(self.workspace.path):
            if not delta.exists(self.path):
                delta.create(self.path)
            table = delta.load(self.path)
            if delta.table_paths(table):
                raise ValueError("a history begins once: use append")
            delta.widen(table)
            watch = Watch()
            actions = write_runs(self.path, (watch.run(run, self.workspace.zone_name) for run in runs))
            pinned = delta.pinned_tables(self.path, table.version())
            version = self._commit(table, actions, tables=pinned, metadata={"source": source}, transaction=None)
        return Appended(version, watch.rows, 0, 0, ())

    def noted(self, name: str) -> str | None:
        """What the newest commit that has a note of this name says; None when none has. Cost: one small file a commit looked at."""
        if not delta.exists(self.path):
            return None
        for version in range(delta.load(self.path).version(), -1, -1):
            for info in delta.commit_infos(self.path, version):
                if name in info:
                    return str(info[name])
        return None

    def _publish(
        self,
        staging: Connection,
        staged: int,
        tables: Mapping[str, pa.Table],
        metadata: Mapping[str, str],
        transaction: tuple[str, int] | None,
        checked: int | None,
    ) -> Appended:
        if not delta.exists(self.path):
            delta.create(self.path)
        table = delta.load(self.path)
        pinned = delta.pinned_tables(self.path, table.version())
        if transaction is not None:
            delivered = table.transaction_version(transaction[0])
            if delivered is not None and delivered >= transaction[1]:
                return Appended(table.version(), 0, 0, staged, ())
        erased: Erasures = erasures(self.workspace, pinned)
        forgotten = drop_erased(staging, erased)
        staged -= forgotten
        repeated = known = 0
        if staged and checked != table.version():
            repeated, known = _mark_fresh(staging, staged, delta.data_files(table, self.path), anywhere=transaction is None)
        else:
            staging.execute("CREATE VIEW fresh AS SELECT * FROM staged")
        fresh = staged - repeated - known
        tables = {name: without_erased(name, rows, erased) for name, rows in tables.items()}
        changed = reference.upsert(self.workspace.tables_path, tables, pinned)
        if not fresh and not changed and transaction is None:
            return Appended(table.version(), 0, repeated, known, (), forgotten)
        delta.widen(table)
        actions = write_months(self.path, sorted_facts(staging)) if fresh else []
        version = self._commit(table, actions, tables={**pinned, **changed}, metadata=metadata, transaction=transaction)
        return Appended(version, fresh, repeated, known, tuple(sorted(changed)), forgotten)

    def _commit(
        self,
        table: DeltaTable,
        actions: list[AddAction],
        *,
        tables: Mapping[str, int],
        metadata: Mapping[str, str],
        transaction: tuple[str, int] | None,
    ) -> int:
        try:
            return delta.commit(self.path, table, actions, tables=tables, metadata=metadata, transaction=transaction)
        except BaseException:
            # What the log names is history, whatever went wrong after; only what it does not name may go.
            if not delta.is_published(self.path, actions):
                for action in actions:
                    Path(self.path / action.path).unlink(missing_ok=True)
            raise


@contextmanager
def _connected(folder: Path) -> Iterator[Connection]:
    staging = connect(scratch=folder, memory=STAGING_MEMORY)
    try:
        yield staging
    finally:
        staging.close()


def _stage(staging: Connection, folder: Path, facts: pa.Table | pa.RecordBatchReader, zone_name: str) -> int:
    """Lay the facts aside on disk with their business day, and show them as `staged` in the stored shape; says how many.

    A file, not a table: memory then holds only what sorting and telling duplicates need, both of which spill.
    """
    reader = facts.to_reader(max_chunksize=ROWS_PER_GROUP) if isinstance(facts, pa.Table) else facts
    given = pa.schema([f for f in STORED if f.name in reader.schema.names and f.name != "d"] + [STORED.field("d")])
    file = folder / "staged.parquet"
    with pq.ParquetWriter(file, given, compression="snappy", use_dictionary=FEW_VALUES, write_statistics=["d"]) as writer:
        for batch in reader:
            columns = [batch.column(f.name).cast(f.type) for f in given if f.name != "d"]
            writer.write_batch(pa.RecordBatch.from_arrays([*columns, business_days(batch.column("t"), zone_name)], schema=given))
    shown = ", ".join(name if name in given.names else f"CAST(NULL AS {STORED_TYPES[name]}) AS {name}" for name in STORED.names)
    staging.execute(
        f"CREATE VIEW staged AS SELECT file_row_number AS place, {shown}, {month_of_sql('d')} AS m "
        f"FROM read_parquet({quoted(str(file))}, file_row_number = true)"
    )
    bad = "event_id IS NULL OR octet_length(event_id) <> 16 OR name IS NULL OR t IS NULL"
    row = staging.execute(f"SELECT count(*), count(*) FILTER ({bad}) FROM staged").fetchall()[0]
    if row[1]:
        raise ValueError(f"{row[1]} facts have no 16-byte event_id, no name or no time")
    return int(row[0])


def _mark_fresh(staging: Connection, staged: int, files: tuple[DataFile, ...], *, anywhere: bool) -> tuple[int, int]:
    """Decide which staged rows are new; answers (repeated within, known before).

    anywhere : look for their ids in every month, not only in those they fall in
    """
    months = {row[0] for row in staging.execute("SELECT DISTINCT m FROM staged").fetchall()}
    touched = [f.path for f in files if anywhere or f.month in months]
    known_sql = (
        f"SELECT event_id FROM read_parquet({file_list(touched)})" if touched else "SELECT CAST(NULL AS BLOB) AS event_id WHERE false"
    )
    staging.execute(
        f"""CREATE TABLE chosen AS
        SELECT min(s.place) AS place FROM staged AS s
        ANTI JOIN ({known_sql}) AS k ON s.event_id = k.event_id GROUP BY s.event_id"""
    )
    distinct = staging.execute("SELECT count(*) FROM chosen").fetchall()[0][0]
    if distinct == staged:
        staging.execute("CREATE VIEW fresh AS SELECT * FROM staged")
        return 0, 0
    staging.execute("CREATE VIEW fresh AS SELECT s.* FROM staged AS s SEMI JOIN chosen AS c ON s.place = c.place")
    if not touched:
        return staged - distinct, 0
    known = staging.execute(f"SELECT count(*) FROM staged AS s SEMI JOIN ({known_sql}) AS k ON s.event_id = k.event_id").fetchall()[0][0]
    return staged - distinct - known, known

"""`events_by_member`: every actor's events side by side and in order, for analyses that walk them once.

    for part in read(snapshot, columns=["name", "t"], window=Window.parse("2024-01-01", "2024-04-01")):
        actors = part["actor"].chunk(0).indices.to_numpy()      # 0, 0, 0, 1, 1, 2 ... : an actor's rows are contiguous
        t = part["t"].chunk(0).to_numpy()                       # ascending within an actor

Each part holds all the rows of its actors, so a kernel needs no state across parts and parts may be worked on in parallel.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.memory import duckdb_mib, machine_mib, usual_mib
from lianyi.stream.freshness import fresh_files
from lianyi.stream.projections.naming import publish
from lianyi.stream.record import month_window
from lianyi.stream.snapshot import Snapshot

KIND = "events_by_member"
BUCKETS = 64
# md5 is the same on every release of every engine; months written years apart must agree on an actor's bucket.
BUCKET = f"CAST(md5_number_lower(actor) % {BUCKETS} AS INTEGER)"
# Which session, in 63 bits of a digest: inside one actor no two are alike, and nobody asks for more than whether two facts share one.
SESSION = "CAST(md5_number_lower(session_id) & 9223372036854775807 AS BIGINT) AS session"
KEPT = (
    "t", "d", "name", "session", "platform", "channel", "content_id", "product_id", "campaign_id", "group_id",
    "partner_id", "referrer_id", "order_id", "subject_id", "kind", "quantity", "amount_fen", "value",
)  # fmt: skip
# What a reader may ask for; `is_member` tells a member from a device nobody has logged in on, `session` one session of an actor from another.
COLUMNS = ("actor", "is_member", *KEPT)
# Written without a dictionary: hardly any of their values comes twice in a row group, and neighbours share beginnings.
SPELLED_OUT = ("order_id",)
SORTED = "bucket, actor, t, event_id"
# Stored with a dictionary and read as one: nothing is spelled out only to be looked up again.
TEXTS = (
    "actor", "name", "platform", "channel", "content_id", "product_id", "campaign_id", "group_id", "partner_id", "referrer_id", "subject_id",
    "kind",
)  # fmt: skip
ROWS_PER_GROUP = 122_880
ROWS_PER_PART = 600_000


def query(*, where: str) -> str:
    """The projection as SQL over `events`: rows with an actor, in projection order."""
    # An actor that is not the row's own member is either the device's owner or the device itself.
    member = "(member_id IS NOT NULL OR actor <> device_id)"
    kept = ", ".join(SESSION if column == "session" else column for column in KEPT)
    return (
        f"SELECT {BUCKET} AS bucket, actor, {member} AS is_member, {kept} FROM events WHERE actor IS NOT NULL AND {where} ORDER BY {SORTED}"
    )


def build(engine: DuckDBEngine, month: int, file: Path, *, aside: Path) -> int:
    """Write one month's projection and publish it as `file`; says how many rows.

    aside : where it is written first, on the same disk
    Row groups end where a bucket ends, so that a part can be read by itself. Cost: a sort of the month, spilling to disk.
    """
    window = month_window(month)
    batches = engine.batches(query(where=f"d >= {window.from_day} AND d < {window.to_day}"), rows=ROWS_PER_GROUP)
    rows = 0
    with pq.ParquetWriter(
        aside,
        batches.schema,
        compression="zstd",
        use_dictionary=[n for n in batches.schema.names if n not in ("t", "session", *SPELLED_OUT)],
        column_encoding={"t": "DELTA_BINARY_PACKED"} | dict.fromkeys(SPELLED_OUT, "DELTA_BYTE_ARRAY"),
        write_statistics=["bucket"],
    ) as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            rows += len(batch)
            waiting.append(batch)
            table = pa.Table.from_batches(waiting)
            if len(table) < ROWS_PER_GROUP:
                continue
            # The last bucket may go on in the next batch: it waits.
            cut = int(np.searchsorted(table["bucket"].to_numpy(), table["bucket"][-1].as_py(), side="left"))
            if cut:
                writer.write_table(table.slice(0, cut), row_group_size=cut)
            waiting = table.slice(cut).to_batches()
        if waiting:
            table = pa.Table.from_batches(waiting)
            writer.write_table(table, row_group_size=max(len(table), 1))
    publish(aside, file)
    return rows


def read(
    snapshot: Snapshot,
    *,
    columns: Sequence[str],
    window: Window | None = None,
    rows_per_part: int = ROWS_PER_PART,
    engine: DuckDBEngine | None = None,
) -> Iterator[pa.Table]:
    """The events of a window, actor by actor, each actor's in order of time; never stale.

    columns : names from COLUMNS; `actor` is always there
    window  : business days; all of the history when None
    rows_per_part : about how many rows a part holds at most; parts are cut between actors
    engine  : sorts stale months, within its memory, and must not be asked anything else meanwhile; None opens one with the usual share
    Yields   tables sorted by (actor, t, event_id), each of one chunk: `actor` a dictionary whose indices ascend from 0, other
             text columns dictionaries too, numbers as stored. No part is empty. Costs without an actor do not appear.
    Months whose projection is stale (appended to since the last maintenance) are sorted on the spot from the events, so the
    answer is that of the snapshot whatever the state of the projection; `fresh_files` tells which these are.
    Raises   UnknownName for a column that is not kept.
    Cost     fresh: one pass over the columns asked for; stale: a sort of those months besides. Memory: one part.
    """
    for column in columns:
        if column not in COLUMNS:
            raise UnknownName(what="column", given=column, allowed=list(COLUMNS))
    wanted = tuple(dict.fromkeys(("actor", *columns)))
    files = [f for f in snapshot.files if window is None or (f.first_day < window.to_day and f.last_day >= window.from_day)]
    months = sorted({f.month for f in files})
    if not months:
        return
    fresh = {month: path for month, path in fresh_files(snapshot, KIND).items() if month in months}
    opened = {}
    for month in sorted(fresh):
        try:
            opened[month] = pq.ParquetFile(fresh[month], read_dictionary=[c for c in wanted if c in TEXTS])
        except FileNotFoundError:
            # Maintenance replaced it between the look and the opening; the events answer instead.
            continue
    stale = [month for month in months if month not in opened]
    parts = max(1, min(BUCKETS, -(-sum(f.rows for f in files) // rows_per_part)))
    needs = (*wanted, "bucket", "t")
    cut = {month for month in opened if window is not None and not _covers(window, month_window(month))}
    opened_here = None
    sources: list[_Source] = [_Projected(file, (*needs, "d") if month in cut else needs) for month, file in opened.items()]
    try:
        if stale:
            engine = engine or (opened_here := DuckDBEngine(snapshot, memory=f"{duckdb_mib(usual_mib(machine_mib()))}MiB"))
            spans = " OR ".join(f"(d >= {w.from_day} AND d < {w.to_day})" for w in map(month_window, stale))
            sources.append(_Streamed(engine.batches(query(where=f"({spans})"), rows=ROWS_PER_GROUP), (*needs, "d")))
        erased = _erased(snapshot) if opened else []
        for part in range(parts):
            tables = [source.take((part + 1) * BUCKETS // parts) for source in sources]
            whole = _joined([_within(_without(t, erased), window) for t in tables], wanted)
            del tables
            if len(whole):
                yield whole
            del whole
            # What Arrow keeps for itself after a part is as large as the part.
            pa.default_memory_pool().release_unused()
    finally:
        if opened_here is not None:
            opened_here.close()
        for file in opened.values():
            file.close()


class _Projected:
    """One fresh month, row group by row group; each is read once."""

    def __init__(self, file: pq.ParquetFile, columns: Sequence[str]) -> None:
        self.file = file
        self.columns = list(dict.fromkeys(columns))
        position = file.schema_arrow.names.index("bucket")
        groups = [(n, file.metadata.row_group(n)) for n in range(file.metadata.num_row_groups)]
        self.groups = [(n, g.column(position).statistics.min) for n, g in groups if g.num_rows]
        self.waiting = file.read_row_groups([], columns=self.columns)

    def take(self, below: int) -> pa.Table:
        """The rows of buckets below this one that were not taken before."""
        mine = [n for n, lowest in self.groups if lowest < below]
        self.groups = self.groups[len(mine) :]
        table = pa.concat_tables([self.waiting, self.file.read_row_groups(mine, columns=self.columns)])
        taken, self.waiting = _parted(table, below)
        return taken


class _Streamed:
    """Stale months, sorted on the spot and handed over bucket by bucket."""

    def __init__(self, batches: pa.RecordBatchReader, columns: Sequence[str]) -> None:
        self.batches = batches
        self.columns = list(dict.fromkeys(columns))
        self.waiting = batches.schema.empty_table().select(self.columns)
        self.done = False

    def take(self, below: int) -> pa.Table:
        """The rows of buckets below this one that were not taken before."""
        held = [self.waiting]
        while not self.done and (not len(held[-1]) or held[-1]["bucket"][-1].as_py() < below):
            try:
                held.append(pa.Table.from_batches([self.batches.read_next_batch()]).select(self.columns))
            except StopIteration:
                self.done = True
        taken, self.waiting = _parted(pa.concat_tables(held), below)
        return taken


_Source = _Projected | _Streamed


def _parted(table: pa.Table, below: int) -> tuple[pa.Table, pa.Table]:
    """Rows of buckets below this one, and the others; buckets ascend."""
    end = int(np.searchsorted(table["bucket"].to_numpy(), below, side="left"))
    return table.slice(0, end), table.slice(end)


def _covers(window: Window, span: Window) -> bool:
    return window.from_day <= span.from_day and window.to_day >= span.to_day


def _erased(snapshot: Snapshot) -> list[str]:
    """Members whose erasure is pending: a projection may still hold them."""
    return [member for path in snapshot.erased for member in pq.read_table(path, columns=["member_id"])["member_id"].to_pylist()]


def _without(table: pa.Table, erased: list[str]) -> pa.Table:
    if not erased:
        return table
    gone = pa.array(erased, pa.string())
    table = table.filter(pc.invert(pc.is_in(table["actor"], value_set=gone)))
    if "referrer_id" in table.column_names:
        referrer = table["referrer_id"]
        kept = pc.if_else(pc.is_in(referrer, value_set=gone), pa.scalar(None, referrer.type), referrer)
        table = table.set_column(table.column_names.index("referrer_id"), "referrer_id", kept)
    return table


def _within(table: pa.Table, window: Window | None) -> pa.Table:
    if window is None or not len(table) or "d" not in table.column_names:
        return table
    lowest, highest = pc.min_max(table["d"]).as_py().values()
    if lowest >= window.from_day and highest < window.to_day:
        return table
    return table.filter(pc.and_(pc.greater_equal(table["d"], window.from_day), pc.less(table["d"], window.to_day)))


def _joined(tables: list[pa.Table], wanted: Sequence[str]) -> pa.Table:
    """Months laid together: actors as ascending codes, each actor's rows in the order of the months, which is that of time.

    An actor's rows of a month are one run, and only runs are put in order; that the rows then are is verified, not believed.
    """
    tables = [table for table in tables if len(table)]
    if not tables:
        return pa.table({})
    whole = pa.concat_tables([_coded(table.select(list(dict.fromkeys((*wanted, "t"))))) for table in tables])
    starts, names = _runs(whole["actor"])
    code, lengths = names.indices.to_numpy(), np.diff(starts, append=len(whole))
    rows = None
    if bool(np.any(np.diff(code) < 0)):
        order = np.argsort(code, kind="stable")
        code, starts, lengths = code[order], starts[order], lengths[order]
        rows = np.arange(len(whole)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    who = np.repeat(code, lengths)
    t = whole["t"].to_numpy() if rows is None else whole["t"].to_numpy()[rows]
    if not bool(np.all((who[1:] != who[:-1]) | (t[1:] >= t[:-1]))):
        # Stable, so that rows of one actor at one instant keep their event order.
        again = np.lexsort((t, who))
        t, rows = t[again], again if rows is None else rows[again]
    columns = {"actor": pa.DictionaryArray.from_arrays(pa.array(who), names.dictionary)}
    for name in wanted[1:]:
        column = pa.array(t) if name == "t" else _one_chunk(whole[name])
        columns[name] = column if rows is None or name == "t" else column.take(pa.array(rows))
    return pa.table(columns)


def _runs(actor: pa.ChunkedArray) -> tuple[np.ndarray, pa.DictionaryArray]:
    """Where each stretch of rows of one actor begins, and whose it is: one dictionary, codes by first appearance."""
    starts, names, before = [], [], 0
    for chunk in actor.chunks:
        indices = chunk.indices.to_numpy()
        heads = np.concatenate(([0], np.flatnonzero(np.diff(indices)) + 1)) if len(indices) else np.zeros(0, dtype=np.int64)
        starts.append(heads + before)
        names.append(chunk.dictionary.take(pa.array(indices[heads])))
        before += len(indices)
    return np.concatenate(starts), pc.dictionary_encode(pa.concat_arrays(names))


def _coded(table: pa.Table) -> pa.Table:
    """Texts as codes, where they are not yet: those of stale months, and those that files spell out."""
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(i, field.name, pc.dictionary_encode(table[field.name]))
    return table


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array, its codes of one dictionary."""
    whole = (column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column).combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole

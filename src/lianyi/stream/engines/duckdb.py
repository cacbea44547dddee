"""DuckDB: the engine that is always there. The only module that touches DuckDB's API (1.5 and 2.0)."""

import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines import views
from lianyi.stream.engines.base import Params, used
from lianyi.stream.freshness import fresh_files
from lianyi.stream.record import month_window
from lianyi.stream.scratch import scratch as own_folder
from lianyi.stream.snapshot import Snapshot

Fault = duckdb.Error


class MemoryShort(BadInput):
    """A question needs more memory than the engine may take, and cannot do with less."""

    code = "memory_short"
    message = Text(
        zh="这个问题要用的内存超过了允许的 %(allowed)s，写到磁盘上也放不下。",
        en="The question needs more memory than the %(allowed)s allowed, even with what can go to disk.",
    )
    remedy = Text(
        zh="在 workspace.toml 里把 memory_mib 调大（单位 MiB），或缩短区间；也请看磁盘是否已满。",
        en="Raise memory_mib (in MiB) in workspace.toml, or ask about fewer days; see also that the disk is not full.",
    )


_FRESH = "autoinstall_known_extensions", "autoload_known_extensions"
# What a connection may have set for its whole instance; put back before the next one gets it.
_SETTINGS = "temp_directory", "memory_limit", "threads", "preserve_insertion_order"
_IDLE_INSTANCES = 2
# Everything that says whose a fact is; `stored` and the reference tables do not.
_NEED_OWNERS = re.compile(r"\b(events|actor_day|session_day|device_owner)\b")


class _Instances:
    """DuckDB instances of this process that nobody uses: opening one costs some 20 ms, ten times what a small query does.

    Whoever takes one has it alone until it is given back, so settings and memory are never shared; what lay in it is gone by then.
    """

    def __init__(self) -> None:
        self._idle: list[duckdb.DuckDBPyConnection] = []
        self._lock = Lock()
        # A forked child has none of the threads that an instance rests on.
        os.register_at_fork(before=self.clear)

    def take(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        instance = duckdb.connect(":memory:", config=dict.fromkeys(_FRESH, False))
        # Files of a history never change, and a hundred queries read the same few footers.
        instance.execute("SET enable_progress_bar = false; SET parquet_metadata_cache = true")
        return instance

    def give_back(self, instance: duckdb.DuckDBPyConnection) -> None:
        try:
            # Refused once it has spilled: its folder is then tied to it, and it is closed rather than kept.
            for setting in _SETTINGS:
                instance.execute(f"RESET {setting}")
        except duckdb.Error:
            instance.close()
            return
        with self._lock:
            if len(self._idle) < _IDLE_INSTANCES:
                self._idle.append(instance)
                return
        instance.close()

    def clear(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for instance in idle:
            instance.close()


_INSTANCES = _Instances()
_NUMBERS = itertools.count(1)


class Connection:
    """A private in-memory database; `connect` opens one. It belongs to one thread at a time."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._instance: duckdb.DuckDBPyConnection | None = _INSTANCES.take()
        # In a database of its own, which leaves nothing behind when it is detached.
        self._name = f"work_{next(_NUMBERS)}"
        for setting, value in settings.items():
            self._instance.execute(f"SET {setting} = {value}")
        self._cursor = self._instance.cursor()
        self._cursor.execute(f"ATTACH ':memory:' AS {self._name}; USE {self._name}")

    def execute(self, sql: str, params: Params | Sequence[object] | None = None) -> duckdb.DuckDBPyConnection:
        """Run statements; rows are fetched from what is answered."""
        return self._cursor.execute(sql, params)

    def sql(self, sql: str, params: Params | None = None) -> duckdb.DuckDBPyRelation:
        """A query as Arrow, whole or as a stream."""
        return self._cursor.sql(sql, params=params)

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make an Arrow table readable under a name, without copying it."""
        self._cursor.register(name, table)

    def unregister(self, name: str) -> None:
        """Take the name away again."""
        self._cursor.unregister(name)

    def close(self) -> None:
        """Give up everything in it; a second time does nothing."""
        instance, self._instance = self._instance, None
        if instance is None:
            return
        self._cursor.close()
        try:
            instance.execute(f"DETACH {self._name}")
        except duckdb.Error:
            instance.close()
            return
        _INSTANCES.give_back(instance)


def connect(*, scratch: Path | None = None, memory: str | None = None, threads: int | None = None) -> Connection:
    """A private connection; spills to `scratch` beyond `memory` (such as "700MB") instead of growing. Cost: 2 ms, the first time 20."""
    settings = {}
    if scratch is not None:
        settings["temp_directory"] = quoted(str(scratch))
    if memory is not None:
        settings["memory_limit"] = quoted(memory)
    if threads is not None:
        settings["threads"] = str(threads)
    return Connection(settings)


def quoted(text: str) -> str:
    """A text as an SQL literal, for the few places that take no parameter (file lists in views).

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def file_list(paths: Iterable[str]) -> str:
    """A list of paths as an SQL literal.

    >>> file_list(["a", "b"])
    "['a', 'b']"
    """
    return "[" + ", ".join(quoted(p) for p in paths) + "]"


def parquet(paths: Sequence[str]) -> str:
    """Files as one relation, columns matched by name; those that a file lacks are null.

    DuckDB unites the columns of files anew for every query, at more than a millisecond a file: only files that differ are told to it.
    """
    alike = len(paths) == 1 or len({_columns(path) for path in paths}) == 1
    return f"read_parquet({file_list(paths)}, hive_partitioning = false{'' if alike else ', union_by_name = true'})"


@lru_cache(maxsize=10_000)
def _columns(path: str) -> frozenset[tuple[str, str]]:
    """Names and types of a file's columns; a file never changes."""
    return frozenset((field.name, str(field.type)) for field in pq.read_schema(path))


# The columns of `views.devices_seen`.
SEEN = {"device_id": "VARCHAR", "member_id": "VARCHAR", "first_t": "BIGINT"}


def devices_seen(snapshot: Snapshot) -> str:
    """`views.devices_seen` of a snapshot: months whose projection is fresh from its file, the others from their facts."""
    fresh = fresh_files(snapshot, "devices")
    parts = [f"SELECT device_id, member_id, first_t FROM read_parquet({file_list(map(str, fresh.values()))})"] if fresh else []
    stale = [f.path for f in snapshot.files if f.has_device and f.month not in fresh]
    if stale:
        parts.append(views.devices_seen(parquet(stale)))
    return " UNION ALL ".join(parts) or views.nothing(SEEN)


def actor_days(snapshot: Snapshot) -> str:
    """`views.actor_day` of a snapshot: months whose projection is fresh from its file, the others counted from `events`."""
    fresh = fresh_files(snapshot, "actor_day")
    if not fresh:
        return views.actor_day()
    # Members whose erasure is pending may still be in a file.
    kept = " WHERE actor NOT IN (SELECT member_id FROM erased)" if snapshot.erased else ""
    parts = [f"SELECT {', '.join(views.ACTOR_DAY)} FROM read_parquet({file_list(map(str, fresh.values()))}){kept}"]
    stale = sorted({f.month for f in snapshot.files} - set(fresh))
    if stale:
        spans = " OR ".join(f"(e.d >= {w.from_day} AND e.d < {w.to_day})" for w in map(month_window, stale))
        parts.append(views.actor_day(where=f"({spans})"))
    return " UNION ALL ".join(parts)


def session_days(snapshot: Snapshot) -> str:
    """`views.session_day` of a snapshot: months whose projection is fresh from its file, the others counted from `stored`.

    A file cannot be rid of a member whose erasure is pending: until it is over, all are counted from `events`.
    """
    if snapshot.erased:
        return views.session_day("events")
    fresh = fresh_files(snapshot, "session_day")
    parts = [f"SELECT {', '.join(views.SESSION_DAY)} FROM read_parquet({file_list(map(str, fresh.values()))})"] if fresh else []
    stale = sorted({f.month for f in snapshot.files} - set(fresh))
    if stale or not parts:
        spans = " OR ".join(f"(e.d >= {w.from_day} AND e.d < {w.to_day})" for w in map(month_window, stale))
        parts.append(views.session_day("stored", where=f"({spans or '1 = 1'})"))
    return " UNION ALL ".join(parts)


class DuckDBEngine:
    """One snapshot read in this process.

    scratch : where a folder of this engine's own is made, to which it spills; it goes when the engine is closed
    memory  : how much is held before that, such as "700MB"; by default four fifths of the machine's
    Raises  MemoryShort from whatever asks, when a query needs more than that and cannot spill it.
    Cost    opening is a few milliseconds plus one footer a file; queries use every core.
    One engine belongs to one thread.
    """

    name = "duckdb"

    def __init__(self, snapshot: Snapshot, *, scratch: Path | None = None, memory: str | None = None, threads: int | None = None) -> None:
        self.snapshot = snapshot
        self._held = ExitStack()
        # Never shared: processes that spill to one folder overwrite each other's files.
        folder = self._held.enter_context(own_folder(scratch, "engine")) if scratch is not None else None
        self._connection = connect(scratch=folder, memory=memory, threads=threads)
        self._held.callback(self._connection.close)
        self._owners_known = not snapshot.has_devices
        with self._within_memory():
            self._publish()

    def _publish(self) -> None:
        execute = self._connection.execute
        if self.snapshot.files:
            source = parquet([f.path for f in self.snapshot.files])
            present = {row[0] for row in execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
            lacking = [f"CAST(NULL AS {kind}) AS {column}" for column, kind in views.STORED_TYPES.items() if column not in present]
            execute(f"CREATE VIEW stored AS SELECT {', '.join(['*', *lacking])} FROM {source}")
        else:
            execute(f"CREATE VIEW stored AS {views.nothing(views.STORED_TYPES)}")
        # `erased` first: the others are shown without whom it lists.
        for table in sorted(reference_tables().values(), key=lambda t: t.name != "erased"):
            version_files = self.snapshot.tables.get(table.name)
            paths_of = self.snapshot.erased if table.name == "erased" else (version_files[1] if version_files else ())
            types = {c: views.SQL_TYPES[k] for c, k in table.columns.items()}
            if paths_of:
                source = parquet(paths_of)
                have = {r[0] for r in execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
                # Held in memory, both because it is small and because its file goes when the erasure is done.
                kind = "TABLE" if table.name == "erased" else "VIEW"
                query = views.reference(types, have, source, erased=bool(self.snapshot.erased) and table.name != "erased")
                execute(f"CREATE {kind} {table.name} AS {query}")
            else:
                execute(f"CREATE VIEW {table.name} AS {views.nothing(types)}")
        if self.snapshot.has_devices:
            # Filled when it is first needed: of months without a projection it looks at every fact.
            execute("CREATE TABLE device_owner (device_id VARCHAR, owner_id VARCHAR)")
        execute(
            f"CREATE VIEW events AS {views.events(set(views.STORED_TYPES), stitched=self.snapshot.has_devices, erased=bool(self.snapshot.erased))}"
        )
        execute(f"CREATE VIEW actor_day AS {actor_days(self.snapshot)}")
        execute(f"CREATE VIEW session_day AS {session_days(self.snapshot)}")

    def _asked(self, sql: str) -> None:
        """Find out whose the devices are, before the first query to which it matters."""
        if self._owners_known or not _NEED_OWNERS.search(sql):
            return
        self._owners_known = True
        self._connection.execute(f"INSERT INTO device_owner {views.device_owner(devices_seen(self.snapshot))}")

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        """Answer one query as an Arrow table.

        >>> from lianyi.stream.snapshot import Snapshot
        >>> DuckDBEngine(Snapshot(version=0, files=())).run("SELECT count(*) AS n FROM events").to_pylist()
        [{'n': 0}]
        """
        with self._within_memory():
            self._asked(sql)
            return _whole(self._connection.sql(sql, params=used(sql, params)).to_arrow_table())

    def batches(self, sql: str, params: Params | None = None, *, rows: int = 122_880) -> pa.RecordBatchReader:
        """Answer one query as a stream, for answers that should not be held in memory; read it to its end before the next query.

        rows : about how many rows a batch holds
        """
        with self._within_memory():
            self._asked(sql)
            return self._connection.sql(sql, params=used(sql, params)).to_arrow_reader(rows)

    def offer(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under a name."""
        self._connection.register("offered", table)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM offered")
        self._connection.unregister("offered")

    def keep(self, name: str, sql: str, params: Params | None = None) -> None:
        """Keep an answer under a name."""
        with self._within_memory():
            self._asked(sql)
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", used(sql, params))

    def drop(self, name: str) -> None:
        """Give up what is kept under a name, in memory and on disk."""
        self._connection.execute(f"DROP TABLE IF EXISTS temp.{name}")

    def close(self) -> None:
        """Close the connection and remove what it spilled; a second time does nothing."""
        self._held.close()

    @contextmanager
    def _within_memory(self) -> Iterator[None]:
        try:
            yield
        except duckdb.OutOfMemoryException:
            allowed = self._connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
            raise MemoryShort(allowed=allowed) from None


def _whole(table: pa.Table) -> pa.Table:
    """Sums of whole numbers as whole numbers: DuckDB's wide integer comes out as a decimal, other engines' does not."""
    fields = [pa.field(f.name, pa.int64()) if pa.types.is_decimal(f.type) and f.type.scale == 0 else f for f in table.schema]
    return table.cast(pa.schema(fields))

"""DuckDB: the engine that is always there. The only module that touches DuckDB's API (1.5 and 2.0)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines import views
from lianyi.stream.engines.base import Params
from lianyi.stream.engines.dialect import used
from lianyi.stream.snapshot import Snapshot

Connection = duckdb.DuckDBPyConnection
Fault = duckdb.Error


def connect(*, scratch: Path | None = None, memory: str | None = None, threads: int | None = None, file: Path | None = None) -> Connection:
    """A private connection; spills to `scratch` beyond `memory` (such as "700MB") instead of growing.

    file : a database file for work in progress that should not fill memory
    """
    config: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    if scratch is not None:
        config["temp_directory"] = str(scratch)
    if memory is not None:
        config["memory_limit"] = memory
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(str(file) if file else ":memory:", config=config)


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


class DuckDBEngine:
    """One snapshot read in this process.

    Cost: opening is a few milliseconds plus one footer a file; queries use every core and spill to `scratch`.
    One engine belongs to one thread.
    """

    name = "duckdb"

    def __init__(self, snapshot: Snapshot, *, scratch: Path | None = None, memory: str | None = None, threads: int | None = None) -> None:
        self.snapshot = snapshot
        self._connection = connect(scratch=scratch, memory=memory, threads=threads)
        self._publish()

    def _publish(self) -> None:
        execute = self._connection.execute
        execute("SET enable_progress_bar = false")
        if self.snapshot.files:
            paths = file_list(f.path for f in self.snapshot.files)
            execute(f"CREATE VIEW stored AS SELECT * FROM read_parquet({paths}, union_by_name = true, hive_partitioning = false)")
            present = {row[0] for row in execute("DESCRIBE stored").fetchall()}
        else:
            execute(f"CREATE VIEW stored AS {views.nothing(views.STORED_TYPES)}")
            present = set(views.STORED_TYPES)
        # `erased` first: the others are shown without whom it lists.
        for table in sorted(reference_tables().values(), key=lambda t: t.name != "erased"):
            version_files = self.snapshot.tables.get(table.name)
            paths_of = self.snapshot.erased if table.name == "erased" else (version_files[1] if version_files else ())
            types = {c: views.SQL_TYPES[k] for c, k in table.columns.items()}
            if paths_of:
                source = f"read_parquet({file_list(paths_of)}, union_by_name = true)"
                have = {r[0] for r in execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
                # Held in memory, both because it is small and because its file goes when the erasure is done.
                kind = "TABLE" if table.name == "erased" else "VIEW"
                query = views.reference(types, have, source, erased=bool(self.snapshot.erased) and table.name != "erased")
                execute(f"CREATE {kind} {table.name} AS {query}")
            else:
                execute(f"CREATE VIEW {table.name} AS {views.nothing(types)}")
        if self.snapshot.has_devices:
            execute(f"CREATE TABLE device_owner AS {views.DEVICE_OWNER}")
        execute(f"CREATE VIEW events AS {views.events(present, stitched=self.snapshot.has_devices, erased=bool(self.snapshot.erased))}")

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        """Answer one query as an Arrow table.

        >>> from lianyi.stream.snapshot import Snapshot
        >>> DuckDBEngine(Snapshot(version=0, files=())).run("SELECT count(*) AS n FROM events").to_pylist()
        [{'n': 0}]
        """
        return _whole(self._connection.sql(sql, params=used(sql, params)).to_arrow_table())

    def batches(self, sql: str, params: Params | None = None, *, rows: int = 122_880) -> pa.RecordBatchReader:
        """Answer one query as a stream, for answers that should not be held in memory; read it to its end before the next query.

        rows : about how many rows a batch holds
        """
        return self._connection.sql(sql, params=used(sql, params)).to_arrow_reader(rows)

    def offer(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under a name."""
        self._connection.register("offered", table)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM offered")
        self._connection.unregister("offered")

    def keep(self, name: str, sql: str, params: Params | None = None) -> None:
        """Keep an answer under a name."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", used(sql, params))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _whole(table: pa.Table) -> pa.Table:
    """Sums of whole numbers as whole numbers: DuckDB's wide integer comes out as a decimal, other engines' does not."""
    fields = [pa.field(f.name, pa.int64()) if pa.types.is_decimal(f.type) and f.type.scale == 0 else f for f in table.schema]
    return table.cast(pa.schema(fields))

"""Rewriting months: one sorted file each, every fact once, erased members gone."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from lianyi.stream.engines.duckdb import Connection, connect, file_list
from lianyi.stream.engines.views import STORED_TYPES, columns_or_null, device_owner, devices_seen
from lianyi.stream.log.write import ROWS_PER_FILE, ROWS_PER_GROUP, write_months
from lianyi.stream.record import STORED
from lianyi.stream.snapshot import DataFile

MEMORY = "900MB"
# Text columns in which an erased member may be named by someone else's fact.
NAMING = tuple(f.name for f in STORED if f.type == pa.string() and f.name not in ("name", "member_id", "body"))


def opened(scratch: Path) -> Connection:
    """A connection for rewriting, bounded in memory."""
    return connect(scratch=scratch, memory=MEMORY)


def in_order(file: str) -> bool:
    """Whether the row groups of an event file follow each other by name, as far as its footer tells. Cost: reading the footer."""
    footer = pq.ParquetFile(file).metadata
    position = footer.schema.names.index("name")
    spans = [footer.row_group(n).column(position).statistics for n in range(footer.num_row_groups)]
    known = [s for s in spans if s is not None and s.has_min_max]
    return all(before.max <= after.min for before, after in pairwise(known))


def scattered(files: Sequence[DataFile]) -> bool:
    """Whether a month lies in more files than its rows need."""
    return len(files) > max(1, -(-sum(f.rows for f in files) // ROWS_PER_FILE))


def compact(connection: Connection, root: Path, files: Sequence[DataFile]) -> tuple[list[AddAction], int]:
    """Write one month anew, sorted, each event once; answers the new files and how many doubles were dropped.

    Doubles cannot come from `append`; another program that writes the table could make them.
    """
    source, month = _source(connection, files), files[0].month
    rows, distinct = connection.execute(f"SELECT count(*), count(DISTINCT event_id) FROM ({source})").fetchall()[0]
    if distinct < rows:
        source = f"SELECT * FROM ({source}) QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY received_t, t) = 1"
    query = f"SELECT {', '.join(STORED.names)}, CAST({month} AS INTEGER) AS m FROM ({source}) ORDER BY name, t, event_id"
    return write_months(root, connection.sql(query).to_arrow_reader(ROWS_PER_GROUP), data_change=False), rows - distinct


class Removal:
    """Finding and removing every trace of erased members in event files.

    Devices are settled once, on the whole history as it is before anything is removed: what an erased member did on their
    device before they logged in is theirs too.
    """

    def __init__(self, connection: Connection, members: Iterable[str], files: Sequence[str]) -> None:
        self.connection = connection
        self.members = sorted(members)
        self.quoted_ids = '"(' + "|".join(re.escape(m) for m in self.members) + ')"'
        connection.register("gone_members", pa.table({"member_id": pa.array(self.members, pa.string())}))
        connection.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT member_id FROM gone_members")
        connection.execute("CREATE OR REPLACE TEMP TABLE gone_devices (device_id VARCHAR)")
        if files:
            connection.execute(f"CREATE OR REPLACE TEMP VIEW stored AS {_shaped(connection, files)}")
            connection.execute(
                f"INSERT INTO gone_devices SELECT device_id FROM ({device_owner(devices_seen('stored'))})"
                " WHERE owner_id IN (SELECT member_id FROM gone)"
            )

    @property
    def _theirs(self) -> str:
        return (
            "(coalesce(member_id IN (SELECT member_id FROM gone), false)"
            " OR (member_id IS NULL AND coalesce(device_id IN (SELECT device_id FROM gone_devices), false)))"
        )

    def touches(self, file: str) -> bool:
        """Whether an event file holds any trace of them."""
        named = " OR ".join(f"coalesce({c} IN (SELECT member_id FROM gone), false)" for c in NAMING)
        query = (
            f"SELECT 1 FROM ({_shaped(self.connection, [file])}) WHERE {self._theirs} OR {named}"
            " OR coalesce(regexp_matches(body, $ids), false) LIMIT 1"
        )
        return bool(self.connection.execute(query, {"ids": self.quoted_ids}).fetchall())

    def rewrite(self, root: Path, files: Sequence[DataFile]) -> tuple[list[AddAction], int]:
        """Write one month without them; answers the new files and how many facts were removed."""
        source, month = _source(self.connection, files), files[0].month
        gone = self.connection.execute(f"SELECT count(*) FROM ({source}) WHERE {self._theirs}").fetchall()[0][0]
        shown = [
            f"CASE WHEN {c} IN (SELECT member_id FROM gone) THEN NULL ELSE {c} END AS {c}"
            if c in NAMING
            else "regexp_replace(body, $ids, '\"erased\"', 'g') AS body"
            if c == "body"
            else c
            for c in STORED.names
        ]
        query = (
            f"SELECT {', '.join(shown)}, CAST({month} AS INTEGER) AS m FROM ({source}) WHERE NOT {self._theirs} ORDER BY name, t, event_id"
        )
        reader = self.connection.sql(query, params={"ids": self.quoted_ids}).to_arrow_reader(ROWS_PER_GROUP)
        return write_months(root, reader), gone


def _source(connection: Connection, files: Sequence[DataFile]) -> str:
    return _shaped(connection, [f.path for f in files])


def _shaped(connection: Connection, paths: Sequence[str]) -> str:
    """Files in the stored shape, columns that older ones lack as nulls."""
    read = f"read_parquet({file_list(paths)}, union_by_name = true, hive_partitioning = false)"
    have = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
    return f"SELECT {columns_or_null(STORED_TYPES, have)} FROM {read}"

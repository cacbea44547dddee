"""The small projections of a month: who was seen on which device, what each session and each actor did on each day."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lianyi.stream.engines import views
from lianyi.stream.engines.duckdb import SEEN, Connection, DuckDBEngine, file_list
from lianyi.stream.projections.naming import publish
from lianyi.stream.record import month_window
from lianyi.stream.snapshot import DataFile

DEVICES, SESSION_DAY, ACTOR_DAY = "devices", "session_day", "actor_day"
# Instants nearly all differ, and ids of sessions in order share their beginnings: a dictionary of them would be longer than they are.
ENCODINGS = {"first_t": "DELTA_BINARY_PACKED", "social_t": "DELTA_BINARY_PACKED", "session_id": "DELTA_BYTE_ARRAY"}


def build_devices(connection: Connection, events: Sequence[DataFile], file: Path, *, aside: Path) -> int:
    """Write who was seen on which device in a month's event files, and publish it as `file`; says how many rows."""
    paths = [f.path for f in events if f.has_device]
    if not paths:
        return _write(connection.sql(views.nothing(SEEN)).to_arrow_reader(), file, aside)
    source = f"read_parquet({file_list(paths)}, union_by_name = true, hive_partitioning = false)"
    return _write(connection.sql(f"{views.devices_seen(source)} ORDER BY device_id, member_id").to_arrow_reader(), file, aside)


def build_session_day(connection: Connection, events: Sequence[DataFile], file: Path, *, aside: Path) -> int:
    """Write what each given session did on each day in a month's event files, and publish it as `file`; says how many rows."""
    source = f"read_parquet({file_list(f.path for f in events)}, union_by_name = true, hive_partitioning = false)"
    return _write(connection.sql(f"{views.session_day(source)} ORDER BY d, session_id").to_arrow_reader(), file, aside)


def build_actor_day(engine: DuckDBEngine, month: int, file: Path, *, aside: Path) -> int:
    """Write what each actor did on each day of a month, sorted by (d, actor), and publish it as `file`; says how many rows."""
    window = month_window(month)
    body = views.actor_day(where=f"e.d >= {window.from_day} AND e.d < {window.to_day}")
    return _write(engine.batches(f"{body} ORDER BY d, actor"), file, aside)


def _write(batches: pa.RecordBatchReader, file: Path, aside: Path) -> int:
    rows = 0
    names = batches.schema.names
    with pq.ParquetWriter(
        aside,
        batches.schema,
        compression="zstd",
        use_dictionary=[name for name in names if name not in ENCODINGS],
        column_encoding={name: encoding for name, encoding in ENCODINGS.items() if name in names},
    ) as writer:
        for batch in batches:
            rows += len(batch)
            writer.write_batch(batch)
    publish(aside, file)
    return rows

"""Writing event files: sorted, one month at a time, memory bounded whatever the size of the input."""

import contextlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from lianyi.stream.log.delta import add_action, sync
from lianyi.stream.record import STORED

ROWS_PER_GROUP = 122_880
ROWS_PER_FILE = 4_000_000
# Values encoded at once: of the usual thousand, turning round costs a tenth of the writing.
ROWS_PER_BATCH = 16_384
# Identifiers and instants are nearly all different: a dictionary would only be thrown away again.
PLAIN = ("event_id", "t", "received_t", "seq")
# Identifiers are of one length: said once and not with each, they take 16 bytes and not 17, and are read in half the time.
ENCODINGS = {"event_id": "DELTA_LENGTH_BYTE_ARRAY", "t": "DELTA_BINARY_PACKED", "received_t": "DELTA_BINARY_PACKED"}


@dataclass(slots=True)
class _Open:
    file: Path
    month: int
    schema: pa.Schema
    writer: pq.ParquetWriter
    rows: int = 0
    first_t: int = 2**63 - 1
    last_t: int = -(2**63)
    first_d: int = 2**31 - 1
    last_d: int = -(2**31)
    devices_missing: int = 0

    def write(self, rows: pa.RecordBatch) -> None:
        self.writer.write_batch(rows.select(STORED.names).cast(self.schema))
        t, d = pc.min_max(rows["t"]).as_py(), pc.min_max(rows["d"]).as_py()
        self.rows += len(rows)
        self.first_t, self.last_t = min(self.first_t, t["min"]), max(self.last_t, t["max"])
        self.first_d, self.last_d = min(self.first_d, d["min"]), max(self.last_d, d["max"])
        self.devices_missing += rows["device_id"].null_count

    def close(self, root: Path, *, data_change: bool) -> AddAction:
        self.writer.close()
        sync(self.file)
        sync(self.file.parent)
        sync(root)
        stats = {
            "numRecords": self.rows,
            "minValues": {"t": self.first_t, "d": self.first_d},
            "maxValues": {"t": self.last_t, "d": self.last_d},
            "nullCount": {"t": 0, "d": 0, "device_id": self.devices_missing},
        }
        return add_action(root, self.file, month=self.month, stats=stats, data_change=data_change)


def write_months(root: Path, batches: Iterable[pa.RecordBatch], *, data_change: bool = True) -> list[AddAction]:
    """Write rows sorted by (m, t) as month files and say what the log should add.

    batches : stored columns plus `m`, sorted by m; any batch size
    On any fault the files written so far are removed and the fault goes on.
    """
    return write_runs(root, [batches], data_change=data_change)


def write_runs(root: Path, runs: Iterable[Iterable[pa.RecordBatch]], *, data_change: bool = True) -> list[AddAction]:
    """The same for several runs, each of which begins files of its own.

    runs : batches as above; words may be dictionary-coded, the same columns throughout a run, and are then written so
    """
    actions: list[AddAction] = []
    files: list[Path] = []
    current: _Open | None = None
    try:
        for run in runs:
            for batch in run:
                start = 0
                months = batch["m"]
                while start < len(batch):
                    month = months[start].as_py()
                    same = pc.sum(pc.equal(months.slice(start), month)).as_py()
                    if current is not None and (current.month != month or current.rows >= ROWS_PER_FILE):
                        actions.append(current.close(root, data_change=data_change))
                        current = None
                    if current is None:
                        current = _opened(root, month, batch.schema)
                        files.append(current.file)
                    current.write(batch.slice(start, same))
                    start += same
            if current is not None:
                actions.append(current.close(root, data_change=data_change))
                current = None
    except BaseException:
        if current is not None and current.writer.is_open:
            # The disk that could not take the rows cannot take the footer either; the file goes anyway.
            with contextlib.suppress(OSError, pa.ArrowException):
                current.writer.close()
        for file in files:
            file.unlink(missing_ok=True)
        raise
    return actions


def _opened(root: Path, month: int, given: pa.Schema) -> _Open:
    folder = root / f"m={month}"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"part-{uuid.uuid4().hex}.parquet"
    coded = [f.name for f in given if pa.types.is_dictionary(f.type)]
    schema = pa.schema([given.field(f.name) if f.name in coded else f for f in STORED])
    plain = [f.name for f in STORED if f.name not in coded and f.type in (pa.string(), pa.binary())]
    writer = pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        # Whoever codes words knows which are few: to look for more costs as much as writing them, and bounds of the others find nothing.
        use_dictionary=coded or [c for c in STORED.names if c not in PLAIN],
        write_statistics=[c for c in STORED.names if c not in plain] if coded else True,
        column_encoding=ENCODINGS,
        # A reader need not know that words were coded here.
        store_schema=not coded,
        write_batch_size=ROWS_PER_BATCH,
    )
    return _Open(file=file, month=month, schema=schema, writer=writer)

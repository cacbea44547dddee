"""The first facts of a history: they come as they will lie, and are written without being staged or compared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.kernel.clock import date_of
from lianyi.stream.log.daycut import business_days
from lianyi.stream.record import STORED

# A dictionary of more words than this is no help to whoever reads, and is written out with each row group.
FEW_WORDS = 16_384


@dataclass(slots=True)
class Watch:
    """Sees to it that facts come in order and that no two are one.

    rows   : facts so far
    number : the last eight bytes of the last one's id, which grow from fact to fact: so no two ids are alike
    name, t, half : of the last fact of the run; half is the first eight bytes of its id
    month  : of the run
    """

    rows: int = 0
    number: int = -1
    name: str = ""
    t: int = -(2**63)
    half: int = 0
    month: int | None = None

    def run(self, batches: Iterable[pa.RecordBatch], zone_name: str) -> Iterator[pa.RecordBatch]:
        """The batches of one run with their days and months, in the stored shape; ValueError where the order is broken."""
        self.name, self.t, self.half, self.month = "", -(2**63), 0, None
        for batch in batches:
            if not len(batch):
                continue
            self._follow(batch)
            days = business_days(batch["t"], zone_name)
            self._same_month(days)
            self.rows += len(batch)
            columns = {f.name: _column(batch, f) for f in STORED if f.name != "d"}
            columns |= {"d": days, "m": pa.array(np.full(len(batch), self.month, dtype=np.int32))}
            yield pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))

    def _follow(self, batch: pa.RecordBatch) -> None:
        ids, names, times = batch["event_id"], batch["name"], batch["t"]
        if ids.null_count or names.null_count or times.null_count:
            raise ValueError("a fact has no event_id, no name or no time")
        t = times.to_numpy(zero_copy_only=False)
        ids = ids.cast(pa.binary(16))
        halves = np.frombuffer(ids.buffers()[1], dtype=">u8").reshape(-1, 2)[ids.offset : ids.offset + len(ids)].astype(np.uint64)
        half, number = halves[:, 0], halves[:, 1]
        coded = names if pa.types.is_dictionary(names.type) else names.dictionary_encode()
        codes, words = coded.indices.to_numpy(), coded.dictionary.to_pylist()
        turns = np.flatnonzero(codes[1:] != codes[:-1])
        said = [words[code] for code in codes[[0, *(turns + 1)]].tolist()]
        onward = (t[1:] > t[:-1]) | ((t[1:] == t[:-1]) & (half[1:] >= half[:-1]))
        onward[turns] = True
        first = (said[0], int(t[0]), int(half[0]))
        numbers_grow = int(number[0]) > self.number and bool((number[1:] > number[:-1]).all())
        if not (first >= (self.name, self.t, self.half) and said == sorted(said) and onward.all() and numbers_grow):
            raise ValueError("facts do not come in order of name, time and number")
        self.name, self.t, self.half, self.number = said[-1], int(t[-1]), int(half[-1]), int(number[-1])

    def _same_month(self, days: pa.Array) -> None:
        span = pc.min_max(days).as_py()
        for day in span.values():
            date = date_of(day)
            month = date.year * 100 + date.month
            if self.month not in (None, month):
                raise ValueError(f"the facts of a run are not in order: they lie in months {self.month} and {month}")
            self.month = month


def _column(batch: pa.RecordBatch, stored: pa.Field) -> pa.Array:
    """A column as it is stored: coded where it comes so and has few words."""
    if stored.name not in batch.schema.names:
        return pa.nulls(len(batch), stored.type)
    given = batch[stored.name]
    if pa.types.is_dictionary(given.type) and len(given.dictionary) > FEW_WORDS:
        return pa.nulls(len(batch), stored.type) if given.null_count == len(given) else given.cast(stored.type)
    return given

"""The first facts of a history: they come in order of time and are put by name, a run of them at once, without staging."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.stream.log.daycut import business_days
from lianyi.stream.log.sorting import ROWS_SORTED_AT_ONCE
from lianyi.stream.log.write import ROWS_PER_GROUP
from lianyi.stream.record import FACT


def as_they_come(facts: pa.RecordBatchReader, zone_name: str, written: list[int]) -> Iterator[pa.RecordBatch]:
    """The same batches with their days and months, each of one month, once it is certain that they are in order and no two facts are one.

    written : the size of each batch is noted here
    """
    last = (-(2**63), 0, 0)
    for batch in facts:
        if not len(batch):
            continue
        last = _after(last, batch)
        days = business_days(batch["t"], zone_name)
        dates = days.cast(pa.date32())
        months = pc.add(pc.multiply(pc.year(dates), 100), pc.month(dates)).cast(pa.int32())
        columns = {"seq": pa.nulls(len(batch), pa.int64()), "d": days, "m": months}
        columns |= {f.name: batch[f.name] if f.name in batch.schema.names else pa.nulls(len(batch), f.type) for f in FACT}
        whole = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
        cuts = [0, *(np.flatnonzero(np.diff(months.to_numpy())) + 1).tolist(), len(batch)]
        for start, end in pairwise(cuts):
            written.append(end - start)
            yield whole.slice(start, end - start)


def by_name(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches of one month each, in order of time, put by name; as many of a month at once as memory should hold."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        if held and (held[0]["m"][0] != batch["m"][0] or sum(map(len, held)) + len(batch) > ROWS_SORTED_AT_ONCE):
            yield from _named(held)
            held = []
        held.append(batch)
    if held:
        yield from _named(held)


def _named(held: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A run put by name, each name's facts by themselves; names with few facts together."""
    run = pa.Table.from_batches(held).combine_chunks()
    held.clear()
    names = run["name"].chunk(0)
    coded = names if pa.types.is_dictionary(names.type) else names.dictionary_encode()
    place = np.argsort(np.argsort(np.array(coded.dictionary.to_pylist()))).astype(np.int16)[coded.indices.to_numpy()]
    # What is in order of time stays so within a name.
    order = np.argsort(place, kind="stable")
    run, place = run.take(pa.array(order)), place[order]
    cuts = [0, *(np.flatnonzero(np.diff(place)) + 1).tolist(), len(place)]
    few: list[pa.RecordBatch] = []
    for start, end in pairwise(cuts):
        for at in range(start, end, ROWS_PER_GROUP):
            part = _plain(run.slice(at, min(end - at, ROWS_PER_GROUP)))
            if few and sum(map(len, few)) + len(part) > ROWS_PER_GROUP:
                yield _one(few)
                few = []
            few.append(part)
    if few:
        yield _one(few)


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def _plain(part: pa.Table) -> pa.RecordBatch:
    """Rows of one name with words spelt out; most columns of a name are empty throughout, and cost nothing."""
    columns = []
    for column in part.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        spelt = pa.nulls(len(part), kind) if column.null_count == len(part) else column.cast(kind).combine_chunks()
        columns.append(spelt.chunk(0) if isinstance(spelt, pa.ChunkedArray) else spelt)
    return pa.RecordBatch.from_arrays(columns, names=part.column_names)


def _after(last: tuple[int, int, int], batch: pa.RecordBatch) -> tuple[int, int, int]:
    """The instant and number of a batch's last fact; ValueError when one of its facts does not come after the one before it."""
    ids, names, t = batch["event_id"].cast(pa.binary(16)), batch["name"], batch["t"].to_numpy(zero_copy_only=False)
    if ids.null_count or names.null_count or batch["t"].null_count:
        raise ValueError("a fact has no event_id, no name or no time")
    halves = np.frombuffer(ids.buffers()[1], dtype=">u8").reshape(-1, 2)[ids.offset : ids.offset + len(ids)].astype(np.uint64)
    before = np.concatenate((np.array([last[1:]], dtype=np.uint64), halves[:-1]))
    earlier = np.concatenate((np.array([last[0]], dtype=np.int64), t[:-1]))
    grows = (halves[:, 0] > before[:, 0]) | ((halves[:, 0] == before[:, 0]) & (halves[:, 1] > before[:, 1]))
    # Numbers need only grow within an instant to be in order; that they grow throughout is what tells that no two are alike.
    if not ((t >= earlier) & grows).all():
        raise ValueError("facts do not come in order of time and number")
    return int(t[-1]), int(halves[-1, 0]), int(halves[-1, 1])

"""Facts actor by actor and in order, for analyses that walk each actor once; and the compiler for such walks, where it is worth it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.kernel.clock import Window
from lianyi.stream import projections
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine

Ints = npt.NDArray[np.int64]
# Loading the compiler takes two or three seconds; below this many rows numpy is done sooner.
WORTH_COMPILING = 400_000


def parts(engine: Engine, columns: Sequence[str], window: Window | None) -> Iterator[pa.Table] | None:
    """Parts of the projection by member, each with all the rows of its actors; None where it does not answer for this window.

    columns : names that the projection keeps; `actor` is always there
    A stale month would be sorted whole, with every event; a query for the facts needed is quicker then.
    """
    snapshot = engine.snapshot
    if not isinstance(engine, DuckDBEngine) or not set(columns) <= set(projections.COLUMNS):
        return None
    months = {f.month for f in snapshot.files if window is None or (f.first_day < window.to_day and f.last_day >= window.from_day)}
    if not months or not months <= set(projections.fresh_files(snapshot, "events_by_member")):
        return None
    return projections.read(snapshot, columns=columns, window=window, engine=engine)


def parts_of(engine: Engine, sql: str, params: Mapping[str, object], *, rows: int = projections.ROWS_PER_PART) -> Iterator[pa.Table]:
    """The same of any query whose rows are ordered by `actor`: texts as dictionaries, about `rows` at once.

    Nothing else may be asked of the engine until they are read. Memory: one part, beside what the engine sorts in.
    """
    waiting: list[pa.RecordBatch] = []
    for batch in engine.batches(sql, params):
        waiting.append(batch)
        if sum(len(one) for one in waiting) < rows:
            continue
        table = pa.Table.from_batches(waiting)
        # The last actor may go on in the next batch.
        cut = pc.index(table["actor"], table["actor"][-1]).as_py()
        if cut:
            yield _as_codes(table.slice(0, cut))
        waiting = table.slice(cut).to_batches()
    if waiting:
        yield _as_codes(pa.Table.from_batches(waiting))


def _as_codes(table: pa.Table) -> pa.Table:
    return pa.table(
        {
            name: pc.dictionary_encode(column.combine_chunks()) if pa.types.is_string(column.type) else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        return whole.chunk(0) if whole.num_chunks else pa.array([], whole.type)
    return whole


def codes_in(column: pa.ChunkedArray, words: Sequence[str]) -> Ints:
    """(n,) the place of each text of a dictionary column in `words`; -1 for others and for null."""
    found = one_chunk(column)
    place = {word: i for i, word in enumerate(words)}
    lookup = np.array([*(place.get(word, -1) for word in found.dictionary.to_pylist()), -1], dtype=np.int64)
    return np.asarray(lookup[found.indices.fill_null(len(lookup) - 1).to_numpy(zero_copy_only=False)])


def codes_of(column: pa.ChunkedArray) -> Ints:
    """(n,) a dictionary column's own codes, in the order of first appearance; -1 for null."""
    indices = one_chunk(column).indices
    known = indices if indices.null_count == 0 else indices.fill_null(-1)
    return np.asarray(known.to_numpy(zero_copy_only=False), dtype=np.int64)


def given_in(column: pa.ChunkedArray) -> Ints:
    """(n,) the numbers of a column none of whose values is negative; -1 for null."""
    return np.asarray(one_chunk(column).fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


@cache
def compiled(walk: Callable[..., Any]) -> Callable[..., Any] | None:
    """A walk over arrays as machine code; None where numba is not installed."""
    try:
        from numba import njit
    except ImportError:
        return None
    fast: Callable[..., Any] = njit(cache=True, nogil=True)(walk)
    return fast


def faster(walk: Callable[..., Any], rows: int, *, worth: int = WORTH_COMPILING) -> Callable[..., Any] | None:
    """The compiled walk where the rows it was asked for so far make it worth loading; None where numpy should do it.

    worth : from how many rows on
    A long history comes in parts: the first ones may be numpy's.
    """
    _asked[walk] += rows
    return compiled(walk) if _asked[walk] >= worth else None


_asked: Counter[Callable[..., Any]] = Counter()

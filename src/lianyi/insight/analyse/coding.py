"""Texts as numbers: what array kernels need instead of names."""

import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]


def coded(columns: Sequence[pa.ChunkedArray]) -> tuple[list[Ints], list[str]]:
    """The same codes for several columns of text: ascending with the text, so that they do not depend on the order of rows.

    Null becomes -1. Cost: one hash of every row and a sort of the distinct texts.
    >>> (first, second), words = coded([pa.chunked_array([["b", None, "a"]]), pa.chunked_array([["c"]])])
    >>> first.tolist(), second.tolist(), words
    ([1, -1, 0], [2], ['a', 'b', 'c'])
    """
    whole = pa.chunked_array([chunk.cast(pa.string()) for column in columns for chunk in column.chunks], type=pa.string())
    encoded = whole.combine_chunks() if whole.num_chunks else pa.array([], pa.string())
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    encoded = pc.dictionary_encode(encoded)
    words = encoded.dictionary
    order = pc.sort_indices(words).to_numpy()
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    codes = rank[pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)]
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return [np.ascontiguousarray(part) for part in np.split(codes, ends)], words.take(pa.array(order)).to_pylist()


def groups_of(who: Ints, groups: int) -> Ints:
    """A group of each person, 0..groups-1, spread evenly and always the same: for estimates of spread that leave groups out.

    >>> groups_of(np.array([5, 5, 6]), 4).tolist()[0] == groups_of(np.array([5]), 4).tolist()[0]
    True
    """
    mixed = who.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(40)) % np.uint64(groups)).astype(np.int64)


def groups_by_name(names: Iterable[str], groups: int) -> Ints:
    """A group of each person by name, 0..groups-1: the same whatever part of the history they are met in, and on every engine.

    >>> groups_by_name(["a", "b", "a"], 40).tolist()[::2] == groups_by_name(["a", "a"], 40).tolist()
    True
    """
    return np.array([zlib.crc32(name.encode()) % groups for name in names], dtype=np.int64)

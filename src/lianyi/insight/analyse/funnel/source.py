"""Where the funnel kernel's rows come from: the projection by member where it is fresh, otherwise a scan of the step events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.insight.analyse.breakdown import Breakdown
from lianyi.insight.analyse.funnel.kernel import Ints, Steps
from lianyi.insight.analyse.walk import codes_in, codes_of, one_chunk, parts
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Engine


@dataclass(frozen=True, slots=True)
class Rows:
    """Step events ordered by who and t, whole actors at a time.

    who, t, name, value : as the kernel takes them; value codes index `words`, which ascend
    """

    who: Ints
    t: Ints
    name: Ints
    value: Ints
    words: list[str]


def projected(engine: Engine, steps: Steps, window: Window, by: Breakdown | None) -> Iterator[Rows] | None:
    """Rows of actors from the projection; None where a month of the window is stale, or the dimension is not in it."""
    column = None if by is None else by.expression.removeprefix("e.")
    if by is not None and by.join:
        return None
    wanted = ["name", "t"] if column is None else ["name", "t", column]
    found = parts(engine, wanted, window)
    return None if found is None else (_of_part(part, steps, column) for part in found)


def _of_part(part: pa.Table, steps: Steps, column: str | None) -> Rows:
    name = codes_in(part["name"], steps.names)
    kept = np.flatnonzero(name >= 0)
    who, t = codes_of(part["actor"])[kept], part["t"].to_numpy()[kept]
    if column is None:
        return Rows(who, t, name[kept], np.full(len(kept), -1, dtype=np.int64), [])
    value, words = _coded(one_chunk(part[column]).take(pa.array(kept)))
    return Rows(who, t, name[kept], value, words)


def scanned(engine: Engine, sql: str, params: Mapping[str, object]) -> Iterator[Rows]:
    """Rows by a query of `who`, `t`, `step`, `value`, put in order here."""
    table = engine.run(sql, params)
    if table.num_rows == 0:
        return
    who = one_chunk(pc.dictionary_encode(table["who"])).indices.to_numpy()
    t = table["t"].to_numpy()
    # Files hold their rows by time, so that the order of time is mostly there already and one stable sort by actor is all it takes.
    if bool(np.any(np.diff(t) < 0)):
        by_time = np.argsort(t, kind="stable")
        order = by_time[np.argsort(who[by_time], kind="stable")]
    else:
        order = np.argsort(who, kind="stable")
    words: list[str]
    if table["value"].null_count == table.num_rows:
        value, words = np.full(table.num_rows, -1, dtype=np.int64), []
    else:
        value, words = _coded(one_chunk(pc.dictionary_encode(table["value"])))
    yield Rows(who[order].astype(np.int64), t[order], table["step"].to_numpy()[order].astype(np.int64), value[order], words)


def _coded(column: pa.DictionaryArray) -> tuple[Ints, list[str]]:
    """A dictionary column as codes into its words in ascending order; -1 for null."""
    words = column.dictionary.to_pylist()
    ascending = sorted(range(len(words)), key=lambda i: words[i])
    rank = np.empty(len(words) + 1, dtype=np.int64)
    rank[ascending] = np.arange(len(words))
    rank[-1] = -1
    codes = pc.fill_null(column.indices, len(words)).to_numpy(zero_copy_only=False)
    return rank[codes], [words[i] for i in ascending]

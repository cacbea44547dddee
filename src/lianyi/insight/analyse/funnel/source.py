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

# Beyond so many rows actors are taken in parts: about 60 bytes are held for each row of a part, and the engine spills the rest.
ROWS_AT_ONCE = 5_000_000
FIRST_OF_PART = """
SELECT min(n.who) AS first_who FROM (
    SELECT d.who AS who, (row_number() OVER (ORDER BY d.who) - 1) * $parts // count(*) OVER () AS part
    FROM (SELECT r.who AS who FROM funnel_rows AS r GROUP BY r.who) AS d
) AS n GROUP BY n.part ORDER BY first_who
"""


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


def scanned(engine: Engine, sql: str, params: Mapping[str, object], *, rows_at_once: int = ROWS_AT_ONCE) -> Iterator[Rows]:
    """Rows by a query of `who`, `t`, `step`, `value`, put in order here; more than `rows_at_once` in parts of whole actors."""
    n_parts = 1
    if sum(file.rows for file in engine.snapshot.files) > rows_at_once:
        n_parts = -(-engine.run(f"SELECT count(*) AS n FROM ({sql}) AS q", params)["n"][0].as_py() // rows_at_once)
    if n_parts <= 1:
        yield from _ordered(engine.run(sql, params))
        return
    engine.keep("funnel_rows", sql, params)
    firsts = engine.run(FIRST_OF_PART, {"parts": n_parts})["first_who"].to_pylist()
    for first, after in zip(firsts, [*firsts[1:], None], strict=True):
        until = "" if after is None else " AND r.who < $after"
        part = f"SELECT r.who AS who, r.t AS t, r.step AS step, r.value AS value FROM funnel_rows AS r WHERE r.who >= $first{until}"
        yield from _ordered(engine.run(part, {"first": first, "after": after}))
    engine.drop("funnel_rows")


def _ordered(table: pa.Table) -> Iterator[Rows]:
    """The rows of an answer by actor and time; none of an empty one."""
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

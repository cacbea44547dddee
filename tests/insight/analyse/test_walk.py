"""Facts actor by actor, in parts."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lianyi.insight.analyse.walk import parts_of
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot

SQL = "SELECT x.actor AS actor, x.n AS n FROM given_rows AS x ORDER BY x.actor, x.n"


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


@given(lengths=st.lists(st.integers(1, 3_000), max_size=12), rows=st.integers(1, 9_000))
@example(lengths=[130_000, 5, 130_000, 200_000], rows=100_000)
def test_every_part_holds_all_rows_of_its_actors_and_none_is_lost(engine: DuckDBEngine, lengths: list[int], rows: int) -> None:
    actors = [f"m{i:02d}" for i, length in enumerate(lengths) for _ in range(length)]
    table = pa.table({"actor": pa.array(actors, pa.string()), "n": pa.array(range(len(actors)), pa.int64())})
    engine.offer("given_rows", table)

    found = list(parts_of(engine, SQL, {}, rows=rows))

    assert [actor for part in found for actor in part["actor"].to_pylist()] == actors
    assert [n for part in found for n in part["n"].to_pylist()] == list(range(len(actors)))
    seen = [set(part["actor"].to_pylist()) for part in found]
    assert sum(len(one) for one in seen) == len(lengths)
    assert all(pa.types.is_dictionary(part["actor"].type) for part in found)

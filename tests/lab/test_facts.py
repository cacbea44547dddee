"""Facts under construction: none lost, each told in the run of its day, by name and time."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lianyi.lab.telling.facts import Held, Spelling, Stated, batches, by_time, event_ids, numbered

NAMES = ("a", "b", "c")
words = pa.array([f"w{n}" for n in range(10)])
parts = st.lists(
    st.tuples(st.sampled_from(NAMES), st.lists(st.integers(0, 50), min_size=1, max_size=20), st.sampled_from(["member", "session", None])),
    max_size=12,
)


def spelling() -> Spelling:
    return Spelling(*[words] * 9, start_us=10**15, run=7)


def stated(given_parts) -> list[Stated]:
    return [Stated(n, {"t": np.array(t), **({c: np.arange(len(t)) % 10} if c else {})}) for n, t, c in given_parts]


@given(parts, st.integers(0, 60))
def test_facts_are_told_once_each_in_the_run_of_their_day(given_parts, cut):
    held, words = Held(), spelling()
    held.take(stated(given_parts))

    early = [row for batch in batches(held.run(cut), words) for row in batch.to_pylist()]
    late = [row for batch in batches(held.run(100), words) for row in batch.to_pylist()]

    told = [(row["name"], row["t"] - 10**15) for row in early + late]
    assert sorted(told) == sorted((n, t) for n, ts, _ in given_parts for t in ts)
    assert all(t < cut for _, t in told[: len(early)])
    assert all(t >= cut for _, t in told[len(early) :])
    assert held.rows == 0
    for run in (early, late):
        order = [(row["name"], row["t"], row["event_id"]) for row in run]
        assert order == sorted(order)
    numbers = [row["event_id"][8:] for row in early + late]
    assert numbers == sorted(set(numbers))


def test_a_column_that_only_some_parts_have_is_nothing_in_the_others():
    held = Held()
    held.take([Stated("a", {"t": np.array([2]), "member": np.array([3])}), Stated("a", {"t": np.array([1]), "value": np.array(0.5)})])

    (batch,) = batches(held.run(10), spelling())

    assert [(row["member_id"], row["value"], row["session_id"]) for row in batch.to_pylist()] == [(None, 0.5, None), ("w3", None, None)]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=60))
def test_order_of_time_keeps_the_order_of_what_is_stated_at_once(t):
    assert by_time(np.array(t)).tolist() == sorted(range(len(t)), key=lambda k: (t[k], k))


@given(st.lists(st.integers(-1, 10**11 - 1)))
def test_numbers_and_their_names_have_one_order(numbers):
    names = numbered("s", np.array(numbers, dtype=np.int64)).to_pylist()

    assert names == [None if n < 0 else f"s{n:011d}" for n in numbers]


def test_ids_know_their_time():
    ids = event_ids(np.array([1_700_000_000_123_456]), 5, 9).to_pylist()

    assert int.from_bytes(ids[0][:6]) == 1_700_000_000_123

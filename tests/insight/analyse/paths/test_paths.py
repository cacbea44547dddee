import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.answer import ENVELOPE
from lianyi.insight.analyse.paths.counts import counted
from lianyi.insight.analyse.paths.paths import NAMES, ROWS, paths
from lianyi.insight.analyse.paths.sessions import Sessions, cut_ordered
from lianyi.insight.analyse.paths.sql import MOVES, PEOPLE, STEPS, beginnings
from lianyi.insight.analyse.paths.steps import EXIT, distinct_paths, first_steps, link_counts, links, step_matrix, top_paths, transitions
from lianyi.insight.analyse.paths.success import chain, success, tally
from lianyi.kernel.clock import Window, day_of
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.lint import lint
from lianyi.stream.snapshot import Snapshot
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on, replace_events

ALL = Window(0, 100_000)
visits = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=30, max_size=36)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


def made(rows: list[list[int]]) -> Sessions:
    starts = np.concatenate(([0], np.cumsum([len(r) for r in rows]))).astype(np.int64)
    return Sessions(starts, np.array([c for r in rows for c in r], dtype=np.int64), np.arange(len(rows), dtype=np.int64))


@given(visits)
def test_counts_are_what_reading_every_session_gives(rows: list[list[int]]) -> None:
    sessions = made(rows)
    table = first_steps(sessions, 4)

    pairs = Counter(p for r in rows for p in pairwise(r))
    assert {(a, b): int(n) for (a, b), n in np.ndenumerate(transitions(sessions, 4)) if n} == pairs
    assert top_paths(*distinct_paths(table, np.ones(len(rows), dtype=np.int64)), 100) == sorted(
        Counter(tuple(r[:4]) for r in rows).items(), key=lambda p: (-p[1], p[0])
    )
    expected = [
        [sum(len(r) > step and r[step] == e for r in rows) for e in range(4)] + [sum(len(r) <= step for r in rows)] for step in range(4)
    ]
    assert step_matrix(table, 4).tolist() == expected
    drawn = {(x.step, x.source, x.target): x.sessions for x in links(link_counts(table, 4))}
    assert drawn == Counter((i, r[i], r[i + 1] if len(r) > i + 1 else EXIT) for r in rows for i in range(min(3, len(r))))


@given(visits)
def test_the_chain_gives_exactly_the_share_that_reached_the_goal(rows: list[list[int]]) -> None:
    found = success(tally(made(rows), np.arange(len(rows)) % 40, 3, 4))

    reached = [r.index(3) + 1 for r in rows if 3 in r]
    assert found.reached == len(reached)
    if not reached:
        assert found.index.value is None
        return
    assert (found.shortest, found.mean_steps) == (min(reached), pytest.approx(np.mean(reached)))
    assert found.index.value == pytest.approx(min(reached) / np.mean(reached) * len(reached) / len(rows))
    by = {p.event: p for p in found.places}
    chance = np.mean([1.0 if r[0] == 3 else by[r[0]].success_chance for r in rows])
    assert chance == pytest.approx(len(reached) / len(rows))
    assert sum(p.drops for p in found.places) == len(rows) - len(reached)


@settings(max_examples=20)
@given(visits, st.integers(1, 29))
def test_parts_of_a_history_add_up_to_the_whole(rows: list[list[int]], cut: int) -> None:
    group = np.arange(len(rows)) % 7

    def read(some: list[list[int]], of: Any) -> Any:
        return counted(made(some), of, events=4, depth=4, goal=3)

    whole, added = read(rows, group), read(rows[:cut], group[:cut]) + read(rows[cut:], group[cut:])

    assert success(added.goal) == success(whole.goal)
    assert top_paths(added.paths, added.many, 50) == top_paths(whole.paths, whole.many, 50)
    for name in ("steps", "follows", "drawn"):
        assert getattr(added, name).tolist() == getattr(whole, name).tolist()


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([-1, 0, 1, 1 << 20, 1 << 62]), st.integers(0, 120), st.integers(0, 3)), max_size=40
    )
)
def test_one_pass_cuts_the_sessions_that_sorting_cuts(rows: list[tuple[int, int, int, int]]) -> None:
    pytest.importorskip("numba")
    who, given_ids, minute, name = (
        (np.array(c, dtype=np.int64) for c in zip(*sorted(rows, key=lambda r: (r[0], r[2])), strict=True))
        if rows
        else (np.zeros(0, dtype=np.int64),) * 4
    )

    walked, sorted_ = (cut_ordered(who, given_ids, minute * MINUTE, name, compiled=c) for c in (True, False))

    def each(s: Sessions) -> list[tuple[int, list[int]]]:
        return sorted((int(w), s.steps[a:b].tolist()) for w, a, b in zip(s.who, s.starts[:-1], s.starts[1:], strict=True))

    assert each(walked) == each(sorted_)


def test_a_chain_worked_out_by_hand() -> None:
    # a: 1/2 to b, 1/2 leaves. b: 1/3 back to a, 1/3 to the goal, 1/3 leaves. f_b = 1/3 + f_a / 3, f_a = f_b / 2.
    hope, steps = chain(np.array([[0.0, 3.0], [1.0, 0.0]]), np.array([0.0, 1.0]), np.array([3.0, 1.0]))

    assert hope == pytest.approx([0.2, 0.4])
    # Those who succeed from b go straight with chance (1/3) / f_b = 5/6, else by way of a: e_b = 1 + e_a / 6, e_a = 1 + e_b.
    assert steps == pytest.approx([2.4, 1.4])


def test_given_sessions_count_inside_their_actor_and_silence_ends_the_others() -> None:
    who = np.array([0, 0, 0, 1, 1, 1])
    given_ids = np.array([4, -1, 4, -1, 4, -1])
    t = np.array([0, 0, 300, 0, 10, 31]) * MINUTE

    found = cut_ordered(who, given_ids, t, np.arange(6), compiled=False)

    assert sorted(zip(found.who.tolist(), found.lengths.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 1), (1, 1), (1, 1)]


def test_the_demo_shop_has_its_published_sessions_and_transitions(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    table = pa_csv.read_csv(shared_data("funnel_ecom_sessions") / "ecom.csv.gz")
    t = pc.cast(pc.cast(table.column("timestamp"), pa.timestamp("us")), pa.int64())
    ids = pa.array([i.to_bytes(16, "big") for i in range(len(table))])
    columns = {"event_id": ids, "name": table.column("event"), "version": pa.array([0] * len(table), pa.int32()), "t": t, "received_t": t}
    columns |= {"member_id": table.column("user_id"), "session_id": table.column("session_id")}
    opened = engine_on(tmp_path / "w", pa.table(columns))

    found = paths(opened, Window(day_of(dt.date(2024, 1, 1)), day_of(dt.date(2024, 7, 1))), goal="purchase")

    assert (found.sessions, found.facts) == (3_605, 31_106)
    assert found.transitions[:3] == (
        ("catalog", "product_view", 1_679),
        ("product_view", "catalog", 1_403),
        ("product_view", "product_view", 1_321),
    )
    assert found.success.reached == 470
    assert found.success.share.value == pytest.approx(470 / 3_605)
    assert found.success.index.interval is not None
    assert "13%" in found.explain().en


def test_the_answer_has_its_documented_shape(engine: DuckDBEngine) -> None:
    rows: list[dict[str, Any]] = []
    for i in range(40):
        rows.append({"member_id": f"m{i}", "name": "page_viewed", "t": at(10)})
        if i % 4 == 0:
            rows.append({"member_id": f"m{i}", "name": "order_paid", "t": at(10, MINUTE), "order_id": str(i)})
        rows.append({"member_id": f"m{i}", "name": "coupon_issued", "t": at(10, MINUTE)})
    replace_events(engine, rows)

    found = paths(engine, ALL, depth=2)
    told = found.to_json()

    assert set(told) == {*ENVELOPE, "sessions", "facts", "goal", "success", "places", "transitions", "paths", "steps", "links"}
    assert told["success"]["path_index"]["value"] == 0.25
    assert told["places"] == [
        {"event": "page_viewed", "visits": 40, "success_chance": 0.25, "steps_to_go": 1.0, "drops": 30, "drop_share": 0.75}
    ]
    assert told["paths"] == [{"events": ["page_viewed"], "sessions": 30}, {"events": ["page_viewed", "order_paid"], "sessions": 10}]
    assert told["steps"] == {"events": ["order_paid", "page_viewed", None], "sessions": [[0, 40, 0], [10, 0, 30]]}
    assert {"step": 0, "from": "page_viewed", "to": None, "sessions": 30} in told["links"]
    assert "coupon_issued" in paths(engine, ALL, depth=2, every_event=True).events


def test_nothing_to_go_by_is_said(engine: DuckDBEngine) -> None:
    replace_events(engine, [{"name": "page_viewed", "t": at(10)}])
    assert "no sessions" in paths(engine, ALL).explain().en
    replace_events(engine, [{"member_id": "a", "name": "page_viewed", "t": at(10)}])
    found = paths(engine, ALL)
    assert (found.sessions, found.success.index.value) == (1, None)
    with pytest.raises(UnknownName):
        paths(engine, ALL, goal="order_payed")
    with pytest.raises(BadInput):
        paths(engine, ALL, depth=1)


def test_the_queries_keep_to_the_house_dialect() -> None:
    for query in (ROWS, NAMES, STEPS):
        assert lint(query.format(named="AND e.name NOT IN ($a)")) == []
    for query in (MOVES, PEOPLE, beginnings(6)):
        assert lint(query) == []

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.funnel import Funnel, funnel
from lianyi.insight.analyse.funnel.kernel import NO_LIMIT, Steps, reach
from lianyi.kernel.clock import Window, day_of
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on, replace_events

ALL = Window(0, 100_000)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


def actors(found: Funnel) -> list[int]:
    return [s.actors for s in found.steps]


def seen(who: str, name: str, t: int, **more: Any) -> dict[str, Any]:
    return {"member_id": who, "name": name, "t": t, **more}


def both(engine: DuckDBEngine, *args: Any, **options: Any) -> Funnel:
    by_kernel = funnel(engine, *args, **options, path="kernel")
    assert by_kernel == funnel(engine, *args, **options, path="sql")
    return by_kernel


def brute_force(rows: list[dict[str, Any]], steps: list[str], within_us: int, per: str) -> dict[tuple[str | None, int], int]:
    """Every chain of every actor, by trying them all: (dimension value, furthest step) -> actors."""
    people: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        if row["member_id"] is not None or per == "session":
            people.setdefault(row["member_id"] if per == "actor" else (row["member_id"], row["session_id"]), []).append(row)
    counted: dict[tuple[str | None, int], int] = {}
    for mine in people.values():
        found: list[tuple[int, int, int]] = []  # (-step reached, when, -start)

        def walk(step: int, start: int, now: int, mine: list[dict[str, Any]] = mine, found: list[tuple[int, int, int]] = found) -> None:
            found.append((-step, now, -start))
            if step < len(steps):
                repeated = steps[step] in steps[:step]
                for row in mine:
                    later = row["t"] > now if repeated else row["t"] >= now
                    if row["name"] == steps[step] and later and row["t"] - start <= within_us:
                        walk(step + 1, start, row["t"])

        for row in mine:
            if row["name"] == steps[0]:
                walk(1, row["t"], row["t"])
        if found:
            reached, _, start = min(found)
            values = [r["platform"] for r in mine if r["name"] == steps[0] and r["t"] == -start and r["platform"] is not None]
            key = (min(values) if values else None, -reached)
            counted[key] = counted.get(key, 0) + 1
    return counted


streams = st.lists(
    st.fixed_dictionaries(
        {
            "member_id": st.sampled_from(["林", "b", "c", None]),
            "name": st.sampled_from(["a", "b", "c", "d"]),
            "t": st.integers(0, 9).map(lambda x: at(20_000, x * MINUTE)),
            "platform": st.sampled_from(["x", "y", None]),
            "session_id": st.sampled_from(["s1", "s2"]),
        }
    ),
    max_size=14,
)
# "e" never happens; a name may come twice.
questions = st.lists(st.sampled_from(["a", "b", "c", "e"]), min_size=2, max_size=4).map(
    lambda s: ["page_viewed" if x == "e" else x for x in s]
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=streams, steps=questions, minutes=st.sampled_from([0.5, 1, 3, 9, None]), per=st.sampled_from(["actor", "session"]))
def test_kernel_sql_and_brute_force_agree_on_any_stream_with_ties(
    engine: DuckDBEngine, rows: list[dict[str, Any]], steps: list[str], minutes: float | None, per: str
) -> None:
    replace_events(engine, [*rows, *(seen("z", n, at(19_000), session_id="s9") for n in "abcd")])

    found = both(engine, steps, Window(20_000, 20_001), within_days=None if minutes is None else minutes / 1440, per=per, by="platform")

    counted = brute_force(rows, steps, NO_LIMIT if minutes is None else round(minutes * MINUTE), per)
    expected = {v: [sum(n for (w, level), n in counted.items() if w == v and level > i) for i in range(len(steps))] for v, _ in counted}
    assert {p.value: [s.actors for s in p.steps] for p in found.parts} == expected
    assert actors(found) == [sum(e[i] for e in expected.values()) for i in range(len(steps))]


@given(
    rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12), st.integers(0, 2), st.integers(-1, 2)), max_size=40),
    steps=st.lists(st.sampled_from("abc"), min_size=2, max_size=5),
    within=st.sampled_from([0, 1, 4, NO_LIMIT]),
)
def test_the_compiled_kernel_and_the_array_kernel_are_the_same(rows: list[tuple[int, ...]], steps: list[str], within: int) -> None:
    shape = Steps.of(tuple(steps))
    rows = sorted(r for r in rows if r[2] < len(shape.names))
    who, t, name, value = (np.array([r[i] for r in rows], dtype=np.int64) for i in range(4))

    compiled = reach(who, t, name, value, shape, within, compiled=True)
    arrays = reach(who, t, name, value, shape, within, compiled=False)

    assert compiled.level.tolist() == arrays.level.tolist()
    assert compiled.value.tolist() == arrays.value.tolist()
    assert compiled.last.tolist() == arrays.last.tolist()


def test_a_later_start_counts_when_the_first_one_ran_out_of_time(engine: DuckDBEngine) -> None:
    replace_events(engine, [seen("a", "look", at(10)), seen("a", "look", at(18)), seen("a", "buy", at(20))])

    assert actors(both(engine, ["look", "buy"], ALL, within_days=7)) == [1, 1]
    assert actors(both(engine, ["look", "buy"], ALL, within_days=1)) == [1, 0]


def test_the_allowed_time_includes_its_last_instant(engine: DuckDBEngine) -> None:
    replace_events(engine, [seen("a", "look", at(10)), seen("a", "buy", at(11)), seen("b", "look", at(10)), seen("b", "buy", at(11, 1))])

    assert actors(both(engine, ["look", "buy"], ALL, within_days=1)) == [2, 1]


def test_a_repeated_step_needs_a_later_instant(engine: DuckDBEngine) -> None:
    replace_events(
        engine,
        [
            *(seen("one order of two lines", "order_paid", at(10), order_id="1") for _ in range(2)),
            seen("two orders", "order_paid", at(10), order_id="2"),
            seen("two orders", "order_paid", at(12), order_id="3"),
        ],
    )

    assert actors(both(engine, ["order_paid", "order_paid"], ALL)) == [2, 1]


def test_steps_outside_the_window_do_not_count(engine: DuckDBEngine) -> None:
    replace_events(engine, [seen("a", "look", at(9)), seen("a", "buy", at(10)), seen("b", "look", at(10)), seen("b", "buy", at(11))])

    assert actors(both(engine, ["look", "buy"], Window(10, 11))) == [1, 0]
    assert actors(both(engine, ["look", "buy"], Window(10, 12))) == [1, 1]


def test_without_a_session_id_half_an_hour_of_silence_ends_a_session(engine: DuckDBEngine) -> None:
    rows = [
        seen("a", "look", at(10)),
        seen("a", "other", at(10, 20 * MINUTE)),
        seen("a", "buy", at(10, 45 * MINUTE)),
        seen("b", "look", at(10)),
        seen("b", "buy", at(10, 31 * MINUTE)),
        seen("c", "look", at(10), session_id="s"),
        seen("c", "buy", at(12), session_id="s"),
    ]
    replace_events(engine, rows)

    assert actors(both(engine, ["look", "buy"], ALL, per="session")) == [3, 2]


def test_those_with_time_left_at_the_end_are_said_to_be_unfinished(tmp_path: Path) -> None:
    rows = [
        seen("early", "look", at(10)),
        seen("late", "look", at(20)),
        seen("done", "look", at(20)),
        seen("done", "buy", at(20, 5)),
        seen("x", "y", at(24)),
    ]
    opened = engine_on(tmp_path / "w", rows)

    found = both(opened, ["look", "buy"], Window(10, 40), within_days=7)

    assert (actors(found), found.unfinished) == ([3, 1], 1)
    assert both(opened, ["look", "buy"], Window(10, 40)).unfinished == 0


def test_nobody_at_the_first_step_gives_no_shares(engine: DuckDBEngine) -> None:
    replace_events(engine, [seen("a", "order_paid", at(10))])

    found = both(engine, ["page_viewed", "order_paid"], ALL)

    assert [(s.actors, s.share_of_first, s.share_of_previous, s.first_interval) for s in found.steps] == [(0, None, None, None)] * 2
    assert "Nobody" in found.explain().en


def test_shares_carry_wilson_intervals_and_json_has_its_shape(engine: DuckDBEngine) -> None:
    rows = [seen(f"m{i}", "look", at(10), channel="web" if i else None) for i in range(10)] + [
        seen(f"m{i}", "buy", at(11)) for i in range(5)
    ]
    replace_events(engine, rows)

    found = both(engine, ["look", "buy"], ALL, by="channel")

    buy = found.steps[1]
    assert (buy.share_of_first, buy.share_of_previous) == (0.5, 0.5)
    assert buy.first_interval == pytest.approx((0.236593, 0.763407), abs=1e-6)
    told = found.to_json()
    assert [{k: s[k] for k in ("name", "actors", "share_of_first", "share_of_previous")} for s in told["steps"]] == [
        {"name": "look", "actors": 10, "share_of_first": 1.0, "share_of_previous": None},
        {"name": "buy", "actors": 5, "share_of_first": 0.5, "share_of_previous": 0.5},
    ]
    assert [(p["by"], [s["actors"] for s in p["steps"]]) for p in told["by"]] == [({"channel": "web"}, [9, 4]), ({"channel": None}, [1, 1])]
    assert found.to_table().column("actors").to_pylist() == [9, 4, 1, 1]


def test_a_mistyped_event_is_refused_with_the_nearest_name(engine: DuckDBEngine) -> None:
    replace_events(engine, [seen("a", "checkout_bug", at(10))])

    with pytest.raises(UnknownName) as refused:
        funnel(engine, ["checkout_bgu", "order_paid"], ALL)
    assert refused.value.near == "checkout_bug"
    with pytest.raises(BadInput):
        funnel(engine, ["order_paid"], ALL)
    with pytest.raises(BadInput):
        funnel(engine, ["order_paid", "order_refunded"], ALL, within_days=0)
    with pytest.raises(UnknownName):
        funnel(engine, ["order_paid", "order_refunded"], ALL, by="colour")


def test_rows_out_of_order_are_refused_not_answered_wrongly() -> None:
    shape = Steps.of(("a", "b"))
    with pytest.raises(ValueError, match="not ordered"):
        reach(np.array([1, 0]), np.array([1, 2]), np.array([0, 1]), np.array([-1, -1]), shape)
    with pytest.raises(ValueError, match="not ordered"):
        reach(np.array([0, 0]), np.array([2, 1]), np.array([0, 1]), np.array([-1, -1]), shape)


def test_the_demo_shop_gives_its_published_funnels(shared_data: Any, tmp_path: Path) -> None:
    table = csv.read_csv(shared_data("funnel_ecom_sessions") / "ecom.csv.gz")
    t = pc.cast(pc.cast(table.column("timestamp"), pa.timestamp("us")), pa.int64())
    ids = pa.array([i.to_bytes(16, "big") for i in range(len(table))])
    columns = {"event_id": ids, "name": table.column("event"), "version": pa.array([0] * len(table), pa.int32()), "t": t, "received_t": t}
    columns |= {"member_id": table.column("user_id"), "session_id": table.column("session_id"), "platform": table.column("platform")}
    opened = engine_on(tmp_path / "w", pa.table(columns | {"channel": table.column("acquisition_channel")}))
    steps = ["product_view", "add_to_cart", "cart", "shipping_details", "payment_details", "purchase"]
    year = Window(day_of(dt.date(2024, 1, 1)), day_of(dt.date(2024, 7, 1)))

    per_session = both(opened, steps, year, per="session", by="platform")

    assert actors(per_session) == [2868, 944, 477, 194, 72, 15]
    assert actors(both(opened, steps, year)) == [598, 517, 429, 329, 222, 114]
    assert sum(p.steps[0].actors for p in per_session.parts) == 2868
    assert {p.value for p in per_session.parts} == {"mobile", "desktop", "tablet"}

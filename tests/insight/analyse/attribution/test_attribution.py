from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.answer import ENVELOPE
from lianyi.insight.analyse.attribution.attribution import Attribution, attribution
from lianyi.insight.analyse.attribution.gather import CHANNELS, ORDER_ROWS, PEOPLE, TOUCH_ROWS, TOUCHES_BEGUN
from lianyi.insight.analyse.attribution.journeys import _first_at_or_after
from lianyi.insight.analyse.estimate import Estimate
from lianyi.insight.analyse.paid_orders import orders_sql
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.lint import lint
from lianyi.stream.snapshot import Snapshot
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on, replace_events

MONTH = Window(100, 130)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


def touch(who: str, channel: str | None, t: int, name: str = "page_viewed") -> dict[str, Any]:
    return {"member_id": who, "name": name, "t": t, "channel": channel}


def order(who: str | None, order_id: str, t: int, fen: int = 1000) -> dict[str, Any]:
    return {"member_id": who, "name": "order_paid", "t": t, "order_id": order_id, "amount_fen": fen, "quantity": 1}


def credited(found: Attribution, model: str) -> dict[str, float]:
    return {c.channel: c.orders for m in found.models if m.model == model for c in m.credits}


def test_touches_before_an_order_within_the_lookback_earn_its_credit(engine: DuckDBEngine) -> None:
    rows = [
        touch("a", "too early", at(101)),
        touch("a", "search", at(106)),
        touch("a", "kol", at(109)),
        order("a", "1", at(110), 600),
        order("a", "1", at(110), 400),  # a second line of the same order
        touch("a", "after", at(110, MINUTE)),
        order("stranger", "2", at(111)),
        order(None, "3", at(111), 50),
        {"member_id": "a", "name": "order_refunded", "t": at(115), "order_id": "1", "amount_fen": 300},
        touch("z", None, at(129)),
    ]
    replace_events(engine, rows)

    found = attribution(engine, MONTH, models=["first", "last", "linear"])

    assert credited(found, "last") == {"kol": 1, "search": 0, "too early": 0, "after": 0}
    assert credited(found, "linear") == {"kol": 0.5, "search": 0.5, "too early": 0, "after": 0}
    assert (found.orders, found.untouched, found.value_fen, found.untouched_fen) == (3, 2, 1750, 1050)
    assert found.journeys == (1, 2)
    table = found.to_table().to_pylist()
    assert {r["channel"]: r["value_fen"] for r in table if r["model"] == "linear"} == {
        "kol": 350,
        "search": 350,
        "after": 0,
        "too early": 0,
    }


def test_touches_of_one_visit_are_one_touch(engine: DuckDBEngine) -> None:
    rows = [touch("a", "search", at(105, i * MINUTE)) for i in range(3)]
    rows += [touch("a", "kol", at(105, 5 * MINUTE)), touch("a", "kol", at(105, 50 * MINUTE)), order("a", "1", at(106))]
    replace_events(engine, rows)

    found = attribution(engine, MONTH, models=["linear"])

    assert found.touches == 3
    assert credited(found, "linear") == pytest.approx({"kol": 2 / 3, "search": 1 / 3})


def test_an_order_after_the_window_keeps_its_touches_from_counting_as_lost(engine: DuckDBEngine) -> None:
    rows = [
        touch("a", "kol", at(128)),
        order("a", "late", at(131)),
        touch("b", "kol", at(128)),
        touch("c", "kol", at(110)),
        touch("z", None, at(140)),
    ]
    replace_events(engine, rows)

    found = attribution(engine, MONTH, models=["last"])

    assert (found.journeys, found.orders, found.undecided) == ((0, 2), 0, 0)


def test_journeys_whose_lookback_is_not_over_are_undecided(engine: DuckDBEngine, tmp_path: Path) -> None:
    rows = [touch("a", "kol", at(125)), touch("b", "kol", at(103)), order("c", "1", at(129)), touch("c", "kol", at(128))]
    opened = engine_on(tmp_path / "w", rows)

    found = attribution(opened, MONTH, models=["last"])

    assert (found.journeys, found.undecided) == ((1, 1), 1)


def test_touches_before_the_window_serve_orders_in_it_but_are_not_lost_journeys(engine: DuckDBEngine) -> None:
    replace_events(engine, [touch("a", "kol", at(98)), order("a", "1", at(101)), touch("b", "kol", at(98)), touch("z", None, at(140))])

    found = attribution(engine, MONTH, models=["last"])

    assert credited(found, "last") == {"kol": 1}
    assert found.journeys == (1, 0)


events = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.sampled_from(["kol", "search", "order", "order"])), min_size=1, max_size=25
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events)
def test_journeys_are_what_a_slow_reading_of_the_rows_gives(engine: DuckDBEngine, rows: list[tuple[str, int, str]]) -> None:
    facts = [
        order(who, f"{i}", at(95 + day, 30 * MINUTE), 100) if what == "order" else touch(who, what, at(95 + day))
        for i, (who, day, what) in enumerate(rows)
    ]
    replace_events(engine, [*facts, touch("z", None, at(300))])

    found = attribution(engine, MONTH, models=["last", "linear"])

    last: dict[str, float] = {}
    untouched = 0
    for who, day, what in rows:
        if what != "order" or not 100 <= 95 + day < 130:
            continue
        # Touches of one day are of one instant here: the channels in order of name, each once.
        mine = sorted({(d, w) for x, d, w in rows if x == who and w != "order" and day - 7 < d <= day})
        if mine:
            last[mine[-1][1]] = last.get(mine[-1][1], 0) + 1
        else:
            untouched += 1
    assert {k: v for k, v in credited(found, "last").items() if v} == last
    assert found.untouched == untouched
    assert sum(credited(found, "linear").values()) == pytest.approx(sum(last.values()))


def test_the_answer_has_its_documented_shape_and_says_what_it_is_not(engine: DuckDBEngine) -> None:
    rng = np.random.default_rng(2)
    rows = []
    for i in range(200):
        rows.append(touch(f"m{i}", "kol" if rng.random() < 0.5 else "search", at(105)))
        if rng.random() < 0.4:
            rows.append(order(f"m{i}", f"o{i}", at(106)))
    replace_events(engine, [*rows, touch("z", None, at(140))])

    found = attribution(engine, MONTH, incremental={"kol": Estimate(10.0, (5.0, 20.0), 400, "A")})
    told = found.to_json()

    assert set(told) == {
        *ENVELOPE,
        "models",
        "over_credit",
        "by",
        "lookback_days",
        "orders",
        "value_fen",
        "untouched",
        "journeys",
        "touches",
    }
    assert [m["model"] for m in told["models"]] == ["first", "last", "linear", "position", "time_decay", "markov", "shapley"]
    assert all(sum(c["value_fen"] for c in m["channels"]) == told["value_fen"] for m in told["models"])
    assert all(c["interval"][0] < c["share"] < c["interval"][1] for m in told["models"] for c in m["channels"])
    assert told["over_credit"]["last"]["kol"]["value"] == pytest.approx(credited(found, "last")["kol"] / 10)
    assert "not what a channel added" in found.explain().en
    assert "不是增量" in found.explain().zh
    assert told["grade"] == "D"


def test_no_touch_at_all_is_said_not_shared(engine: DuckDBEngine) -> None:
    replace_events(engine, [order("a", "1", at(110))])

    found = attribution(engine, MONTH)

    assert (found.models, found.untouched) == ((), 1)
    assert "nothing to attribute" in found.explain().en


def test_a_lookback_beyond_reason_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(BadInput):
        attribution(engine, MONTH, lookback_days=0)


def test_the_queries_keep_to_the_house_dialect(engine: DuckDBEngine) -> None:
    for sql in (TOUCHES_BEGUN.format(value="e.channel", join="", names="$a"), PEOPLE, CHANNELS, TOUCH_ROWS, ORDER_ROWS):
        assert lint(sql) == []
    assert lint(orders_sql(engine)) == []


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 4), st.integers(-3, 13)), max_size=10),
    st.sampled_from([1, 1 << 59]),
)
def test_the_first_row_at_or_after_is_found_whatever_the_size_of_codes(
    rows: list[tuple[int, int]], asked: list[tuple[int, int]], stretch: int
) -> None:
    # Instants so far apart that a pair no longer fits one number take the other way.
    rows = sorted(rows)
    t = [min(x, 9) * (stretch // 16 or 1) for _, x in rows]
    asked_t = [x * (stretch // 16 or 1) for _, x in asked]

    found = _first_at_or_after(
        np.array([w for w, _ in rows]), np.array(t), np.array([w for w, _ in asked], dtype=np.int64), np.array(asked_t, dtype=np.int64)
    )

    pairs = list(zip([w for w, _ in rows], t, strict=True))
    assert found.tolist() == [bisect_left(pairs, (w, x)) for (w, _), x in zip(asked, asked_t, strict=True)]

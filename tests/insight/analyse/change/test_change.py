from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.change import Change, Deduction, explain_change, factors_query
from lianyi.insight.analyse.change.drill import Level, stand_out
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot
from tests.insight.analyse.analyse_cases import at, engine_on, replace_events

BEFORE, NOW = Window(100, 110), Window(110, 120)


@pytest.fixture(scope="module")
def engine() -> Any:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


def paid(who: str | None, day: int, order: str, fen: int, **more: Any) -> dict[str, Any]:
    return {"member_id": who, "name": "order_paid", "t": at(day), "order_id": order, "amount_fen": fen, **more}


def refund(day: int, order: str, fen: int, **more: Any) -> dict[str, Any]:
    return {"name": "order_refunded", "t": at(day), "order_id": order, "amount_fen": fen, **more}


def visit(who: str, day: int, **more: Any) -> dict[str, Any]:
    return {"member_id": who, "name": "page_viewed", "t": at(day), **more}


def factors(found: Change) -> dict[str, tuple[float | None, float | None, float]]:
    return {f.id: (f.baseline, f.current, round(f.effect, 6)) for f in found.factors}


def test_the_query_of_the_factors_returns_what_they_are(engine: DuckDBEngine) -> None:
    met = [*(visit(f"m{i}", 100) for i in range(9)), *(visit(f"m{i}", 111) for i in range(6))]
    members = [
        paid("m0", 101, "1", 100),
        paid("m1", 101, "2", 300),
        paid("walk in", 103, "3", 60),
        paid("m1", 112, "4", 50),
        refund(113, "4", 5),
    ]
    nobody = [paid(None, 100, "5", 100), paid(None, 110, "6", 90), paid(None, 110, "6", 50)]
    for rows in (met + members, met + members + nobody, members, members[:3], nobody, members[:3] + nobody[:1]):
        replace_events(engine, rows)
        found = explain_change(engine, NOW, BEFORE)

        asked = {
            row["factor"]: (row["before"], row["now"])
            for row in engine.run(factors_query(engine, NOW, BEFORE, list(factors(found)))).to_pylist()
        }

        assert asked == {"net_sales": (found.baseline, found.current)} | {f.id: (f.baseline, f.current) for f in found.factors}


def test_buyers_orders_value_and_refunds_are_worked_through_by_hand(engine: DuckDBEngine) -> None:
    rows = [paid("a", 100, "1", 300), paid("a", 100, "1", 200), paid("b", 101, "2", 500), refund(105, "2", 100)]
    rows += [paid("a", 112, "3", 500), paid("b", 113, "4", 500), paid("c", 113, "5", 500), paid("d", 119, "6", 500), refund(119, "3", 50)]
    replace_events(engine, rows)

    found = explain_change(engine, NOW, BEFORE)

    assert (found.baseline, found.current, found.change, found.residual) == (900, 1950, 1050, pytest.approx(0, abs=1e-9))
    assert factors(found) == {"buyers": (2, 4, 1000), "orders_per_buyer": (1, 1, 0), "aov": (500, 500, 0), "refunds": (100, 50, 50)}
    assert {p.value: (p.baseline, p.current) for p in found.parts["new_returning"]} == {"new": (900, 1000), "returning": (0, 950)}
    assert found.explain().en.startswith("Changed by +117% against the baseline; Buyers moved it most (+111%)")


def test_new_and_returning_are_told_by_the_first_purchase_ever(engine: DuckDBEngine) -> None:
    replace_events(
        engine,
        [paid("old", 5, "0", 1), paid("old", 100, "1", 70), paid("new", 100, "2", 30), paid("new", 110, "3", 40), paid(None, 111, "4", 9)],
    )

    parts = explain_change(engine, NOW, BEFORE).parts["new_returning"]

    assert {p.value: (p.baseline, p.current) for p in parts} == {"returning": (70, 40), "new": (30, 0), None: (0, 9)}


def test_with_visits_the_chain_begins_at_visitors(engine: DuckDBEngine) -> None:
    rows = [*(visit(f"m{i}", 100) for i in range(10)), paid("m0", 101, "1", 100), paid("m1", 101, "2", 100), paid("walk in", 101, "3", 60)]
    rows += [*(visit(f"m{i}", 110) for i in range(20)), *(paid(f"m{i}", 111, f"n{i}", 100) for i in range(4)), paid(None, 112, "x", 25)]
    replace_events(engine, rows)

    found = explain_change(engine, NOW, BEFORE)

    assert factors(found) == {
        "visitors": (10, 20, 200),
        "conversion_rate": (0.2, 0.2, 0),
        "orders_per_buyer": (1, 1, 0),
        "aov": (100, 100, 0),
        "unseen_sales": (60, 0, -60),
        "nameless_orders": (0, 1, 25),
        "nameless_aov": (None, 25, 0),
    }
    assert found.residual == pytest.approx(0, abs=1e-9)


def test_visits_that_cover_few_sales_do_not_explain_them(engine: DuckDBEngine) -> None:
    rows = [
        visit("m0", 100),
        paid("m0", 100, "1", 10),
        paid("m1", 100, "2", 90),
        visit("m0", 110),
        paid("m0", 110, "3", 10),
        paid("m1", 110, "4", 90),
    ]
    replace_events(engine, rows)

    assert [f.id for f in explain_change(engine, NOW, BEFORE).factors] == ["buyers", "orders_per_buyer", "aov"]


def test_a_shop_without_members_is_orders_times_value(engine: DuckDBEngine) -> None:
    replace_events(engine, [paid(None, 100, "1", 100), paid(None, 110, "2", 100), paid(None, 110, "2", 50)])

    assert factors(explain_change(engine, NOW, BEFORE)) == {"orders": (1, 1, 0), "aov": (100, 150, 50)}


def test_a_refund_without_a_channel_takes_its_orders(engine: DuckDBEngine) -> None:
    rows = [
        paid("a", 100, "1", 100, channel="live"),
        paid("b", 110, "2", 100, channel="live"),
        paid("b", 110, "3", 100, channel="web"),
        refund(111, "1", 30),
    ]
    replace_events(engine, rows)

    parts = explain_change(engine, NOW, BEFORE).parts["channel"]

    assert {p.value: (p.baseline, p.current) for p in parts} == {"live": (100, 70), "web": (0, 100)}
    assert {p.value: p.effects for p in parts}["live"] == pytest.approx({"buyers": 0, "refunds": -30})


def test_deductions_are_nodes_of_their_own(engine: DuckDBEngine) -> None:
    replace_events(engine, [paid("a", 100, "1", 100), paid("a", 110, "2", 300)])
    cost = Deduction("cogs", Text(zh="商品成本", en="Cost of goods"), 40, 130)

    found = explain_change(engine, NOW, BEFORE, metric="gross_profit", deductions=[cost])

    assert (found.metric, found.baseline, found.current) == ("gross_profit", 60, 170)
    assert factors(found)["cogs"] == (40, 130, -90)
    assert found.residual == pytest.approx(0, abs=1e-9)


def test_no_orders_is_no_data_and_not_zero_change(engine: DuckDBEngine) -> None:
    replace_events(engine, [visit("a", 100)])

    found = explain_change(engine, NOW, BEFORE)

    assert (found.status, found.factors) == ("no_data", ())
    assert "Neither window" in found.explain().en


def test_an_unknown_dimension_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(UnknownName):
        explain_change(engine, NOW, BEFORE, dimensions=["colour"])


def test_small_parts_are_pooled_and_the_sum_stays(engine: DuckDBEngine) -> None:
    rows = [
        paid(f"m{i}", day, f"{day}-{i}", 100 * (i + 1) + (i * i if day == 110 else 0), channel=f"c{i:02}")
        for i in range(20)
        for day in (100, 110)
    ]
    replace_events(engine, rows)

    found = explain_change(engine, NOW, BEFORE, dimensions=["channel"], top=5)

    parts = found.parts["channel"]
    assert [p.value for p in parts] == ["c19", "c18", "c17", "c16", "c15", None]
    assert (parts[-1].pooled, parts[-1].standing) == (15, None)
    assert sum(p.effect for p in parts) == found.change == sum(i * i for i in range(20))


def test_simpsons_paradox_in_the_value_of_an_order_is_flagged(engine: DuckDBEngine) -> None:
    rows = [paid(f"a{i}", 100, f"a{i}", 1000, channel="dear") for i in range(8)] + [
        paid(f"b{i}", 100, f"b{i}", 100, channel="cheap") for i in range(2)
    ]
    rows += [paid(f"a{i}", 110, f"n{i}", 1100, channel="dear") for i in range(2)] + [
        paid(f"b{i}", 110, f"o{i}", 110, channel="cheap") for i in range(8)
    ]
    replace_events(engine, rows)

    found = explain_change(engine, NOW, BEFORE, dimensions=["channel"])

    assert [(m.rate, m.split.simpson) for m in found.mixes] == [("aov", True)]
    assert "Simpson" in found.explain().en


lines = st.lists(
    st.tuples(
        st.sampled_from(["order_paid", "order_paid", "order_refunded", "page_viewed"]),
        st.sampled_from(["a", "b", "c", None]),
        st.integers(95, 122),
        st.integers(0, 5),
        st.integers(0, 5000),
        st.sampled_from(["x", "y", None]),
    ),
    max_size=25,
)


@pytest.mark.slow
@given(lines)
@settings(max_examples=12, deadline=None)
def test_on_any_history_factors_and_parts_sum_to_the_change(engine: DuckDBEngine, drawn: list[tuple[Any, ...]]) -> None:
    rows = [
        {
            "name": n,
            "member_id": f"{w}{o}" if n == "order_paid" and w else w,
            "t": at(d),
            "order_id": str(o),
            "amount_fen": f,
            "channel": c,
            "platform": c,
        }
        for n, w, d, o, f, c in drawn
    ]
    replace_events(engine, rows)

    found = explain_change(engine, NOW, BEFORE, top=2)

    def net(window: Window) -> int:
        inside = [r for r in rows if at(window.from_day) <= r["t"] < at(window.to_day)]
        return sum(r["amount_fen"] * {"order_paid": 1, "order_refunded": -1, "page_viewed": 0}[r["name"]] for r in inside)

    assert (found.baseline, found.current) == (net(BEFORE), net(NOW))
    size = max(1, abs(found.baseline), abs(found.current))
    assert abs(found.residual) <= 1e-9 * max(size, sum(abs(f.effect) for f in found.factors))
    for parts in found.parts.values():
        assert sum(p.effect for p in parts) == found.change
        for part in parts:
            assert sum(part.effects.values()) == pytest.approx(part.effect, abs=1e-6 * size)


def levels(sums: np.ndarray, squares: np.ndarray, counts: np.ndarray) -> list[Level]:
    return [Level(float(s), float(q), int(c)) for s, q, c in zip(sums, squares, counts, strict=True)]


def drawn_levels(generator: np.random.Generator, rates: np.ndarray, sigma: float) -> list[Level]:
    counts = generator.poisson(rates)
    amounts = [np.exp(generator.normal(5, sigma, c)) for c in counts]
    return levels(np.array([a.sum() for a in amounts]), np.array([(a**2).sum() for a in amounts]), counts)


def test_without_a_cause_false_discoveries_are_rare() -> None:
    generator = np.random.default_rng(3)
    rates = np.array([2000, 800, 300, 100, 60, 40, 25, 15])
    runs = [stand_out(drawn_levels(generator, rates, 0.8), drawn_levels(generator, rates * 1.3, 0.8)) for _ in range(400)]

    wrong = sum(any(s.significant for s in run) for run in runs) / len(runs)

    assert wrong < 0.09  # asked for 0.05; the normal approximation and heavy tails cost a little


def test_a_planted_cause_leads_more_often_than_the_largest_change() -> None:
    generator = np.random.default_rng(5)
    rates = np.array([3000, 1200, 500, 300, 100, 100, 50])
    ours = largest = 0
    for _ in range(200):
        planted = int(generator.integers(1, 4))
        now = rates * 1.25
        now[planted] *= 0.55
        before, after = drawn_levels(generator, rates, 0.8), drawn_levels(generator, now, 0.8)
        standings = stand_out(before, after)
        leads = [i for i, s in enumerate(standings) if s.significant]
        ours += bool(leads) and max(leads, key=lambda i: abs(standings[i].excess or 0)) == planted
        largest += int(np.argmax([abs(b.total - a.total) for a, b in zip(before, after, strict=True)])) == planted
    assert ours >= 190
    assert largest <= 20


def test_few_buyers_are_not_tested() -> None:
    standing = stand_out([Level(100, 5000, 4), Level(1000, 10_000, 100)], [Level(900, 90_000, 5), Level(1000, 10_000, 100)])
    assert (standing[0].p_value, standing[0].significant) == (None, None)
    assert standing[0].excess == 800
    assert standing[1].p_value is not None
    assert stand_out([Level(5, 5, 50)], [Level(9, 9, 50)])[0].excess is None


@pytest.mark.slow
def test_the_gift_shop_decomposes_exactly(shared_data: Any, tmp_path: Path) -> None:
    raw = pd.read_csv(shared_data("online_retail_uk") / "online_retail.csv.gz", dtype=str)
    raw = raw.sample(120_000, random_state=1)
    quantity, price = raw.Quantity.astype(float).astype(int), raw.UnitPrice.astype(float)
    fen = (quantity.abs() * price * 100).round().astype(int)
    when = pd.to_datetime(raw.InvoiceDate)
    t = (when.dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC").dt.tz_localize(None) - pd.Timestamp(0)) // pd.Timedelta(microseconds=1)
    back = raw.InvoiceNo.str.startswith("C")
    keep = ((quantity > 0) | back) & (price > 0)
    table = pa.table(
        {
            "event_id": pa.array([i.to_bytes(16, "big") for i in range(int(keep.sum()))]),
            "name": pa.array(np.where(back[keep], "order_refunded", "order_paid")),
            "t": pa.array(t[keep].to_numpy(np.int64)),
            "member_id": pa.array(raw.CustomerID[keep], pa.string(), from_pandas=True),
            "order_id": pa.array(raw.InvoiceNo[keep]),
            "product_id": pa.array(raw.StockCode[keep]),
            "platform": pa.array(raw.Country[keep]),
            "amount_fen": pa.array(fen[keep].to_numpy()),
            "quantity": pa.array(quantity[keep].abs().to_numpy()),
        }
    )
    opened = engine_on(tmp_path / "w", table)
    now, before = Window.parse("2011-09-01", "2011-12-01"), Window.parse("2011-06-01", "2011-09-01")

    found = explain_change(opened, now, before)

    def net(window: Window) -> int:
        inside = keep & (when >= str(window.start)) & (when < str(window.end))
        return int((fen * np.where(back, -1, 1))[inside].sum())

    assert (found.baseline, found.current) == (net(before), net(now))
    assert [f.id for f in found.factors] == ["buyers", "orders_per_buyer", "aov", "nameless_orders", "nameless_aov", "refunds"]
    assert abs(found.residual) < 1e-9 * abs(found.current)
    assert set(found.parts) == {"platform", "product", "new_returning"}
    for parts in found.parts.values():
        assert sum(p.effect for p in parts) == found.change


def test_conversion_is_split_by_where_visitors_came_first(engine: DuckDBEngine) -> None:
    rows = [*(visit(f"m{i}", 100, channel="web" if i < 8 else "live") for i in range(10)), visit("m0", 101, channel="live")]
    rows += [paid("m0", 101, "1", 100), paid("m9", 101, "2", 100)]
    rows += [
        *(visit(f"n{i}", 110, channel="web" if i < 2 else "live") for i in range(10)),
        *(paid(f"n{i}", 111, f"n{i}", 100) for i in (0, 2, 3)),
    ]
    replace_events(engine, rows)

    mixes = [m for m in explain_change(engine, NOW, BEFORE, dimensions=["channel"]).mixes if m.rate == "conversion_rate"]

    # Orders carry no channel here, so only visits tell channels apart; without two channels of orders nothing is split.
    assert mixes == []
    for row in rows:
        if row["name"] == "order_paid":
            row["channel"] = "web" if row["member_id"] in ("m0", "n0") else "live"
    replace_events(engine, rows)
    (found,) = [m for m in explain_change(engine, NOW, BEFORE, dimensions=["channel"]).mixes if m.rate == "conversion_rate"]
    split = dict(zip(found.values, zip(found.split.within, found.split.mix, strict=True), strict=True))
    assert (found.split.baseline, found.split.current) == (0.2, 0.3)
    assert split["web"][0] == pytest.approx((1 / 2 - 1 / 8) * (0.8 + 0.2) / 2)
    assert split["live"][0] == pytest.approx((2 / 8 - 1 / 2) * (0.2 + 0.8) / 2)
    assert sum(w + m for w, m in split.values()) == pytest.approx(0.1)

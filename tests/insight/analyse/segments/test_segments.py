from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.answer import ENVELOPE
from lianyi.insight.analyse.paid_orders import orders_sql
from lianyi.insight.analyse.segments.rfm import BUYERS, member_tiers, rfm
from lianyi.insight.analyse.segments.scores import Cuts, SegmentFault, checked, cut_points, named, scores, segments
from lianyi.insight.analyse.segments.tiers import tiers
from lianyi.kernel.clock import Window, parse_day
from lianyi.kernel.errors import BadInput
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import at, engine_on

YEAR = Window(100, 465)


def order(who: str | None, order_id: str, day: int, fen: int) -> dict[str, Any]:
    return {"member_id": who, "name": "order_paid", "t": at(day), "order_id": order_id, "amount_fen": fen, "quantity": 1}


def refund(order_id: str, day: int, fen: int) -> dict[str, Any]:
    return {"name": "order_refunded", "t": at(day), "order_id": order_id, "amount_fen": fen}


@given(st.lists(st.integers(0, 12), min_size=5, max_size=60), st.randoms())
def test_equal_values_score_the_same_in_any_order_of_rows(values: list[int], random: Any) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)

    def scored(given_values: list[int]) -> dict[int, int]:
        column = np.array(given_values, dtype=float)
        found = scores(column, cut_points(column))
        assert all(found[given_values.index(v)] == s for v, s in zip(given_values, found, strict=True))
        return dict(zip(given_values, found.tolist(), strict=True))

    assert scored(values) == scored(shuffled)
    ordered = sorted(scored(values).items())
    assert all(a[1] <= b[1] for a, b in pairwise(ordered))


def test_without_ties_every_fifth_scores_its_own() -> None:
    values = np.arange(100.0)

    assert np.bincount(scores(values, cut_points(values))).tolist() == [0, 20, 20, 20, 20, 20]
    assert scores(values, cut_points(values), fewer_is_better=True).tolist() == (6 - scores(values, cut_points(values))).tolist()


def test_every_combination_of_scores_belongs_to_exactly_one_segment() -> None:
    r, f, m = (np.array(column) for column in zip(*product(range(1, 6), repeat=3), strict=True))

    number, ids = named(r, f, m)

    assert set(number.tolist()) == set(range(8))
    high = segments()["champions"].high
    assert high == {"r", "f", "m"}
    for i in range(125):
        expected = {part for part, score in zip("rfm", (r[i], f[i], m[i]), strict=True) if score >= 4}
        assert segments()[ids[number[i]]].high == expected


@pytest.mark.parametrize("change", [{"champions": None}, {"champions": {"high": ["x"]}}, {"asleep": {"high": ["r"]}}])
def test_segments_that_do_not_divide_all_buyers_are_a_fault(change: dict[str, Any]) -> None:
    text = {"zh": "x", "en": "x"}
    raw = {s.id: {"high": sorted(s.high), "name": text, "says": text} for s in segments().values()}
    for id_, entry in change.items():
        if entry is None:
            del raw[id_]
        else:
            raw[id_] |= entry
    with pytest.raises(SegmentFault):
        checked(raw)


def test_a_small_shop_by_given_cut_points(tmp_path: Path) -> None:
    rows = [
        order("a", "1", 110, 900), order("a", "2", 460, 200), refund("1", 470, 400),
        order("b", "3", 120, 5_000), order(None, "4", 130, 100), order("c", "5", 90, 100),
    ]  # fmt: skip
    cuts = Cuts((5, 10, 20, 40), (1, 1, 1, 1), (100, 200, 600, 1_000))

    found = rfm(engine_on(tmp_path / "w", rows), YEAR, cuts=cuts)

    assert found.to_table().to_pylist() == [
        {"who": "a", "recency_days": 4, "orders": 2, "net_fen": 700, "r": 5, "f": 5, "m": 4, "segment": "champions"},
        {"who": "b", "recency_days": 344, "orders": 1, "net_fen": 5_000, "r": 1, "f": 1, "m": 5, "segment": "cannot_lose"},
    ]
    assert found.sizes[0].id == "cannot_lose"
    assert (sum(s.buyers for s in found.sizes), sum(s.net_fen for s in found.sizes)) == (2, 5_700)
    assert sum(s.net_share or 0 for s in found.sizes) == pytest.approx(1)
    assert set(found.to_json()) == {*ENVELOPE, "segments", "cuts", "because"}


def test_too_few_buyers_for_quintiles_is_said(tmp_path: Path) -> None:
    found = rfm(engine_on(tmp_path / "w", [order("a", "1", 110, 900)]), YEAR)

    assert (found.n, found.sizes, found.cuts) == (1, (), None)
    assert "too few for quintiles" in found.explain().en


def test_cut_points_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(BadInput):
        Cuts((4, 3, 2, 1), (1, 1, 1, 1), (1, 2, 3, 4))


def test_a_tier_is_reached_at_its_threshold_and_lost_below_four_fifths_of_it() -> None:
    values = np.array([
        [99, 100, 80, 79, 80, 100],
        [250, 210, 200, 159, 85, 70],
        [0, 300, 0, 0, 0, 0],
        [160, 160, 250, 165, 160, 159],
    ], dtype=float)  # fmt: skip

    assert tiers(values, [100, 200]).tolist() == [
        [0, 1, 1, 0, 0, 1],
        [2, 2, 2, 1, 1, 0],
        [0, 2, 0, 0, 0, 0],
        [1, 1, 2, 2, 2, 1],
    ]
    assert tiers(values[:1], [100], down_share=1).tolist() == [[0, 1, 0, 0, 0, 1]]
    assert tiers(values[3:, :1], [100, 200], start=np.array([2])).tolist() == [[2]]


@given(st.lists(st.lists(st.floats(0, 500), min_size=6, max_size=6), min_size=1, max_size=6))
def test_tiers_with_hysteresis_move_no_further_than_plain_ones_and_never_rank_lower(rows: list[list[float]]) -> None:
    values = np.array(rows)
    soft, plain = tiers(values, [100, 200, 400]), tiers(values, [100, 200, 400], down_share=1)

    assert (soft >= plain).all()
    assert np.abs(np.diff(soft, axis=1)).sum() <= np.abs(np.diff(plain, axis=1)).sum()


@pytest.mark.parametrize("thresholds,share", [([], 0.8), ([200, 100], 0.8), ([0, 100], 0.8), ([100, 110], 0.8), ([100], 0)])
def test_thresholds_that_cannot_work_are_refused(thresholds: list[float], share: float) -> None:
    with pytest.raises(BadInput):
        tiers(np.zeros((1, 1)), thresholds, down_share=share)


def test_members_keep_a_tier_by_hysteresis_through_the_reviews(tmp_path: Path) -> None:
    first = parse_day("2023-01-10")
    rows = [
        order("a", "1", first, 1_000), order("a", "2", first + 200, 850),
        order("b", "3", first + 60, 1_000), order("b", "4", first + 90, 500), refund("4", first + 91, 500),
    ]  # fmt: skip

    found = member_tiers(engine_on(tmp_path / "w", rows), Window.parse("2024-01-01", "2024-04-01"), [1_000])

    assert [r["date"] for r in found.to_json()["reviews"]] == ["2024-02-01", "2024-03-01", "2024-04-01"]
    assert found.counts == ((0, 2), (0, 2), (1, 1))
    assert found.fallen == (0, 0, 1)
    assert found.to_table().to_pylist() == [{"who": "a", "tier": 1, "value_fen": 850}, {"who": "b", "tier": 0, "value_fen": 0}]


@pytest.mark.slow
def test_the_uk_wholesaler_has_its_published_buyers(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    table = pa_csv.read_csv(
        shared_data("online_retail_uk") / "online_retail.csv.gz",
        convert_options=pa_csv.ConvertOptions(
            column_types={"InvoiceNo": pa.string(), "StockCode": pa.string(), "CustomerID": pa.string()}, strings_can_be_null=True
        ),
    )
    table = table.filter(
        pc.and_(
            pc.and_(pc.is_valid(table.column("CustomerID")), pc.invert(pc.starts_with(table.column("InvoiceNo"), "C"))),
            pc.and_(pc.greater(table.column("Quantity"), 0), pc.greater(table.column("UnitPrice"), 0)),
        )
    )
    t = pc.cast(pc.cast(table.column("InvoiceDate"), pa.timestamp("us")), pa.int64())
    fen = pc.cast(pc.round(pc.multiply(pc.multiply(table.column("Quantity"), table.column("UnitPrice")), 100)), pa.int64())
    n = len(table)
    columns = {
        "event_id": pa.array([i.to_bytes(16, "big") for i in range(n)]), "name": pa.array(["order_paid"] * n), "version": pa.array([1] * n, pa.int32()),
        "t": t, "received_t": t, "member_id": table.column("CustomerID"), "order_id": table.column("InvoiceNo"), "quantity": table.column("Quantity"),
        "amount_fen": fen,
    }  # fmt: skip

    found = rfm(engine_on(tmp_path / "w", pa.table(columns)), Window.parse("2010-12-01", "2011-12-11"))

    assert (n, found.n) == (397_884, 4_338)
    assert sum(s.orders for s in found.sizes) == 18_532
    assert sum(s.net_fen for s in found.sizes) == pytest.approx(891_140_790.4, rel=1e-6)
    assert found.sizes[0].id == "champions"
    assert found.sizes[0].net_share is not None
    assert found.sizes[0].net_share > 0.6


def test_the_query_keeps_to_the_house_dialect(tmp_path: Path) -> None:
    opened = engine_on(tmp_path / "w", [order("a", "1", 110, 900)])
    assert lint(BUYERS.format(orders=orders_sql(opened))) == []

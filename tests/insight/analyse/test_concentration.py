from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.concentration import buyer_concentration, concentration, product_concentration
from lianyi.kernel.clock import Window
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot
from tests.insight.analyse.analyse_cases import at, replace_events


@pytest.fixture(scope="module")
def engine() -> Any:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


def test_alike_buyers_have_no_concentration() -> None:
    found = concentration([7] * 100)

    assert (found.top_hundredth_share, found.top_tenth_share, found.top_fifth_share, found.most_from) == (0.01, 0.1, 0.2, 0.8)
    assert found.gini == pytest.approx(0, abs=1e-12)


def test_one_of_many_with_nearly_everything() -> None:
    found = concentration([1] * 199 + [1_000_000])

    assert found.most_from == 1 / 200
    assert found.gini == pytest.approx(1 - 1 / 200, abs=1e-3)
    assert found.top_hundredth_share == pytest.approx(1_000_001 / 1_000_199)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60))
def test_the_gini_is_the_mean_difference_between_pairs_over_twice_the_mean(totals: list[int]) -> None:
    x = np.array(totals, dtype=float)
    pairs = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())

    found = concentration(totals)

    assert found.gini == pytest.approx(pairs, abs=1e-9)
    ordered = sorted(totals, reverse=True)
    few = next(k for k in range(1, len(ordered) + 1) if sum(ordered[:k]) * 10 >= sum(ordered) * 8)
    assert found.most_from == few / len(totals)


def test_few_have_no_top_tenth_and_nobody_has_no_share(engine: DuckDBEngine) -> None:
    replace_events(engine, [{"member_id": None, "name": "order_paid", "t": at(10), "order_id": "1", "amount_fen": 5}])

    nobody = buyer_concentration(engine, Window(0, 20))

    assert (nobody.n, nobody.top_one_share, nobody.gini) == (0, None, None)
    assert "No buyers" in nobody.explain().en
    assert concentration([3, 1]).top_tenth_share is None


def test_orders_of_the_window_are_summed_by_member_and_by_product(engine: DuckDBEngine) -> None:
    def line(who: str | None, product: str | None, fen: int, day: int = 10) -> dict[str, Any]:
        return {"member_id": who, "name": "order_paid", "t": at(day), "order_id": f"{who}{day}", "amount_fen": fen, "product_id": product}

    replace_events(
        engine,
        [line("a", "p", 30), line("a", "q", 30), line("b", "q", 40), line("b", "p", 900, day=25), line(None, "q", 100), line("c", None, 0)],
    )

    buyers, products = buyer_concentration(engine, Window(0, 20)), product_concentration(engine, Window(0, 20))

    assert (buyers.n, buyers.total_fen, buyers.top_one_share) == (2, 100, 0.6)
    assert (products.n, products.total_fen, products.top_one_share) == (2, 200, 170 / 200)
    assert "order_paid" in buyers.sql
    assert buyers.to_table().num_rows == 1

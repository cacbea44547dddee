from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lianyi.insight.analyse.answer import ENVELOPE
from lianyi.insight.analyse.economics.economics import FIRST_PAID, Economics, economics
from lianyi.insight.analyse.economics.ledger import COSTS, ORDERS, ledger
from lianyi.kernel.clock import Window, parse_day
from lianyi.kernel.errors import UnknownName
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import at, engine_on

JANUARY = parse_day("2024-01-01")
QUARTER = Window.parse("2024-01-01", "2024-04-01")
PRODUCTS = pa.table({"product_id": ["p", "q"], "title": ["x", "y"], "unit_cost_fen": pa.array([40, None], pa.int64())})


def order(who: str | None, order_id: str, day: int, fen: int, *, product: str = "p", pieces: int = 1) -> dict[str, Any]:
    return {
        "member_id": who, "name": "order_paid", "t": at(JANUARY + day), "order_id": order_id, "amount_fen": fen, "quantity": pieces, "product_id": product,
    }  # fmt: skip


def refund(order_id: str, day: int, fen: int, *, pieces: int | None = None) -> dict[str, Any]:
    return {
        "name": "order_refunded",
        "t": at(JANUARY + day),
        "order_id": order_id,
        "amount_fen": fen,
        "quantity": pieces,
        "product_id": "p",
    }


def cost(kind: str, day: int, fen: int, **more: Any) -> dict[str, Any]:
    return {"name": "cost_booked", "t": at(JANUARY + day), "kind": kind, "amount_fen": fen, **more}


def joined(who: str, day: int) -> dict[str, Any]:
    return {"member_id": who, "name": "member_joined", "t": at(JANUARY + day)}


# Two members of January (10 and 20 days in), one of March; the books close on 30 April.
BOOKS = [
    joined("a", 10), joined("b", 20), joined("c", 70),
    order("a", "1", 12, 300, pieces=2), order("a", "2", 45, 200), order("b", "3", 20, 100), order("c", "4", 75, 500),
    order("a", "before", 5, 90), order(None, "nobody", 30, 110),
    refund("2", 65, 150, pieces=1), refund("1", 110, 50),
    cost("media", 3, 120, subject_id="acquisition"), cost("prize", 40, 60), cost("media", 62, 80, subject_id="acquisition"),
    cost("shipping", 15, 30), cost("shipping", 76, 12, order_id="4"), cost("cogs", 20, 999),
    {"name": "page_viewed", "member_id": "a", "t": at(JANUARY + 120)},
]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Economics:
    return economics(engine_on(tmp_path_factory.mktemp("x") / "w", BOOKS, tables={"products": PRODUCTS}), QUARTER)


def test_the_statement_balances_to_the_fen(found: Economics) -> None:
    m = found.margins

    # Paid 300 + 200 + 100 + 500 + 90 + 110, less 150 + 50 back; seven pieces less one returned at 40.
    assert (m.orders, m.net_sales, m.covered) == (6, 1_100, 1.0)
    assert m.goods.value == 6 * 40
    assert m.margin_1.value == 1_100 - 240
    assert m.shipping == 42
    assert m.margin_2.value == 1_100 - 240 - 42
    assert m.costs == (("media", 200), ("prize", 60))
    assert m.margin_3.value == 1_100 - 240 - 42 - 260


def test_refunds_shrink_the_day_of_the_order_they_undo(found: Economics) -> None:
    january = found.cohorts[0]

    # Six orders share 30 of shipping: 5 each. Order 1 leaves 300 - 50 - 80 - 5, order 3 100 - 40 - 5, order 2 200 - 150 - 0 - 5.
    assert [e.value for e in january.curve] == [55 / 2, (165 + 55) / 2, *[(165 + 55 + 45) / 2] * 2]
    assert (january.size, january.seen_days) == (2, 100)
    # Two members are too few for an interval.
    assert [e.interval for e in january.curve] == [None] * 4


def test_a_cohort_pays_back_on_the_day_its_curve_reaches_the_cost(found: Economics) -> None:
    january, march = found.cohorts

    assert (january.cac_fen.value, january.payback_days.value) == (60, 2)  # b buys on the day of joining, a two days later
    assert (march.size, march.cost_fen, march.seen_days) == (1, 80, 50)
    assert march.payback_days.value == 5  # 500 - 40 - 12 - 5 is far more than 80
    assert found.start == "joined"


def test_a_curve_ends_where_its_youngest_member_has_not_been_seen_longer(found: Economics) -> None:
    assert [len(c.curve) for c in found.cohorts] == [4, 2]
    assert found.to_table().num_rows == 6


def test_not_yet_paid_back_is_no_number(tmp_path: Path) -> None:
    rows = [*BOOKS, cost("kol_fee", 4, 100_000, subject_id="acquisition")]

    january = economics(engine_on(tmp_path / "w", rows, tables={"products": PRODUCTS}), QUARTER).cohorts[0]

    assert january.payback_days.value is None
    assert january.payback_days.because is not None
    assert "100 days" in january.payback_days.because.en


def test_all_marketing_may_count_as_the_cost_of_winning(tmp_path: Path) -> None:
    opened = engine_on(tmp_path / "w", BOOKS, tables={"products": PRODUCTS})

    loaded = economics(opened, QUARTER, loaded=True, start="first_purchase")

    assert [c.size for c in loaded.cohorts] == [2, 1]
    assert [c.cost_fen for c in loaded.cohorts] == [120, 80]
    with pytest.raises(UnknownName):
        economics(opened, QUARTER, start="joint")


def test_without_unit_costs_there_is_no_contribution_unless_a_margin_is_given(tmp_path: Path) -> None:
    rows = [order("a", "1", 12, 100, product="q"), order("a", "2", 13, 100), cost("media", 3, 10, subject_id="acquisition")]
    opened = engine_on(tmp_path / "w", rows, tables={"products": PRODUCTS})

    open_, given = economics(opened, QUARTER), economics(opened, QUARTER, margin_share=0.3)

    assert (open_.margins.margin_1.value, open_.margins.covered) == (None, 0.5)
    assert open_.cohorts[0].payback_days.value is None
    assert "Unit costs" in open_.explain().en
    assert given.margins.goods.value == pytest.approx(70 + 40)
    assert given.margins.shipping is None


def test_a_few_unknown_unit_costs_take_the_margin_of_the_rest(tmp_path: Path) -> None:
    rows = [*(order("a", str(i), i, 100) for i in range(39)), order("a", "x", 50, 100, product="q")]
    opened = engine_on(tmp_path / "w", rows, tables={"products": PRODUCTS})

    assert ledger(opened, QUARTER).goods is not None
    assert economics(opened, QUARTER).margins.goods.value == pytest.approx(40 * 40)


def test_without_costs_of_winning_there_is_no_cac(tmp_path: Path) -> None:
    found = economics(engine_on(tmp_path / "w", [order("a", "1", 12, 100)], tables={"products": PRODUCTS}), QUARTER)

    assert found.cohorts[0].cac_fen.value is None
    assert "No cost is marked" in found.explain().en


def test_an_empty_window_is_said(tmp_path: Path) -> None:
    found = economics(engine_on(tmp_path / "w", [order("a", "1", 500, 100)]), QUARTER)

    assert (found.n, found.cohorts, found.margins.margin_3.value) == (0, (), None)
    assert "no orders" in found.explain().en


def test_the_answer_has_its_documented_shape(found: Economics) -> None:
    told = found.to_json()

    assert set(told) == {*ENVELOPE, "margins", "cohorts", "start", "loaded"}
    assert set(told["cohorts"][0]) == {"from", "to", "size", "cost_fen", "cac_fen", "seen_days", "curve", "payback_days"}
    assert "2 of 2 cohorts have paid back" in found.explain().en


def test_the_queries_keep_to_the_house_dialect() -> None:
    assert lint(ORDERS.format(member="e.member_id")) == []
    assert lint(COSTS) == []
    assert lint(FIRST_PAID.format(member="e.member_id")) == []

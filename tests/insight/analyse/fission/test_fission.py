from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.answer import ENVELOPE
from lianyi.insight.analyse.fission.fission import FIRST_DAYS, MEMBERS, fission
from lianyi.insight.analyse.fission.query import worth_query
from lianyi.kernel.clock import Window
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import at, engine_on

ALL = Window(100, 140)
PRODUCTS = pa.table({"product_id": ["p"], "title": ["x"], "unit_cost_fen": pa.array([60], pa.int64())})


def joined(who: str, day: int, by: str | None = None) -> dict[str, Any]:
    return {"member_id": who, "name": "member_joined", "t": at(day), "referrer_id": by}


def paid(who: str, day: int, fen: int, order_id: str = "") -> dict[str, Any]:
    return {
        "member_id": who, "name": "order_paid", "t": at(day, 60), "order_id": order_id or f"{who}{day}", "amount_fen": fen,
        "quantity": 1, "product_id": "p",
    }  # fmt: skip


def test_the_forest_of_a_small_history(tmp_path: Path) -> None:
    rows = [
        joined("a", 100), joined("b", 101, "a"), joined("c", 102, "a"), joined("d", 104, "b"), joined("e", 110, "stranger"),
        joined("x", 100, "y"), joined("y", 101, "x"),
        {"member_id": "a", "name": "page_viewed", "t": at(180)},
    ]  # fmt: skip
    found = fission(engine_on(tmp_path / "w", rows), ALL)

    assert (found.members, found.referred, found.unknown) == (7, 5, 1)
    assert (found.rings.rings, found.rings.members) == (1, 2)
    assert [(g.generation, g.members) for g in found.generations] == [(0, 2), (1, 4), (2, 1)]
    assert (found.shape.families, found.shape.size_max, found.shape.depth_max) == (3, 4, 2)
    assert [(s.member, s.invited, s.descendants) for s in found.spreaders[:2]] == [("a", 2, 3), ("b", 1, 1)]
    assert found.growth.k_factor.value is None
    assert "ring" in found.explain().en
    assert "环" in found.explain().zh


def test_members_known_by_the_table_only_belong_to_the_forest(tmp_path: Path) -> None:
    members = pa.table({
        "member_id": ["a", "b"], "joined_t": pa.array([at(100), at(103)], pa.int64()), "joined_d": pa.array([100, 103], pa.int32()),
        "referrer_id": [None, "a"],
    })  # fmt: skip

    found = fission(engine_on(tmp_path / "w", [{"member_id": "a", "name": "page_viewed", "t": at(120)}], tables={"members": members}), ALL)

    assert (found.members, found.referred) == (2, 1)


def shop(tmp_path: Path, *, later_pays: int) -> DuckDBEngine:
    """40 seeds each bring one, who brings one; the first two generations buy well, the third pays `later_pays` and costs 100 to win."""
    rng = np.random.default_rng(3)
    rows: list[dict[str, Any]] = []
    for i in range(40):
        rows += [joined(f"s{i}", 100), joined(f"t{i}", 102, f"s{i}"), joined(f"u{i}", 104, f"t{i}")]
        rows += [
            paid(f"s{i}", 105, 400),
            paid(f"t{i}", 105, 300 + int(rng.integers(0, 50))),
            paid(f"u{i}", 106, later_pays + int(rng.integers(0, 10))),
        ]
        rows += [{"member_id": f"{g}{i}", "name": "cost_booked", "t": at(105), "kind": "prize", "amount_fen": 100} for g in "tu"]
        rows += [{"member_id": f"t{i}", "name": "page_viewed", "t": at(132)}] if i % 2 else []
    return engine_on(tmp_path / "w", [*rows, {"member_id": "s0", "name": "page_viewed", "t": at(200)}], tables={"products": PRODUCTS})


def test_inviting_stops_at_the_generation_that_loses_money(tmp_path: Path) -> None:
    found = fission(shop(tmp_path, later_pays=100), ALL)

    assert (found.stop.verdict, found.stop.generation) == ("stop", 2)
    by = {g.generation: g for g in found.generations}
    assert by[0].net_fen.value == 340
    assert by[1].retention.value == 0.5
    assert by[1].cost_fen == 100
    assert by[2].net_fen.interval is not None
    assert by[2].net_fen.interval[1] < 0
    assert found.to_table().column("net_fen").to_pylist()[0] == 340
    assert "should end a generation earlier" in found.explain().en


def test_the_worth_of_generations_can_be_asked_again_in_one_query(tmp_path: Path) -> None:
    opened = shop(tmp_path, later_pays=100)
    found = fission(opened, ALL)

    rows = opened.run(worth_query(opened, ALL)).to_pylist()

    assert [(row["value"], row["n"]) for row in rows] == [(g.generation, g.members) for g in found.generations]
    assert [row["net"] for row in rows] == pytest.approx([g.net_fen.value for g in found.generations])


@given(st.integers(1, 7).flatmap(lambda n: st.lists(st.tuples(st.integers(-1, n), st.integers(100, 103)), min_size=n, max_size=n)))
@settings(max_examples=6, deadline=None)
def test_the_query_gives_members_of_rings_the_generation_that_the_analysis_gives_them(people: list[tuple[int, int]]) -> None:
    """Whoever invited them, oneself and strangers included, and in whatever order they joined."""
    rows = [joined(f"m{i}", day, None if by < 0 else f"m{by}") for i, (by, day) in enumerate(people)]
    with TemporaryDirectory() as folder:
        opened = engine_on(Path(folder) / "w", [*rows, {"member_id": "m0", "name": "page_viewed", "t": at(180)}])
        found = fission(opened, ALL)

        said = opened.run(worth_query(opened, ALL)).to_pylist()
        opened.close()

    assert [(row["value"], row["n"]) for row in said] == [(g.generation, g.members) for g in found.generations]


def test_inviting_that_pays_goes_on(tmp_path: Path) -> None:
    assert fission(shop(tmp_path, later_pays=900), ALL).stop.verdict == "pays"


def test_a_reward_for_each_invitee_is_a_cost(tmp_path: Path) -> None:
    assert fission(shop(tmp_path, later_pays=900), ALL, reward_fen=5_000).stop.generation == 1


def test_without_unit_costs_or_a_margin_the_stop_rule_says_so(tmp_path: Path) -> None:
    rows = [row for i in range(40) for row in (joined(f"s{i}", 100), joined(f"t{i}", 102, f"s{i}"), paid(f"t{i}", 105, 300))]
    opened = engine_on(tmp_path / "w", [*rows, {"member_id": "s0", "name": "page_viewed", "t": at(200)}])

    unknown, with_margin = fission(opened, ALL), fission(opened, ALL, margin_share=0.5)

    assert (unknown.stop.verdict, unknown.goods_known) == ("unknown", False)
    assert "margin" in unknown.stop.because.en
    assert (with_margin.stop.verdict, with_margin.generations[1].net_fen.value) == ("pays", 150)


def test_members_whose_thirty_days_are_not_over_are_not_judged(tmp_path: Path) -> None:
    rows = [joined("a", 100), joined("b", 101, "a"), {"member_id": "a", "name": "page_viewed", "t": at(130)}]

    found = fission(engine_on(tmp_path / "w", rows), ALL)

    assert [g.retention.n for g in found.generations] == [1, 0]
    assert found.generations[1].retention.because is not None


def test_nobody_joined_is_said(tmp_path: Path) -> None:
    found = fission(engine_on(tmp_path / "w", [{"member_id": "a", "name": "page_viewed", "t": at(130)}]), ALL)

    assert (found.n, found.generations) == (0, ())
    assert "Nobody joined" in found.explain().en


def test_the_answer_has_its_documented_shape(tmp_path: Path) -> None:
    told = fission(shop(tmp_path, later_pays=100), ALL).to_json()

    assert set(told) == {
        *ENVELOPE,
        "members",
        "referred",
        "growth",
        "generations",
        "stop",
        "shape",
        "spreaders",
        "rings",
        "unknown_referrers",
        "backdated",
        "goods_known",
        "costs_known",
    }
    assert set(told["growth"]) == {
        "invitees",
        "k_naive",
        "k_factor",
        "cycle_days",
        "dispersion",
        "extinct",
        "multiplier",
        "top_share",
    }


def test_the_queries_keep_to_the_house_dialect() -> None:
    assert lint(MEMBERS) == []
    assert lint(FIRST_DAYS.format(engaged="'order_paid'", member="e.member_id")) == []

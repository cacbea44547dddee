"""Every entry of the catalogue on a history small enough to work out by hand."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianyi.insight.measure import catalogue, measure, to_json
from lianyi.kernel.clock import Window
from lianyi.stream.contracts import reference_tables
from tests.insight.measure.worlds import DAY_0, World, fact

CASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("golden.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def placed(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Reference rows with their day numbers moved to the cases' calendar and `day hh:mm` made an instant."""

    def cell(table: str, column: str, value: Any) -> Any:
        kind = reference_tables()[table].columns[column]
        if kind == "day":
            return DAY_0 + value
        return fact(f"{value} x", 0)["t"] if kind == "instant" else value

    return {table: [{c: cell(table, c, v) for c, v in row.items()} for row in rows] for table, rows in tables.items()}


def told(world: World, case: dict[str, Any]) -> World:
    return world.tell(case["facts"], placed(case.get("tables", {})))


@pytest.mark.parametrize("name", list(CASES))
def test_a_case_worked_out_by_hand_comes_out_exactly(world, name):
    case = CASES[name]
    told(world, case)
    window = Window(DAY_0 + case["window"][0], DAY_0 + case["window"][1])

    values = {v.metric: v for v in measure(world, list(case["expect"]), window, horizon_day=DAY_0 + case["horizon"])}

    for metric, wanted in case["expect"].items():
        full = wanted if isinstance(wanted, dict) else {"value": wanted}
        found = values[metric]
        said = {"status": found.status, "value": found.value, "eligible": found.eligible, "excluded": found.excluded}
        expected = {"status": "ok", "value": None, "eligible": None, "excluded": None, **full}
        assert said["value"] == (pytest.approx(expected["value"], rel=1e-12) if expected["value"] is not None else None), metric
        assert {**said, "value": 0} == {**expected, "value": 0}, metric
        assert type(found.value) is type(expected["value"]), metric


def test_every_entry_has_a_case_worked_out_by_hand():
    covered = {
        metric for case in CASES.values() for metric, wanted in case["expect"].items() if not isinstance(wanted, dict) or "value" in wanted
    }

    assert set(catalogue()) - covered == {"incremental_profit_per_yuan"}  # nothing can answer it without a hold-out


@pytest.mark.parametrize("name", list(CASES))
def test_the_query_shown_beside_a_value_returns_it(world, name):
    case = CASES[name]
    told(world, case)
    window = Window(DAY_0 + case["window"][0], DAY_0 + case["window"][1])

    for value in measure(world, list(case["expect"]), window, horizon_day=DAY_0 + case["horizon"]):
        if value.status != "no_data":
            said = world.run(value.sql)["value"].to_pylist()
            assert said == [value.value if value.value is None else pytest.approx(value.value, abs=0.5 if value.unit == "money" else 1e-9)]
            assert "$" not in value.sql


def test_values_are_written_as_documented(world):
    told(world, CASES["money"])
    window = Window(DAY_0 + 31, DAY_0 + 60)

    written = to_json(measure(world, ["gmv", "repeat_buyer_rate"], window), window, zone_name="Asia/Shanghai")

    assert written["window"] == {"from": "2024-02-01", "to": "2024-03-01", "time_zone": "Asia/Shanghai"}
    assert written["values"][0] == {
        "metric": "gmv", "status": "ok", "value": 7500, "unit": "money", "interval": None, "n": 5,
        "eligible": None, "excluded": None, "by": None, "at": None, "missing": [],
    }  # fmt: skip
    assert written["values"][1]["interval"] == pytest.approx([0.09453120573423074, 0.9054687942657693])

"""One row for each member and day: what counting the events would say, whatever the state of the projection."""

import time
from pathlib import Path

import pytest

from lianyi.insight.measure.entries import sets
from lianyi.stream import workspace
from lianyi.stream.contracts.sets import ENGAGED, INTERACT, VISIT
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.forget import forget
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from lianyi.stream.projections import fresh_files
from lianyi.stream.projections.member_day import COLUMNS, KIND, query, relation
from tests.stream.made import copied, made_facts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    log = EventLog(workspace.create(tmp_path_factory.mktemp("made") / "w"))
    log.append(made_facts(3_000))
    return log


@pytest.fixture
def log(made: EventLog, tmp_path: Path) -> EventLog:
    return copied(made, tmp_path / "w")


def rows(engine: DuckDBEngine, sql: str) -> list[dict[str, object]]:
    return engine.run(f"SELECT * FROM ({sql}) AS r ORDER BY member_id, d").to_pylist()


def test_fresh_stale_and_mixed_say_the_same(log: EventLog) -> None:
    stale = rows(DuckDBEngine(log.snapshot()), relation(DuckDBEngine(log.snapshot())))
    maintain(log.workspace, now_us=time.time_ns() // 1000)
    engine = DuckDBEngine(log.snapshot())

    assert "read_parquet" in relation(engine)
    assert "GROUP BY" not in relation(engine)
    assert rows(engine, relation(engine)) == rows(engine, query()) == stale
    assert list(stale[0]) == list(COLUMNS)

    log.append(made_facts(400, seed=8, days=20))
    mixed = DuckDBEngine(log.snapshot())
    assert 202401 not in fresh_files(log.snapshot(), KIND)
    assert rows(mixed, relation(mixed)) == rows(mixed, query())
    assert rows(mixed, query()) != stale


def test_counters_agree_with_the_events(log: EventLog) -> None:
    engine = DuckDBEngine(log.snapshot())
    found = rows(engine, query())
    facts = engine.run("SELECT * FROM events WHERE actor IS NOT NULL AND (member_id IS NOT NULL OR actor <> device_id)").to_pylist()

    assert sum(r["events"] for r in found) == len(facts)
    assert sum(r["visits"] for r in found) == sum(f["name"] in VISIT for f in facts)
    assert sum(r["interactions"] for r in found) == sum(f["quantity"] or 1 for f in facts if f["name"] in INTERACT)
    assert {(r["member_id"], r["d"]) for r in found if r["is_engaged"]} == {(f["actor"], f["d"]) for f in facts if f["name"] in ENGAGED}
    assert sum(r["paid_fen"] for r in found) == sum(f["amount_fen"] for f in facts if f["name"] == "order_paid")
    assert sum(r["refunded_fen"] for r in found) == sum(f["amount_fen"] for f in facts if f["name"] == "order_refunded")
    assert sum(r["orders"] for r in found) == len({(f["actor"], f["d"], f["order_id"]) for f in facts if f["name"] == "order_paid"})
    assert {(r["member_id"], r["d"]) for r in found if r["is_joined"]} == {
        (f["actor"], f["d"]) for f in facts if f["name"] == "member_joined"
    }


def test_a_forgotten_member_is_not_in_a_file_that_still_holds_them(log: EventLog) -> None:
    maintain(log.workspace, now_us=time.time_ns() // 1000)
    forget(log.workspace, "m0001", now_us=0)
    engine = DuckDBEngine(log.snapshot())

    assert "GROUP BY" not in relation(engine)
    assert "m0001" not in {r["member_id"] for r in rows(engine, relation(engine))}


def test_the_sets_are_those_the_metrics_use() -> None:
    assert {name: tuple(sets()[name]) for name in ("VISIT", "INTERACT", "ENGAGED")} == {
        "VISIT": VISIT,
        "INTERACT": INTERACT,
        "ENGAGED": ENGAGED,
    }

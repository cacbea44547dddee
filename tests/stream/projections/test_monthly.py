"""Devices and actor-days by month: what the events say, whatever the state of the projection."""

import time
from pathlib import Path

import pytest

from lianyi.insight.measure.entries import sets
from lianyi.stream import workspace
from lianyi.stream.contracts.sets import ENGAGED, INTERACT, SOCIAL, VISIT, WANT
from lianyi.stream.engines import views
from lianyi.stream.engines.duckdb import DuckDBEngine, actor_days, devices_seen, session_days
from lianyi.stream.log.forget import forget
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from lianyi.stream.projections import fresh_files
from tests.stream.made import copied, made_facts

OWNERS = "SELECT * FROM device_owner ORDER BY device_id"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    log = EventLog(workspace.create(tmp_path_factory.mktemp("made") / "w"))
    log.append(made_facts(3_000))
    return log


@pytest.fixture
def log(made: EventLog, tmp_path: Path) -> EventLog:
    return copied(made, tmp_path / "w")


def rows(engine: DuckDBEngine, sql: str = "actor_day") -> list[dict[str, object]]:
    return engine.run(f"SELECT * FROM {sql} AS r ORDER BY actor, d").to_pylist()


def tidied(log: EventLog) -> DuckDBEngine:
    maintain(log.workspace, now_us=time.time_ns() // 1000)
    return DuckDBEngine(log.snapshot())


@pytest.mark.slow
def test_fresh_stale_and_mixed_say_the_same(log: EventLog) -> None:
    before = DuckDBEngine(log.snapshot())
    stale, owners = rows(before), before.run(OWNERS)
    engine = tidied(log)

    assert "GROUP BY" not in actor_days(engine.snapshot)
    assert "GROUP BY" not in devices_seen(engine.snapshot)
    assert rows(engine) == rows(engine, f"({views.actor_day()})") == stale
    assert engine.run(OWNERS).equals(owners)
    assert list(stale[0]) == list(views.ACTOR_DAY)

    log.append(made_facts(400, seed=8, days=20))
    mixed = DuckDBEngine(log.snapshot())
    assert set(fresh_files(log.snapshot(), "devices")) == {202402, 202403}
    assert rows(mixed) == rows(mixed, f"({views.actor_day()})") != stale
    assert mixed.run(OWNERS).equals(mixed.run(f"SELECT * FROM ({views.device_owner(views.devices_seen('stored'))}) ORDER BY device_id"))

    again = tidied(log)
    assert "GROUP BY" not in actor_days(again.snapshot)
    assert rows(again) == rows(mixed)


def test_whose_the_devices_are_is_found_out_when_it_first_matters(log: EventLog) -> None:
    engine = DuckDBEngine(log.snapshot())

    def known() -> int:
        return int(engine._connection.execute("SELECT count(*) FROM device_owner").fetchall()[0][0])

    engine.run("SELECT count(*) AS n FROM stored")
    assert known() == 0
    engine.keep("acted", "SELECT e.actor AS actor FROM events AS e WHERE e.member_id IS NULL AND e.actor <> e.device_id")
    assert engine.run("SELECT count(*) AS n FROM acted").column("n")[0].as_py() > 0
    assert known() > 0


def test_counters_agree_with_the_events(log: EventLog) -> None:
    engine = DuckDBEngine(log.snapshot())
    found = rows(engine)
    facts = [f for f in engine.run("SELECT * FROM events WHERE actor IS NOT NULL").to_pylist() if f["name"] in ENGAGED]

    assert {(r["actor"], r["d"]) for r in found} == {(f["actor"], f["d"]) for f in facts}
    assert sum(r["visits"] for r in found) == sum(f["name"] in VISIT for f in facts)
    assert sum(r["interactions"] for r in found) == sum(f["quantity"] or 1 for f in facts if f["name"] in INTERACT)
    assert sum(r["payments"] for r in found) == sum(f["name"] == "order_paid" for f in facts)
    members = {(f["actor"], f["d"]) for f in facts if f["member_id"] is not None or f["actor"] != f["device_id"]}
    assert {(r["actor"], r["d"]) for r in found if r["is_member"]} == members
    assert 0 < len(members) < len(found)


def test_a_forgotten_member_is_not_in_a_file_that_still_holds_them(log: EventLog) -> None:
    tidied(log)
    forget(log.workspace, "m0001", now_us=0)
    engine = DuckDBEngine(log.snapshot())

    assert "GROUP BY" not in actor_days(engine.snapshot)
    assert "m0001" not in {r["actor"] for r in rows(engine)}
    assert rows(engine) == rows(engine, f"({views.actor_day()})")


def sessions(engine: DuckDBEngine, sql: str = "session_day") -> list[dict[str, object]]:
    return engine.run(f"SELECT * FROM {sql} AS r ORDER BY session_id, d").to_pylist()


def test_sessions_by_day_are_what_the_events_say_fresh_stale_and_mixed(log: EventLog) -> None:
    stale = sessions(DuckDBEngine(log.snapshot()))
    engine = tidied(log)
    facts = [f for f in engine.run("SELECT * FROM events WHERE session_id IS NOT NULL").to_pylist() if f["name"] in VISIT]

    assert "GROUP BY" not in session_days(engine.snapshot)
    assert sessions(engine) == sessions(engine, f"({views.session_day('events')})") == stale
    assert list(stale[0]) == list(views.SESSION_DAY)
    assert {(r["session_id"], r["d"]) for r in stale} == {(f["session_id"], f["d"]) for f in facts}
    assert sum(r["steps"] for r in stale) == len(facts) > 0

    log.append(made_facts(400, seed=8, days=20))
    mixed = DuckDBEngine(log.snapshot())
    assert sessions(mixed) == sessions(mixed, f"({views.session_day('events')})") != stale


def test_sessions_of_a_forgotten_member_are_not_counted_from_a_file(log: EventLog) -> None:
    before = sessions(tidied(log))
    forget(log.workspace, "m0001", now_us=0)
    engine = DuckDBEngine(log.snapshot())

    assert sessions(engine) == sessions(engine, f"({views.session_day('events')})") != before


def test_a_device_recognised_later_makes_the_days_before_its_owners(log: EventLog) -> None:
    tidied(log)
    snapshot = log.snapshot()
    engine = DuckDBEngine(snapshot)
    device = next(r["actor"] for r in rows(engine) if not r["is_member"])
    late = made_facts(1, seed=3).to_pylist()[0] | {"name": "identity_linked", "member_id": "m0001", "device_id": device}
    late |= {"t": engine.run("SELECT max(t) AS t FROM events")["t"][0].as_py(), "event_id": b"x" * 16}

    log.append(made_facts(0).from_pylist([late], schema=made_facts(0).schema))

    now = DuckDBEngine(log.snapshot())
    assert device not in {r["actor"] for r in rows(now)}
    assert rows(now) == rows(now, f"({views.actor_day()})")


def test_the_sets_are_those_the_metrics_use() -> None:
    assert {name: tuple(sets()[name]) for name in ("VISIT", "INTERACT", "ENGAGED", "WANT", "SOCIAL")} == {
        "VISIT": VISIT,
        "INTERACT": INTERACT,
        "ENGAGED": ENGAGED,
        "WANT": WANT,
        "SOCIAL": SOCIAL,
    }

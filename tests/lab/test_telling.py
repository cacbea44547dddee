"""What a simulation leaves behind: facts that keep their contracts, the same every time, in a history that knows its days."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianyi.kernel.clock import parse_day
from lianyi.kernel.errors import UnknownName
from lianyi.lab.simulate import simulate
from lianyi.lab.worlds import read_world, world_names
from lianyi.stream import workspace
from lianyi.stream.contracts import contracts, reference_tables
from lianyi.stream.log.table import EventLog
from tests.lab.lab_cases import DAYS, MEMBERS, asked, engine_on, told

BODY = {"text": str, "int": int, "real": (int, float), "flag": bool}


@pytest.fixture(scope="module", params=["null", pytest.param("brand", marks=pytest.mark.slow)])
def made(request, tmp_path_factory):
    return told(tmp_path_factory.mktemp("told") / "w", request.param)


def test_every_fact_keeps_its_contract(made):
    engine = engine_on(made)
    rows = engine.run("SELECT * FROM events", {})
    engine.close()
    seen = set(rows["name"].to_pylist())
    assert seen <= set(contracts())
    for name in sorted(seen):
        contract = contracts()[name]
        own = rows.filter(pa.compute.equal(rows["name"], name))
        assert {column: own[column].null_count for column in contract.needs} == dict.fromkeys(contract.needs, 0), name
        for text in set(own["body"].drop_null().to_pylist()):
            for key, value in json.loads(text).items():
                assert isinstance(value, BODY[contract.body[key]]), (name, key)


def test_facts_lie_within_the_days_that_were_lived(made):
    first = parse_day(read_world("null").start) if made else 0
    ((low, high, n, ids),) = asked(made, "SELECT min(d), max(d), count(*), count(DISTINCT event_id) FROM events")

    assert (low, high) == (first, first + DAYS - 1)
    assert n == ids


def test_nobody_buys_one_thing_on_two_lines_of_an_order(made):
    doubled = """SELECT e.order_id, e.product_id FROM events AS e WHERE e.name = 'order_paid'
        GROUP BY e.order_id, e.product_id HAVING count(*) > 1"""

    assert asked(made, doubled) == []


def test_the_facts_of_a_month_lie_by_name_and_then_time(made):
    for file in EventLog(made).snapshot().files:
        lies = pq.read_table(file.path, partitioning=None, columns=["name", "t", "event_id"])
        assert lies.equals(lies.sort_by([("name", "ascending"), ("t", "ascending"), ("event_id", "ascending")]))


def test_reference_tables_know_everything_that_facts_name(made):
    for column, table in {"product_id": "products", "content_id": "contents", "group_id": "groups", "member_id": "members"}.items():
        unknown = asked(made, f"SELECT count(*) FROM events WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {column} FROM {table})")
        assert unknown == [(0,)], column


@pytest.mark.slow
def test_the_same_seed_tells_the_same_and_another_does_not(tmp_path):
    def rows(name, seed):
        made = told(tmp_path / name, seed=seed, members=150, days=10)
        return asked(made, "SELECT * FROM events ORDER BY event_id")

    first = rows("a", 4)
    assert first == rows("b", 4)
    assert first != rows("c", 5)


def test_a_simulation_fills_an_empty_workspace_only(tmp_path):
    made = told(tmp_path / "w", members=150, days=8)
    before = asked(made, "SELECT count(*) FROM events")

    with pytest.raises(ValueError, match="begins once"):
        simulate(read_world("null"), made, seed=2, members=150, days=8)

    assert asked(made, "SELECT count(*) FROM events") == before


def test_a_cause_that_is_none_is_refused(tmp_path):
    with pytest.raises(UnknownName):
        simulate(read_world("null"), workspace.create(tmp_path / "w"), seed=1, members=MEMBERS, days=8, without=["drift:nothing"])


def test_facts_delivered_twice_are_held_once(tmp_path):
    import dataclasses

    world = read_world("null")
    sent = dataclasses.replace(world, nuisances=dataclasses.replace(world.nuisances, repeated_share=0.05))
    made = workspace.create(tmp_path / "w")

    done = simulate(sent, made, seed=1, members=200, days=10)

    assert done.repeated == pytest.approx(0.05 * done.facts, rel=0.2)
    assert asked(made, "SELECT count(*) FROM events") == [(done.facts,)]


@pytest.mark.parametrize("name", world_names())
def test_every_built_in_world_is_read(name):
    world = read_world(name)

    assert world.says.zh
    assert world.says.en
    assert len(set(world.causes)) == len(world.causes)


def test_tables_have_the_columns_of_their_kind(made):
    snapshot = EventLog(made).snapshot()

    assert set(snapshot.tables) <= set(reference_tables())
    assert np.unique(list(snapshot.tables)).size >= 6

"""Seldom facts gathered into memory: the same answers, and only where it pays."""

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from sqlglot import exp

from lianyi.insight.measure import measure, measure_all, seldom
from lianyi.insight.measure.compile import Shape, relation_sql
from lianyi.insight.measure.dimensions import dimension
from lianyi.insight.measure.relation import relations
from lianyi.insight.measure.seldom import Gathered, bytes_a_row, chosen
from tests.insight.measure.test_laws import HISTORY, HORIZON, TABLES, WINDOW, facts_of, said
from tests.insight.measure.worlds import World

FACTS = {"page_viewed": 1_000_000, "order_paid": 9_000, "order_refunded": 1_000, "member_joined": 5_000, "cost_booked": 10}
QUERIES = [f"SELECT e.amount_fen FROM events AS e WHERE e.name = '{name}'" for name in FACTS]


class Watched(World):
    """A world that says what was kept on it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def keep(self, name, sql, params=None):
        self.kept.append(name)
        super().keep(name, sql, params)


@pytest.fixture(scope="module")
def world():
    made = Watched()
    yield made
    made.close()


@pytest.fixture
def always(monkeypatch):
    """Whatever is asked is gathered, however little there is."""
    monkeypatch.setattr(seldom, "QUESTIONS_FROM", 1)
    monkeypatch.setattr(seldom, "SHARE", 1.0)
    monkeypatch.setattr(seldom, "ROWS_FROM", 0)


def shared_devices(history):
    """Facts whose devices are used by several people, some before anyone was known, some at the very same moment."""
    facts = facts_of(history)
    for i, fact in enumerate(facts):
        if i % 2 or fact.get("device_id"):
            fact["device_id"] = f"d{i % 3}"
        if i % 5 == 0 and i:
            fact["t"], fact["d"] = facts[i - 1]["t"], facts[i - 1]["d"]
    return facts


def answers(world, facts, *, by=None):
    world.load(facts, TABLES)
    return measure_all(world, WINDOW, horizon_day=HORIZON, by=by)


@pytest.mark.parametrize("by", [None, "tier", "channel"])
def test_gathered_facts_and_the_files_give_the_same_answers(world, always, monkeypatch, by):
    @settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(HISTORY.filter(lambda history: len(history) > 20))
    def law(history):
        facts = shared_devices(history)
        world.kept.clear()
        fast = answers(world, facts, by=by)
        assert seldom.TABLE in world.kept
        with monkeypatch.context() as plainly:
            plainly.setattr(seldom, "ROWS_FROM", 10**9)
            world.kept.clear()
            plain = answers(world, facts, by=by)
            assert seldom.TABLE not in world.kept
        assert [said(value) for value in fast] == [said(value) for value in plain]

    law()


def test_a_tiny_budget_reads_the_files_and_answers_alike(world, always, monkeypatch):
    lines = [
        "30 10:00 order_paid m=a o=1 q=2 fen=500",
        "31 10:00 order_paid m=b dev=x o=2 fen=700",
        "31 09:00 cost_booked kind=media fen=9",
    ]
    asked = ["gmv", "orders", "buyers", "media_cost"]
    world.tell(lines)
    world.kept.clear()
    whole = [said(v) for v in measure(world, asked, WINDOW, horizon_day=HORIZON)]
    assert seldom.TABLE in world.kept
    monkeypatch.setattr(seldom, "BYTES", 1)
    world.tell(lines)
    world.kept.clear()
    assert [said(v) for v in measure(world, asked, WINDOW, horizon_day=HORIZON)] == whole
    assert seldom.TABLE not in world.kept
    assert [v[2] for v in whole] == [1200, 2, 2, 9]


def test_what_was_gathered_is_widened_for_the_next_questions(world, always):
    world.tell(
        ["30 10:00 order_paid m=a o=1 q=2 fen=500", "30 11:00 order_refunded m=a o=1 fen=200", "31 09:00 cost_booked kind=media fen=9"]
    )
    world.kept.clear()
    values = [measure(world, [id_], WINDOW, horizon_day=HORIZON)[0].value for id_ in ("gmv", "gmv", "media_cost", "refunds", "gmv")]
    assert values == [500, 500, 9, 200, 500]
    assert 1 <= world.kept.count(seldom.TABLE) <= 3


def test_the_mass_of_views_is_never_gathered(monkeypatch):
    gathered = chosen(QUERIES, FACTS, Gathered())
    assert gathered == Gathered(frozenset(set(FACTS) - {"page_viewed"}), frozenset({"name", "d", "amount_fen"}))


def test_little_history_or_few_questions_are_not_worth_it():
    assert chosen(QUERIES[1:3], FACTS, Gathered()) == Gathered()
    assert chosen(QUERIES, {name: n // 10 for name, n in FACTS.items()}, Gathered()) == Gathered()


def test_the_smallest_questions_are_served_within_the_budget(monkeypatch):
    monkeypatch.setattr(seldom, "QUESTIONS_FROM", 1)
    monkeypatch.setattr(seldom, "BYTES", 6_010 * bytes_a_row({"name", "d", "amount_fen"}))
    gathered = chosen(QUERIES, FACTS, Gathered())
    assert gathered.names == {"cost_booked", "order_refunded", "member_joined"}


def narrowed_by_name(scan: exp.Table) -> bool:
    """Whether the query that scans `events`, or the one it is the source of, keeps only rows of some names (or none at all)."""
    scope = scan.find_ancestor(exp.Select)
    for select in (scope, scope.find_ancestor(exp.Select)):
        conditions = [select.args.get("where"), *select.args.get("joins", [])] if select else []
        for condition in filter(None, conditions):
            if condition.sql() == "WHERE 1 = 0" or any(
                test.this.name == "name" and isinstance(test.this, exp.Column) for test in condition.find_all(exp.EQ, exp.In)
            ):
                return True
    return False


@pytest.mark.parametrize("by", [None, "platform"])
def test_every_scan_of_events_in_the_catalogue_is_narrowed_by_name(by):
    """What sending a query to the gathered facts rests on: it reads no event whose name it does not mention."""
    seen = 0
    for id_, relation in relations().items():
        split = dimension(by) if by in relation.dims else None
        sql = relation_sql(id_, Shape(split, by_period=False, has_devices=True, steps=("page_viewed", "order_paid")), ("order_paid",))
        for scan in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table):
            if scan.name == "events":
                seen += 1
                assert narrowed_by_name(scan), id_
    assert seen > 30

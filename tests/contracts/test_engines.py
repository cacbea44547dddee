"""What every engine must answer alike: the relations, parameters, and the corners where engines are known to differ."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from lianyi.kernel.ids import new_event_id
from lianyi.stream import workspace
from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.views import actor_day, session_day
from lianyi.stream.log.forget import forget
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT, VIEW_COLUMNS
from lianyi.stream.snapshot import Snapshot
from tests.stream.made import START_US, made_facts

HOUR_US = 3_600_000_000
Opened = Callable[[Snapshot], Engine]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    log = EventLog(workspace.create(tmp_path_factory.mktemp("contracts") / "w"))
    members = {"member_id": ["m0001", "m0002", "m0003"], "tier": ["gold", None, "银"], "birth_year": [1990, None, 2001]}
    log.append(made_facts(3_000), tables={"members": pa.table(members)})
    return log


@pytest.fixture(scope="module")
def engine(opened: Opened, log: EventLog) -> Iterator[Engine]:
    engine = opened(log.snapshot())
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def oracle(log: EventLog) -> Iterator[Engine]:
    engine = DuckDBEngine(log.snapshot())
    yield engine
    engine.close()


def one(engine: Engine, sql: str, **params: object) -> object:
    """The single value of a query."""
    table = engine.run(sql, params)
    assert (table.num_rows, table.num_columns) == (1, 1)
    return table.column(0)[0].as_py()


def test_events_have_the_columns_of_the_record_and_an_actor(engine: Engine) -> None:
    assert engine.run("SELECT * FROM events AS e LIMIT 0").schema.names == list(VIEW_COLUMNS)


def test_every_reference_relation_is_there_even_when_nothing_was_published(engine: Engine) -> None:
    for name, table in reference_tables().items():
        answer = engine.run(f"SELECT {', '.join(f'r.{c}' for c in table.columns)} FROM {name} AS r")
        assert answer.schema.names == list(table.columns)
        assert answer.num_rows == (3 if name == "members" else 0)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT e.name AS what, count(*) AS n, sum(e.amount_fen) AS fen, min(e.t) AS a, max(e.t) AS b FROM events AS e GROUP BY e.name ORDER BY what",
        "SELECT e.d AS day, count(DISTINCT e.actor) AS actors FROM events AS e WHERE e.actor IS NOT NULL GROUP BY e.d ORDER BY day",
        "SELECT e.channel AS c, avg(e.amount_fen) AS mean FROM events AS e WHERE e.name = 'order_paid' GROUP BY e.channel ORDER BY c",
        "SELECT e.channel AS c, e.platform AS p FROM events AS e GROUP BY e.channel, e.platform ORDER BY c DESC, p",
        (
            "SELECT e.event_id AS id, lag(e.t) OVER (PARTITION BY e.actor ORDER BY e.t, e.event_id) AS before_t,"
            " row_number() OVER (PARTITION BY e.actor ORDER BY e.t, e.event_id) AS nth FROM events AS e WHERE e.actor IS NOT NULL ORDER BY id"
        ),
        (
            "SELECT e.event_id AS id, max(CASE WHEN e.name = 'page_viewed' THEN e.t END) OVER (PARTITION BY e.actor ORDER BY e.t"
            " RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS strictly_before FROM events AS e WHERE e.actor IS NOT NULL ORDER BY id"
        ),
        "SELECT e.event_id AS id, concat(coalesce(e.actor, ''), '/', e.session_id) AS both, e.kind || e.platform AS either FROM events AS e ORDER BY id",
        "SELECT e.event_id AS id, (e.t - 7) // 1000000007 AS part, (e.t + 3) % 97 AS rest, e.amount_fen / 7 AS share FROM events AS e ORDER BY id",
        (
            "SELECT m.member_id AS who, m.tier AS tier, m.birth_year AS year, count(e.event_id) AS n FROM members AS m"
            " LEFT JOIN events AS e ON e.actor = m.member_id GROUP BY m.member_id, m.tier, m.birth_year ORDER BY who"
        ),
        "SELECT e.member_id AS who FROM events AS e WHERE e.member_id NOT IN (SELECT m.member_id FROM members AS m) GROUP BY e.member_id ORDER BY who",
        "SELECT least(e.quantity, 2) AS a, greatest(e.quantity, 2) AS b, count(*) AS n FROM events AS e GROUP BY least(e.quantity, 2), greatest(e.quantity, 2) ORDER BY a, b",
        "SELECT round(2.5) AS up, round(-2.5) AS down, floor(-0.5) AS low, ceil(0.2) AS high, abs(-3) AS away",
        f"SELECT * FROM ({actor_day()}) AS r ORDER BY actor, d",
        f"SELECT * FROM ({session_day('stored')}) AS r ORDER BY session_id, d",
        "SELECT y.d AS day, sum(y.steps) AS steps, sum(y.wanted) AS wanted, count(y.social_t) AS social FROM session_day AS y GROUP BY y.d ORDER BY day",
        "SELECT a.d AS day, sum(a.is_member) AS members, sum(a.visits) AS visits FROM actor_day AS a GROUP BY a.d ORDER BY day",
    ],
)
def test_a_query_answers_alike_on_every_engine(engine: Engine, oracle: Engine, sql: str) -> None:
    expected = oracle.run(sql).to_pylist()

    assert expected
    assert same(engine.run(sql).to_pylist()) == same(expected)


def same(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Numbers compared as numbers, reals to twelve digits, decimals as reals."""
    return [
        {
            key: value if value is None or isinstance(value, str | bytes | bool | int) else float(f"{float(value):.12g}")
            for key, value in row.items()
        }
        for row in rows
    ]


@pytest.mark.parametrize("value", [0, -5, 2**40, 1.25, 'it\'s \\ "quoted" $n -- 中文', "", True, None])
def test_a_parameter_arrives_as_the_value_it_is(engine: Engine, value: object) -> None:
    assert one(engine, "SELECT $value AS v", value=value, unused=1) == value


def test_parameters_find_rows(engine: Engine, oracle: Engine) -> None:
    sql = "SELECT count(*) AS n FROM events AS e WHERE e.d >= $from_d AND e.d < $to_d AND e.name = $name"
    params = {"from_d": 19730, "to_d": 19760, "name": "order_paid"}

    assert one(engine, sql, **params) == one(oracle, sql, **params) != 0


def test_an_offered_table_is_readable_and_can_be_replaced(engine: Engine) -> None:
    engine.offer("days_offered", pa.table({"d": pa.array([19723, 19724], pa.int32()), "label": pa.array(["一", None])}))
    assert engine.run("SELECT o.d AS d, o.label AS label FROM days_offered AS o ORDER BY d").to_pylist() == [
        {"d": 19723, "label": "一"},
        {"d": 19724, "label": None},
    ]
    engine.offer("days_offered", pa.table({"d": pa.array([], pa.int32())}))
    assert one(engine, "SELECT count(*) AS n FROM days_offered AS o") == 0


def test_a_kept_answer_stays_when_what_it_was_made_from_is_replaced(engine: Engine) -> None:
    engine.keep(
        "first_kept", "SELECT e.name AS what, count(*) AS n FROM events AS e WHERE e.d < $before GROUP BY e.name", {"before": 19740}
    )
    engine.keep("second_kept", "SELECT sum(k.n) AS n FROM first_kept AS k")
    before = one(engine, "SELECT n FROM second_kept")
    engine.keep("first_kept", "SELECT e.name AS what, count(*) AS n FROM events AS e WHERE e.d < 0 GROUP BY e.name")

    assert one(engine, "SELECT n FROM second_kept") == before
    assert one(engine, "SELECT count(*) AS n FROM first_kept") == 0


def test_what_is_given_up_is_gone_and_its_name_free_again(engine: Engine) -> None:
    engine.keep("third_kept", "SELECT 1 AS n")
    engine.offer("third_offered", pa.table({"n": [2]}))
    for name in ("third_kept", "third_offered", "never_kept"):
        engine.drop(name)
        with pytest.raises(Exception, match=name):
            engine.run(f"SELECT k.n AS n FROM {name} AS k")
    engine.keep("third_kept", "SELECT 3 AS n")

    assert one(engine, "SELECT k.n AS n FROM third_kept AS k") == 3


def stated(name: str, hour: float, **fields: object) -> dict[str, object]:
    t = START_US + int(hour * HOUR_US)
    return {"event_id": new_event_id(t), "name": name, "version": 1, "t": t, **fields}


def actors(engine: Engine) -> list[tuple[object, ...]]:
    rows = engine.run("SELECT e.t AS t, e.actor AS who FROM events AS e ORDER BY e.t, e.event_id").to_pylist()
    return [((row["t"] - START_US) // HOUR_US, row["who"]) for row in rows]


def test_an_identity_learnt_later_stitches_what_the_device_did_before(opened: Opened, tmp_path: Path) -> None:
    log = EventLog(workspace.create(tmp_path / "w"))
    facts = [
        stated("page_viewed", 0, device_id="phone"),
        stated("page_viewed", 1, device_id="lone"),
        stated("identity_linked", 2, device_id="phone", member_id="ann"),
        stated("page_viewed", 3, device_id="phone"),
        # Someone else on the same phone keeps what is theirs; the phone stays with whom it was first seen.
        stated("order_paid", 4, device_id="phone", member_id="bob", order_id="o", quantity=1, amount_fen=5),
        stated("page_viewed", 5, device_id="phone"),
        stated("cost_booked", 6, kind="media", amount_fen=1),
    ]
    log.append(pa.Table.from_pylist(facts, schema=FACT))
    engine = opened(log.snapshot())

    assert actors(engine) == [(0, "ann"), (1, "lone"), (2, "ann"), (3, "ann"), (4, "bob"), (5, "ann"), (6, None)]
    # And across appends: the owner of the lone device becomes known last.
    log.append(pa.Table.from_pylist([stated("identity_linked", 7, device_id="lone", member_id="cy")], schema=FACT))
    later = opened(log.snapshot())
    assert actors(later)[1] == (1, "cy")
    assert actors(engine)[1] == (1, "lone")
    engine.close()
    later.close()


def test_a_forgotten_member_is_gone_on_every_engine(opened: Opened, tmp_path: Path) -> None:
    log = EventLog(workspace.create(tmp_path / "w"))
    facts = [
        stated("page_viewed", 0, device_id="phone"),
        stated("identity_linked", 1, device_id="phone", member_id="ann"),
        stated("member_joined", 2, member_id="bob", referrer_id="ann"),
        stated("cost_booked", 3, kind="media", amount_fen=1),
    ]
    tables = {"members": pa.table({"member_id": ["ann", "bob"], "referrer_id": [None, "ann"]})}
    log.append(pa.Table.from_pylist(facts, schema=FACT), tables=tables)
    forget(log.workspace, "ann", now_us=START_US)
    engine = opened(log.snapshot())

    assert actors(engine) == [(2, "bob"), (3, None)]
    assert engine.run("SELECT e.referrer_id AS r FROM events AS e WHERE e.name = 'member_joined'").to_pylist() == [{"r": None}]
    assert engine.run("SELECT m.member_id AS who, m.referrer_id AS r FROM members AS m").to_pylist() == [{"who": "bob", "r": None}]
    engine.close()


def test_an_empty_history_answers_nought(opened: Opened) -> None:
    engine = opened(Snapshot(version=0, files=()))
    assert one(engine, "SELECT count(*) AS n FROM events AS e") == 0
    engine.close()

"""Each rule of the house dialect catches what it is for, and lets the portable way of saying it pass."""

import pytest

from lianyi.stream.engines.lint import RULES, lint
from lianyi.stream.engines.views import actor_day, device_owner, devices_seen, session_day

CAUGHT = {
    "date-function": [
        "SELECT CAST(e.t AS TIMESTAMP) AS at FROM events AS e",
        "SELECT current_date AS today",
        "SELECT extract(year FROM DATE '2024-01-01') AS y",
        "SELECT e.d + INTERVAL 1 DAY AS next FROM events AS e",
    ],
    "unknown-function": [
        "SELECT median(e.amount_fen) AS m FROM events AS e",
        "SELECT list(e.name) AS names FROM events AS e",
        "SELECT arg_max(e.name, e.t) AS last FROM events AS e",
        "SELECT string_agg(e.name, ',') AS names FROM events AS e",
        "SELECT date_trunc('month', e.t) AS m FROM events AS e",
        "SELECT approx_count_distinct(e.actor) AS n FROM events AS e",
    ],
    "implicit-group": [
        "SELECT e.d AS day, count(*) AS n FROM events AS e GROUP BY ALL",
        "SELECT e.d AS day, count(*) AS n FROM events AS e GROUP BY 1",
        "SELECT e.d AS day FROM events AS e ORDER BY 1",
    ],
    "partial-order": [
        "SELECT row_number() OVER (PARTITION BY e.actor ORDER BY e.t) AS nth FROM events AS e",
        "SELECT row_number() OVER (PARTITION BY e.actor) AS nth FROM events AS e",
        "SELECT lag(e.name) OVER (PARTITION BY e.actor ORDER BY e.t) AS before FROM events AS e",
        "SELECT sum(e.quantity) OVER (ORDER BY e.t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM events AS e",
    ],
    "implicit-frame": ["SELECT sum(e.quantity) OVER (PARTITION BY e.actor ORDER BY e.t) AS running FROM events AS e"],
    "unordered-limit": ["SELECT e.d AS day FROM events AS e LIMIT 5"],
    "hijacked-column": ["SELECT coalesce(actor, 'x') AS actor, count(*) AS n FROM events GROUP BY actor"],
    "own-star": ["SELECT * EXCLUDE (body) FROM events AS e", "SELECT DISTINCT ON (actor) actor AS a FROM events AS e"],
    "unguarded-division": [
        "SELECT e.amount_fen / e.quantity AS price FROM events AS e",
        "SELECT e.t % e.quantity AS rest FROM events AS e",
    ],
    "cast-of-real": ["SELECT CAST(e.amount_fen / 7 AS BIGINT) AS week FROM events AS e"],
    "no-sql": ["SELECT FROM WHERE (("],
}
PASSED = [
    "SELECT e.d AS day, count(DISTINCT e.actor) AS n FROM events AS e GROUP BY e.d ORDER BY day LIMIT 3",
    "SELECT row_number() OVER (PARTITION BY e.actor ORDER BY e.t, e.event_id) AS nth FROM events AS e",
    "SELECT lag(e.t) OVER (PARTITION BY e.actor ORDER BY e.t) AS before_t FROM events AS e",
    "SELECT max(e.t) OVER (PARTITION BY e.actor ORDER BY e.t RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest FROM events AS e",
    "SELECT sum(e.amount_fen) OVER (PARTITION BY e.actor) AS total FROM events AS e",
    "SELECT e.actor AS actor, e.amount_fen / nullif(e.quantity, 0) AS price FROM events AS e",
    "SELECT CAST(floor(e.amount_fen / 7) AS BIGINT) AS week, e.t // 7 AS part, e.t / $n AS share FROM events AS e",
    "SELECT coalesce(e.actor, 'x') AS who, count(*) AS n FROM events AS e GROUP BY coalesce(e.actor, 'x')",
    "WITH a AS (SELECT e.actor AS who FROM events AS e) SELECT count(*) AS n FROM a WHERE a.who IN (SELECT m.member_id FROM members AS m)",
    actor_day(),
    session_day("events"),
    device_owner(devices_seen("stored")),
]


@pytest.mark.parametrize("rule,sql", [(rule, sql) for rule, cases in CAUGHT.items() for sql in cases])
def test_a_rule_catches_what_it_is_for(rule: str, sql: str) -> None:
    assert rule in {violation.rule for violation in lint(sql)}


@pytest.mark.parametrize("sql", PASSED)
def test_the_portable_way_passes(sql: str) -> None:
    assert lint(sql) == []


def test_every_rule_has_a_case() -> None:
    assert set(CAUGHT) == {*RULES, "no-sql"}

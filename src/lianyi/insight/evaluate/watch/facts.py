"""Series counted from single facts: freshness of what is read, complaints and refunds by order, discounts, voices in groups."""

from collections.abc import Callable, Sequence

import numpy as np

from lianyi.insight.analyse.breakdown import breakdown
from lianyi.insight.evaluate.behaviour import recorded
from lianyi.insight.evaluate.watch.cells import Cells
from lianyi.insight.evaluate.watch.families import Series
from lianyi.insight.measure.session import session_of, written_out
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Engine

FRESH_DAYS = 7
REFUND_DAYS = 14
BORN = "content_born"

# A content is born when it was published; one of which nobody recorded that, when it was first seen, unless the history began with it.
CONTENT_BORN = """
SELECT k.content_id AS content_id, coalesce(min(k.published_d), min(k.seen_d)) AS born_d FROM (
    SELECT c.content_id AS content_id, c.published_d AS published_d, CAST(NULL AS INTEGER) AS seen_d FROM contents AS c
    WHERE c.published_d IS NOT NULL
    UNION ALL
    SELECT e.content_id AS content_id, min(e.d) AS published_d, CAST(NULL AS INTEGER) AS seen_d FROM events AS e
    WHERE e.name = 'content_published' AND e.content_id IS NOT NULL GROUP BY e.content_id
    UNION ALL
    SELECT e.content_id AS content_id, CAST(NULL AS INTEGER) AS published_d, min(e.d) AS seen_d FROM events AS e
    WHERE e.name = '{read}' AND e.content_id IS NOT NULL GROUP BY e.content_id HAVING min(e.d) > $first_d + 14
) AS k GROUP BY k.content_id
"""
FRESH = """
SELECT e.d AS d, {value} AS value, CAST(sum(CASE WHEN e.d - b.born_d < {fresh} THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS x,
    CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS n
FROM events AS e JOIN content_born AS b ON b.content_id = e.content_id {join}
WHERE e.name = '{read}' AND e.d >= $from_d AND e.d < $to_d AND e.d >= b.born_d
GROUP BY e.d, {value}
"""
COMPLAINTS = """
SELECT e.d AS d, {value} AS value, count(DISTINCT CASE WHEN e.name = 'complaint_opened' THEN e.subject_id END) AS x,
    count(DISTINCT CASE WHEN e.name = 'order_paid' THEN e.order_id END) AS n
FROM events AS e {join}
WHERE e.name IN ('complaint_opened', 'order_paid') AND e.d >= $from_d AND e.d < $to_d
GROUP BY e.d, {value}
"""
# Followed for as many days on both sides: an older order has had more time to come back.
REFUNDS = """
SELECT o.d AS d, o.value AS value, CAST(sum(CASE WHEN r.back_d <= o.d + {days} THEN 1 ELSE 0 END) AS BIGINT) AS x, count(*) AS n
FROM (
    SELECT e.order_id AS order_id, {value} AS value, min(e.d) AS d FROM events AS e {join}
    WHERE e.name = 'order_paid' AND e.order_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d AND e.d + {days} <= $horizon_d
    GROUP BY e.order_id, {value}
) AS o
LEFT JOIN (
    SELECT e.order_id AS order_id, min(e.d) AS back_d FROM events AS e
    WHERE e.name = 'order_refunded' AND e.order_id IS NOT NULL AND e.d >= $from_d GROUP BY e.order_id
) AS r ON r.order_id = o.order_id
GROUP BY o.d, o.value
"""
DISCOUNT = """
SELECT p.d AS d, p.value AS value, CAST(sum(p.off_fen) AS BIGINT) AS x, CAST(sum(p.off_fen + p.paid_fen) AS BIGINT) AS n
FROM (
    SELECT e.d AS d, {value} AS value, CAST(coalesce(e.body ->> '$.discount_fen', '0') AS BIGINT) AS off_fen, e.amount_fen AS paid_fen
    FROM events AS e {join}
    WHERE e.name = 'order_paid' AND e.d >= $from_d AND e.d < $to_d
) AS p GROUP BY p.d, p.value
"""
VOICES = """
SELECT e.d AS d, {value} AS value, count(DISTINCT e.actor) AS x, CAST(0 AS BIGINT) AS n
FROM events AS e {join}
WHERE e.name IN ('message_posted', 'poll_voted', 'checked_in', 'ugc_posted') AND e.group_id IS NOT NULL AND e.actor IS NOT NULL
    AND e.d >= $from_d AND e.d < $to_d
GROUP BY e.d, {value}
"""
# Of the posts of each day, those of each topic: what is published on one topic alone grows old together.
TOPICS = """
SELECT t.d AS d, k.topic AS value, CAST(coalesce(p.n, 0) AS BIGINT) AS x, t.n AS n
FROM (SELECT c.published_d AS d, count(*) AS n FROM contents AS c WHERE c.topic IS NOT NULL GROUP BY c.published_d) AS t
CROSS JOIN (SELECT c.topic AS topic FROM contents AS c WHERE c.topic IS NOT NULL GROUP BY c.topic) AS k
LEFT JOIN (SELECT c.published_d AS d, c.topic AS topic, count(*) AS n FROM contents AS c GROUP BY c.published_d, c.topic) AS p
    ON p.d = t.d AND p.topic = k.topic
WHERE t.d >= $from_d AND t.d < $to_d
"""
_SQL = {"topics": TOPICS, "fresh": FRESH, "complaints": COMPLAINTS, "refunds": REFUNDS, "discount": DISCOUNT, "voices": VOICES}
_NEEDS: dict[str, tuple[str, ...]] = {
    "fresh": ("content_viewed", "content_exposed"),
    "complaints": ("complaint_opened",),
    "refunds": ("order_refunded",),
    "discount": ("order_paid",),
    "topics": ("content_published", "content_exposed", "content_viewed"),
    "voices": ("group_joined", "message_posted"),
}
TALLIES = tuple(_SQL)
Reader = Callable[[str | None], Cells]


def countable(engine: Engine, series: Series) -> bool:
    """Whether the history holds what a series counts."""
    return bool(recorded(engine, _NEEDS[series.tally or ""]))


def prepare(engine: Engine) -> None:
    """Keep what freshness needs; one pass over the facts of reading."""
    if recorded(engine, _NEEDS["fresh"]):
        engine.keep(BORN, session_of(engine).lean(CONTENT_BORN.format(read=_read(engine))), {"first_d": engine.snapshot.first_day or 0})


def fact_cells(engine: Engine, series: Series, days: Window, *, by: str | None, horizon_day: int) -> Cells:
    """Cells of one series over a range of days."""
    dimension = None if by is None else breakdown(by, engine)
    sql = _SQL[series.tally or ""].format(
        value="CAST(NULL AS VARCHAR)" if dimension is None else dimension.expression,
        join="" if dimension is None else dimension.join,
        read=_read(engine),
        fresh=FRESH_DAYS,
        days=REFUND_DAYS,
    )
    params = {"from_d": days.from_day, "to_d": days.to_day} | ({"horizon_d": horizon_day} if "$horizon_d" in sql else {})
    rows = engine.run(session_of(engine).lean(sql), params)
    hits, base = (np.array([float(v or 0) for v in rows.column(c).to_pylist()]) for c in ("x", "n"))
    values = tuple(rows.column("value").to_pylist())
    written = written_out(sql, params)
    if BORN in written:
        born = written_out(CONTENT_BORN.format(read=_read(engine)), {"first_d": engine.snapshot.first_day or 0})
        written = f"WITH {BORN} AS ({born})\n{written}"
    return Cells(by, rows.column("d").to_numpy().astype(np.int64), values, hits, None if series.tally == "voices" else base, sql=written)


def _read(engine: Engine) -> str:
    return "content_viewed" if recorded(engine, ["content_viewed"]) else "content_exposed"


def read_events(series: Series) -> Sequence[str]:
    """The event names that a series rests on."""
    return _NEEDS[series.tally or ""]

"""Touches and orders of a window, read from the history and cut into journeys."""

from collections.abc import Sequence

import numpy as np

from lianyi.insight.analyse.attribution.journeys import SAME_VISIT_US, Cut, Journeys, cut_journeys
from lianyi.insight.analyse.breakdown import breakdown
from lianyi.insight.analyse.paid_orders import orders_sql
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

# What counts as being touched: seeing, clicking and visiting. Steps of the purchase itself (cart, checkout) are not marketing.
TOUCHES = ("content_viewed", "content_clicked", "page_viewed", "product_viewed", "campaign_viewed", "live_entered")

# A fact begins a touch unless it is of the channel of the fact before it and not half an hour later: of tens of millions the engine hands over
# those few, as numbers and in order.
TOUCHES_BEGUN = f"""
SELECT f.who AS who, f.t AS t, f.d AS d, f.value AS value
FROM (
    SELECT q.who AS who, q.t AS t, q.d AS d, q.value AS value,
        lag(q.t) OVER (PARTITION BY q.who ORDER BY q.t, q.value) AS before_t,
        lag(q.value) OVER (PARTITION BY q.who ORDER BY q.t, q.value) AS before_value
    FROM (
        SELECT e.actor AS who, e.t AS t, e.d AS d, {{value}} AS value
        FROM events AS e {{join}}
        WHERE e.d >= $early_d AND e.d < $to_d AND e.actor IS NOT NULL AND e.name IN ({{names}})
    ) AS q
    WHERE q.value IS NOT NULL
) AS f
WHERE f.before_t IS NULL OR f.before_value <> f.value OR f.t - f.before_t > {SAME_VISIT_US}
"""
PEOPLE = """
SELECT p.who AS who, CAST(dense_rank() OVER (ORDER BY p.who) - 1 AS BIGINT) AS code
FROM (
    SELECT b.who AS who FROM touches_begun AS b
    UNION SELECT o.who AS who FROM orders_paid AS o WHERE o.who IS NOT NULL
) AS p
"""
CHANNELS = """
SELECT c.value AS value, CAST(dense_rank() OVER (ORDER BY c.value) - 1 AS BIGINT) AS code
FROM (SELECT DISTINCT b.value AS value FROM touches_begun AS b) AS c
"""
TOUCH_ROWS = """
SELECT p.code AS who, b.t AS t, b.d AS d, c.code AS channel
FROM touches_begun AS b JOIN touch_people AS p ON p.who = b.who JOIN touch_channels AS c ON c.value = b.value
ORDER BY p.code, b.t, c.code
"""
ORDER_ROWS = """
SELECT coalesce(p.code, -1) AS who, o.paid_t AS paid_t, o.paid_d AS paid_d, o.paid_fen - o.refunded_fen AS value
FROM orders_paid AS o LEFT JOIN touch_people AS p ON p.who = o.who
ORDER BY o.order_id
"""


def journeys_in(
    engine: Engine, window: Window, *, by: str = "channel", lookback_days: float = 7.0, touches: Sequence[str] = TOUCHES
) -> tuple[Journeys, Cut]:
    """Journeys to the orders paid in a window, and touches of it that led to none; see `attribution` for what is asked.

    Raises BadInput for a lookback that is not between 0 and 365 days, UnknownName for a dimension.
    """
    if not 0 < lookback_days <= 365:
        raise BadInput(
            reason=Text(zh="回溯期应在 0 到 365 天之间，收到 %(given)s", en="The lookback lies between 0 and 365 days, not %(given)s"),
            given=lookback_days,
        )
    dim = breakdown(by, engine)
    early_days = int(np.ceil(lookback_days))
    names = ", ".join(f"$touch_{i}" for i in range(len(touches)))
    kept = {
        "touches_begun": TOUCHES_BEGUN.format(value=dim.expression, join=dim.join, names=names),
        "orders_paid": orders_sql(engine, of="actor"),
        "touch_people": PEOPLE,
        "touch_channels": CHANNELS,
    }
    span = {"from_d": window.from_day, "early_d": window.from_day - early_days, "to_d": window.to_day}
    late = {"from_d": window.from_day, "to_d": window.to_day + early_days}
    for name, sql in kept.items():
        engine.keep(name, sql, late if name == "orders_paid" else span | {f"touch_{i}": touch for i, touch in enumerate(touches)})
    facts, orders = engine.run(TOUCH_ROWS), engine.run(ORDER_ROWS)
    channels = engine.run("SELECT c.value AS value FROM touch_channels AS c ORDER BY c.code").column("value").to_pylist()
    for name in kept:
        engine.drop(name)
    return cut_journeys(
        tuple(channels),
        facts.column("who").to_numpy(),
        facts.column("t").to_numpy(),
        facts.column("channel").to_numpy(),
        orders.column("who").to_numpy(),
        orders.column("paid_t").to_numpy(),
        orders.column("value").to_numpy().astype(np.float64),
        lookback_days=lookback_days,
        horizon_t=_horizon(engine),
        touch_counts=facts.column("d").to_numpy() >= window.from_day,
        order_counts=orders.column("paid_d").to_numpy() < window.to_day,
    )


def _horizon(engine: Engine) -> int:
    """The first instant after the data."""
    found = engine.run("SELECT max(t) AS last_t FROM events WHERE d >= $last_d", {"last_d": engine.snapshot.last_day or 0})
    last = found.column("last_t")[0].as_py()
    return 0 if last is None else int(last) + 1

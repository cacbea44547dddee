"""Touches and orders of a window, read from the history and cut into journeys."""

from collections.abc import Sequence

import numpy as np

from lianyi.insight.analyse.attribution.journeys import Cut, Journeys, cut_journeys, visits_only
from lianyi.insight.analyse.breakdown import breakdown
from lianyi.insight.analyse.coding import coded
from lianyi.insight.analyse.paid_orders import orders_sql
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

# What counts as being touched: seeing, clicking and visiting. Steps of the purchase itself (cart, checkout) are not marketing.
TOUCHES = ("content_viewed", "content_clicked", "page_viewed", "product_viewed", "campaign_viewed", "live_entered")

TOUCH_ROWS = """
SELECT q.who AS who, q.t AS t, q.d AS d, q.value AS value
FROM (
    SELECT e.actor AS who, e.t AS t, e.d AS d, {value} AS value
    FROM events AS e {join}
    WHERE e.d >= $early_d AND e.d < $to_d AND e.actor IS NOT NULL AND e.name IN ({names})
) AS q
WHERE q.value IS NOT NULL
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
    facts = engine.run(
        TOUCH_ROWS.format(value=dim.expression, join=dim.join, names=names),
        {"from_d": window.from_day, "early_d": window.from_day - early_days, "to_d": window.to_day}
        | {f"touch_{i}": name for i, name in enumerate(touches)},
    )
    orders = engine.run(orders_sql(engine, of="actor"), {"from_d": window.from_day, "to_d": window.to_day + early_days})
    (fact_who, order_who), _ = coded([facts.column("who"), orders.column("who")])
    (channel,), channels = coded([facts.column("value")])
    t, d = facts.column("t").to_numpy(), facts.column("d").to_numpy()
    order = np.lexsort((channel, t, fact_who))
    order = order[visits_only(fact_who[order], t[order], channel[order])]
    value = (orders.column("paid_fen").to_numpy() - orders.column("refunded_fen").to_numpy()).astype(np.float64)
    inside = orders.column("paid_d").to_numpy() < window.to_day
    return cut_journeys(
        tuple(channels),
        fact_who[order],
        t[order],
        channel[order],
        order_who,
        orders.column("paid_t").to_numpy(),
        value,
        lookback_days=lookback_days,
        horizon_t=_horizon(engine),
        touch_counts=d[order] >= window.from_day,
        order_counts=inside,
    )


def _horizon(engine: Engine) -> int:
    """The first instant after the data."""
    found = engine.run("SELECT max(t) AS last_t FROM events WHERE d >= $last_d", {"last_d": engine.snapshot.last_day or 0})
    last = found.column("last_t")[0].as_py()
    return 0 if last is None else int(last) + 1

"""The factors of a change as one query that stands alone: for whoever wants to see with their own eyes what `explain_change` works with."""

from collections.abc import Sequence

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.change import sql as change_sql
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import Window
from lianyi.stream.contracts.sets import VISIT
from lianyi.stream.engines.base import Engine

SUMS = """
WITH change_orders AS ({orders}),
change_lines AS ({lines}),
levels AS ({levels}),
visited AS ({visitors}),
sums AS (
    SELECT p.period AS period, CASE WHEN p.period = 0 THEN max(v.before_n) ELSE max(v.now_n) END AS visitors,
        coalesce(sum(CASE WHEN {mine} THEN c.buyers END), 0) AS buyers, coalesce(sum(CASE WHEN {mine} THEN c.orders END), 0) AS orders,
        coalesce(sum(CASE WHEN {mine} THEN c.paid_fen END), 0) AS paid_fen,
        coalesce(sum(CASE WHEN c.value = 'not_seen' THEN c.paid_fen END), 0) AS unseen_fen,
        coalesce(sum(c.nameless_orders), 0) AS nameless_orders, coalesce(sum(c.nameless_fen), 0) AS nameless_fen,
        coalesce(sum(c.refund_fen), 0) AS refund_fen, coalesce(sum(c.paid_fen + c.nameless_fen - c.refund_fen), 0) AS net_fen
    FROM (SELECT CAST(0 AS INTEGER) AS period UNION ALL SELECT CAST(1 AS INTEGER) AS period) AS p
    CROSS JOIN visited AS v LEFT JOIN levels AS c ON c.period = p.period
    GROUP BY p.period
)
"""
FACTOR = """SELECT '{id}' AS factor, max(CASE WHEN s.period = 0 THEN {level} END) AS before, max(CASE WHEN s.period = 1 THEN {level} END) AS now
FROM sums AS s"""

# Above and below of each factor, of what `sums` holds.
OF_MEMBERS = {
    "net_sales": ("net_fen", None),
    "visitors": ("visitors", None),
    "conversion_rate": ("buyers", "visitors"),
    "buyers": ("buyers", None),
    "orders_per_buyer": ("orders", "buyers"),
    "aov": ("paid_fen", "orders"),
    "unseen_sales": ("unseen_fen", None),
    "nameless_orders": ("nameless_orders", None),
    "nameless_aov": ("nameless_fen", "nameless_orders"),
    "refunds": ("refund_fen", None),
}
OF_NOBODY = OF_MEMBERS | {"orders": ("nameless_orders", None), "aov": ("nameless_fen", "nameless_orders")}


def factors_query(engine: Engine, window: Window, baseline: Window, factors: Sequence[str]) -> str:
    """Net sales and the factors of their change on both sides: one row each, `factor`, `before`, `now`; money in minor units.

    factors : ids of the factors of `explain_change`, which depend on what the data know; its deductions are not among them
    Raises KeyError for one that is not known.
    Cost   as `explain_change`, when it is run.
    """
    visit = ", ".join(f"'{name}'" for name in VISIT)
    words = OF_NOBODY if "orders" in factors else OF_MEMBERS
    sums = SUMS.format(
        orders=change_sql.ORDERS.format(member=member_of(engine)),
        lines=change_sql.LINES.format(visit=visit),
        levels=change_sql.LEVELS.format(value="l.seen"),
        visitors=change_sql.VISITORS.format(visit=visit),
        mine="c.value = 'seen'" if "visitors" in factors else "c.value IN ('seen', 'not_seen')",
    )
    each = (FACTOR.format(id=id_, level=_level(*words[id_])) for id_ in ("net_sales", *factors))
    params = {"from_0": baseline.from_day, "to_0": baseline.to_day, "from_1": window.from_day, "to_1": window.to_day}
    return written_out(sums + "\nUNION ALL\n".join(each), params)


def _level(above: str, below: str | None) -> str:
    level = f"CAST(s.{above} AS DOUBLE)"
    return level if below is None else f"{level} / nullif(CAST(s.{below} AS DOUBLE), 0)"

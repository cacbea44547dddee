"""What a part of the business brought and cost: by partner, campaign or channel, with how far chance may carry it."""

import math
from dataclasses import dataclass

from lianyi.insight.analyse.breakdown import breakdown
from lianyi.insight.analyse.chance import adjusted
from lianyi.insight.evaluate.case import Case
from lianyi.insight.measure.intervals import z_of
from lianyi.insight.measure.session import written_out

# Below this many orders the sum of them is not near enough to normal.
LEAST_ORDERS = 10
# Each order keeps what its products cost; where no cost is known, the whole shop's margin stands in.
EARNED = """
SELECT o.value AS value, count(*) AS orders, sum(o.net_fen) AS net_fen, sum(o.kept_fen) AS kept_fen, sum(o.kept_fen * o.kept_fen) AS squares,
    sum(o.net_fen * o.net_fen) AS net_squares
FROM (
    SELECT {value} AS value, e.order_id AS order_id,
        CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen ELSE 0 - e.amount_fen END) AS DOUBLE) AS net_fen,
        CAST(sum(CASE WHEN e.name = 'order_paid' THEN 1 ELSE -1 END * (CASE WHEN p.unit_cost_fen IS NULL THEN {margin} * e.amount_fen
            ELSE e.amount_fen - coalesce(e.quantity, 1) * p.unit_cost_fen END)) AS DOUBLE) AS kept_fen
    FROM events AS e LEFT JOIN products AS p ON p.product_id = e.product_id {join}
    WHERE e.name IN ('order_paid', 'order_refunded') AND e.order_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
    GROUP BY {value}, e.order_id
) AS o GROUP BY o.value
"""
SPENT = """
SELECT {value} AS value, CAST(sum(e.amount_fen) AS DOUBLE) AS fen FROM events AS e {join}
WHERE e.name = 'cost_booked' AND e.kind NOT IN ('cogs', 'shipping') AND e.d >= $from_d AND e.d < $to_d GROUP BY {value}
"""


@dataclass(frozen=True, slots=True)
class Return:
    """One value of a dimension.

    net_fen  : net sales named with it; kept_fen: what is left of them after the cost of goods; cost_fen: marketing booked with it
    spread   : standard error of kept_fen, orders taken as what comes and goes; net_spread of net_fen
    q        : that it really returned its cost, in spite of what is seen; false-discovery rate over all values; None where not tested
    """

    value: str | None
    orders: int
    net_fen: float
    kept_fen: float
    cost_fen: float
    spread: float
    net_spread: float
    q: float | None

    @property
    def left_fen(self) -> float:
        """What is left after its own cost."""
        return self.kept_fen - self.cost_fen

    def interval(self, level: float) -> tuple[float, float]:
        """Of what is left."""
        half = z_of(level) * self.spread
        return self.left_fen - half, self.left_fen + half


@dataclass(frozen=True, slots=True)
class Returns:
    """Every value with a cost of its own, worst first; and the query behind it."""

    dimension: str
    rows: tuple[Return, ...]
    sql: str

    @property
    def cost_fen(self) -> float:
        """All cost that names a value."""
        return sum(row.cost_fen for row in self.rows)


def returns_by(case: Case, dimension: str) -> Returns:
    """What the values of a dimension brought and cost in the window; only those with both a cost of their own and orders, or a cost alone.

    Formula : kept - cost; one-sided test that it is at least 0 (normal, Poisson for few orders), false discoveries controlled over the values
    Assumes : a sale belongs to what its order names: bookkeeping, no proof that it would not have come anyway
    Cost    : two queries over orders and costs.
    """
    one = breakdown(dimension, case.engine)
    margin = case.value("gross_margin")
    days = {"from_d": case.window.from_day, "to_d": case.window.to_day}
    words = {"value": one.expression, "join": one.join, "margin": "1.0" if margin is None else f"{float(margin)!r}"}
    earned_sql, spent_sql = EARNED.format(**words), SPENT.format(**words)
    spent = {row["value"]: row["fen"] for row in case.engine.run(spent_sql, days).to_pylist() if row["value"] is not None and row["fen"]}
    if not spent:
        return Returns(dimension, (), "")
    earned = {row["value"]: row for row in case.engine.run(earned_sql, days).to_pylist() if row["value"] is not None}
    rows = [_of(value, cost, earned.get(value)) for value, cost in spent.items()]
    orders = sum(row["orders"] for row in earned.values())
    kept_an_order = sum(row["kept_fen"] for row in earned.values()) / orders if orders else 0.0
    q_values = adjusted([_no_loss(row, kept_an_order) for row in rows])
    found = [
        Return(r.value, r.orders, r.net_fen, r.kept_fen, r.cost_fen, r.spread, r.net_spread, q) for r, q in zip(rows, q_values, strict=True)
    ]
    return Returns(dimension, tuple(sorted(found, key=lambda r: (r.left_fen, r.value or ""))), written_out(earned_sql, days))


def _of(value: str, cost: float, row: dict[str, float] | None) -> Return:
    if row is None:
        return Return(value, 0, 0.0, 0.0, cost, 0.0, 0.0, None)
    return Return(
        value,
        int(row["orders"]),
        float(row["net_fen"]),
        float(row["kept_fen"]),
        cost,
        float(row["squares"]) ** 0.5,
        float(row["net_squares"]) ** 0.5,
        None,
    )


def _no_loss(row: Return, kept_an_order: float) -> float | None:
    """Probability of as little or less if it returned its cost exactly; None where nothing can be said.

    Too few orders for a normal sum are counted against the orders that the cost would have taken (Poisson).
    """
    if row.orders >= LEAST_ORDERS and row.spread > 0:
        return 0.5 * (1 + math.erf(row.left_fen / row.spread / math.sqrt(2)))
    if kept_an_order <= 0:
        return None
    needed = row.cost_fen / kept_an_order
    return math.fsum(math.exp(k * math.log(needed) - needed - math.lgamma(k + 1)) for k in range(row.orders + 1))

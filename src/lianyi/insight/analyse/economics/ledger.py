"""Orders with their cost of goods and shipping, and costs by kind: what unit economics is computed from.

Refunds are booked with the order they undo, on its day and in its cohort: a refund in March of an order of January makes January smaller.
Cost of goods counts pieces sold less pieces returned. Shipping booked with an order belongs to it; the rest is spread evenly over orders.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.coding import coded
from lianyi.insight.analyse.estimate import Estimate
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Engine

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

NOT_MARKETING = ("cogs", "shipping")
# Up to this share of sales without a unit cost, the margin of the rest stands for them; beyond, cost of goods is not known.
MOST_UNCOVERED = 0.05

ORDERS = """
SELECT o.order_id AS order_id, o.who AS who, o.paid_d AS paid_d, o.paid_fen AS paid_fen, o.goods_fen AS goods_fen, o.covered_fen AS covered_fen,
    coalesce(b.back_fen, 0) AS back_fen, coalesce(b.back_goods_fen, 0) AS back_goods_fen, coalesce(s.shipping_fen, 0) AS shipping_fen
FROM (
    SELECT e.order_id AS order_id, max({member}) AS who, min(e.d) AS paid_d, CAST(sum(e.amount_fen) AS BIGINT) AS paid_fen,
        CAST(sum(coalesce(e.quantity, 1) * coalesce(p.unit_cost_fen, 0)) AS BIGINT) AS goods_fen,
        CAST(sum(CASE WHEN p.unit_cost_fen IS NOT NULL THEN e.amount_fen ELSE 0 END) AS BIGINT) AS covered_fen
    FROM events AS e LEFT JOIN products AS p ON p.product_id = e.product_id
    WHERE e.name = 'order_paid' AND e.order_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.order_id
) AS o
LEFT JOIN (
    SELECT e.order_id AS order_id, CAST(sum(e.amount_fen) AS BIGINT) AS back_fen,
        CAST(sum(coalesce(e.quantity, 0) * coalesce(p.unit_cost_fen, 0)) AS BIGINT) AS back_goods_fen
    FROM events AS e LEFT JOIN products AS p ON p.product_id = e.product_id
    WHERE e.name = 'order_refunded' AND e.order_id IS NOT NULL AND e.d >= $from_d
    GROUP BY e.order_id
) AS b ON b.order_id = o.order_id
LEFT JOIN (
    SELECT e.order_id AS order_id, CAST(sum(e.amount_fen) AS BIGINT) AS shipping_fen
    FROM events AS e WHERE e.name = 'cost_booked' AND e.kind = 'shipping' AND e.order_id IS NOT NULL
    GROUP BY e.order_id
) AS s ON s.order_id = o.order_id
ORDER BY o.paid_d, o.order_id
"""
COSTS = """
SELECT e.d AS cost_d, e.kind AS cost_kind, CASE WHEN e.subject_id = 'acquisition' THEN 1 ELSE 0 END AS acquisition,
    CASE WHEN e.order_id IS NULL THEN 0 ELSE 1 END AS with_order, CAST(sum(e.amount_fen) AS BIGINT) AS fen
FROM events AS e WHERE e.name = 'cost_booked' AND e.d >= $from_d AND e.d < $to_d
GROUP BY e.d, e.kind, CASE WHEN e.subject_id = 'acquisition' THEN 1 ELSE 0 END, CASE WHEN e.order_id IS NULL THEN 0 ELSE 1 END
ORDER BY cost_d, cost_kind, acquisition, with_order
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Orders of a window, one entry each, and its costs, one entry a day, kind and mark.

    who      : (n,) code of the member in `words`, -1 unknown; paid_d: (n,) day
    net      : (n,) paid less refunded of the same order, fen
    goods    : (n,) cost of goods less of pieces returned, fen; None where not known for enough of the sales
    shipping : (n,) shipping, fen
    covered  : share of paid money whose unit cost is known; None without sales
    cost_*   : (m,) day, kind, whether marked as spent to win customers, fen; shipping is not among them
    """

    who: Ints
    words: list[str]
    paid_d: Ints
    net: Reals
    goods: Reals | None
    shipping: Reals
    covered: float | None
    cost_d: Ints
    cost_kind: list[str]
    cost_acquisition: npt.NDArray[np.bool_]
    cost_fen: Reals
    shipping_known: bool

    @property
    def contribution(self) -> Reals | None:
        """(n,) what each order leaves after goods and shipping."""
        return None if self.goods is None else self.net - self.goods - self.shipping


def ledger(engine: Engine, window: Window, *, margin_share: float | None = None) -> Ledger:
    """The orders and costs of a window.

    margin_share : gross margin in [0, 1] for sales whose unit cost is not known
    Cost   one scan of orders, refunds and costs; one row an order.
    """
    params = {"from_d": window.from_day, "to_d": window.to_day}
    orders = engine.run(ORDERS.format(member=member_of(engine)), params)
    (who,), words = coded([orders.column("who")])

    def real(name: str) -> Reals:
        return np.asarray(orders.column(name).to_numpy(), dtype=np.float64)

    costs = engine.run(COSTS, params).to_pylist()
    loose = float(sum(c["fen"] for c in costs if c["cost_kind"] == "shipping" and not c["with_order"]))
    kept = [c for c in costs if c["cost_kind"] not in NOT_MARKETING]
    paid, net = real("paid_fen"), real("paid_fen") - real("back_fen")
    total = float(paid.sum())
    covered = float(real("covered_fen").sum()) / total if total > 0 else None
    goods: Reals | None = None
    if covered is not None:
        known = real("goods_fen") - real("back_goods_fen")
        open_share = 1 - np.divide(real("covered_fen"), paid, out=np.ones_like(paid), where=paid > 0)
        if margin_share is not None:
            goods = known + net * open_share * (1 - margin_share)
        elif 1 - covered <= MOST_UNCOVERED:
            cost_share = float(known.sum()) / max(float((net * (1 - open_share)).sum()), 1.0)
            goods = known + net * open_share * cost_share
    return Ledger(
        who=who,
        words=words,
        paid_d=orders.column("paid_d").to_numpy().astype(np.int64),
        net=net,
        goods=goods,
        shipping=real("shipping_fen") + (loose / len(paid) if len(paid) else 0.0),
        covered=covered,
        cost_d=np.array([c["cost_d"] for c in kept], dtype=np.int64),
        cost_kind=[str(c["cost_kind"]) for c in kept],
        cost_acquisition=np.array([c["acquisition"] == 1 for c in kept], dtype=np.bool_),
        cost_fen=np.array([c["fen"] for c in kept], dtype=np.float64),
        shipping_known=any(c["cost_kind"] == "shipping" for c in costs),
    )


def exact(value: float, n: int) -> Estimate:
    """A booked amount: complete records, nothing to be unsure about."""
    return Estimate(value, None, n, "B")

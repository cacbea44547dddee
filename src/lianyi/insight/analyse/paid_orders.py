"""Paid orders as SQL in the house dialect: one row an order, with what went back of it."""

from lianyi.insight.analyse.breakdown import member_of
from lianyi.stream.engines.base import Engine


def orders_sql(engine: Engine, *, of: str = "member") -> str:
    """Orders paid on days from `$from_d` up to `$to_d`: order_id, who, paid_t, paid_d, paid_fen, refunded_fen, units, returned.

    of : member | actor, who `who` is; null where not known
    Refunds are those on record for the order, whenever they happened, booked with the order they undo.
    """
    who = member_of(engine) if of == "member" else "e.actor"
    return f"""
SELECT o.order_id AS order_id, o.who AS who, o.paid_t AS paid_t, o.paid_d AS paid_d, o.paid_fen AS paid_fen,
    coalesce(b.back_fen, 0) AS refunded_fen, o.units AS units, coalesce(b.pieces, 0) AS returned
FROM (
    SELECT e.order_id AS order_id, max({who}) AS who, min(e.t) AS paid_t, min(e.d) AS paid_d,
        CAST(sum(e.amount_fen) AS BIGINT) AS paid_fen, CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS units
    FROM events AS e
    WHERE e.name = 'order_paid' AND e.order_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.order_id
) AS o
LEFT JOIN (
    SELECT e.order_id AS order_id, CAST(sum(e.amount_fen) AS BIGINT) AS back_fen, CAST(sum(coalesce(e.quantity, 0)) AS BIGINT) AS pieces
    FROM events AS e
    WHERE e.name = 'order_refunded' AND e.order_id IS NOT NULL AND e.d >= $from_d
    GROUP BY e.order_id
) AS b ON b.order_id = o.order_id
"""

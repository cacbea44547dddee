"""Findings about prices: what is sold below its cost, and what sells less since it got dearer."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lianyi.insight.analyse.rates.compare import FALSE_DISCOVERY_RATE, Slice, compare
from lianyi.insight.analyse.rates.sides import Side
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.evaluate.severity import by_money
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import Window
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

LEAST_PIECES = 10
DEARER = 0.05
UNITS_FALL = 0.15
SHOWN = 8

BELOW_COST = """
SELECT e.product_id AS product, CAST(sum(e.amount_fen) AS DOUBLE) AS paid_fen, CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS pieces,
    max(p.unit_cost_fen) AS unit_cost_fen
FROM events AS e JOIN products AS p ON p.product_id = e.product_id
WHERE e.name = 'order_paid' AND p.unit_cost_fen IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
GROUP BY e.product_id
HAVING sum(coalesce(e.quantity, 1)) >= $least AND sum(e.amount_fen) < sum(coalesce(e.quantity, 1)) * max(p.unit_cost_fen)
ORDER BY product
"""
PIECES = """
SELECT e.product_id AS product, e.d AS d, CAST(sum(e.amount_fen) AS DOUBLE) AS paid_fen, CAST(sum(coalesce(e.quantity, 1)) AS DOUBLE) AS pieces
FROM events AS e WHERE e.name = 'order_paid' AND e.product_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
GROUP BY e.product_id, e.d ORDER BY product, d
"""


def findings(case: Case) -> Iterator[Finding]:
    """Products sold below their cost; products that got dearer and sell less than the others since."""
    yield from _below_cost(case)
    yield from _dearer(case)


def _below_cost(case: Case) -> Iterator[Finding]:
    params = {"from_d": case.window.from_day, "to_d": case.window.to_day, "least": LEAST_PIECES}
    rows = case.engine.run(BELOW_COST, params).to_pylist()
    if not rows:
        return
    losses = {r["product"]: r["paid_fen"] - r["pieces"] * r["unit_cost_fen"] for r in rows}
    rows.sort(key=lambda r: losses[r["product"]])
    lost, names = sum(losses.values()), names_of(case.engine, "product", losses)
    worst = rows[0]
    said = {
        "n": Count(len(rows)),
        "lost": Amount(abs(lost), case.currency),
        "value": names[worst["product"]],
        "price": Amount(worst["paid_fen"] / worst["pieces"], case.currency),
        "cost": Amount(worst["unit_cost_fen"], case.currency),
    }
    yield Finding(
        id="below_cost",
        kind="below_cost",
        severity=by_money(lost, case),
        title=sentence("%(n)s 个商品卖得比成本低，共亏 %(lost)s", "%(n)s {product is|products are} sold below cost, %(lost)s lost", **said),
        statement=sentence(
            "%(n)s 个商品的实付均价低于单位成本，合计亏 %(lost)s；亏得最多的是“%(value)s”：均价 %(price)s，成本 %(cost)s。先核对成本是否录错。",
            "%(n)s {product was paid for below its|products were paid for below their} unit cost, %(lost)s lost together; “%(value)s” most: %(price)s a piece at a cost of %(cost)s. "
            "Check first whether the cost on record is right.",
            **said,
        ),
        metric="gross_margin",
        money_at_stake=round(lost),
        grade="B",
        evidence=Evidence(
            sql=written_out(BELOW_COST, params),
            columns=(
                ("value", Text(zh="商品", en="Product"), "text"),
                ("pieces", Text(zh="件数", en="Pieces"), "count"),
                ("price", Text(zh="实付均价", en="Paid a piece"), "money"),
                ("cost", Text(zh="单位成本", en="Unit cost"), "money"),
                ("lost", Text(zh="差额", en="Difference"), "money"),
            ),
            rows=tuple(
                {
                    "value": names[r["product"]],
                    "pieces": r["pieces"],
                    "price": r["paid_fen"] / r["pieces"],
                    "cost": r["unit_cost_fen"],
                    "lost": losses[r["product"]],
                }
                for r in rows[:SHOWN]
            ),
            n=sum(r["pieces"] for r in rows),
        ),
        area="money",
    )


def _dearer(case: Case) -> Iterator[Finding]:
    """Products whose mean price rose, taken together, against all others: which they are is decided by price alone."""
    compared = case.comparison
    if compared is None:
        return
    sides = []
    for window in (compared.before, compared.now):
        params = {"from_d": window.from_day, "to_d": window.to_day}
        sides.append((window, case.engine.run(PIECES, params).to_pylist(), written_out(PIECES, params)))
    prices = [_prices(rows) for _, rows, _ in sides]
    dearer = {p for p, price in prices[1].items() if p in prices[0] and price >= (1 + DEARER) * prices[0][p]}
    if not dearer:
        return
    whole = Slice(None, None, _pieces(*sides[0][:2]), _pieces(*sides[1][:2]), kind="mean", series="units")
    part = Slice("dearer", "yes", _pieces(*sides[0][:2], dearer), _pieces(*sides[1][:2], dearer), kind="mean", series="units")
    moved = compare([whole, part])[1]
    judged = moved.p is not None and moved.excess is not None and moved.excess_p is not None
    if (
        not judged
        or moved.change >= 0
        or (moved.excess or 0) >= 0
        or (moved.excess_p or 1) > FALSE_DISCOVERY_RATE
        or (moved.p or 1) > FALSE_DISCOVERY_RATE
    ):
        return
    if moved.relative > -UNITS_FALL:
        return
    names = names_of(case.engine, "product", dearer)
    ranked = sorted(dearer, key=lambda p: prices[1][p] / prices[0][p], reverse=True)
    rise = float(np.median([prices[1][p] / prices[0][p] - 1 for p in dearer]))
    said = {"n": Count(len(dearer)), "rise": Share(rise, signed=True), "fall": Share(moved.relative, signed=True)}
    yield Finding(
        id="price_units",
        kind="price_units",
        severity="medium",
        title=sentence(
            "%(n)s 个涨价的商品卖得少了：均价 %(rise)s，件数 %(fall)s",
            "%(n)s dearer products sell less: price %(rise)s, pieces %(fall)s",
            **said,
        ),
        statement=sentence(
            "%(n)s 个商品的实付均价涨了 5%% 以上（中位 %(rise)s），它们的件数变化 %(fall)s，比其余商品跌得多，超出偶然。涨价与少卖同时发生，不证明因果。",
            "%(n)s {product|products} got dearer by more than 5%% (median %(rise)s); their pieces moved by %(fall)s, more than the others', beyond chance. "
            "The two came together; that one caused the other is not proven.",
            **said,
        ),
        metric="units",
        money_at_stake=None,
        grade="D",
        evidence=Evidence(
            sql=sides[1][2],
            columns=(
                ("value", Text(zh="商品", en="Product"), "text"),
                ("before", Text(zh="原均价", en="Price before"), "money"),
                ("now", Text(zh="现均价", en="Price now"), "money"),
            ),
            rows=tuple({"value": names[p], "before": prices[0][p], "now": prices[1][p]} for p in ranked[:SHOWN]),
            n=round(moved.slice.now.x),
            interval=moved.interval,
            unit="count",
        ),
        area="money",
        basis="change",
        q=moved.excess_p,
    )


def _prices(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Mean price by product, of those that sold enough pieces."""
    paid: dict[str, float] = {}
    pieces: dict[str, float] = {}
    for row in rows:
        paid[row["product"]] = paid.get(row["product"], 0.0) + row["paid_fen"]
        pieces[row["product"]] = pieces.get(row["product"], 0.0) + row["pieces"]
    return {p: paid[p] / n for p, n in pieces.items() if n >= LEAST_PIECES and paid[p] > 0}


def _pieces(window: Window, rows: list[dict[str, Any]], only: set[str] | None = None) -> Side:
    hits = np.zeros(window.days)
    for row in rows:
        if only is None or row["product"] in only:
            hits[row["d"] - window.from_day] += row["pieces"]
    return Side(hits, np.ones(window.days))

"""Why sales changed between two windows: exact factors, segments that sum to the whole, and which of them stand out."""

from collections.abc import Sequence

import numpy as np

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.change import sql as change_sql
from lianyi.insight.analyse.change.decompose import chain, lmdi
from lianyi.insight.analyse.change.drill import Level, stand_out
from lianyi.insight.analyse.change.mix import split
from lianyi.insight.analyse.change.result import Change, Deduction, Mix, Node, Part
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import VISIT
from lianyi.stream.engines.base import Engine

__all__ = ["DIMENSIONS", "Change", "Deduction", "Mix", "Node", "Part", "explain_change"]

DIMENSIONS = ("platform", "channel", "category", "product", "new_returning", "campaign", "partner")
# Visits explain sales only where most of the sales were made by people seen visiting.
SEEN_ENOUGH = 0.5
MOST_LEADS = 5

NAMES = {
    "visitors": (Text(zh="访客数", en="Visitors"), "count"),
    "conversion_rate": (Text(zh="访客转化率", en="Visitors who buy"), "ratio"),
    "buyers": (Text(zh="成交人数", en="Buyers"), "count"),
    "orders_per_buyer": (Text(zh="人均订单数", en="Orders per buyer"), "score"),
    "aov": (Text(zh="客单价（每笔）", en="Value per order"), "money"),
    "unseen_sales": (Text(zh="无访问记录买家的销售", en="Sales to buyers not seen visiting"), "money"),
    "nameless_orders": (Text(zh="未识别会员的订单数", en="Orders without a known member"), "count"),
    "nameless_aov": (Text(zh="未识别会员的每笔金额", en="Value per order without a known member"), "money"),
    "orders": (Text(zh="订单数", en="Orders"), "count"),
    "refunds": (Text(zh="退款额", en="Refunds"), "money"),
}


_LEVELS = ("buyers", "orders", "paid_fen", "nameless_orders", "nameless_fen", "refund_fen", "squares", "clusters")
_EMPTY: dict[str, float] = dict.fromkeys(_LEVELS, 0)
Row = dict[str, float]


def explain_change(
    engine: Engine,
    window: Window,
    baseline: Window,
    *,
    metric: str = "net_sales",
    deductions: Sequence[Deduction] = (),
    dimensions: Sequence[str] = DIMENSIONS,
    top: int = 8,
    visits: bool = True,
) -> Change:
    """Decompose the change of net sales from one window to another.

    window, baseline : now and before; they may overlap or differ in length (compare like with like yourself)
    metric     : its name on the result; with `deductions` it is net sales less these, for example contribution_profit
    dimensions : any of platform, channel, category, product, new_returning, campaign, partner; those with one value are left out
    top        : parts kept for each dimension; the rest are pooled, so that parts still sum to the change
    visits     : whether visits may explain sales; False where their records are broken
    Identity   net sales = visitors x share who buy x orders per buyer x value per order + sales to buyers not seen visiting, where visits
               cover at least half of the sales to members in both windows; otherwise buyers x orders per buyer x value per order.
               Orders without a known member (orders x value per order), refunds and deductions are added nodes.
    Parts      each is decomposed by itself (log-mean, exact); their effects on one factor need not sum to that factor's whole effect,
               because people who move between parts change the mix.
    Raises     UnknownName for a dimension.
    Cost       one scan of orders and a few of visits; what is kept is one row a paid or refunded line of the history.
    """
    for name in dimensions:
        if name not in DIMENSIONS:
            raise UnknownName(what="dimension", given=name, allowed=list(DIMENSIONS))
    params = {"from_0": baseline.from_day, "to_0": baseline.to_day, "from_1": window.from_day, "to_1": window.to_day}
    visit = ", ".join(f"'{n}'" for n in VISIT)
    engine.keep("change_orders", change_sql.ORDERS.format(member=member_of(engine)))
    engine.keep("change_lines", change_sql.LINES.format(visit=visit), params)
    by_seen = _levels(engine, "l.seen")
    if not by_seen:
        return Change(metric, window, baseline, "no_data", 0, 0, (), {}, (), (), 0, snapshot=engine.snapshot.version)
    visitors = engine.run(change_sql.VISITORS.format(visit=visit), params).to_pylist()[0]
    seen = (visitors["before_n"], visitors["now_n"]) if visits else (0, 0)
    factors = [
        *_factors(by_seen, seen),
        *(_taken_off(d.id, d.name, d.baseline, d.current) for d in deductions),
    ]
    before, now = (sum(_net(rows[p]) for rows in by_seen.values()) for p in (0, 1))
    before, now = before - sum(d.baseline for d in deductions), now - sum(d.current for d in deductions)
    parts: dict[str, tuple[Part, ...]] = {}
    mixes: list[Mix] = []
    leads: list[Part] = []
    with_visits = factors[0].id == "visitors" and not {"platform", "channel"}.isdisjoint(dimensions)
    if with_visits:
        engine.keep("change_visits", change_sql.FIRST_VISITS.format(visit=visit), params)
    for dimension in dimensions:
        levels = _levels(engine, f"l.{dimension}")
        if len(levels) < 2:
            continue
        found = _parts(dimension, levels)
        leads += [p for p in found if p.standing and p.standing.significant]
        parts[dimension] = _pooled(found, top)
        mixes.append(_value_mix(dimension, levels))
        if with_visits and dimension in ("platform", "channel"):
            mixes.append(_conversion_mix(engine, dimension))
    for kept in ("change_orders", "change_lines", "change_visits"):
        engine.drop(kept)
    return Change(
        metric=metric,
        window=window,
        baseline_window=baseline,
        status="ok",
        baseline=before,
        current=now,
        factors=tuple(factors),
        parts=parts,
        leads=tuple(sorted(leads, key=lambda p: -abs(p.standing.excess or 0.0) if p.standing else 0.0)[:MOST_LEADS]),
        mixes=tuple(mixes),
        residual=now - before - sum(f.effect for f in factors),
        note=_note(window, baseline),
        orders=sum(int(rows[p]["orders"] + rows[p]["nameless_orders"]) for rows in by_seen.values() for p in (0, 1)),
        snapshot=engine.snapshot.version,
    )


def _levels(engine: Engine, value: str) -> dict[str | None, tuple[Row, Row]]:
    """Levels of both periods by the value of a dimension."""
    found: dict[str | None, list[Row]] = {}
    for row in engine.run(change_sql.LEVELS.format(value=value)).to_pylist():
        found.setdefault(row["value"], [dict(_EMPTY), dict(_EMPTY)])[row["period"]] = {k: row[k] or 0 for k in _LEVELS}
    return {value: (rows[0], rows[1]) for value, rows in found.items()}


def _net(row: Row) -> float:
    return row["paid_fen"] + row["nameless_fen"] - row["refund_fen"]


def _node(id_: str, baseline: float, current: float, effect: float) -> Node:
    name, unit = NAMES[id_]
    return Node(
        id_, name, unit, None if np.isnan(baseline) else float(baseline), None if np.isnan(current) else float(current), float(effect)
    )


def _taken_off(id_: str, name: Text, baseline: float, current: float) -> Node:
    return Node(id_, name, "money", baseline, current, float(baseline - current))


def _along(ids: Sequence[str], before: Sequence[float], now: Sequence[float]) -> list[Node]:
    x0, x1 = chain(before), chain(now)
    return [_node(i, a, b, e) for i, a, b, e in zip(ids, x0, x1, lmdi(x0, x1), strict=True)]


def _factors(by_seen: dict[str | None, tuple[Row, Row]], visitors: tuple[int, int]) -> list[Node]:
    """The identity that the data allow, worked through for the whole."""
    nobody = (dict(_EMPTY), dict(_EMPTY))
    seen, unseen = by_seen.get("seen", nobody), by_seen.get("not_seen", nobody)
    members = [{k: seen[p][k] + unseen[p][k] for k in _LEVELS} for p in (0, 1)]
    covered = all(visitors) and all(
        seen[p]["paid_fen"] >= SEEN_ENOUGH * members[p]["paid_fen"] and members[p]["paid_fen"] > 0 for p in (0, 1)
    )
    nodes: list[Node] = []
    has_members = any(m["orders"] for m in members)
    if covered:
        before, now = ([visitors[p], seen[p]["buyers"], seen[p]["orders"], seen[p]["paid_fen"]] for p in (0, 1))
        nodes += _along(("visitors", "conversion_rate", "orders_per_buyer", "aov"), before, now)
        if any(unseen[p]["paid_fen"] for p in (0, 1)):
            nodes.append(_node("unseen_sales", unseen[0]["paid_fen"], unseen[1]["paid_fen"], unseen[1]["paid_fen"] - unseen[0]["paid_fen"]))
    elif has_members:
        before, now = ([m["buyers"], m["orders"], m["paid_fen"]] for m in members)
        nodes += _along(("buyers", "orders_per_buyer", "aov"), before, now)
    if any(m["nameless_orders"] for m in members):
        ids = ("nameless_orders", "nameless_aov") if has_members else ("orders", "aov")
        nodes += _along(ids, *([m["nameless_orders"], m["nameless_fen"]] for m in members))
    if any(m["refund_fen"] for m in members):
        nodes.append(_taken_off("refunds", NAMES["refunds"][0], members[0]["refund_fen"], members[1]["refund_fen"]))
    return nodes


def _parts(dimension: str, levels: dict[str | None, tuple[Row, Row]]) -> list[Part]:
    """Every value of a dimension, decomposed by itself; largest effect first."""
    values = list(levels)
    table = {k: np.array([[levels[v][p][k] for v in values] for p in (0, 1)], dtype=np.float64) for k in _LEVELS}
    members = lmdi(*(chain(np.stack([table[k][p] for k in ("buyers", "orders", "paid_fen")])) for p in (0, 1)))
    nameless = lmdi(*(chain(np.stack([table[k][p] for k in ("nameless_orders", "nameless_fen")])) for p in (0, 1)))
    refunds = table["refund_fen"][0] - table["refund_fen"][1]
    by_factor = dict(
        zip(
            ("buyers", "orders_per_buyer", "aov", "nameless_orders", "nameless_aov", "refunds"), [*members, *nameless, refunds], strict=True
        )
    )
    used = {k: e for k, e in by_factor.items() if np.any(e != 0)}
    standings = stand_out(
        *([Level(_net(levels[v][p]), levels[v][p]["squares"], int(levels[v][p]["clusters"])) for v in values] for p in (0, 1))
    )
    parts = [
        Part(
            dimension,
            v,
            0,
            _net(levels[v][0]),
            _net(levels[v][1]),
            _net(levels[v][1]) - _net(levels[v][0]),
            {k: float(e[i]) for k, e in used.items()},
            s,
        )
        for i, (v, s) in enumerate(zip(values, standings, strict=True))
    ]
    return sorted(parts, key=lambda p: (-abs(p.effect), p.value is None, p.value or ""))


def _pooled(parts: list[Part], top: int) -> tuple[Part, ...]:
    if len(parts) <= top + 1:
        return tuple(parts)
    kept, rest = parts[:top], parts[top:]
    pool = Part(
        dimension=parts[0].dimension,
        value=None,
        pooled=len(rest),
        baseline=sum(p.baseline for p in rest),
        current=sum(p.current for p in rest),
        effect=sum(p.effect for p in rest),
        effects={k: sum(p.effects[k] for p in rest) for k in rest[0].effects},
        standing=None,
    )
    return (*kept, pool)


def _value_mix(dimension: str, levels: dict[str | None, tuple[Row, Row]]) -> Mix:
    fen, orders = (
        np.array([[rows[p][a] + rows[p][b] for rows in levels.values()] for p in (0, 1)])
        for a, b in (("paid_fen", "nameless_fen"), ("orders", "nameless_orders"))
    )
    return Mix("aov", dimension, tuple(levels), split(fen[0], orders[0], fen[1], orders[1]))


def _conversion_mix(engine: Engine, dimension: str) -> Mix:
    found: dict[str | None, list[tuple[int, int]]] = {}
    for row in engine.run(change_sql.VISITED.format(dimension=dimension)).to_pylist():
        found.setdefault(row["value"], [(0, 0), (0, 0)])[row["period"]] = (row["buyers"], row["visitors"])
    table = np.array(list(found.values()), dtype=np.float64)
    return Mix("conversion_rate", dimension, tuple(found), split(table[:, 0, 0], table[:, 0, 1], table[:, 1, 0], table[:, 1, 1]))


def _note(window: Window, baseline: Window) -> Text | None:
    if window.days == baseline.days or str(window.previous()) == str(baseline) or str(window.year_before()) == str(baseline):
        return None
    return sentence(
        "两个区间长度不同：%(now)s 天与 %(before)s 天。",
        "The windows differ in length: %(now)s and %(before)s days.",
        now=window.days,
        before=baseline.days,
    )

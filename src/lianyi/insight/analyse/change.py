"""Why sales changed between two windows: exact factors, segments that sum to the whole, and which of them stand out."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse import change_sql
from lianyi.insight.analyse.breakdown import breakdown, member_of
from lianyi.insight.analyse.decompose import chain, lmdi
from lianyi.insight.analyse.drill import Level, Standing, stand_out
from lianyi.insight.analyse.mix import Split, split
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import VISIT
from lianyi.stream.engines.base import Engine

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


@dataclass(frozen=True, slots=True)
class Node:
    """A factor of the change: its level before and now, and the part of the change it accounts for (money, minor units)."""

    id: str
    name: Text
    unit: str
    baseline: float | None
    current: float | None
    effect: float


@dataclass(frozen=True, slots=True)
class Deduction:
    """Something taken off net sales, a node of its own: costs of goods, shipping, marketing."""

    id: str
    name: Text
    baseline: int
    current: int


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension.

    value    : None where it is not known
    pooled   : 0 for a single value; otherwise how many small ones are summed here
    baseline, current, effect : net sales in minor units; effects by factor sum to effect, parts sum to the whole change
    standing : excess over the rest, p and q values; None for a pool
    """

    dimension: str
    value: str | None
    pooled: int
    baseline: float
    current: float
    effect: float
    effects: dict[str, float]
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Mix:
    """A rate's change split by a dimension into what moved within its values and what mix did."""

    rate: str
    dimension: str
    values: tuple[str | None, ...]
    split: Split


@dataclass(frozen=True, slots=True)
class Change:
    """Why net sales (less deductions) changed.

    status   : ok | no_data (no paid order in either window)
    factors  : effects sum to change
    parts    : by dimension, largest effect first, pool last
    leads    : parts of any dimension that moved unlike the rest, beyond chance, largest excess first
    residual : change - sum of effects: rounding only
    """

    metric: str
    window: Window
    baseline_window: Window
    status: str
    baseline: float
    current: float
    factors: tuple[Node, ...]
    parts: dict[str, tuple[Part, ...]]
    leads: tuple[Part, ...]
    mixes: tuple[Mix, ...]
    residual: float
    note: Text | None = None

    @property
    def change(self) -> float:
        """Current - baseline."""
        return self.current - self.baseline

    def to_table(self) -> pa.Table:
        """One row a factor: id, unit, baseline, current, effect."""
        rows = [{"id": f.id, "unit": f.unit, "baseline": f.baseline, "current": f.current, "effect": f.effect} for f in self.factors]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """Plain values; texts as {zh, en}."""
        return {
            "metric": self.metric,
            "status": self.status,
            "window": {"from": self.window.start.isoformat(), "to": self.window.end.isoformat()},
            "baseline_window": {"from": self.baseline_window.start.isoformat(), "to": self.baseline_window.end.isoformat()},
            "baseline": self.baseline,
            "current": self.current,
            "change": self.change,
            "factors": [{**dataclasses.asdict(f), "name": {"zh": f.name.zh, "en": f.name.en}} for f in self.factors],
            "parts": {d: [_part_json(p) for p in parts] for d, parts in self.parts.items()},
            "leads": [_part_json(p) for p in self.leads],
            "mixes": [
                {
                    "rate": m.rate,
                    "dimension": m.dimension,
                    "baseline": m.split.baseline,
                    "current": m.split.current,
                    "sign_flip": m.split.sign_flip,
                    "simpson": m.split.simpson,
                    "values": [
                        {"value": v, "within": float(w), "mix": float(x)}
                        for v, w, x in zip(m.values, m.split.within, m.split.mix, strict=True)
                    ],
                }
                for m in self.mixes
            ],
            "residual": self.residual,
        }

    def explain(self) -> Text:
        """What moved most, in a sentence; what is not said is left out, not zero."""
        if self.status != "ok":
            return Text(zh="两个区间内都没有付款订单，无法分解变化。", en="Neither window has a paid order; there is no change to explain.")
        most = max(self.factors, key=lambda f: abs(f.effect))
        if self.baseline > 0:
            whole, part = f"{self.change / self.baseline:+.1%}", f"{most.effect / self.baseline:+.1%}"
            zh = f"比基期变化 {whole}，其中“{most.name.zh}”的影响最大（{part}）"
            en = f"Changed by {whole} against the baseline; {most.name.en} moved it most ({part})"
        else:
            zh = f"基期没有净销售额，变化全部来自本期；“{most.name.zh}”影响最大"
            en = f"The baseline had no net sales, so all of it is new; {most.name.en} moved it most"
        flips = sorted({m.dimension for m in self.mixes if m.split.simpson})
        if flips:
            zh += f"。注意：按 {', '.join(flips)} 细看，各部分的方向与总体相反（辛普森悖论）"
            en += f". Mind that by {', '.join(flips)} every part moved against the whole (Simpson's paradox)"
        return Text(zh=zh + "。", en=en + ".")


TABLE = pa.schema(
    [("id", pa.string()), ("unit", pa.string()), ("baseline", pa.float64()), ("current", pa.float64()), ("effect", pa.float64())]
)
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
) -> Change:
    """Decompose the change of net sales from one window to another.

    window, baseline : now and before; they may overlap or differ in length (compare like with like yourself)
    metric     : its name on the result; with `deductions` it is net sales less these, for example contribution_profit
    dimensions : any of platform, channel, category, product, new_returning, campaign, partner; those with one value are left out
    top        : parts kept for each dimension; the rest are pooled, so that parts still sum to the change
    Identity   net sales = visitors x share who buy x orders per buyer x value per order + sales to buyers not seen visiting, where visits
               cover at least half of the sales to members in both windows; otherwise buyers x orders per buyer x value per order.
               Orders without a known member (orders x value per order), refunds and deductions are added nodes.
    Parts      each is decomposed by itself (log-mean, exact); their effects on one factor need not sum to that factor's whole effect,
               because people who move between parts change the mix.
    Raises     UnknownName for a dimension.
    Cost       two scans of orders; what is kept is one row a paid or refunded line of both windows.
    """
    for name in dimensions:
        if name not in DIMENSIONS:
            raise UnknownName(what="dimension", given=name, allowed=list(DIMENSIONS))
    params = {"from_0": baseline.from_day, "to_0": baseline.to_day, "from_1": window.from_day, "to_1": window.to_day}
    visit = ", ".join(f"'{n}'" for n in VISIT)
    engine.keep("change_lines", change_sql.LINES.format(member=member_of(engine), visit=visit), params)
    by_seen = _levels(engine, "l.seen")
    if not by_seen:
        return Change(metric, window, baseline, "no_data", 0, 0, (), {}, (), (), 0)
    visitors = engine.run(change_sql.VISITORS.format(visit=visit), params).to_pylist()[0]
    factors = [
        *_factors(by_seen, (visitors["before_n"], visitors["now_n"])),
        *(_taken_off(d.id, d.name, d.baseline, d.current) for d in deductions),
    ]
    before, now = (sum(_net(rows[p]) for rows in by_seen.values()) for p in (0, 1))
    before, now = before - sum(d.baseline for d in deductions), now - sum(d.current for d in deductions)
    parts: dict[str, tuple[Part, ...]] = {}
    mixes: list[Mix] = []
    leads: list[Part] = []
    for dimension in dimensions:
        levels = _levels(engine, f"l.{dimension}")
        if len(levels) < 2:
            continue
        found = _parts(dimension, levels)
        leads += [p for p in found if p.standing and p.standing.significant]
        parts[dimension] = _pooled(found, top)
        mixes.append(_value_mix(dimension, levels))
        if factors[0].id == "visitors" and dimension in ("platform", "channel"):
            mixes.append(_conversion_mix(engine, dimension, params, visit))
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


def _conversion_mix(engine: Engine, dimension: str, params: dict[str, int], visit: str) -> Mix:
    found: dict[str | None, list[tuple[int, int]]] = {}
    value = breakdown(dimension, engine).expression
    for period in (0, 1):
        for row in engine.run(change_sql.VISITED.format(period=period, value=value, visit=visit), params).to_pylist():
            found.setdefault(row["value"], [(0, 0), (0, 0)])[period] = (row["buyers"], row["visitors"])
    table = np.array(list(found.values()), dtype=np.float64)
    return Mix("conversion_rate", dimension, tuple(found), split(table[:, 0, 0], table[:, 0, 1], table[:, 1, 0], table[:, 1, 1]))


def _note(window: Window, baseline: Window) -> Text | None:
    if window.days == baseline.days or str(window.previous()) == str(baseline) or str(window.year_before()) == str(baseline):
        return None
    return Text(
        zh=f"两个区间长度不同：{window.days} 天与 {baseline.days} 天。",
        en=f"The windows differ in length: {window.days} and {baseline.days} days.",
    )


def _part_json(part: Part) -> dict[str, Any]:
    standing = part.standing
    return {
        "by": {part.dimension: part.value},
        "pooled": part.pooled,
        "baseline": part.baseline,
        "current": part.current,
        "effect": part.effect,
        "effects": part.effects,
        "excess": standing.excess if standing else None,
        "p_value": standing.p_value if standing else None,
        "q_value": standing.q_value if standing else None,
        "significant": standing.significant if standing else None,
    }

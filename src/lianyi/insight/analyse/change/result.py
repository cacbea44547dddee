"""What explaining a change answers: factors, parts, mixes."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.change.drill import Standing
from lianyi.insight.analyse.change.mix import Split
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.kernel.clock import Window
from lianyi.kernel.numbers import Share, sentence
from lianyi.kernel.text import Text

METHOD_VERSION = 1


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
    orders   : paid orders of both windows
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
    orders: int = 0
    snapshot: int | None = None

    @property
    def change(self) -> float:
        """Current - baseline."""
        return self.current - self.baseline

    @property
    def n(self) -> int:
        """Paid orders of both windows."""
        return self.orders

    @property
    def moved(self) -> Estimate:
        """The change as an estimate; complete records have no interval."""
        if self.status != "ok":
            return missing(Text(zh="两个区间内都没有付款订单", en="neither window has a paid order"), grade="B")
        return Estimate(self.change, None, self.orders, "B")

    def to_table(self) -> pa.Table:
        """One row a factor: id, unit, baseline, current, effect."""
        rows = [{"id": f.id, "unit": f.unit, "baseline": f.baseline, "current": f.current, "effect": f.effect} for f in self.factors]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """Plain values; texts as {zh, en}."""
        return answer(
            "change",
            version=METHOD_VERSION,
            n=self.n,
            headline=("change_fen", self.moved),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "metric": self.metric,
                "status": self.status,
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
            },
        )

    def explain(self) -> Text:
        """What moved most, in a sentence; what is not said is left out, not zero."""
        if self.status != "ok":
            return Text(zh="两个区间内都没有付款订单，无法分解变化。", en="Neither window has a paid order; there is no change to explain.")
        most = max(self.factors, key=lambda f: abs(f.effect))
        if self.baseline > 0:
            zh = "比基期变化 %(whole)s，其中“%(most)s”的影响最大（%(part)s）"
            en = "Changed by %(whole)s against the baseline; %(most)s moved it most (%(part)s)"
        else:
            zh = "基期没有净销售额，变化全部来自本期；“%(most)s”影响最大"
            en = "The baseline had no net sales, so all of it is new; %(most)s moved it most"
        flips = sorted({m.dimension for m in self.mixes if m.split.simpson})
        if flips:
            zh += "。注意：按 %(flips)s 细看，各部分的方向与总体相反（辛普森悖论）"
            en += ". Mind that by %(flips)s every part moved against the whole (Simpson's paradox)"
        base = self.baseline if self.baseline > 0 else 1.0
        return sentence(
            zh + "。",
            en + ".",
            whole=Share(self.change / base, signed=True),
            part=Share(most.effect / base, signed=True),
            most=most.name,
            flips=", ".join(flips),
        )


TABLE = pa.schema(
    [("id", pa.string()), ("unit", pa.string()), ("baseline", pa.float64()), ("current", pa.float64()), ("effect", pa.float64())]
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

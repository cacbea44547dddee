"""The decomposition as the report shows it."""

from lianyi.insight.analyse.change import Change, Part
from lianyi.insight.evaluate.case import Comparison
from lianyi.insight.evaluate.result import Decomposition, Factor, Segment
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

UNKNOWN = Text(zh="未知", en="unknown")
# Values that dimensions coin themselves; all others are the data's own words.
WORDS = {
    "new": Text(zh="新客", en="New buyers"),
    "returning": Text(zh="老客", en="Returning buyers"),
    "yes": Text(zh="是", en="yes"),
    "no": Text(zh="否", en="no"),
}


def decomposed(engine: Engine, change: Change, compared: Comparison) -> Decomposition | None:
    """The change in the report's shape; None where neither window sold anything. Dimensions with a single value are left out."""
    if change.status != "ok":
        return None
    titles = _titles(engine, [p.value for p in change.parts.get("product", ()) if p.value is not None])
    return Decomposition(
        metric=change.metric,
        baseline=change.baseline,
        current=change.current,
        change=change.change,
        factors=tuple(Factor(f.id, f.name, f.unit, f.baseline, f.current, f.effect) for f in change.factors),
        segments={d: tuple(_segment(p, titles) for p in parts) for d, parts in change.parts.items() if _telling(parts)},
        residual=change.residual,
        note=sentence("比较：%(label)s。%(more)s", "Compared: %(label)s. %(more)s", label=compared.label, more=change.note or ""),
        command=f"analyse change --from {compared.now.start} --to {compared.now.end} --baseline {compared.before.start}:{compared.before.end}",
    )


def _telling(parts: tuple[Part, ...]) -> bool:
    return sum(part.value is not None for part in parts) >= 2


def _titles(engine: Engine, products: list[str]) -> dict[str, str]:
    """What the named products are called, where the product table says so."""
    if not products:
        return {}
    names = {f"p{i}": product for i, product in enumerate(products)}
    wanted = ", ".join(f"${name}" for name in names)
    rows = engine.run(f"SELECT product_id, title FROM products WHERE product_id IN ({wanted}) AND title IS NOT NULL", names).to_pylist()
    return {row["product_id"]: row["title"] for row in rows}


def _segment(part: Part, titles: dict[str, str]) -> Segment:
    if part.pooled:
        value: str | Text = sentence("其余 %(n)s 项", "%(n)s others", n=Count(part.pooled))
    else:
        known = titles.get(part.value or "") if part.dimension == "product" else WORDS.get(part.value or "")
        value = known or part.value or UNKNOWN
    return Segment(
        dimension=part.dimension,
        value=value,
        baseline=part.baseline,
        current=part.current,
        effect=part.effect,
        effects=dict(part.effects),
        significant=None if part.standing is None else part.standing.significant,
        pooled=part.pooled,
    )

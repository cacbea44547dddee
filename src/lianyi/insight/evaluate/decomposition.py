"""The decomposition as the report shows it."""

from lianyi.insight.analyse.change import Change, Part
from lianyi.insight.evaluate.case import Comparison
from lianyi.insight.evaluate.result import Decomposition, Factor, Segment
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text

UNKNOWN = Text(zh="未知", en="unknown")
# Values that dimensions coin themselves; all others are the data's own words.
WORDS = {
    "new": Text(zh="新客", en="New buyers"),
    "returning": Text(zh="老客", en="Returning buyers"),
    "yes": Text(zh="是", en="yes"),
    "no": Text(zh="否", en="no"),
}


def decomposed(change: Change, compared: Comparison) -> Decomposition | None:
    """The change in the report's shape; None where neither window sold anything. Dimensions with a single value are left out."""
    if change.status != "ok":
        return None
    return Decomposition(
        metric=change.metric,
        baseline=change.baseline,
        current=change.current,
        change=change.change,
        factors=tuple(Factor(f.id, f.name, f.unit, f.baseline, f.current, f.effect) for f in change.factors),
        segments={d: tuple(_segment(p) for p in parts) for d, parts in change.parts.items() if _telling(parts)},
        residual=change.residual,
        note=sentence("比较：%(label)s。%(more)s", "Compared: %(label)s. %(more)s", label=compared.label, more=change.note or ""),
    )


def _telling(parts: tuple[Part, ...]) -> bool:
    return sum(part.value is not None for part in parts) >= 2


def _segment(part: Part) -> Segment:
    if part.pooled:
        value: str | Text = sentence("其余 %(n)s 项", "%(n)s others", n=Count(part.pooled))
    else:
        value = UNKNOWN if part.value is None else WORDS.get(part.value, part.value)
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

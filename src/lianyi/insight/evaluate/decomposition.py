"""The decomposition as the report shows it."""

from lianyi.insight.analyse.change import Change, Part
from lianyi.insight.evaluate.case import Comparison
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.evaluate.result import Decomposition, Factor, Segment
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine


def decomposed(engine: Engine, change: Change, compared: Comparison) -> Decomposition | None:
    """The change in the report's shape; None where neither window sold anything. Dimensions with a single value are left out."""
    if change.status != "ok":
        return None
    names = {d: names_of(engine, d, [p.value for p in parts]) for d, parts in change.parts.items()}
    return Decomposition(
        metric=change.metric,
        baseline=change.baseline,
        current=change.current,
        change=change.change,
        factors=tuple(Factor(f.id, f.name, f.unit, f.baseline, f.current, f.effect) for f in change.factors),
        segments={d: tuple(_segment(p, names[d]) for p in parts) for d, parts in change.parts.items() if _telling(parts)},
        residual=change.residual,
        note=sentence("比较：%(label)s。%(more)s", "Compared: %(label)s. %(more)s", label=compared.label, more=change.note or ""),
        command=f"analyse change --from {compared.now.start} --to {compared.now.end} --baseline {compared.before.start}:{compared.before.end}",
    )


def _telling(parts: tuple[Part, ...]) -> bool:
    return sum(part.value is not None for part in parts) >= 2


def _segment(part: Part, names: dict[str | None, str | Text]) -> Segment:
    value = sentence("其余 %(n)s 项", "%(n)s {other|others}", n=Count(part.pooled)) if part.pooled else names[part.value]
    return Segment(
        dimension=part.dimension,
        value=value,
        baseline=part.baseline,
        current=part.current,
        effect=part.effect,
        effects=dict(part.effects),
        significant=None if part.standing is None else part.standing.significant,
        pooled=part.pooled,
        key=part.value,
    )

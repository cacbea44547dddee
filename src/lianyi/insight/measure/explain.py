"""A definition in full: what it answers, what it needs, the SQL that answers it."""

from dataclasses import dataclass

from lianyi.insight.measure.alone import of_formula, of_rows, with_kept
from lianyi.insight.measure.catalogue import Metric, formula_inputs, metric
from lianyi.insight.measure.compile import Shape, relation_sql
from lianyi.insight.measure.dimensions import dimension
from lianyi.insight.measure.entries import sets
from lianyi.insight.measure.inputs import Input, inputs


@dataclass(frozen=True, slots=True)
class Explanation:
    """A metric's definition with the inputs it needs, the metrics its formula names, and its SQL with parameters as `$names`."""

    metric: Metric
    needs: tuple[Input, ...]
    parts: tuple[str, ...]
    sql: str


def explain(id_: str, *, by: str | None = None) -> Explanation:
    """Explain one metric, as it is asked for a whole window, optionally split by a dimension.

    Raises UnknownName.
    >>> explain("aov").parts, "order_paid" in explain("aov").sql
    ((), True)
    """
    one = metric(id_)
    return Explanation(metric=one, needs=tuple(inputs()[i] for i in one.needs), parts=_parts(one), sql=_sql(one, by))


def _parts(one: Metric) -> tuple[str, ...]:
    return formula_inputs(one.formula) if one.formula is not None else ()


def _sql(one: Metric, by: str | None) -> str:
    if one.formula is not None:
        named = {part: metric(part) for part in _parts(one)}
        return of_formula(one, {id_: _sql(part, by) for id_, part in named.items()}, named, () if by is None else ("dim_value",))
    if one.relation is None:
        return ""
    shape = Shape(dimension(by) if by is not None else None, by_period=False, has_devices=True, steps=sets()["FUNNEL"])
    sql = of_rows(one, one.relation, relation_sql(one.relation, shape, [one]), shape)
    return with_kept(sql, tuple(shape.bases.values()), {})

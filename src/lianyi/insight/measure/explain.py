"""A definition in full: what it answers, what it needs, the SQL that answers it."""

from dataclasses import dataclass

from lianyi.insight.measure.catalogue import Metric, formula_inputs, metric
from lianyi.insight.measure.compile import Shape, aggregate, distribution, expressions, names_in, relation_sql
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
    parts = formula_inputs(one.formula) if one.formula is not None else ()
    sql = "\n\n".join(f"-- {part}\n{explain(part, by=by).sql}" for part in parts) if parts else _sql(one, by)
    return Explanation(metric=one, needs=tuple(inputs()[i] for i in one.needs), parts=parts, sql=sql)


def _sql(one: Metric, by: str | None) -> str:
    if one.relation is None:
        return ""
    shape = Shape(dimension(by) if by is not None else None, by_period=False, has_devices=True, steps=sets()["FUNNEL"])
    source = f"(\n{relation_sql(one.relation, shape, names_in([one]))}\n)"
    queries = [aggregate(one.relation, source, [one], shape)] if expressions(one) else []
    if "value" in one.sql:
        queries.append(distribution(one.relation, source, one, shape))
    kept = ",\n".join(f"{base.kept_as} AS (\n{base.sql}\n)" for base in shape.bases.values() if base.code is None)
    return ";\n\n".join((f"WITH {kept}\n" if kept else "") + query.sql for query in queries)

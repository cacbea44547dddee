"""A metric's value as one query that stands alone: whoever has the snapshot can run it as it is."""

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby

from lianyi.insight.measure.catalogue import Metric
from lianyi.insight.measure.compile import Base, Shape, expressions, grouping, value_of
from lianyi.insight.measure.generations import generations_sql
from lianyi.kernel.clock import Window, date_of, periods

# What SQL alone says more slowly than the functions of `session.CODE`.
IN_SQL = {"generations": generations_sql}


def of_rows(one: Metric, relation_id: str, relation_sql: str, shape: Shape, at: int | None = None) -> str:
    """The query of a metric over the rows of a relation: its keys, its aggregates by role, and its value in the column `value`.

    at : first day of the period, where the rows are those of one period
    """
    select, group = grouping(relation_id, shape)
    select = [*([] if at is None else [f"CAST({at} AS INTEGER) AS period_d"]), *select]
    source = f"(\n{relation_sql}\n) AS r"
    if "value" in one.sql:
        return _of_values(one, select, source, group)
    counted = ", ".join([*select, *(f"{expression} AS {role}" for role, expression in expressions(one).items())])
    if "denominator" in one.sql:
        value = "CASE WHEN q.denominator > 0 THEN CAST(coalesce(q.numerator, 0) AS DOUBLE) / CAST(q.denominator AS DOUBLE) END"
    else:
        value = "coalesce(q.numerator, 0)" if one.empty == "zero" else "q.numerator"
    if one.known is not None:
        value = f"CASE WHEN q.eligible > 0 OR coalesce(q.excluded, 0) = 0 THEN {value} END"
    return f"SELECT q.*, {value} AS value\nFROM (\nSELECT {counted}\nFROM {source}{group}\n) AS q"


def _of_values(one: Metric, select: Sequence[str], source: str, group: str) -> str:
    """A mean or a quantile, as `intervals.quantile` takes it: between two observations their middle."""
    value = value_of(one)
    keys = [column.rpartition(" AS ")[2] for column in select]
    grouped = f"{group}, {value}" if group else f"\nGROUP BY {value}"
    counted = ", ".join([*select, f"CAST({value} AS DOUBLE) AS x", "CAST(count(*) AS BIGINT) AS n"])
    each = f"SELECT {counted}\nFROM {source}\nWHERE {value} IS NOT NULL{grouped}"
    shown = "".join(f"q.{key}, " for key in keys)
    by = f"\nGROUP BY {', '.join(f'q.{key}' for key in keys)}" if keys else ""
    if one.quantile is None:
        return f"SELECT {shown}sum(q.n) AS n, sum(q.x * q.n) / sum(q.n) AS value\nFROM (\n{each}\n) AS q{by}"
    parted = f"PARTITION BY {', '.join(f'y.{key}' for key in keys)}" if keys else ""
    running = (
        f"sum(y.n) OVER ({parted} ORDER BY y.x ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto, sum(y.n) OVER ({parted}) AS n_all"
    )
    place = f"CAST({one.quantile} AS DOUBLE) * q.n_all"
    return (
        f"SELECT {shown}max(q.n_all) AS n, avg(q.x) AS value\nFROM (\nSELECT y.*, {running}\nFROM (\n{each}\n) AS y\n) AS q\n"
        f"WHERE q.upto >= {place} AND q.upto - q.n <= {place}{by}"
    )


def of_formula(one: Metric, parts: Mapping[str, str], definitions: Mapping[str, Metric], keys: Sequence[str]) -> str:
    """The query of a metric made of others, from theirs; a key that one of them lacks counts nothing in it.

    keys : the columns by which the parts' rows are told apart: period_d, dim_value, both or none
    """
    value = _arithmetic(ast.parse(one.formula or "", mode="eval").body, {id_: _part(definitions[id_], keys) for id_ in parts})
    named = ",\n".join(f"of_{id_} AS (\nSELECT p.*, 1 AS here FROM (\n{sql}\n) AS p\n)" for id_, sql in parts.items())
    if not keys:
        return f"WITH {named}\nSELECT {value} AS value\nFROM {' CROSS JOIN '.join(f'of_{id_}' for id_ in parts)}"
    every = " UNION ".join(f"SELECT {', '.join(f'of_{id_}.{key}' for key in keys)} FROM of_{id_}" for id_ in parts)
    joins = "".join(
        f"\nLEFT JOIN of_{id_} ON {' AND '.join(f'of_{id_}.{key} IS NOT DISTINCT FROM k.{key}' for key in keys)}" for id_ in parts
    )
    return f"WITH {named}\nSELECT k.*, {value} AS value\nFROM ({every}) AS k{joins}"


def _part(one: Metric, keys: Sequence[str]) -> str:
    """A part's value, nought where it has no row and counts; one that is not known stays so."""
    value = f"of_{one.id}.value"
    return f"CASE WHEN of_{one.id}.here = 1 THEN {value} ELSE 0 END" if keys and one.empty == "zero" else value


def _arithmetic(node: ast.expr, values: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return f"CAST({values[node.id]} AS DOUBLE)"
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return f"CAST({node.value} AS DOUBLE)"
    if isinstance(node, ast.BinOp):
        left, right = (_arithmetic(side, values) for side in (node.left, node.right))
        if isinstance(node.op, ast.Div):
            return f"{left} / nullif({right}, 0)"
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}[type(node.op)]
        return f"({left} {sign} {right})"
    raise TypeError(ast.dump(node))


def with_kept(sql: str, bases: Sequence[Base], calendar: Mapping[str, str]) -> str:
    """A query with what it reads besides the snapshot written in front: calendars, and bases that are kept before it runs.

    calendar : relation of days -> its query; one that nothing reads is left out
    """
    kept = {base.kept_as: base.sql if base.code is None else IN_SQL[base.code](base.sql) for base in bases}
    read = "\n".join([*kept.values(), sql])
    days = {name: query for name, query in calendar.items() if name in read}
    front = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in (days | kept).items())
    return (f"WITH {front}\n" if front else "") + sql


@cache
def calendar_sql(first_day: int, last_day: int) -> str:
    """The days of `calendar.calendar_days` as a query, a month a row until they are counted out.

    >>> calendar_sql(0, 40).splitlines()[1]
    "FROM (VALUES (0, 31, '1970-01'), (31, 10, '1970-02')) AS m(first_d, n_days, month_text)"
    """
    months = [(text, list(days)) for text, days in groupby(range(first_day, last_day + 1), lambda d: date_of(d).strftime("%Y-%m"))]
    rows = ", ".join(f"({days[0]}, {len(days)}, '{text}')" for text, days in months)
    return f"SELECT m.first_d + n.i AS d, m.month_text\nFROM (VALUES {rows}) AS m(first_d, n_days, month_text)\n{_counted_out('m', 31)}"


@cache
def period_sql(window: Window, grain: str) -> str:
    """The days of `calendar.period_days` as a query.

    >>> period_sql(Window(0, 2), "day").splitlines()[1]
    'FROM (VALUES (0, 1), (1, 1)) AS v(p, n_days)'
    """
    spans = list(periods(window, grain))
    rows = ", ".join(f"({span.from_day}, {span.days})" for span in spans)
    return f"SELECT v.p + n.i AS d, v.p\nFROM (VALUES {rows}) AS v(p, n_days)\n{_counted_out('v', max(span.days for span in spans))}"


def _counted_out(alias: str, most: int) -> str:
    return f"JOIN (VALUES {', '.join(f'({i})' for i in range(most))}) AS n(i) ON n.i < {alias}.n_days"

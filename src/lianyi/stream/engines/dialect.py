"""The house dialect: DuckDB's SQL, restricted to what every engine answers alike; here it is bound and turned into others.

Values never enter SQL as text: a parameter is a node of the syntax tree, and becomes a typed literal there. What the restriction
is, `lint` says; it finds in a syntax tree what an engine would have answered differently without an error.
"""

import math
from functools import lru_cache

import sqlglot
from sqlglot import exp

from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Params

HOUSE = "duckdb"
TARGETS = ("duckdb", "spark", "clickhouse")


class ParameterMissing(Broken):
    """A query names a parameter that it was not given."""

    code = "parameter_missing"
    message = Text(zh="查询缺少参数 %(name)s", en="A query was not given its parameter %(name)s")


def bind(sql: str, params: Params | None = None) -> exp.Expr:
    """A query's syntax tree with every `$name` replaced by a typed literal.

    params : name -> int, float, str, bool, bytes or None; a value that no parameter names is left out
    Raises ParameterMissing; TypeError for a value of another type; sqlglot's ParseError for what is no SQL.

    >>> bind("SELECT $n AS n, $s AS s", {"n": -1, "s": "it's"}).sql("spark")
    "SELECT -1 AS n, 'it\\\\'s' AS s"
    """
    tree = parsed(sql).copy()
    values = params or {}
    for node in list(tree.find_all(exp.Placeholder)):
        name = str(node.this)
        if name not in values:
            raise ParameterMissing(name=name)
        node.replace(literal(values[name]))
    return tree


def literal(value: object) -> exp.Expr:
    """One value as a typed literal.

    >>> literal(1.5).sql("duckdb"), literal(None).sql("duckdb"), literal(True).sql("duckdb")
    ('CAST(1.5 AS DOUBLE)', 'NULL', 'TRUE')
    """
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise TypeError(f"{value} is no parameter: it means different things on different engines")
        return exp.cast(exp.Literal.number(repr(value)), "DOUBLE")
    if isinstance(value, str):
        return exp.Literal.string(value)
    if isinstance(value, bytes):
        return exp.HexString(this=value.hex())
    raise TypeError(f"a parameter is a number, a text, a flag, bytes or None, not {type(value).__name__}")


def transpile(sql: str, to: str, params: Params | None = None) -> str:
    """A query of the house dialect in another engine's words, its parameters bound.

    to : duckdb | spark | clickhouse
    Cost: parsing is cached by text; binding and writing take about a millisecond.

    >>> transpile("SELECT a // 2 AS half FROM t ORDER BY a", "spark")
    'SELECT a DIV 2 AS half FROM t ORDER BY a NULLS LAST'
    """
    if to not in TARGETS:
        raise ValueError(f"no engine speaks {to}")
    return _adapted(bind(sql, params), to).sql(dialect=to)


@lru_cache(maxsize=2048)
def parsed(sql: str) -> exp.Expr:
    """The syntax tree of a query of the house dialect; shared, so never change it in place."""
    return sqlglot.parse_one(sql, read=HOUSE)


def _adapted(tree: exp.Expr, to: str) -> exp.Expr:
    """What SQLGlot leaves as it is, though the engines differ."""
    if to == "duckdb":
        return tree
    for node in list(tree.find_all(exp.Literal)):
        # 0.1 is a decimal to Spark and to DuckDB, of different widths; a real number is what is meant.
        if not node.is_string and "." in str(node.this) and not isinstance(node.parent, exp.Cast):
            node.replace(exp.cast(node.copy(), "DOUBLE"))
    for kind in list(tree.find_all(exp.DataType)):
        # DuckDB's wide integer for sums; Spark's widest is a decimal.
        if kind.this in (exp.DataType.Type.INT128, exp.DataType.Type.UINT128):
            kind.replace(exp.DataType.build("DECIMAL(38, 0)"))
    return tree

"""The rules of the house dialect, as a check over the syntax tree.

Each rule stands for an answer that once came out differently on another engine without any error, or would have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines.dialect import parsed
from lianyi.stream.record import VIEW_COLUMNS

AGGREGATES = (exp.Count, exp.Sum, exp.Min, exp.Max, exp.Avg)
# Window functions whose answer depends on how ties are ordered, and those that need a frame besides.
NUMBERING = (exp.RowNumber, exp.Ntile)
SHIFTING = (exp.Lag, exp.Lead)
FRAMED = (*AGGREGATES, exp.FirstValue, exp.LastValue, exp.NthValue)
PEERS = (exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist)
SCALARS = (
    exp.Abs, exp.And, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce, exp.Concat, exp.Exists, exp.Exp, exp.Floor, exp.Greatest, exp.If,
    exp.JSONExtractScalar, exp.Least, exp.Length, exp.Ln, exp.Lower, exp.Nullif, exp.Or, exp.Pow, exp.Round, exp.Sign, exp.Sqrt,
    exp.StrPosition, exp.Substring, exp.Trim, exp.Upper, exp.Xor,
)  # fmt: skip
KNOWN = (*AGGREGATES, *NUMBERING, *SHIFTING, *FRAMED, *PEERS, *SCALARS)
MOMENTS = (*exp.DataType.TEMPORAL_TYPES, exp.DataType.Type.INTERVAL)
# One of these makes an order of rows total by itself.
UNIQUE = ("event_id", "seq")


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a query leaves the dialect: the rule, and the SQL in question."""

    rule: str
    sql: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.sql}"


def lint(sql: str) -> list[Violation]:
    """Every place where a query of the house dialect leaves it; empty for a good query.

    >>> [str(v) for v in lint("SELECT median(amount_fen) AS m FROM events")]
    ['unknown-function: MEDIAN(amount_fen)']
    >>> lint("SELECT e.d AS d, count(*) AS n FROM events AS e GROUP BY e.d")
    []
    """
    try:
        tree = parsed(sql)
    except SqlglotError as fault:
        return [Violation("no-sql", str(fault).splitlines()[0])]
    found = [Violation(name, node.sql("duckdb")[:160]) for name, rule in RULES.items() for node in rule(tree)]
    return list(dict.fromkeys(found))


def _dates(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Days and instants are integers; a date function depends on zones, calendars and releases."""
    for cast in tree.find_all(exp.Cast):
        if isinstance(cast.to, exp.DataType) and cast.to.this in MOMENTS:
            yield cast
    yield from tree.find_all(exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Extract, exp.Interval)


def _unknown_functions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Only functions that mean the same everywhere."""
    for function in tree.find_all(exp.Func):
        if not isinstance(function, KNOWN) and not isinstance(function, exp.Connector):
            yield function


def _implicit_groups(tree: exp.Expr) -> Iterator[exp.Expr]:
    """GROUP BY names its columns: neither ALL nor positions."""
    for group in tree.find_all(exp.Group):
        if group.args.get("all"):
            yield group
        yield from (key for key in group.expressions if isinstance(key, exp.Literal))
    for order in tree.find_all(exp.Order):
        yield from (key for key in order.expressions if isinstance(key, exp.Ordered) and isinstance(key.this, exp.Literal))


def _partial_orders(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Numbering and shifting rows needs an order without ties; so do frames that count rows."""
    for window in tree.find_all(exp.Window):
        keys = [key.this for key in (window.args["order"].expressions if window.args.get("order") else [])]
        by_rows = isinstance(window.args.get("spec"), exp.WindowSpec) and window.args["spec"].args.get("kind") == "ROWS"
        inner = window.this.this if isinstance(window.this, exp.IgnoreNulls | exp.RespectNulls) else window.this
        if not isinstance(inner, (*NUMBERING, *SHIFTING)) and not (by_rows and keys):
            continue
        # The neighbour in an order by x, asked for its x, is the same whichever of the tied rows it is.
        itself = isinstance(inner, SHIFTING) and len(keys) == 1 and inner.this == keys[0]
        total = len(keys) >= 2 or (len(keys) == 1 and keys[0].name in UNIQUE)
        if not total and not itself:
            yield window


def _implicit_frames(tree: exp.Expr) -> Iterator[exp.Expr]:
    """An aggregate over an ordered window says its frame."""
    for window in tree.find_all(exp.Window):
        if isinstance(window.this, FRAMED) and window.args.get("order") and not window.args.get("spec"):
            yield window


def _unordered_limits(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The first n rows of no order are any n rows, unless all rows are alike: asking whether there is one needs no order."""
    for select in tree.find_all(exp.Select):
        alike = all(isinstance(column.unalias(), exp.Literal) for column in select.expressions)
        if (select.args.get("limit") or select.args.get("offset")) and not select.args.get("order") and not alike:
            yield select


def _hijacks(tree: exp.Expr) -> Iterator[exp.Expr]:
    """An alias that is also a source column: another engine may take the alias where the column was meant."""
    columns = {"events": set(VIEW_COLUMNS)} | {name: set(table.columns) for name, table in reference_tables().items()}
    for select in tree.find_all(exp.Select):
        sources = [t.name for t in select.find_all(exp.Table) if t.find_ancestor(exp.Select) is select]
        known = set().union(*(columns.get(source, set()) for source in sources))
        for alias in (e for e in select.expressions if isinstance(e, exp.Alias)):
            if alias.alias not in known or (isinstance(alias.this, exp.Column) and alias.this.name == alias.alias):
                continue
            bare = [
                column
                for column in select.find_all(exp.Column)
                if column.name == alias.alias
                and not column.table
                and column.find_ancestor(exp.Select) is select
                and _inside(column, select) is not alias
            ]
            # ORDER BY may mean the alias: that is what every engine takes it for.
            if any(not column.find_ancestor(exp.Order) or column.find_ancestor(exp.Window) for column in bare):
                yield alias


def _stars(tree: exp.Expr) -> Iterator[exp.Expr]:
    """EXCLUDE, REPLACE and DISTINCT ON are one engine's own."""
    for star in tree.find_all(exp.Star):
        if any(star.args.get(word) for word in ("except_", "except", "replace", "rename")):
            yield star
    yield from (distinct for distinct in tree.find_all(exp.Distinct) if distinct.args.get("on"))


def _unguarded_divisions(tree: exp.Expr) -> Iterator[exp.Expr]:
    """By nought is infinity here and an error there; divide by a number, by nullif(x, 0), or by what is at least 1."""
    for division in tree.find_all(exp.Div, exp.IntDiv, exp.Mod):
        divisor = division.expression.unnest()
        while isinstance(divisor, exp.Cast):
            divisor = divisor.this.unnest()
        plain = isinstance(divisor, exp.Literal) and float(divisor.this) != 0
        at_least = isinstance(divisor, exp.Greatest) and any(
            isinstance(e, exp.Literal) and float(e.this) > 0 for e in (divisor.this, *divisor.expressions)
        )
        if not plain and not at_least and not isinstance(divisor, exp.Nullif | exp.Placeholder):
            yield division


def _casts_of_reals(tree: exp.Expr) -> Iterator[exp.Expr]:
    """A real number cast to a whole one is rounded here and cut there; floor, ceil or round it first."""
    whole = (exp.DataType.Type.BIGINT, exp.DataType.Type.INT, exp.DataType.Type.SMALLINT, exp.DataType.Type.TINYINT)
    for cast in tree.find_all(exp.Cast):
        if (
            isinstance(cast.to, exp.DataType)
            and cast.to.this in whole
            and isinstance(cast.this.unnest(), exp.Div | exp.Avg | exp.Ln | exp.Exp | exp.Pow | exp.Sqrt)
        ):
            yield cast


def _inside(node: exp.Expr, select: exp.Select) -> exp.Expr:
    while node.parent is not select and node.parent is not None:
        node = node.parent
    return node


RULES: dict[str, Callable[[exp.Expr], Iterator[exp.Expr]]] = {
    "date-function": _dates,
    "unknown-function": _unknown_functions,
    "implicit-group": _implicit_groups,
    "partial-order": _partial_orders,
    "implicit-frame": _implicit_frames,
    "unordered-limit": _unordered_limits,
    "hijacked-column": _hijacks,
    "own-star": _stars,
    "unguarded-division": _unguarded_divisions,
    "cast-of-real": _casts_of_reals,
}

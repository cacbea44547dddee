"""From definitions to SQL: the relations' templates filled, the metrics that share one in one query."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from jinja2 import Environment, StrictUndefined, Template

from lianyi.insight.measure.catalogue import Metric
from lianyi.insight.measure.dimensions import Dimension
from lianyi.insight.measure.entries import sets
from lianyi.insight.measure.relation import Relation, relations
from lianyi.stream.contracts import contracts

_JINJA = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701 - SQL, from our own data files
_COLUMN = re.compile(r"\br\.(\w+)")
_QUOTED = re.compile(r"'([a-z_]+)'")


@dataclass(frozen=True, slots=True)
class Base:
    """A relation to keep before a query runs: the name it is kept under and its SQL, and the function its answer goes through."""

    id: str
    kept_as: str
    sql: str
    code: str | None


@dataclass(slots=True)
class Shape:
    """What shapes a query besides its metrics: the dimension, whether periods are cut, whether devices occur, the funnel's steps."""

    dimension: Dimension | None
    by_period: bool
    has_devices: bool
    steps: tuple[str, ...] = ()
    bases: dict[str, Base] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """SQL for some metrics over one relation.

    columns : SQL expression -> name of its column in the answer
    """

    sql: str
    columns: dict[str, str]


def names_in(metrics: Iterable[Metric]) -> tuple[str, ...]:
    """The event names that the metrics' SQL mentions: what the scan may be narrowed to."""
    found = {word for metric in metrics for sql in metric.sql.values() for word in _QUOTED.findall(_filled(sql))}
    return tuple(sorted(found & set(contracts())))


def columns_in(metrics: Iterable[Metric]) -> frozenset[str]:
    """The columns of their relation that the metrics' SQL reads: what is joined for another need not be."""
    return frozenset(column for metric in metrics for sql in metric.sql.values() for column in _COLUMN.findall(_filled(sql)))


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


@cache
def _template(sql: str) -> Template:
    return _JINJA.from_string(sql)


@cache
def _filled(sql: str) -> str:
    """The sets of words written out."""
    if "{{" not in sql:
        return sql
    return _template(sql).render({name: _words(words) for name, words in sets().items()})


class Writer:
    """Fills one relation's template; hands the template the words it may use."""

    def __init__(self, relation: Relation, shape: Shape, names: tuple[str, ...], columns: frozenset[str] | None = None) -> None:
        self.relation = relation
        self.shape = shape
        self.names = names
        self.columns = columns
        self.carries = shape.dimension is not None and shape.dimension.id in relation.dims

    def sql(self, **given: str) -> str:
        words: dict[str, object] = {name: _words(members) for name, members in sets().items()}
        words |= {
            "names": _words(self.names),
            "by": self.carries,
            "steps": self.shape.steps,
            "FUNNEL_STEPS": sets()["FUNNEL"],
            "keys": self.keys,
            "dim": self.dim,
            "member": self.member,
            "first_day": self.first_day,
            "facts": self.facts,
            "base": self.base,
            "of": self.of,
            "reads": self.reads,
        }
        return _template(self.relation.sql).render(words | given).strip()

    @property
    def cut(self) -> bool:
        """Whether rows carry the period they fall in."""
        return self.shape.by_period and self.relation.class_ == "rows"

    def reads(self, column: str) -> bool:
        """Whether anybody asks for a column that costs a join."""
        return self.columns is None or column in self.columns

    def keys(self, alias: str) -> str:
        """The period and the dimension of a row, where there are any, each with a comma before it."""
        return (f", {alias}.p" if self.cut else "") + self.dim(alias)

    def dim(self, alias: str) -> str:
        return f", {alias}.dim" if self.carries else ""

    def first_day(self, alias: str) -> str:
        return f"{alias}.p" if self.cut else "$from_d"

    def member(self, alias: str) -> str:
        """The member of a fact, known at once or learnt later from the device."""
        if not self.shape.has_devices:
            return f"{alias}.member_id"
        return (
            f"CASE WHEN {alias}.member_id IS NOT NULL THEN {alias}.member_id WHEN {alias}.actor <> {alias}.device_id THEN {alias}.actor END"
        )

    def of(self, relation_id: str, **given: str) -> str:
        """Another relation's rows, in place; given: SQL for the words that it leaves open."""
        inner = Writer(relations()[relation_id], self.shape, self.names)
        inner.relation = _in_class_of(inner.relation, self.relation)
        return f"({inner.sql(**given)})"

    def base(self, relation_id: str, *, plain: bool = False) -> str:
        """A base kept before the query: the name it is kept under; `plain` where it must not be split by the dimension."""
        wanted = relations()[relation_id]
        carries = not plain and self.shape.dimension is not None and self.shape.dimension.id in wanted.dims and self.carries
        shape = Shape(
            self.shape.dimension if carries else None, by_period=False, has_devices=self.shape.has_devices, steps=self.shape.steps
        )
        writer = Writer(wanted, shape, ())
        sql = writer.sql()
        self.shape.bases.update(shape.bases)
        kept_as = f"kept_{relation_id}" + (f"_by_{self.shape.dimension.id}" if carries and self.shape.dimension else "")
        self.shape.bases[kept_as] = Base(relation_id, kept_as, sql, wanted.code)
        return kept_as

    def facts(self, source: str = "events") -> str:
        """The facts (or a base's rows) with the period (`p`) and the dimension (`dim`) they fall in, cut to the window."""
        kept = source in relations() and relations()[source].class_ == "base"
        name = self.base(source) if kept else source
        by = self.shape.dimension if self.carries else None
        if by is not None and kept and by.id in relations()[source].dims:
            by = None  # the base carries it
        if by is None and self.relation.class_ != "rows":
            return name
        columns, joins = ["s.*"], ""
        if self.cut:
            columns.append("k.p AS p")
            joins += " JOIN period_days AS k ON k.d = s.d"
        if by is not None:
            member = self.member("s") if source == "events" else "s.member_id"
            column = member if by.column == "member" else f"s.{by.column}"
            value = column if by.table is None else f"t.{by.value}"
            columns.append(f"{(by.inner or value).replace('{member}', member)} AS dim")
            if by.table is not None:
                table = self.base(by.table) if by.table in relations() else by.table
                joins += f" LEFT JOIN {table} AS t ON t.{by.key} = {column}"
        where = " WHERE s.d >= $from_d AND s.d < $to_d" if self.relation.class_ == "rows" else ""
        return f"(SELECT {', '.join(columns)} FROM {name} AS s{joins}{where})"


def _in_class_of(inner: Relation, outer: Relation) -> Relation:
    """A relation read in place is cut as the one that reads it, and split by what that one is split by."""
    return Relation(inner.id, inner.says, outer.class_, inner.sql, outer.dims, inner.back, inner.ahead, inner.code)


def expressions(metric: Metric) -> dict[str, str]:
    """The aggregates of a metric as SQL, by their role; empty for a quantile."""
    roles = {}
    for role, sql in metric.sql.items():
        if role == "value":
            continue
        filled = _filled(sql)
        whole = "squares" not in role and not (metric.real and role in ("numerator", "denominator"))
        roles[role] = f"CAST({filled} AS {'BIGINT' if whole else 'DOUBLE'})"
    return roles


def value_of(metric: Metric) -> str:
    """The column of a metric that is a mean or a quantile, as SQL."""
    return _filled(metric.sql["value"])


WAYS = (1, 2)


def over_clusters(metric: Metric) -> Metric:
    """What a clustered interval rests on, as aggregates over the metric's clusters: sums of squares and products, and how many there are."""
    roles = {}
    for way in WAYS:
        above, below = (f"CASE WHEN r.way = {way} THEN CAST(r.{part} AS DOUBLE) END" for part in ("above", "below"))
        roles[f"above_squares_{way}"] = f"sum({above} * {above})"
        roles[f"cross_squares_{way}"] = f"sum({above} * {below})"
        roles[f"below_squares_{way}"] = f"sum({below} * {below})"
        roles[f"clusters_{way}"] = f"count({above})"
    return replace(metric, relation=metric.clusters, sql=roles)


def relation_sql(relation_id: str, shape: Shape, metrics: Iterable[Metric]) -> str:
    """The rows of a relation as some metrics need them; bases it reads are noted in `shape.bases`."""
    metrics = tuple(metrics)
    return Writer(relations()[relation_id], shape, names_in(metrics), columns_in(metrics)).sql()


def each_sql(relation_id: str, shape: Shape, metrics: Iterable[Metric]) -> str:
    """The rows of a relation to look at, with every column: one row a fact where the relation adds them up."""
    relation = relations()[relation_id]
    return Writer(replace(relation, sql=relation.each or relation.sql), shape, names_in(metrics)).sql()


def label_of(relation_id: str, shape: Shape) -> str:
    """The dimension's value of a row `r`, as a metric is split by it; "" without a dimension."""
    select, _ = grouping(relation_id, shape)
    return select[0].removesuffix(" AS dim_value") if select else ""


def aggregate(relation_id: str, source: str, metrics: Iterable[Metric], shape: Shape) -> Query:
    """One query with every aggregate of the metrics, each distinct expression once."""
    columns: dict[str, str] = {}
    for metric in metrics:
        for expression in expressions(metric).values():
            columns.setdefault(expression, f"a{len(columns)}")
    select, group = grouping(relation_id, shape)
    chosen = ", ".join([*select, *(f"{expression} AS {name}" for expression, name in columns.items())])
    return Query(f"SELECT {chosen}\nFROM {source} AS r{group}", columns)


def distribution(relation_id: str, source: str, metric: Metric, shape: Shape) -> Query:
    """How often each value occurs: from it any quantile is read exactly, on every engine alike."""
    value = value_of(metric)
    select, group = grouping(relation_id, shape)
    chosen = ", ".join([*select, f"CAST({value} AS DOUBLE) AS a0", "CAST(count(*) AS BIGINT) AS a1"])
    grouped = f"{group}, {value}" if group else f"\nGROUP BY {value}"
    where = f"\nWHERE {value} IS NOT NULL"
    return Query(f"SELECT {chosen}\nFROM {source} AS r{where}{grouped}", {value: "a0"})


def grouping(relation_id: str, shape: Shape) -> tuple[list[str], str]:
    """The columns by which a relation's rows are told apart (`period_d`, `dim_value`), as they are selected, and the clause that groups by them."""
    writer = Writer(relations()[relation_id], shape, ())
    keys = []
    if writer.cut:
        keys.append(("r.p", "period_d"))
    if shape.dimension is not None:
        label = "r.dim"
        if shape.dimension.outer is not None:
            label = shape.dimension.outer.replace("{first_day}", writer.first_day("r"))
        keys.append((label, "dim_value"))
    group = "\nGROUP BY " + ", ".join(expression for expression, _ in keys) if keys else ""
    return [f"{expression} AS {name}" for expression, name in keys], group

"""One run: a window, a grain and a dimension on one engine; the queries it takes and their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from lianyi.insight.measure.answers import Key, Row, counts_something, spreads
from lianyi.insight.measure.calendar import period_days
from lianyi.insight.measure.catalogue import Metric, formula_inputs, metric
from lianyi.insight.measure.compile import (
    Base,
    Query,
    Shape,
    aggregate,
    distribution,
    each_sql,
    expressions,
    label_of,
    names_in,
    relation_sql,
)
from lianyi.insight.measure.dimensions import Dimension
from lianyi.insight.measure.relation import relations
from lianyi.insight.measure.session import Session, written_out
from lianyi.kernel.clock import Window, midnight_us, periods
from lianyi.stream.engines.base import Engine

Reach = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A relation filled for this run and the metrics that are counted over it."""

    id: str
    sql: str
    bases: tuple[Base, ...]
    shape: Shape
    metrics: list[Metric]


@dataclass(slots=True)
class Run:
    """Measurements that share a window, a grain, a dimension and a horizon."""

    engine: Engine
    session: Session
    window: Window
    grain: str
    dimension: Dimension | None
    horizon_day: int
    zone: ZoneInfo
    _queries: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, metrics: Sequence[Metric]) -> dict[str, dict[Key, Row]]:
        """The aggregates of every metric by key; metrics over the same relation are answered together."""
        if self.grain != "total":
            self.engine.offer("period_days", period_days(self.window, self.grain))
        by_relation: dict[str, list[Metric]] = {}
        for one in metrics:
            by_relation.setdefault(one.relation or "", []).append(one)
        ahead = max((relations()[r].ahead for r in by_relation), default=0)
        self.session.offer_calendar(self.engine, self.window.previous().from_day - 366, self.window.to_day + min(ahead, 366))
        asked = [self._written(relation_id, sharing) for relation_id, sharing in by_relation.items()]
        reach = self._reach(asked)
        found: dict[str, dict[Key, Row]] = {one.id: {} for one in metrics}
        for relation in asked:
            self.session.prepare(self.engine, relation.bases, reach)
            if relations()[relation.id].class_ == "rows":
                self._ask(relation, self.params(self.window), reach, None, found)
                continue
            for period in periods(self.window, self.grain):
                self._ask(relation, self.params(period), reach, None if self.grain == "total" else period.from_day, found)
        return found

    def _written(self, relation_id: str, sharing: list[Metric], *, each: bool = False) -> Asked:
        steps = self.session.steps(self.engine) if "steps" in relations()[relation_id].sql else ()
        shape = Shape(self.dimension, by_period=self.grain != "total", has_devices=self.session.has_devices, steps=steps)
        sql = (each_sql if each else relation_sql)(relation_id, shape, names_in(sharing))
        return Asked(relation_id, sql, tuple(shape.bases.values()), shape, sharing)

    def _reach(self, asked: Sequence[Asked]) -> dict[str, dict[str, int]]:
        """The days that each base must cover for all who read it: one scan serves them all."""
        first = next(iter(periods(self.window, self.grain)))
        reach: dict[str, dict[str, int]] = {}
        for relation in asked:
            back, ahead = relations()[relation.id].back, relations()[relation.id].ahead
            low = first.previous().from_day if back < 0 else first.from_day - back
            if back > 0 and self.grain != "total":
                low = min(low, *(p.to_day - back for p in periods(self.window, self.grain)))
            high = self.window.to_day if not ahead else max(self.window.to_day, min(self.window.to_day + ahead, self.horizon_day + 1))
            low, high = self.session.reach(low, high)
            for base in relation.bases:
                span = reach.setdefault(base.kept_as, {"lo_d": low, "hi_d": high})
                span["lo_d"], span["hi_d"] = min(span["lo_d"], low), max(span["hi_d"], high)
        return reach

    def _ask(self, relation: Asked, params: Mapping[str, int], reach: Reach, at: int | None, found: dict[str, dict[Key, Row]]) -> None:
        counted = [m for m in relation.metrics if expressions(m)]
        spread = {m.sql["value"]: m for m in relation.metrics if "value" in m.sql}
        source = whole = f"(\n{relation.sql}\n)"
        if bool(counted) + len(spread) > 1:
            # Read more than once: kept, so that it is worked out once.
            self.engine.keep("kept_rows", self.session.lean(relation.sql), params)
            source = "kept_rows"
        if counted:
            query = aggregate(relation.id, source, counted, relation.shape)
            text = complete(aggregate(relation.id, whole, counted, relation.shape), relation.bases, params, reach)
            for record in self.engine.run(self.session.lean(query.sql), params).to_pylist():
                key = _key(record, at)
                for one in counted:
                    row = Row({role: record[query.columns[expression]] for role, expression in expressions(one).items()})
                    found[one.id][key] = _joined(found[one.id].get(key), row)
            for one in counted:
                self._note(one, text)
        for value, first in spread.items():
            sharing = [m for m in relation.metrics if m.sql.get("value") == value]
            text = complete(distribution(relation.id, whole, first, relation.shape), relation.bases, params, reach)
            told = self.engine.run(self.session.lean(distribution(relation.id, source, first, relation.shape).sql), params)
            rows = {_key(record, at): row for record, row in spreads(told)}
            for one in sharing:
                self._note(one, text)
                for key, row in rows.items():
                    found[one.id][key] = _joined(found[one.id].get(key), row)

    def params(self, period: Window) -> dict[str, int]:
        """The whole numbers that SQL may name."""
        before = period.previous()
        first = self.session.first_day
        return {
            "from_d": period.from_day,
            "to_d": period.to_day,
            "window_days": period.days,
            "prev_from_d": before.from_day,
            "horizon_d": self.horizon_day,
            "first_d": first if first is not None else period.from_day,
            "from_t": midnight_us(period.from_day, self.zone),
            "to_t": midnight_us(period.to_day, self.zone),
            "horizon_t": midnight_us(self.horizon_day + 1, self.zone),
        }

    def keys(self, one: Metric, rows: Mapping[Key, Row]) -> list[Key]:
        """The keys to answer for: every period, and with a dimension each of its values that occurs for this metric, in every period."""
        if self.dimension is None:
            return [(start, None) for start in self.starts]
        members = dict.fromkeys(key[1] for key, row in rows.items() if counts_something(one, row))
        return [(start, member) for start in self.starts for member in members]

    @property
    def starts(self) -> list[int | None]:
        """The first day of every period; None for the window as a whole."""
        return [None] if self.grain == "total" else [period.from_day for period in periods(self.window, self.grain)]

    def unreached(self) -> frozenset[int | None]:
        """Of these, the periods that lie before the first day of the history or after its last complete one."""
        first = self.session.first_day
        if first is None:
            return frozenset()
        return frozenset(
            None if self.grain == "total" else period.from_day
            for period in periods(self.window, self.grain)
            if period.to_day <= first or period.from_day > self.horizon_day
        )

    def _note(self, one: Metric, text: str) -> None:
        noted = self._queries.setdefault(one.id, [])
        if text not in noted and len(noted) < 2:
            noted.append(text)

    def each(self, one: Metric) -> tuple[str, str]:
        """What a metric's rows, one by one, are kept under on the engine, and their query, complete. The metric is no formula."""
        self.session.offer_calendar(self.engine, self.window.previous().from_day - 366, self.window.to_day)
        relation = self._written(one.relation or "", [one], each=True)
        reach, params = self._reach([relation]), self.params(self.window)
        self.session.prepare(self.engine, relation.bases, reach)
        label = label_of(relation.id, relation.shape)
        sql = f"SELECT r.*{f', {label} AS dim_value' if label else ''}\nFROM (\n{relation.sql}\n) AS r"
        self.engine.keep("each_row", self.session.lean(sql), params)
        return "each_row", complete(Query(sql, {}), relation.bases, params, reach)

    def query_of(self, one: Metric) -> str:
        """The queries of one metric over the whole window, each complete, written and not run."""
        if one.formula is not None:
            return "\n\n".join(f"-- {part}\n{self.query_of(metric(part))}" for part in formula_inputs(one.formula))
        relation = self._written(one.relation or "", [one])
        reach, params, whole = self._reach([relation]), self.params(self.window), f"(\n{relation.sql}\n)"
        queries = [aggregate(relation.id, whole, [one], relation.shape)] if expressions(one) else []
        if "value" in one.sql:
            queries.append(distribution(relation.id, whole, one, relation.shape))
        return ";\n\n".join(complete(query, relation.bases, params, reach) for query in queries)

    def sql_of(self, one: Metric) -> str:
        """The queries behind a metric, each complete."""
        if one.formula is None:
            return ";\n\n".join(self._queries.get(one.id, []))
        parts = "\n\n".join(f"-- {part}\n{self.sql_of(metric(part))}" for part in formula_inputs(one.formula))
        return f"-- {one.id} = {one.formula}\n\n{parts}"


def complete(query: Query, bases: Sequence[Base], params: Mapping[str, int], reach: Reach) -> str:
    """A query that stands alone: what is kept before it written in front, its parameters written in."""
    kept = ",\n".join(f"{base.kept_as} AS (\n{written_out(base.sql, reach[base.kept_as])}\n)" for base in bases if base.code is None)
    return (f"WITH {kept}\n" if kept else "") + written_out(query.sql, params)


def _key(record: Mapping[str, Any], at: int | None) -> Key:
    dim = record.get("dim_value")
    return (record.get("period_d", at), None if dim is None else str(dim))


def _joined(before: Row | None, new: Row) -> Row:
    if before is None:
        return new
    return Row({**before.roles, **new.roles}, *((before.values, before.counts) if len(before.counts) else (new.values, new.counts)))

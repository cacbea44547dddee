"""One run: a window, a grain and a dimension on one engine; the queries it takes and their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from lianyi.insight.measure.answers import Key, Row, counts_something
from lianyi.insight.measure.calendar import period_days
from lianyi.insight.measure.catalogue import Metric, formula_inputs, metric
from lianyi.insight.measure.compile import Query, Shape, aggregate, distribution, expressions, names_in, relation_sql
from lianyi.insight.measure.dimensions import Dimension
from lianyi.insight.measure.relation import relations
from lianyi.insight.measure.session import Session, written_out
from lianyi.kernel.clock import Window, midnight_us, periods
from lianyi.stream.engines.base import Engine


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
    _queries: dict[str, list[tuple[Query, str]]] = field(default_factory=dict)

    def rows(self, metrics: Sequence[Metric]) -> dict[str, dict[Key, Row]]:
        """The aggregates of every metric by key; metrics over the same relation are answered together."""
        if self.grain != "total":
            self.engine.offer("period_days", period_days(self.window, self.grain))
        by_relation: dict[str, list[Metric]] = {}
        for one in metrics:
            by_relation.setdefault(one.relation or "", []).append(one)
        ahead = max((relations()[r].ahead for r in by_relation), default=0)
        self.session.offer_calendar(self.engine, self.window.previous().from_day - 366, self.window.to_day + ahead)
        found: dict[str, dict[Key, Row]] = {one.id: {} for one in metrics}
        for relation_id, sharing in by_relation.items():
            if relations()[relation_id].class_ == "rows":
                self._ask(relation_id, sharing, self.window, None, found)
                continue
            for period in periods(self.window, self.grain):
                self._ask(relation_id, sharing, period, None if self.grain == "total" else period.from_day, found)
        return found

    def _ask(self, relation_id: str, sharing: list[Metric], period: Window, at: int | None, found: dict[str, dict[Key, Row]]) -> None:
        shape = Shape(self.dimension, self.grain != "total", self.session.has_devices, self.session.steps)
        params = self.params(period, relation_id)
        sql = relation_sql(relation_id, shape, names_in(sharing))
        self.session.prepare(self.engine, tuple(shape.bases.values()), params)
        counted = [m for m in sharing if expressions(m)]
        spread = {m.sql["value"]: m for m in sharing if "value" in m.sql}
        source = f"(\n{sql}\n)"
        if bool(counted) + len(spread) > 1:
            # Read more than once: kept, so that it is worked out once.
            self.engine.keep("kept_rows", sql, params)
            source = "kept_rows"
        if counted:
            query = aggregate(relation_id, f"(\n{sql}\n)", counted, shape)
            asked = aggregate(relation_id, source, counted, shape)
            for record in self.engine.run(asked.sql, params).to_pylist():
                key = _key(record, at)
                for one in counted:
                    row = Row({role: record[query.columns[expression]] for role, expression in expressions(one).items()})
                    found[one.id][key] = _joined(found[one.id].get(key), row)
                    self._note(one, query, params)
        for value, first in spread.items():
            query = distribution(relation_id, f"(\n{sql}\n)", first, shape)
            records = self.engine.run(distribution(relation_id, source, first, shape).sql, params).to_pylist()
            spreads: dict[Key, list[tuple[float, int]]] = {}
            for record in records:
                spreads.setdefault(_key(record, at), []).append((record["a0"], record["a1"]))
            for one in sharing:
                if one.sql.get("value") != value:
                    continue
                self._note(one, query, params)
                for key, pairs in spreads.items():
                    pairs.sort()
                    row = Row({}, [v for v, _ in pairs], [c for _, c in pairs])
                    found[one.id][key] = _joined(found[one.id].get(key), row)

    def params(self, period: Window, relation_id: str) -> dict[str, int]:
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
            "lo_d": min(self.window.from_day, next(iter(periods(self.window, self.grain))).previous().from_day, self.window.from_day - 30),
            "hi_d": min(self.window.to_day + 31, self.horizon_day + 1) if self.horizon_day >= self.window.to_day else self.window.to_day,
            "from_t": midnight_us(period.from_day, self.zone),
            "to_t": midnight_us(period.to_day, self.zone),
            "horizon_t": midnight_us(self.horizon_day + 1, self.zone),
        }

    def keys(self, one: Metric, rows: Mapping[Key, Row]) -> list[Key]:
        """The keys to answer for: every period, or with a dimension what occurs for this metric."""
        if self.dimension is not None:
            return [key for key, row in rows.items() if counts_something(one, row)]
        if self.grain == "total":
            return [(None, None)]
        return [(period.from_day, None) for period in periods(self.window, self.grain)]

    def _note(self, one: Metric, query: Query, params: Mapping[str, int]) -> None:
        noted = self._queries.setdefault(one.id, [])
        if len(noted) < 2 and all(known.sql != query.sql for known, _ in noted):
            noted.append((query, complete(query, params)))

    def sql_of(self, one: Metric) -> str:
        """The queries behind a metric, each complete."""
        if one.formula is None:
            return ";\n\n".join(text for _, text in self._queries.get(one.id, []))
        parts = "\n\n".join(f"-- {part}\n{self.sql_of(metric(part))}" for part in formula_inputs(one.formula))
        return f"-- {one.id} = {one.formula}\n\n{parts}"


def complete(query: Query, params: Mapping[str, int]) -> str:
    """A query that stands alone: what is kept before it written in front, its parameters written in."""
    kept = ",\n".join(f"{base.kept_as} AS (\n{base.sql}\n)" for base in query.bases if base.code is None)
    return written_out((f"WITH {kept}\n" if kept else "") + query.sql, params)


def _key(record: Mapping[str, Any], at: int | None) -> Key:
    dim = record.get("dim_value")
    return (record.get("period_d", at), None if dim is None else str(dim))


def _joined(before: Row | None, new: Row) -> Row:
    if before is None:
        return new
    return Row({**before.roles, **new.roles}, before.values or new.values, before.counts or new.counts)

"""One run: a window, a grain and a dimension on one engine; the queries it takes and their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from lianyi.insight.measure import alone
from lianyi.insight.measure.answers import Key, Row, counts_something, spreads
from lianyi.insight.measure.calendar import period_days
from lianyi.insight.measure.catalogue import Metric, formula_inputs, metric
from lianyi.insight.measure.compile import (
    Base,
    Shape,
    aggregate,
    distribution,
    each_sql,
    expressions,
    label_of,
    relation_sql,
)
from lianyi.insight.measure.dimensions import Dimension
from lianyi.insight.measure.relation import relations
from lianyi.insight.measure.session import Session, written_out
from lianyi.kernel.clock import Window, midnight_us, periods
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Reach = Mapping[str, Mapping[str, int]]


class TooManyValues(BadInput):
    """A measurement split so finely that nobody could read it, and that would hold gigabytes."""

    code = "too_many_values"
    message = Text(
        zh="这样拆分至少有 %(values)s 个数（%(periods)s 个时段，按%(by)s拆分），一次最多 %(most)s 个。",
        en="Split like this there are at least %(values)s numbers (%(periods)s periods, by %(by)s); one question returns %(most)s at most.",
    )
    remedy = Text(
        zh="请用更长的时段（week、month）、更短的区间或更少的指标，或不按时段拆分。",
        en="Ask for longer periods (week, month), fewer days or fewer metrics, or do not cut into periods.",
    )


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
    """Measurements that share a window, a grain, a dimension and a horizon.

    most : how many values may come back at most; None for any number
    """

    engine: Engine
    session: Session
    window: Window
    grain: str
    dimension: Dimension | None
    horizon_day: int
    zone: ZoneInfo
    most: int | None = None
    _noted: dict[tuple[str, int | None], tuple[Asked, Mapping[str, int], Reach]] = field(default_factory=dict)
    _sql: dict[tuple[str, int | None], str] = field(default_factory=dict)

    def rows(self, metrics: Sequence[Metric]) -> dict[str, dict[Key, Row]]:
        """The aggregates of every metric by key; metrics over the same relation are answered together."""
        if self.grain != "total":
            self.engine.offer("period_days", period_days(self.window, self.grain))
        by_relation: dict[str, list[Metric]] = {}
        for one in metrics:
            by_relation.setdefault(one.relation or "", []).append(one)
        asked = [self._written(relation_id, sharing) for relation_id, sharing in by_relation.items()]
        self._offer_calendar(asked)
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
        sql = (each_sql if each else relation_sql)(relation_id, shape, sharing)
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
        for one in relation.metrics:
            # The clusters of a metric's interval, asked for after its value, are not its value.
            self._noted.setdefault((one.id, at), (relation, params, reach))
        source = f"(\n{relation.sql}\n)"
        if bool(counted) + len(spread) > 1:
            # Read more than once: kept, so that it is worked out once.
            self.engine.keep("kept_rows", self.session.lean(relation.sql), params)
            source = "kept_rows"
        if counted:
            query = aggregate(relation.id, source, counted, relation.shape)
            told = self.engine.run(self.session.lean(query.sql), params)
            self.bound(told.num_rows * len(counted))
            for record in told.to_pylist():
                key = _key(record, at)
                for one in counted:
                    row = Row({role: record[query.columns[expression]] for role, expression in expressions(one).items()})
                    found[one.id][key] = _joined(found[one.id].get(key), row)
        for value, first in spread.items():
            sharing = [m for m in relation.metrics if m.sql.get("value") == value]
            told = self.engine.run(self.session.lean(distribution(relation.id, source, first, relation.shape).sql), params)
            rows = {_key(record, at): row for record, row in spreads(told)}
            for one in sharing:
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

    def bound(self, values: int) -> None:
        """Refuse so many values where fewer are allowed."""
        if self.most is not None and self.dimension is not None and values > self.most:
            raise TooManyValues(values=f"{values:,}", periods=len(self.starts), by=self.dimension.name, most=f"{self.most:,}")

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

    def _offer_calendar(self, asked: Sequence[Asked]) -> None:
        if any("calendar_days" in sql for relation in asked for sql in (relation.sql, *(base.sql for base in relation.bases))):
            self.session.offer_calendar(self.engine, *self._calendar_span())

    def _calendar_span(self) -> tuple[int, int]:
        return self.window.previous().from_day - 366, self.window.to_day

    def each(self, one: Metric) -> tuple[str, str]:
        """What a metric's rows, one by one, are kept under on the engine, and their query, complete. The metric is no formula."""
        relation = self._written(one.relation or "", [one], each=True)
        self._offer_calendar([relation])
        reach, params = self._reach([relation]), self.params(self.window)
        self.session.prepare(self.engine, relation.bases, reach)
        label = label_of(relation.id, relation.shape)
        sql = f"SELECT r.*{f', {label} AS dim_value' if label else ''}\nFROM (\n{relation.sql}\n) AS r"
        self.engine.keep("each_row", self.session.lean(sql), params)
        return "each_row", self._complete(sql, relation.bases, params, reach)

    def query_of(self, one: Metric) -> str:
        """The query of a metric over the whole window, complete, written and not run: that of `sql_of`."""
        if one.formula is not None:
            return self._of_formula(one, [self.query_of(metric(part)) for part in formula_inputs(one.formula)])
        relation = self._written(one.relation or "", [one])
        return self._of_rows(one, relation, self.params(self.window), self._reach([relation]), None)

    def sql_of(self, one: Metric, at: int | None = None) -> str:
        """The query behind a metric's value in a period that was counted: one statement that stands alone, with the value in the column `value`.

        at : first day of the period, None over the whole window
        Rows of other periods and of other values of the dimension may stand beside it (`period_d`, `dim_value`).
        """
        if (one.id, at) not in self._sql:
            if one.formula is not None:
                sql = self._of_formula(one, [self.sql_of(metric(part), at) for part in formula_inputs(one.formula)])
            else:
                # Rows that belong to a day are counted for all periods at once.
                noted = (one.id, at) if (one.id, at) in self._noted else (one.id, None)
                sql = self._of_rows(one, *self._noted[noted], noted[1])
            self._sql[one.id, at] = sql
        return self._sql[one.id, at]

    def _of_rows(self, one: Metric, relation: Asked, params: Mapping[str, int], reach: Reach, at: int | None) -> str:
        return self._complete(alone.of_rows(one, relation.id, relation.sql, relation.shape, at), relation.bases, params, reach)

    def _of_formula(self, one: Metric, parts: Sequence[str]) -> str:
        names = formula_inputs(one.formula or "")
        keys = [*(["period_d"] if self.grain != "total" else []), *(["dim_value"] if self.dimension is not None else [])]
        return alone.of_formula(one, dict(zip(names, parts, strict=True)), {name: metric(name) for name in names}, keys)

    def _complete(self, sql: str, bases: Sequence[Base], params: Mapping[str, int], reach: Reach) -> str:
        """A query that stands alone: what it reads besides the snapshot written in front, its parameters written in."""
        calendar = {"calendar_days": alone.calendar_sql(*self.session.calendar(*self._calendar_span()))}
        if self.grain != "total":
            calendar["period_days"] = alone.period_sql(self.window, self.grain)
        bound = [replace(base, sql=written_out(base.sql, reach[base.kept_as])) for base in bases]
        return alone.with_kept(written_out(sql, params), bound, calendar)


def _key(record: Mapping[str, Any], at: int | None) -> Key:
    dim = record.get("dim_value")
    return (record.get("period_d", at), None if dim is None else str(dim))


def _joined(before: Row | None, new: Row) -> Row:
    if before is None:
        return new
    return Row({**before.roles, **new.roles}, *((before.values, before.counts) if len(before.counts) else (new.values, new.counts)))

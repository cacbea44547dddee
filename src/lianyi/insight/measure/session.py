"""One engine and what was already kept on it: several measurements on a snapshot share their preparation."""

import re
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from lianyi.insight.measure.calendar import calendar_days
from lianyi.insight.measure.compile import Base
from lianyi.insight.measure.entries import sets
from lianyi.insight.measure.generations import generations
from lianyi.insight.measure.presence import Presence
from lianyi.stream.engines.base import Engine

Params = Mapping[str, int]
# What SQL cannot say: a function of a query's answer.
CODE = {"generations": generations}
_EVENTS = re.compile(r"\bevents AS (\w+)")
_PARAMETER = re.compile(r"\$([a-z_][a-z_0-9]*)")


class Session:
    """What is known and kept about one engine's snapshot."""

    def __init__(self, engine: Engine) -> None:
        # The session lives as long as its engine and must not keep it alive: the engine is handed in at each call.
        self.has_devices = engine.snapshot.has_devices
        # Facts without their actor, where nobody asks for it: saves joining devices to their owners. Erased members are still in it.
        self.plain = "stored" if self.has_devices and not engine.snapshot.erased else "events"
        self.presence = Presence(self.plain)
        self.first_day = engine.snapshot.first_day
        self.last_day = engine.snapshot.last_day
        self._steps: tuple[str, ...] | None = None
        self._kept: dict[str, tuple[Base, Params]] = {}
        self._calendar: tuple[int, int] | None = None
        self._span: tuple[int, int] | None = None

    def cover(self, from_day: int, to_day: int) -> None:
        """Announce that `[from_day, to_day)` will be asked about in several measurements: bases then cover it from the first on.

        Without it a base is kept for the days of one measurement and made again for the next; with it, once for all of them.
        """
        self._span = (from_day, to_day)

    def reach(self, low: int, high: int) -> tuple[int, int]:
        """The days that a base should cover, for a measurement that needs `[low, high)`."""
        return (low, high) if self._span is None else (min(low, self._span[0]), max(high, self._span[1]))

    def steps(self, engine: Engine) -> tuple[str, ...]:
        """The funnel's steps that people are known to have taken; a step that nobody records is passed over."""
        if self._steps is None:
            self._steps = tuple(name for name in sets()["FUNNEL"] if self.presence.states(engine, name, "actor"))
        return self._steps

    def lean(self, sql: str) -> str:
        """The same query, reading facts without their actor wherever it does not use one."""
        if self.plain == "events":
            return sql
        starred = ".actor" in sql  # `SELECT s.*` hands every column on

        def source(found: re.Match[str]) -> str:
            alias = found.group(1)
            used = f"{alias}.actor" in sql or (alias == "s" and starred)
            return found.group(0) if used else f"{self.plain} AS {alias}"

        return _EVENTS.sub(source, sql)

    def prepare(self, engine: Engine, bases: tuple[Base, ...], reach: Mapping[str, Params]) -> None:
        """Keep the bases of a query, in order; one kept before from the same SQL over the same days, or more, is used again."""
        for base in bases:
            if self._holds(base, reach[base.kept_as]):
                continue
            if base.code is None:
                engine.keep(base.kept_as, self.lean(base.sql), reach[base.kept_as])
            else:
                engine.offer(base.kept_as, CODE[base.code](engine.run(self.lean(base.sql), reach[base.kept_as])))
            self._kept[base.kept_as] = base, reach[base.kept_as]

    def _holds(self, base: Base, wanted: Params) -> bool:
        if base.kept_as not in self._kept:
            return False
        kept, days = self._kept[base.kept_as]
        if written_out(kept.sql, days) == written_out(base.sql, wanted):
            return True
        if kept.sql != base.sql or self.first_day is None or self.last_day is None:
            return False
        # Before the first fact and after the last there is nothing to keep.
        return days["lo_d"] <= max(wanted["lo_d"], self.first_day) and days["hi_d"] >= min(wanted["hi_d"], self.last_day + 1)

    def offer_calendar(self, engine: Engine, first_day: int, last_day: int) -> None:
        """Make `calendar_days` cover the history and a span of days."""
        wanted = self.calendar(first_day, last_day)
        if self._calendar is None or wanted[0] < self._calendar[0] or wanted[1] > self._calendar[1]:
            engine.offer("calendar_days", calendar_days(*wanted))
            self._calendar = wanted

    def calendar(self, first_day: int, last_day: int) -> tuple[int, int]:
        """First and last day of a calendar that covers the history and a span of days."""
        ends = [d for d in (self.first_day, self.last_day, first_day, last_day) if d is not None]
        return min(ends), max(ends)


def written_out(sql: str, params: Mapping[str, int | str]) -> str:
    """The SQL with its parameters, whole numbers or texts, written in.

    >>> written_out("SELECT $a AS a, $b AS b", {"a": 1, "b": "it's"})
    "SELECT 1 AS a, 'it''s' AS b"
    """
    return _PARAMETER.sub(lambda found: _literal(params[found.group(1)]), sql)


def _literal(value: int | str) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


_sessions: WeakKeyDictionary[Engine, Session] = WeakKeyDictionary()


def session_of(engine: Engine) -> Session:
    """The session of an engine, made at first use."""
    found = _sessions.get(engine)
    if found is None:
        found = _sessions[engine] = Session(engine)
    return found


def forget(engine: Engine) -> None:
    """Forget what is kept on an engine: for an engine whose snapshot was replaced."""
    _sessions.pop(engine, None)

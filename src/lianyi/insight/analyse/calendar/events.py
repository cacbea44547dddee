"""Holidays and shopping festivals with the days around them, read from `events.toml`."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.insight.analyse.calendar.days import LUNAR, CalendarFault, Year, span, years
from lianyi.kernel.clock import Window, date_of, day_of
from lianyi.kernel.text import Text

KINDS = ("holiday", "retail")
PHASES = ("pre", "in", "post")
KEYS = {"name", "kind", "on", "pre_days", "post_days"}
AFTER = re.compile(r"after:(\w+) (-?\d+)\.\.(-?\d+)")
WEEKDAY = re.compile(r"weekday:(\d+)/(\d)/(\d)")


@dataclass(frozen=True, slots=True)
class Event:
    """An event of every year. pre_days, post_days: how far before and after it people behave differently."""

    id: str
    name: Text
    kind: str
    on: str
    pre_days: int
    post_days: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event in one year.

    from_day, to_day : the days of the event itself, the second excluded
    official         : False where the date is a projection: a public holiday not yet announced, a shopping festival of a year to come
    """

    event: Event
    from_day: int
    to_day: int
    official: bool

    @property
    def reach(self) -> Window:
        """The event with the days before and after it."""
        return Window(self.from_day - self.event.pre_days, self.to_day + self.event.post_days)

    def phase(self, day: int) -> str | None:
        """pre | in | post; None where the event does not reach."""
        if self.from_day <= day < self.to_day:
            return "in"
        if self.from_day - self.event.pre_days <= day < self.from_day:
            return "pre"
        return "post" if self.to_day <= day < self.to_day + self.event.post_days else None


@cache
def events() -> dict[str, Event]:
    """Every event.

    Raises CalendarFault, naming file and entry, when the data are not in their closed shape.
    """
    raw = tomllib.loads(files("lianyi.insight.analyse.calendar").joinpath("events.toml").read_text(encoding="utf-8"))
    return {id_: _event(id_, entry) for id_, entry in raw.items()}


@cache
def all_occurrences() -> tuple[Occurrence, ...]:
    """Every event of every year of the calendar, by first day."""
    found = [
        Occurrence(event, first, last + 1, official)
        for year in years().values()
        for event in events().values()
        for first, last, official in _when(event, year)
    ]
    return tuple(sorted(_joined(found), key=lambda o: (o.from_day, o.event.id)))


def occurrences(window: Window) -> tuple[Occurrence, ...]:
    """Events whose days, or the days around them, touch a window.

    >>> june = Window(day_of(dt.date(2025, 6, 15)), day_of(dt.date(2025, 6, 16)))
    >>> [(o.event.id, o.phase(june.from_day), o.official) for o in occurrences(june)]
    [('day_618', 'in', True)]
    """
    return tuple(o for o in all_occurrences() if o.reach.from_day < window.to_day and window.from_day < o.reach.to_day)


def _when(event: Event, year: Year) -> Iterator[tuple[int, int, bool]]:
    """First and last day of an event in a year, and whether they are certain."""
    if event.on == "rest":
        for first, last in year.blocks.get(event.id, ()):
            yield first, last, year.official
    elif event.on == "lunar":
        yield year.lunar[event.id], year.lunar[event.id], True
    elif after := AFTER.fullmatch(event.on):
        day = year.lunar[after[1]]
        yield day + int(after[2]), day + int(after[3]), year.official
    elif nth := WEEKDAY.fullmatch(event.on):
        month, times, weekday = int(nth[1]), int(nth[2]), int(nth[3])
        first_day = dt.date(year.year, month, 1)
        found = day_of(first_day) + (weekday - first_day.weekday()) % 7 + 7 * (times - 1)
        yield found, found, True
    else:
        first, last = span(year.year, event.on)
        yield first, last, year.official


def _joined(found: list[Occurrence]) -> Iterator[Occurrence]:
    """Blocks of one event that follow each other, across a year's end or around another holiday, as one."""
    open_: dict[str, Occurrence] = {}
    for one in sorted(found, key=lambda o: o.from_day):
        before = open_.get(one.event.id)
        if before is not None and one.from_day - before.to_day <= 1:
            open_[one.event.id] = Occurrence(one.event, before.from_day, one.to_day, before.official and one.official)
        else:
            if before is not None:
                yield before
            open_[one.event.id] = one
    yield from open_.values()


def _event(id_: str, entry: dict[str, Any]) -> Event:
    def fault(what: str) -> CalendarFault:
        return CalendarFault(file="events.toml", entry=id_, fault=what)

    if set(entry) != KEYS:
        raise fault(f"keys {sorted(set(entry) ^ KEYS)}")
    if entry["kind"] not in KINDS:
        raise fault(f"kind {entry['kind']}")
    on = entry["on"]
    after = AFTER.fullmatch(on)
    if not (on == "rest" or (on == "lunar" and id_ in LUNAR) or (after and after[1] in LUNAR) or WEEKDAY.fullmatch(on)):
        try:
            span(2024, on)
        except ValueError as wrong:
            raise fault(f"on {on}") from wrong
    return Event(id_, Text.of(entry["name"]), entry["kind"], on, int(entry["pre_days"]), int(entry["post_days"]))


def named(day: int) -> tuple[Occurrence, ...]:
    """Events that a day lies in or near, the nearest named first.

    >>> [o.event.name.en for o in named(day_of(dt.date(2024, 11, 11)))]
    ['Double 11']
    """
    order = {"in": 0, "pre": 1, "post": 2}
    touching = [(order[p], o) for o in occurrences(Window(day, day + 1)) if (p := o.phase(day)) is not None]
    return tuple(
        o for _, o in sorted(touching, key=lambda found: (found[0], found[1].to_day - found[1].from_day, date_of(found[1].from_day)))
    )

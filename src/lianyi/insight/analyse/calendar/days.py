"""Public holidays and make-up working days, read from `holidays.toml`."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.kernel.clock import date_of, day_of
from lianyi.kernel.errors import BadInput, Broken
from lianyi.kernel.text import Text

STATUSES = ("official", "projected")
LUNAR = ("spring_festival", "lantern", "dragon_boat", "qixi", "mid_autumn", "double_ninth")


class OutsideCalendar(BadInput):
    """A day was asked for that the calendar does not hold."""

    code = "outside_calendar"
    message = Text(
        zh="节假日历只有 %(first)s 到 %(last)s 年，没有 %(date)s。", en="The holiday calendar holds %(first)s to %(last)s, not %(date)s."
    )
    remedy = Text(zh="分析时可不带日历。", en="The analysis can be run without the calendar.")


class CalendarFault(Broken):
    """The calendar's own data is wrong."""

    code = "calendar_fault"
    message = Text(zh="日历数据 %(file)s 的 %(entry)s 有误：%(fault)s", en="Calendar data %(file)s, %(entry)s: %(fault)s")


@dataclass(frozen=True, slots=True)
class Year:
    """One year.

    official : False where the days off are projected, not announced; make-up days are then not known
    rest     : day number -> holiday id
    work     : day numbers on weekends that were made working days
    lunar    : festival id -> day number
    blocks   : holiday id -> first and last day number of each run of days off
    """

    year: int
    official: bool
    rest: Mapping[int, str]
    work: frozenset[int]
    lunar: Mapping[str, int]
    blocks: Mapping[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Day:
    """What kind of day it is.

    is_off   : people are off: a public holiday or a weekend that was not made a working day
    holiday  : id of the public holiday whose days off hold it, or None
    is_makeup: a weekend day worked in exchange for a day off
    official : whether this was announced, or is projected
    """

    is_off: bool
    holiday: str | None
    is_makeup: bool
    official: bool


@cache
def years() -> dict[int, Year]:
    """Every year of the calendar.

    Raises CalendarFault, naming file and entry, when the data are not in their closed shape.
    """
    raw = tomllib.loads(files("lianyi.insight.analyse.calendar").joinpath("holidays.toml").read_text(encoding="utf-8"))
    return {int(year): _year(year, entry) for year, entry in raw.items()}


def day_kind(day: int) -> Day:
    """What kind of day a day number is.

    Raises OutsideCalendar before the first or after the last year held.
    >>> day_kind(day_of(dt.date(2024, 2, 4)))  # a Sunday, worked for Spring Festival
    Day(is_off=False, holiday=None, is_makeup=True, official=True)
    """
    date = date_of(day)
    year = years().get(date.year)
    if year is None:
        raise OutsideCalendar(first=min(years()), last=max(years()), date=date.isoformat())
    holiday, makeup = year.rest.get(day), day in year.work
    return Day(holiday is not None or (date.weekday() >= 5 and not makeup), holiday, makeup, year.official)


def _year(year: str, entry: dict[str, Any]) -> Year:
    def fault(what: str) -> CalendarFault:
        return CalendarFault(file="holidays.toml", entry=year, fault=what)

    unknown = set(entry) - {"status", "rest", "work", "lunar"}
    if unknown:
        raise fault(f"unknown key {min(unknown)}")
    if entry["status"] not in STATUSES:
        raise fault(f"status {entry['status']}")
    if set(entry["lunar"]) != set(LUNAR):
        raise fault("lunar festivals are not the ones known")
    try:
        blocks = {holiday: tuple(span(int(year), text) for text in spans) for holiday, spans in entry["rest"].items()}
        work = frozenset(span(int(year), text)[0] for text in entry["work"])
        lunar = {festival: span(int(year), text)[0] for festival, text in entry["lunar"].items()}
    except ValueError as wrong:
        raise fault(str(wrong)) from wrong
    rest = {day: holiday for holiday, spans in blocks.items() for first, last in spans for day in range(first, last + 1)}
    if work & set(rest):
        raise fault("a day is both off and worked")
    if any(date_of(day).weekday() < 5 for day in work):
        raise fault("a make-up day is not on a weekend")
    return Year(int(year), entry["status"] == "official", rest, work, lunar, blocks)


def span(year: int, text: str) -> tuple[int, int]:
    """First and last day number of `MM-DD` or `MM-DD..MM-DD` in a year.

    >>> first, last = span(2024, "02-28..03-01")
    >>> last - first
    2
    """
    first, _, last = text.partition("..")
    days = [day_of(dt.date.fromisoformat(f"{year}-{part}")) for part in (first, last or first)]
    if days[1] < days[0]:
        raise ValueError(text)
    return days[0], days[1]

"""What the calendar does to visits and to buying, day by day."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from lianyi.kernel.clock import date_of, day_of
from lianyi.lab.chance import Reals


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a world.

    first_day : day number of the first
    visits, buying : (days,) factors; 1 is an ordinary day
    hours     : (24,) weight of each hour in what happens on a day
    """

    first_day: int
    visits: Reals
    buying: Reals
    hours: Reals


def calendar(first_day: int, days: int, season: float) -> Calendar:
    """The calendar of a world.

    season : exponent on every factor: 0 makes all days alike, 1 leaves them as they are
    >>> year = calendar(day_of(dt.date(2026, 1, 1)), 365, 1.0)
    >>> bool(year.buying[day_of(dt.date(2026, 11, 11)) - year.first_day] > 3)
    True
    """
    entries = _entries()
    dates = [date_of(first_day + n) for n in range(days)]
    weekday = np.array([date.weekday() for date in dates])
    factors = {}
    for what in ("visits", "buying"):
        level = np.array(entries["weekdays"][what])[weekday]
        for event in entries["events"].values():
            level = level * _event(event, what, first_day, days)
        factors[what] = level**season
    return Calendar(first_day, factors["visits"], factors["buying"], np.array(entries["hours"], dtype=np.float64))


def _event(event: dict[str, Any], what: str, first_day: int, days: int) -> Reals:
    level = np.ones(days)
    day = np.arange(first_day, first_day + days)
    years = range(date_of(first_day).year - 1, date_of(first_day + days).year + 2)
    starts = [dt.date.fromisoformat(text if len(text) > 5 else f"{year}-{text}") for text in event["days"] for year in years]
    for start in {day_of(one) for one in starts}:
        end = start + event["length"]
        before, after = event["before"], event["after"]
        inside = (day >= start) & (day < end)
        level[inside] = event["factor"][what]
        # The days around it come and go gradually.
        nearing = (day >= start - before["days"]) & (day < start)
        level[nearing] = 1 + (before["factor"] - 1) * (day[nearing] - (start - before["days"]) + 1) / before["days"]
        leaving = (day >= end) & (day < end + after["days"])
        level[leaving] = 1 + (after["factor"] - 1) * (end + after["days"] - day[leaving]) / after["days"]
    return level


@cache
def _entries() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("calendar.toml").read_text(encoding="utf-8"))

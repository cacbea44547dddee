"""A month as a calendar: days off, retail events, and what the team has planned, day by day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lianyi.insight.analyse.calendar.days import OutsideCalendar, day_kind
from lianyi.insight.analyse.calendar.events import occurrences
from lianyi.kernel.clock import Window, add_months, day_of
from lianyi.kernel.text import Text
from lianyi.ops.plan.selectors import CalendarRow

MOST_A_DAY = 4
LONGEST_BAR = dt.timedelta(days=31)
"""What lasts longer stands on its first day only: a bar through every week says nothing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something planned on a day. starts : whether it is its first day shown, where its title stands; goes_on : whether the next day of the week has it too."""

    title: str
    kind: str
    href: str
    starts: bool
    goes_on: bool


@dataclass(slots=True)
class Cell:
    """One day. is_off : people are off; is_makeup : a weekend that is worked; events : of retail and holidays; more : planned things not shown.

    marks : line by line, a line that another day of the week needs may be empty
    """

    date: dt.date
    in_month: bool
    is_today: bool
    is_off: bool = False
    is_makeup: bool = False
    events: list[Text] = field(default_factory=list)
    marks: list[Mark | None] = field(default_factory=list)
    more: int = 0

    @property
    def is_busy(self) -> bool:
        """Whether a narrow page shows it."""
        return self.in_month and bool(self.events or any(mark and mark.starts for mark in self.marks))


def month_of(first: dt.date, today: dt.date, rows: Sequence[CalendarRow], hrefs: Mapping[str, str], zone: Any) -> list[list[Cell]]:
    """The weeks of a month, from Monday to Sunday.

    first : first day of the month; hrefs : subject id -> where it leads
    """
    begin = first - dt.timedelta(days=first.weekday())
    end = add_months(first, 1)
    weeks = -(-(end - begin).days // 7)
    cells = [Cell(date, date.month == first.month, date == today) for date in (begin + dt.timedelta(days=n) for n in range(weeks * 7))]
    for cell in cells:
        try:
            kind = day_kind(day_of(cell.date))
        except OutsideCalendar:
            continue
        cell.is_off, cell.is_makeup = kind.is_off, kind.is_makeup
    for found in occurrences(Window(day_of(begin), day_of(begin) + weeks * 7)):
        for cell in cells:
            if found.from_day <= day_of(cell.date) < found.to_day and (found.from_day == day_of(cell.date) or cell.date == begin):
                cell.events.append(found.event.name)
    for row in rows:
        from_on, last_on = row.starts_at.astimezone(zone).date(), (row.ends_at - dt.timedelta(seconds=1)).astimezone(zone).date()
        if row.ends_at - row.starts_at > LONGEST_BAR:
            last_on = from_on
        for week in (cells[n : n + 7] for n in range(0, len(cells), 7)):
            _lay([cell for cell in week if from_on <= cell.date <= last_on], row, hrefs.get(row.subject_id, ""))
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _lay(days: list[Cell], row: CalendarRow, href: str) -> None:
    """Put a row on days of one week: on the first line that is free on all of them, or among those not shown."""
    line = next((n for n in range(MOST_A_DAY) if all(len(day.marks) <= n or day.marks[n] is None for day in days)), None)
    for day in days:
        if line is None:
            day.more += 1
            continue
        day.marks += [None] * (line + 1 - len(day.marks))
        day.marks[line] = Mark(row.title, row.kind, href, starts=day is days[0], goes_on=day is not days[-1])

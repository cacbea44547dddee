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
    """Something planned on a day. starts : whether it is its first day shown, where its title stands."""

    title: str
    kind: str
    href: str
    starts: bool


@dataclass(slots=True)
class Cell:
    """One day. is_off : people are off; is_makeup : a weekend that is worked; events : of retail and holidays; more : planned things not shown."""

    date: dt.date
    in_month: bool
    is_today: bool
    is_off: bool = False
    is_makeup: bool = False
    events: list[Text] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    more: int = 0

    @property
    def is_busy(self) -> bool:
        """Whether a narrow page shows it."""
        return self.in_month and bool(self.events or any(mark.starts for mark in self.marks))


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
        for cell in cells:
            if not from_on <= cell.date <= last_on:
                continue
            if len(cell.marks) >= MOST_A_DAY:
                cell.more += 1
                continue
            starts = cell.date in (from_on, begin) or cell.date.weekday() == 0
            cell.marks.append(Mark(row.title, row.kind, hrefs.get(row.subject_id, ""), starts))
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]

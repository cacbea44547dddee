"""Business days and periods. A day is an integer: days since 1970-01-01 in the workspace's own calendar.

No clock is read here: whoever needs "now" is handed it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

EPOCH = dt.date(1970, 1, 1)
US_PER_SECOND = 1_000_000
US_PER_DAY = 86_400 * US_PER_SECOND
GRAINS = ("day", "week", "month", "quarter", "total")


def day_of(date: dt.date) -> int:
    """The day number of a calendar date.

    >>> day_of(dt.date(1970, 1, 2))
    1
    """
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """The calendar date of a day number.

    >>> date_of(1).isoformat()
    '1970-01-02'
    """
    return EPOCH + dt.timedelta(days=day)


def business_day(t_us: int, zone: ZoneInfo) -> int:
    """The business day in which a UTC instant (microseconds) falls, by the zone database.

    >>> business_day(1704038400_000000, ZoneInfo("Asia/Shanghai")) == day_of(dt.date(2024, 1, 1))
    True
    """
    moment = dt.datetime.fromtimestamp(t_us / US_PER_SECOND, tz=dt.UTC).astimezone(zone)
    return day_of(moment.date())


def midnight_us(day: int, zone: ZoneInfo) -> int:
    """The UTC instant (microseconds) at which a business day begins.

    >>> midnight_us(day_of(dt.date(2024, 1, 1)), ZoneInfo("Asia/Shanghai"))
    1704038400000000
    """
    start = dt.datetime.combine(date_of(day), dt.time(), tzinfo=zone)
    return int(start.timestamp()) * US_PER_SECOND


def parse_day(text: str) -> int:
    """A day number from YYYY-MM-DD.

    Raises BadInput with the text as given.
    >>> parse_day("2024-02-29") == day_of(dt.date(2024, 2, 29))
    True
    """
    try:
        return day_of(dt.date.fromisoformat(text.strip()))
    except ValueError:
        raise BadInput(
            reason=Text(zh="日期应写作 2024-05-31，收到的是 %(given)s", en="A date is written 2024-05-31, not %(given)s"),
            given=text,
        ) from None


def parse_zone(name: str) -> ZoneInfo:
    """A time zone by its database name.

    >>> parse_zone("Asia/Shanghai").key
    'Asia/Shanghai'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(
            reason=Text(zh="没有这个时区：%(given)s，例如 Asia/Shanghai", en="No such time zone: %(given)s; for example Asia/Shanghai"),
            given=name,
        ) from None


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open span of business days `[from_day, to_day)`; at least one day.

    >>> Window.parse("2024-01-01", "2024-02-01").days
    31
    """

    from_day: int
    to_day: int

    def __post_init__(self) -> None:
        if self.to_day <= self.from_day:
            raise BadInput(
                reason=Text(
                    zh="区间的终点（%(end)s，不含）必须晚于起点（%(start)s）",
                    en="A window ends (%(end)s, excluded) after it begins (%(start)s)",
                ),
                start=date_of(self.from_day).isoformat(),
                end=date_of(self.to_day).isoformat(),
            )

    @classmethod
    def parse(cls, start: str, end: str) -> "Window":
        """A window from two dates, the second excluded."""
        return cls(parse_day(start), parse_day(end))

    @classmethod
    def named(cls, text: str) -> "Window":
        """The window of a calendar period: a year 2026, a quarter 2026-Q3, a month 2026-10.

        Raises BadInput for anything else.
        >>> str(Window.named("2026-Q3")), str(Window.named("2026-10"))
        ('2026-07-01..2026-10-01', '2026-10-01..2026-11-01')
        """
        year, _, part = text.strip().upper().partition("-")
        months = {"": 12, "Q": 3}.get(part[:1], 1)
        number = part[1:] if part.startswith("Q") else part or "1"
        if len(year) == 4 and year.isdigit() and number.isdigit() and 1 <= int(number) <= 12 // months and int(year):
            start = dt.date(int(year), (int(number) - 1) * months + 1, 1)
            return cls(day_of(start), day_of(add_months(start, months)))
        raise BadInput(
            reason=Text(
                zh="期间写作 2026-10（月）、2026-Q3（季）或 2026（年），收到的是 %(given)s",
                en="A period is written 2026-10 (a month), 2026-Q3 (a quarter) or 2026 (a year), not %(given)s",
            ),
            given=text,
        )

    @property
    def days(self) -> int:
        return self.to_day - self.from_day

    @property
    def start(self) -> dt.date:
        return date_of(self.from_day)

    @property
    def end(self) -> dt.date:
        """The first day after the window."""
        return date_of(self.to_day)

    def previous(self) -> "Window":
        """The window of equal length just before; whole months and quarters step back by as many calendar months.

        >>> str(Window.parse("2024-03-01", "2024-04-01").previous())
        '2024-02-01..2024-03-01'
        """
        if self.start.day == 1 and self.end.day == 1:
            months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
            return Window(day_of(add_months(self.start, -months)), self.from_day)
        return Window(self.from_day - self.days, self.from_day)

    def year_before(self) -> "Window":
        """The same calendar dates one year earlier.

        >>> str(Window.parse("2024-03-01", "2024-04-01").year_before())
        '2023-03-01..2023-04-01'
        """
        return Window(day_of(add_months(self.start, -12)), day_of(add_months(self.end, -12)))

    def __str__(self) -> str:
        return f"{self.start.isoformat()}..{self.end.isoformat()}"


def add_months(date: dt.date, months: int) -> dt.date:
    """The same day of another month, or that month's last day.

    >>> add_months(dt.date(2024, 3, 31), -1).isoformat()
    '2024-02-29'
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    month += 1
    last = ((dt.date(year + month // 12, month % 12 + 1, 1)) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(date.day, last))


def period_start(day: int, grain: str) -> int:
    """The first day of the period that holds `day`; weeks begin on Monday.

    grain : day | week | month | quarter
    >>> date_of(period_start(day_of(dt.date(2024, 5, 31)), "quarter")).isoformat()
    '2024-04-01'
    """
    date = date_of(day)
    if grain == "day":
        return day
    if grain == "week":
        return day - date.weekday()
    if grain == "month":
        return day_of(date.replace(day=1))
    if grain == "quarter":
        return day_of(date.replace(month=(date.month - 1) // 3 * 3 + 1, day=1))
    raise ValueError(grain)


def periods(window: Window, grain: str) -> Iterator[Window]:
    """The window cut into periods of a grain; the first and last may be cut short by the window.

    >>> [str(p) for p in periods(Window.parse("2024-01-30", "2024-02-02"), "month")]
    ['2024-01-30..2024-02-01', '2024-02-01..2024-02-02']
    """
    if grain == "total":
        yield window
        return
    start = window.from_day
    while start < window.to_day:
        first = period_start(start, grain)
        if grain == "day":
            after = first + 1
        elif grain == "week":
            after = first + 7
        else:
            after = day_of(add_months(date_of(first), 3 if grain == "quarter" else 1))
        end = min(after, window.to_day)
        yield Window(start, end)
        start = end

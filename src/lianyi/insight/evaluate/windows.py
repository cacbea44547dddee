"""Which windows to compare, given what the data covers."""

from lianyi.insight.evaluate.case import Comparison
from lianyi.kernel.clock import Window, add_months, day_of
from lianyi.kernel.errors import UnknownName

BASELINES = ("previous", "year")
# A baseline may lack its very first days (a shop closed on New Year's Day) and still be one.
SLACK_DAYS = 7
MIN_WITHIN_DAYS = 56


def asked_baseline(text: str, window: Window) -> tuple[str, Window]:
    """The baseline window meant by `previous`, `year`, or `FROM:TO`.

    Raises UnknownName for another word, BadInput for a date that is none.
    >>> str(asked_baseline("previous", Window.parse("2024-02-01", "2024-03-01"))[1])
    '2024-01-01..2024-02-01'
    """
    if text == "previous":
        return text, window.previous()
    if text == "year":
        return text, window.year_before()
    start, colon, end = text.partition(":")
    if not colon:
        raise UnknownName(what="baseline", given=text, allowed=[*BASELINES, "FROM:TO"])
    return "given", Window.parse(start, end)


def covered(window: Window, first_day: int) -> bool:
    """Whether the data begins early enough for a window."""
    return first_day <= window.from_day + min(SLACK_DAYS, window.days // 10)


def comparison(window: Window, kind: str, baseline: Window, *, first_day: int, horizon_day: int) -> Comparison | None:
    """What can be compared: the baseline where the data covers it, else the end of the window with the time before it.

    An unfinished window is compared with as many days of its baseline, so that a half month never meets a whole one.
    """
    end = min(window.to_day, horizon_day + 1)
    if end <= window.from_day:
        return None
    if covered(baseline, first_day):
        if end == window.to_day:
            return Comparison(kind, baseline, window)
        days = end - window.from_day
        return Comparison(kind, Window(baseline.from_day, baseline.from_day + days), Window(window.from_day, end))
    return _within(Window(max(window.from_day, first_day), end))


def _within(window: Window) -> Comparison | None:
    """The last quarter of a window against as long just before: whole months where there are enough of them."""
    if window.days < MIN_WITHIN_DAYS:
        return None
    # Months are counted back from the last month that ended inside the window.
    last = window.end if window.end.day == 1 else window.end.replace(day=1)
    months = (last.year - window.start.year) * 12 + last.month - window.start.month - (1 if window.start.day > 1 else 0)
    if months >= 4:
        length = min(3, months // 2)
        middle = add_months(last, -length)
        return Comparison("within", Window(day_of(add_months(middle, -length)), day_of(middle)), Window(day_of(middle), day_of(last)))
    half = window.days // 2 // 7 * 7
    now = Window(window.to_day - half, window.to_day)
    return Comparison("within", Window(now.from_day - half, now.from_day), now)

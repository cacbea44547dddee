"""The grain of a series, read from the first days of its periods."""

import datetime as dt
from itertools import pairwise
from statistics import median

from lianyi.kernel.clock import add_months

GAPS = ((1, "day"), (7, "week"), (45, "month"))


def grain_of(starts: tuple[str, ...]) -> str:
    """day | week | month | quarter, by the usual distance between periods; a single period counts as a month.

    >>> grain_of(("2024-01-01", "2024-02-01", "2024-03-01")), grain_of(("2024-01-01", "2024-01-08"))
    ('month', 'week')
    """
    dates = [dt.date.fromisoformat(s[:10]) for s in starts]
    if len(dates) < 2:
        return "month"
    gap = median((b - a).days for a, b in pairwise(dates))
    return next((name for days, name in GAPS if gap <= days), "quarter")


def period_end(start: dt.date, grain: str) -> dt.date:
    """The first day after the period that begins on `start`.

    >>> period_end(dt.date(2024, 2, 1), "month").isoformat()
    '2024-03-01'
    """
    if grain in ("day", "week"):
        return start + dt.timedelta(days=7 if grain == "week" else 1)
    return add_months(start, 3 if grain == "quarter" else 1)

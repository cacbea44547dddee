"""The grain of a series, read from the first days of its periods."""

import datetime as dt
from statistics import median

GAPS = ((1, "day"), (7, "week"), (45, "month"))


def grain_of(starts: tuple[str, ...]) -> str:
    """day | week | month | quarter, by the usual distance between periods; a single period counts as a month.

    >>> grain_of(("2024-01-01", "2024-02-01", "2024-03-01")), grain_of(("2024-01-01", "2024-01-08"))
    ('month', 'week')
    """
    dates = [dt.date.fromisoformat(s[:10]) for s in starts]
    if len(dates) < 2:
        return "month"
    gap = median((b - a).days for a, b in zip(dates, dates[1:], strict=False))
    return next((name for days, name in GAPS if gap <= days), "quarter")

"""Calendar tables offered to SQL, so that no query needs date functions."""

import pyarrow as pa

from lianyi.kernel.clock import Window, date_of, periods


def calendar_days(first_day: int, last_day: int) -> pa.Table:
    """One row a day: d, and its month as text.

    first_day, last_day : inclusive
    >>> calendar_days(0, 0).to_pylist()
    [{'d': 0, 'month_text': '1970-01'}]
    """
    days = range(first_day, last_day + 1)
    return pa.table(
        {
            "d": pa.array(days, pa.int32()),
            "month_text": pa.array([date_of(d).strftime("%Y-%m") for d in days], pa.string()),
        }
    )


def period_days(window: Window, grain: str) -> pa.Table:
    """One row a day of the window: the day and the first day of its period inside the window.

    >>> period_days(Window(0, 3), "day").to_pydict()
    {'d': [0, 1, 2], 'p': [0, 1, 2]}
    """
    pairs = [(d, period.from_day) for period in periods(window, grain) for d in range(period.from_day, period.to_day)]
    return pa.table({"d": pa.array([d for d, _ in pairs], pa.int32()), "p": pa.array([p for _, p in pairs], pa.int32())})

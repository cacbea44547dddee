"""The reference price: what a crossed-out price may be at most (CN-PR-001)."""

import datetime as dt
from collections.abc import Iterable

from lianyi.compliance.register import rule


def reference_ceiling_fen(deals: Iterable[tuple[dt.datetime, int]], *, at: dt.datetime) -> int | None:
    """The highest price that may be shown crossed out without stating a basis.

    deals : (instant, unit price in fen) of deals of one item in one shop, in any order; those at or after `at` do not count
    Returns the lowest deal of the seven days before `at`; without one, the last deal before that; None when there never was a deal:
    then no crossed-out price has a ground.
    >>> noon = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
    >>> reference_ceiling_fen([(noon - dt.timedelta(days=3), 9900), (noon - dt.timedelta(days=1), 12900)], at=noon)
    9900
    >>> reference_ceiling_fen([(noon - dt.timedelta(days=30), 9900), (noon - dt.timedelta(days=20), 12900)], at=noon)
    12900
    """
    before = sorted((when, price) for when, price in deals if when < at)
    since = at - dt.timedelta(days=window_days())
    recent = [price for when, price in before if when >= since]
    if recent:
        return min(recent)
    return before[-1][1] if before else None


def window_days() -> int:
    """How many days before a promotion count.

    >>> window_days()
    7
    """
    return int((rule("CN-PR-001").values or {})["window_days"])

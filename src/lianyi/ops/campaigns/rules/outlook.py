"""What a campaign may bring, told from those of its kind that are over: a range for the next one, and on how many it rests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from lianyi.insight.measure.intervals import t_of

LEAST = 3
"""Campaigns below which no range is told: two say next to nothing of a third."""
LEVEL = 0.8
"""Of five campaigns like those before, four should come to lie within the range."""


@dataclass(frozen=True, slots=True)
class Past:
    """One campaign that is over. days : it ran, more than 0; orders : paid; net_fen : paid and not given back."""

    days: float
    orders: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class Range:
    """Where the next one should come to lie, and its middle."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is told before a campaign. n : campaigns it rests on; orders, net_fen : None below LEAST campaigns."""

    n: int
    days: float
    orders: Range | None = None
    net_fen: Range | None = None


def look_ahead(past: Sequence[Past], days: float) -> Outlook:
    """What a campaign of so many days may bring, as those before it did for each of their days."""
    return Outlook(
        len(past),
        days,
        range_of([one.orders / one.days for one in past], days),
        range_of([max(0, one.net_fen) / one.days for one in past], days),
    )


def range_of(daily: Sequence[float], days: float) -> Range | None:
    """The range for the sum of some days, from what earlier ones had in a day; None below LEAST of them.

    Of one more draw from what the earlier ones were drawn from, on a scale of ratios: campaigns differ by factors, not by amounts. It does
    not know of season, price or audience; with few campaigns it is wide, as it should be. Cost: none.

    >>> range_of([10, 10, 10], 3)
    Range(low=30.0, middle=30.0, high=30.0)
    >>> range_of([10, 12], 3)
    """
    if len(daily) < LEAST:
        return None
    logs = [math.log1p(value) for value in daily]
    reach = t_of(LEVEL, len(logs) - 1) * stdev(logs) * math.sqrt(1 + 1 / len(logs))
    low, middle, high = (round(days * math.expm1(fmean(logs) + side * reach), 6) for side in (-1, 0, 1))
    return Range(max(0.0, low), middle, high)

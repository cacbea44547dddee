"""How sure the change of a level is."""

import math
import statistics
from collections.abc import Sequence

from lianyi.insight.measure.intervals import t_of

MIN_BLOCKS = 4


def relative_interval(now: Sequence[float], before: Sequence[float]) -> tuple[float, float] | None:
    """An interval for the relative change of a mean level, from the block-to-block (week-to-week) variation of each side.

    now, before : one value a block, at least four each, all positive; else None
    Assumes blocks are exchangeable within a side: a season inside the window widens it, which errs on the careful side.
    >>> relative_interval([10, 11, 9, 10], [10, 10, 11, 9])[0] < 0 < relative_interval([10, 11, 9, 10], [10, 10, 11, 9])[1]
    True
    """
    if min(len(now), len(before)) < MIN_BLOCKS or min(*now, *before) <= 0:
        return None
    mean_now, mean_before = statistics.fmean(now), statistics.fmean(before)
    spread = math.sqrt((statistics.stdev(now) / mean_now) ** 2 / len(now) + (statistics.stdev(before) / mean_before) ** 2 / len(before))
    freedom = min(len(now), len(before)) - 1
    width = t_of(0.95, freedom) * spread
    ratio = math.log(mean_now / mean_before)
    return math.exp(ratio - width) - 1, math.exp(ratio + width) - 1

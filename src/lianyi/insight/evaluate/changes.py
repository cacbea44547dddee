"""How sure a change is: an interval for the difference of two figures."""

import math
import statistics
from collections.abc import Sequence

# Student's t for a two-sided 95% interval by degrees of freedom; beyond 30 the normal value serves.
_T95 = (
    12.706,
    4.303,
    3.182,
    2.776,
    2.571,
    2.447,
    2.365,
    2.306,
    2.262,
    2.228,
    2.201,
    2.179,
    2.160,
    2.145,
    2.131,
    2.120,
    2.110,
    2.101,
    2.093,
    2.086,
    2.080,
    2.074,
    2.069,
    2.064,
    2.060,
    2.056,
    2.052,
    2.048,
    2.045,
    2.042,
)
MIN_BLOCKS = 4


def difference_interval(
    now: float, now_interval: tuple[float, float], before: float, before_interval: tuple[float, float]
) -> tuple[float, float]:
    """An interval for now - before from an interval of each (MOVER: Zou & Donner 2008), the two independent.

    >>> tuple(round(x, 3) for x in difference_interval(0.30, (0.27, 0.33), 0.20, (0.18, 0.22)))
    (0.064, 0.136)
    """
    low = now - before - math.hypot(now - now_interval[0], before_interval[1] - before)
    high = now - before + math.hypot(now_interval[1] - now, before - before_interval[0])
    return low, high


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
    width = (_T95[freedom - 1] if freedom <= len(_T95) else 1.96) * spread
    ratio = math.log(mean_now / mean_before)
    return math.exp(ratio - width) - 1, math.exp(ratio + width) - 1

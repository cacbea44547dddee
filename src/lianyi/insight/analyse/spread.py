"""How far an estimate may be off: the delete-a-group jackknife, and intervals that stay within what is possible."""

import numpy as np
import numpy.typing as npt

from lianyi.insight.measure.intervals import Interval, z_of

Reals = npt.NDArray[np.float64]


def jackknife_spread(whole: Reals, without: Reals) -> Reals:
    """Standard errors by the delete-a-group jackknife.

    whole   : (...) estimates from all groups
    without : (groups, ...) the same estimates, each without one of the groups; groups of about equal size
    Returns  (...) standard errors
    >>> groups = np.array([1.0, 2.0, 3.0, 4.0])
    >>> means = np.array([(groups.sum() - g) / 3 for g in groups])
    >>> round(float(jackknife_spread(groups.mean(), means)), 6)  # the standard error of a mean
    0.645497
    """
    groups = len(without)
    return np.asarray(np.sqrt((groups - 1) / groups * ((without - whole) ** 2).sum(axis=0)))


def interval_of(value: float, spread: float, *, low: float = -np.inf, high: float = np.inf, level: float = 0.95) -> Interval:
    """The normal interval of an estimate, kept within the bounds of what is possible.

    >>> [round(x, 2) for x in interval_of(0.5, 0.1, low=0.0)]
    [0.3, 0.7]
    """
    half = z_of(level) * spread
    return (max(low, value - half), min(high, value + half))

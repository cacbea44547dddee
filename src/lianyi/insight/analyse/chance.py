"""What chance alone may do: intervals of shares, tail probabilities, and many tests at once."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.spread import jackknife_spread
from lianyi.insight.measure.intervals import Interval, wilson


def share_interval(hits: int, n: int) -> Interval | None:
    """The 95% Wilson interval of a share; None where there is nothing to share.

    >>> share_interval(0, 0) is None
    True
    """
    return wilson(hits, n) if n > 0 else None


def clustered_share_interval(hits: npt.NDArray[np.float64], of: npt.NDArray[np.float64]) -> Interval | None:
    """The 95% interval of a share whose trials come in clusters; None where there is nothing to share.

    hits, of : (groups,) hits and trials of groups of people, each person in one group
    Formula  : Wilson's for as many independent trials as would leave the spread that the delete-a-group jackknife finds; never more than there were
    >>> alike = clustered_share_interval(np.array([30.0, 30.0, 0.0, 0.0]), np.array([30.0, 30.0, 30.0, 30.0]))
    >>> single = share_interval(60, 120)
    >>> alike[0] < single[0] and alike[1] > single[1]
    True
    """
    n, k = float(of.sum()), float(hits.sum())
    if n <= 0:
        return None
    share, rest = k / n, np.maximum(of.sum() - of, 1.0)
    spread = float(jackknife_spread(np.array(share), (k - hits) / rest))
    independent = share * (1 - share) / n
    wider = max(1.0, spread**2 / independent) if independent > 0 else 1.0
    return wilson(max(0, round(k / wider)), max(1, round(n / wider)))


def two_sided(z: float) -> float:
    """The probability that a standard normal value lies at least this far from zero.

    >>> round(two_sided(1.959964), 6)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg q-values, in the order given: the false-discovery rate at which each test would just pass.

    p_values : in [0, 1]; None (not tested) stays None and does not count
    >>> adjusted([0.01, None, 0.04, 0.03])
    [0.03, None, 0.04, 0.04]
    """
    tested = [i for i, p in enumerate(p_values) if p is not None]
    values: npt.NDArray[np.float64] = np.array([p_values[i] for i in tested], dtype=np.float64)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    smallest = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    answer: list[float | None] = [None] * len(p_values)
    for place, q in zip(order, smallest, strict=True):
        answer[tested[int(place)]] = float(q)
    return answer

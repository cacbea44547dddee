"""What chance alone may do: intervals of shares, tail probabilities, and many tests at once."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lianyi.insight.measure.intervals import Interval, wilson


def share_interval(hits: int, n: int) -> Interval | None:
    """The 95% Wilson interval of a share; None where there is nothing to share.

    >>> share_interval(0, 0) is None
    True
    """
    return wilson(hits, n) if n > 0 else None


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

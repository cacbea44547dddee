"""What chance alone may do: intervals of shares, tail probabilities, and many tests at once."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

LEVEL = 0.95


def wilson(hits: int, n: int, *, level: float = LEVEL) -> tuple[float, float] | None:
    """The Wilson interval of a share; None where there is nothing to share.

    hits  : 0..n
    level : coverage, in (0, 1)
    >>> low, high = wilson(5, 10)
    >>> round(low, 4), round(high, 4)
    (0.2366, 0.7634)
    >>> wilson(0, 0) is None
    True
    """
    if n <= 0:
        return None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = hits / n
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    centre, scale = share + z * z / (2 * n), 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


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

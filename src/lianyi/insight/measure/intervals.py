"""Intervals of confidence, each for the kind of number it fits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Interval = tuple[float, float]
Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

BOOTSTRAP_ROUNDS = 2_000
# Above this many observations the binomial is taken as normal when ranks are sought; the error is far below one rank in a thousand.
EXACT_RANKS = 2_000


def z_of(level: float) -> float:
    """The two-sided normal quantile of a level.

    >>> round(z_of(0.95), 3)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(hits: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share, within [0, 1] for every n >= 1.

    >>> [round(x, 4) for x in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    z = z_of(level)
    share, z2 = hits / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5
    # At the ends the exact limits are 0 and 1; rounding must not push them beyond, or short of the share itself.
    return (0.0 if hits == 0 else max(0.0, centre - half), 1.0 if hits == n else min(1.0, centre + half))


def difference_interval(one: float, one_interval: Interval, other: float, other_interval: Interval) -> Interval:
    """The interval of one - other from an interval of each, the two independent (MOVER: Zou and Donner 2008).

    From two Wilson intervals it is Newcombe's of a difference of shares (1998, method 10). Each side counts by its own arm: an interval that
    reaches further up than down makes that of the difference do the same.
    >>> [round(x, 4) for x in difference_interval(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))]
    [0.0524, 0.3339]
    """
    gap = one - other
    return (
        gap - math.hypot(one - one_interval[0], other_interval[1] - other),
        gap + math.hypot(one_interval[1] - one, other - other_interval[0]),
    )


def balance(positive: int, negative: int, n: int, level: float = 0.95) -> Interval:
    """The interval of (positive - negative) / n by the normal approximation to the multinomial, within [-1, 1].

    Counts are first moved towards the middle as Agresti and Min propose (half a count each way), so that a unanimous sample does not
    come out as certain.
    >>> [round(x, 3) for x in balance(60, 20, 100)]
    [0.237, 0.547]
    """
    p, q, m = positive + 0.5, negative + 0.5, n + 2
    difference = (p - q) / m
    half = z_of(level) * max(0.0, ((p + q) / m - difference**2) / m) ** 0.5
    return max(-1.0, difference - half), min(1.0, difference + half)


@dataclass(frozen=True, slots=True)
class Clustering:
    """Events sorted into clusters in one way, such as by person.

    clusters : how many
    above, cross, below : sums over the clusters of above^2, above * below and below^2, of what each holds of numerator and denominator
    """

    clusters: int
    above: float
    cross: float
    below: float

    def variance(self, above: float, below: float) -> float:
        """Variance of the ratio of the totals above / below, clusters independent of each other (linearised)."""
        ratio = above / below
        residuals = self.above - 2 * ratio * self.cross + ratio * ratio * self.below
        return self.clusters / (self.clusters - 1) * max(0.0, residuals) / below**2


def clustered(
    above: float, below: float, ways: Sequence[Clustering], level: float = 0.95, *, alone: float | None = None
) -> Interval | None:
    """The interval of a ratio of totals whose events come in clusters: a person's are alike, and so are a post's.

    ways : each way to cluster the events; what several ways share is counted once (Cameron, Gelbach and Miller 2011, the part that two
           ways share taken as if its events were independent). One of fewer than two clusters tells nothing; None when none does
    alone  : variance of the ratio if the events were independent; by default that of a share, above one that of a Poisson rate
    A share (above less than below) has Wilson's interval at the number of independent events that would vary as much; any other
    ratio Student's t at the degrees of freedom of the way with the fewest clusters. Never narrower than that of independent events.
    >>> alone = [Clustering(100, 20.0, 20.0, 100.0)]
    >>> [round(x, 3) for x in clustered(20, 100, alone)], [round(x, 3) for x in wilson(20, 100)]
    ([0.132, 0.291], [0.133, 0.289])
    >>> tens = [Clustering(10, 200.0, 200.0, 1000.0)]
    >>> [round(x, 2) for x in clustered(20, 100, tens)]
    [0.04, 0.57]
    """
    known = [way for way in ways if way.clusters > 1]
    if not known or below <= 0:
        return None
    ratio = above / below
    if alone is None:
        alone = (ratio * (1 - ratio) if ratio <= 1 else ratio) / below
    each = [way.variance(above, below) for way in known]
    variance = max(alone, *each, sum(each) - (len(each) - 1) * alone)
    fewest = min(way.clusters for way in known)
    quantile = t_of(level, fewest - 1)
    if ratio > 1 or (ratio == 1 and variance > 0):
        half = quantile * variance**0.5
        return max(0.0, ratio - half), ratio + half
    # Where all or none hit, how alike those of a cluster are cannot be seen: then each cluster is one event.
    n = ratio * (1 - ratio) / variance * (z_of(level) / quantile) ** 2 if variance > 0 else min(below, fewest)
    return wilson(ratio * n, n, level)


def t_of(level: float, freedom: int) -> float:
    """The two-sided quantile of Student's t for freedom >= 1: exact for 1 and 2 degrees, within 1e-5 relative from 3 on (Hill 1970).

    >>> [round(t_of(0.95, freedom), 3) for freedom in (1, 2, 5, 30, 10**6)]
    [12.706, 4.303, 2.571, 2.042, 1.96]
    """
    tail = 1 - level
    if freedom == 1:
        return math.tan(math.pi / 2 * level)
    if freedom == 2:
        return math.sqrt(2 / (tail * (2 - tail)) - 2)
    a = 1 / (freedom - 0.5)
    b = 48 / (a * a)
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * tail) ** (2 / freedom)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(tail / 2)
        y = x * x
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = a * y * y
        y = math.expm1(y) if y > 0.002 else 0.5 * y * y + y
    else:
        y = ((1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)) * y - 1) * (
            freedom + 1
        ) / (freedom + 2) + 1 / y
    return math.sqrt(freedom * y)


def mean(total: float, squares: float, n: int, level: float = 0.95) -> Interval | None:
    """The interval of a mean from the sum and the sum of squares (Student's t); None below two observations.

    Not for few observations of something skewed, such as money of members most of whom spent none: see `docs/guide/trust.md`.
    >>> [round(x, 2) for x in mean(30.0, 310.0, 3) or ()]
    [4.45, 15.55]
    """
    if n < 2:
        return None
    average = total / n
    variance = max(0.0, (squares - n * average * average) / (n - 1))
    half = t_of(level, n - 1) * (variance / n) ** 0.5
    return average - half, average + half


def quantile(values: Reals, weights: Integers, share: float) -> float:
    """A quantile of weighted values sorted upwards; between two observations the middle (the median of 1, 2 is 1.5).

    >>> quantile(np.array([1.0, 2.0]), np.array([1, 1]), 0.5), quantile(np.array([1.0, 2.0]), np.array([1, 9]), 0.9)
    (1.5, 2.0)
    """
    upto = np.cumsum(weights)
    n = int(upto[-1])
    position = share * n
    below = int(np.searchsorted(upto, position, side="left"))
    if position == upto[below] and below + 1 < len(values):
        return float((values[below] + values[below + 1]) / 2)
    return float(values[below])


def quantile_interval(values: Reals, weights: Integers, share: float, level: float = 0.95) -> Interval | None:
    """The order-statistic interval of a quantile: no assumption on the distribution; None when n is too small for the level.

    >>> quantile_interval(np.arange(1.0, 11.0), np.ones(10, dtype=np.int64), 0.5)
    (2.0, 9.0)
    """
    upto = np.cumsum(weights)
    n = int(upto[-1])
    ranks = _ranks(n, share, level)
    if ranks is None:
        return None
    low, high = (float(values[int(np.searchsorted(upto, rank, side="left"))]) for rank in ranks)
    return low, high


def _ranks(n: int, share: float, level: float) -> tuple[int, int] | None:
    """Ranks (1 the smallest) between which the quantile lies with at least the level; None when even the extremes fall short."""
    tail = (1 - level) / 2
    if n > EXACT_RANKS:
        half = z_of(level) * (n * share * (1 - share)) ** 0.5
        return max(1, int(n * share - half)), min(n, int(np.ceil(n * share + half)) + 1)
    k = np.arange(n + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log((n - k[:-1]) / (k[:-1] + 1)))]) + k * np.log(share) + (n - k) * np.log1p(-share)
    cumulated = np.cumsum(np.exp(logs))  # cumulated[i] = P(at most i observations below the quantile)
    low = int(np.searchsorted(cumulated, tail, side="right"))
    high = int(np.searchsorted(cumulated, 1 - tail, side="left")) + 1
    return (low, high) if low >= 1 and high <= n else None


def bootstrap_mean(values: Sequence[float] | Reals, weights: Integers, level: float = 0.95, *, seed: int = 20) -> Interval | None:
    """Percentile bootstrap of a mean, observations redrawn with replacement; the same input gives the same answer.

    values, weights : distinct values and how often each occurs
    Cost: as many draws as distinct values, times 2,000; independent of n. None below two observations.
    >>> bootstrap_mean([1.0], np.array([5]))
    (1.0, 1.0)
    """
    n = int(np.sum(weights))
    if n < 2:
        return None
    drawn = np.random.default_rng(seed).multinomial(n, np.asarray(weights) / n, size=BOOTSTRAP_ROUNDS)
    means = drawn @ np.asarray(values, dtype=np.float64) / n
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)

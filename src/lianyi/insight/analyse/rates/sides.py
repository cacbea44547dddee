"""One rate over one window, and how far it may be off: days and units stray together, single trials do not tell how much."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

# Days so much alike that no month of them says anything are still worth a few.
MOST_ALIKE = 0.9
FEWEST_FREEDOM = 3.0
LEAST_SIDE = 2
KINDS = ("share", "count", "mean")


@dataclass(frozen=True, slots=True)
class Units:
    """Sums over the units (people, posts) behind a rate: how many, and of hits squared, hits times base, base squared."""

    n: int
    xx: float
    xn: float
    nn: float


@dataclass(frozen=True, slots=True)
class Side:
    """A rate over a window: sum(hits) / sum(base).

    hits, base : (days,) of every day of the window, in order; base 1 a day for a plain count
    units      : what single people or posts brought, where it was counted
    """

    hits: Reals
    base: Reals
    units: Units | None = None

    @property
    def x(self) -> float:
        """All hits."""
        return float(self.hits.sum())

    @property
    def n(self) -> float:
        """All base."""
        return float(self.base.sum())

    @property
    def rate(self) -> float:
        """Hits over base; nan over nothing."""
        return self.x / self.n if self.n else math.nan

    def __add__(self, other: "Side") -> "Side":
        """Both together. Units are lost: one person may be in both."""
        return Side(self.hits + other.hits, self.base + other.base)


def without(whole: Side, part: Side) -> Side:
    """The rest of a whole."""
    return Side(whole.hits - part.hits, whole.base - part.base)


def summed(sides: Sequence[Side]) -> Side:
    """Several sides as one."""
    return Side(np.sum([s.hits for s in sides], axis=0), np.sum([s.base for s in sides], axis=0))


@dataclass(frozen=True, slots=True)
class Doubt:
    """The variance of a rate, and the degrees of freedom it was estimated with."""

    variance: float
    freedom: float


def doubt(side: Side, kind: str, *, before: Side | None = None) -> Doubt:
    """How far a rate may be off.

    kind    : share (hits are a part of the base) | count (hits per base, any number) | mean (hits are amounts)
    before  : the side that this one is held against. A fault that begins in the middle of a window is no noise of that window: the days
              are then judged around one step, though never as calmer than the days before were
    Formula : the largest of: residuals by day, times (1 + r) / (1 - r) for days that resemble the day before (r their autocorrelation,
              corrected for its bias in short series); residuals by unit; and what independent trials alone would give (binomial;
              Poisson for counts), the last with half a hit more so that 0 of 50 is not certain. The largest, because each of them
              misses what the others see. Freedom: days less one, fewer where they resemble each other. Amounts have no trials to fall back
              upon: days that hold none of the base say nothing of them and do not count.
    >>> side = Side(np.array([5.0, 5.0, 5.0, 5.0]), np.array([10.0, 10.0, 10.0, 10.0]))
    >>> round(doubt(side, "share").variance, 6)  # days do not differ: only the trials do
    0.00625
    """
    n, days = side.n, len(side.hits)
    if n <= 0 or days < 2:
        return Doubt(math.nan, math.nan)
    daily = _by_day(side.hits - side.rate * side.base, n)
    if before is not None and before.n > 0:
        lent = _by_day(before.hits - before.rate * before.base, before.n)
        scale = max(before.n / n, len(before.hits) / days)
        calm = _by_day(_around_a_step(side), n)
        known = max(calm, Doubt(lent.variance * scale, lent.freedom), key=lambda d: d.variance)
        daily = min(daily, known, key=lambda d: d.variance)
    found = [daily.variance]
    if side.units is not None and side.units.n > 1:
        u, r = side.units, side.rate
        found.append(max(0.0, u.xx - 2 * r * u.xn + r * r * u.nn) / n**2 * u.n / (u.n - 1))
    if kind == "share":
        near = (side.x + 0.5) / (n + 1)
        found.append(near * (1 - near) / n)
    elif kind == "count":
        found.append((side.x + 0.5) / n**2)
    else:
        telling = telling_days(side)
        if telling <= 1:
            return Doubt(math.nan, math.nan)
        found[0] *= telling / (telling - 1) * (days - 1) / days
        return Doubt(max(found), max(1.0, min(daily.freedom, telling - 1)))
    return Doubt(max(found), daily.freedom)


def telling_days(side: Side) -> float:
    """How many days of equal base would say as much: few where most of the base falls on few days.

    >>> telling_days(Side(np.zeros(4), np.array([5.0, 5.0, 0.0, 0.0])))
    2.0
    """
    square = float((side.base**2).sum())
    return side.n**2 / square if square > 0 else 0.0


def _by_day(left: Reals, n: float) -> Doubt:
    """Variance of a rate over base n from its daily residuals."""
    days, alike = len(left), _alike(left)
    variance = float((left**2).sum()) / n**2 * days / (days - 1) * (1 + alike) / (1 - alike)
    return Doubt(variance, max(FEWEST_FREEDOM, (days - 1) * (1 - alike) / (1 + alike)))


def _around_a_step(side: Side) -> Reals:
    """Daily residuals around two levels, cut where that leaves least."""
    cut = best_cut(side.hits, side.base)
    if cut is None:
        answer: Reals = side.hits - side.rate * side.base
        return answer
    parts = [Side(side.hits[:cut], side.base[:cut]), Side(side.hits[cut:], side.base[cut:])]
    return np.concatenate([p.hits - p.rate * p.base for p in parts])


def best_cut(hits: Reals, base: Reals) -> int | None:
    """The index that parts a series best into two levels, two days at least on either side; None where there is no choice.

    Formula : least sum of (hits - rate x base)^2 / base, which for given base is most of rate^2 x base over the two sides
    """
    n = len(hits)
    if n < 2 * LEAST_SIDE + 1 or base.sum() <= 0:
        return None
    cuts = np.arange(LEAST_SIDE, n - LEAST_SIDE + 1)
    x, b = np.cumsum(hits), np.cumsum(base)
    x0, b0 = x[cuts - 1], b[cuts - 1]
    x1, b1 = x[-1] - x0, b[-1] - b0
    known = (b0 > 0) & (b1 > 0)
    if not bool(known.any()):
        return None
    gain = np.divide(x0**2, b0, out=np.zeros(len(cuts)), where=known) + np.divide(x1**2, b1, out=np.zeros(len(cuts)), where=known)
    return int(cuts[int(np.argmax(np.where(known, gain, -np.inf)))])


def _alike(left: Reals) -> float:
    """The autocorrelation of daily residuals, its small-sample bias put right (Kendall 1954), between 0 and 0.9."""
    square = float((left**2).sum())
    if square <= 0 or len(left) < 8:
        return 0.0
    raw = float((left[1:] * left[:-1]).sum()) / square
    return min(MOST_ALIKE, max(0.0, raw + (1 + 3 * raw) / len(left)))

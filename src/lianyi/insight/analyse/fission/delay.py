"""How long an invitation takes, when only those that already arrived are seen.

Method card
    Formula    delays are log-normal; an invitee is seen only if the delay is shorter than the time its inviter has been a member, so
               each enters with density f(d) / F(a) (truncated likelihood), maximised by damped Newton steps.
    Assumes    delays do not depend on how many are invited; log-normal is near enough (median and spread free).
    Needs      10 delays. Where inviters were watched much longer than delays take, this is the plain log-normal fit.
    Do not     use it when joining times were set by an import in one batch: then delays are not delays.
    Cost       O(distinct watching times), at most 512 after binning, a step.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

MIN_DELAYS = 10
STEPS = 60
# The normal distribution function between -9 and 9 on a fine grid; between grid points a cubic with the exact slopes errs by 1e-14.
_GRID_STEP = 1 / 512
_GRID = np.arange(-9 * 512, 9 * 512 + 1) * _GRID_STEP
_CDF = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in _GRID])
_PDF = np.exp(-(_GRID**2) / 2) / math.sqrt(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Delay:
    """A log-normal delay, in days: its log has mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    @property
    def median_days(self) -> float:
        return math.exp(self.mu)

    def arrived(self, days: Reals) -> Reals:
        """The share of invitees that have arrived after so many days; 0 where no time has passed."""
        days = np.asarray(days, dtype=np.float64)
        z = (np.log(np.maximum(days, 1e-12)) - self.mu) / self.sigma
        return np.where(days > 0, normal_cdf(z), 0.0)


def normal_cdf(x: Reals) -> Reals:
    """The normal distribution function.

    >>> [round(float(v), 9) for v in normal_cdf(np.array([-1.96, 0.0, 12.0]))]
    [0.024997895, 0.5, 1.0]
    """
    x = np.clip(np.asarray(x, dtype=np.float64), _GRID[0], _GRID[-1])
    i = np.minimum(((x - _GRID[0]) / _GRID_STEP).astype(np.int64), len(_GRID) - 2)
    u = (x - _GRID[i]) / _GRID_STEP
    a, b = _CDF[i], _CDF[i + 1]
    da, db = _PDF[i] * _GRID_STEP, _PDF[i + 1] * _GRID_STEP
    return np.asarray(a + u * (da + u * (3 * (b - a) - 2 * da - db + u * (da + db - 2 * (b - a)))))


def fit(count: float, log_sum: float, log_squares: float, watched_log: Reals, weights: Reals, *, near: Delay | None = None) -> Delay | None:
    """The maximum-likelihood delay; None with fewer than 10 delays, or when they do not differ.

    count, log_sum, log_squares : number of delays seen, sum of their logs (days), sum of squared logs
    watched_log : (b,) log of how long the inviters were watched; weights : (b,) delays seen in each
    near        : where to begin, when about the same was fitted before
    """
    if count < MIN_DELAYS:
        return None
    mean = log_sum / count
    variance = log_squares / count - mean**2
    if variance <= 1e-9:
        return None
    point = np.array([mean, 0.5 * math.log(variance)] if near is None else [near.mu, math.log(near.sigma)])

    def likelihood(p: Reals) -> float:
        sigma = math.exp(p[1])
        inside = np.log(np.maximum(normal_cdf((watched_log - p[0]) / sigma), 1e-300))
        squares = log_squares - 2 * p[0] * log_sum + count * p[0] ** 2
        return float(-count * p[1] - squares / (2 * sigma**2) - weights @ inside)

    def slope(p: Reals) -> Reals:
        sigma = math.exp(p[1])
        z = (watched_log - p[0]) / sigma
        mills = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) / np.maximum(normal_cdf(z), 1e-300)
        mills = np.where(z < -8, -z, mills)  # the tail, where both underflow
        squares = log_squares - 2 * p[0] * log_sum + count * p[0] ** 2
        return np.array(
            [
                (log_sum - count * p[0]) / sigma**2 + float(weights @ mills) / sigma,
                -count + squares / sigma**2 + float(weights @ (mills * z)),
            ]
        )

    value = likelihood(point)
    for _ in range(STEPS):
        gradient = slope(point)
        if np.abs(gradient).max() < 1e-8 * count:
            break
        h = 1e-5
        curve = np.array([(slope(point + h * e) - slope(point - h * e)) / (2 * h) for e in np.eye(2)])
        curve = (curve + curve.T) / 2
        # Not a hilltop yet: shift the curvature until it is one, so that every step goes up.
        top = float(np.linalg.eigvalsh(curve)[-1])
        curve -= np.eye(2) * (max(0.0, top) + 1e-9 * count if top >= 0 else 0.0)
        step = np.clip(np.linalg.solve(-curve, gradient), -2.0, 2.0)
        while np.abs(step).max() > 1e-10 and likelihood(point + step) < value:
            step = step / 2
        point = point + step
        value = likelihood(point)
    if abs(point[0]) > 20 or point[1] > 3:  # ran away: the delays seen cannot tell how many are still to come
        return None
    return Delay(float(point[0]), math.exp(point[1]))

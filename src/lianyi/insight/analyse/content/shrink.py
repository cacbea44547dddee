"""Empirical Bayes: few observations are drawn towards what all of them together say."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.special import beta_quantile
from lianyi.insight.measure.intervals import z_of

Reals = npt.NDArray[np.float64]
# Concentration of the prior when nothing differs beyond chance, and when everything does.
MOST, LEAST = 1e6, 1e-2


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Shrunken values.

    value, low, high : (k,) posterior mean and 95% interval
    towards : what they are drawn to
    spread  : variation between units beyond chance: the prior's variance, 0 when there is none to be seen
    """

    value: Reals
    low: Reals
    high: Reals
    towards: float
    spread: float


def shrink_rates(hits: npt.ArrayLike, trials: npt.ArrayLike) -> Shrunk:
    """Rates of units with very different numbers of trials, under a beta-binomial model.

    hits, trials : (k,) 0 <= hits <= trials; a unit without trials gets the prior
    Formula  : p = sum x / sum n; the intra-class correlation by moments from sum n (p_i - p)^2 (Kleinman 1973), M = 1/rho - 1;
               posterior Beta(p M + x, (1 - p) M + n - x), its mean and 2.5% and 97.5% points
    Assumes  : units are alike but for their own rate; trials within a unit are independent
    Needs    : two units with trials; then the more, the better the prior
    When not : units of known different kinds: shrink within each kind
    Cost     : 40 incomplete beta functions for each unit.   Source: Efron, Morris 1975; Kleinman 1973
    >>> found = shrink_rates([1, 300, 290, 310, 500], [1, 1000, 1000, 1000, 1000])
    >>> bool(0.3 < found.value[0] < 0.6), bool(abs(found.value[1] - 0.3) < 0.01)
    (True, True)
    """
    x, n = np.asarray(hits, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if x.shape != n.shape or bool(np.any((x < 0) | (x > n))):
        raise ValueError("hits lie between nought and trials")
    total = float(n.sum())
    if total <= 0:
        raise ValueError("nobody tried")
    p = float(x.sum()) / total
    some = n > 0
    k = int(some.sum())
    chance = p * (1 - p)
    rest = total - float((n**2).sum()) / total - (k - 1)
    rho = 0.0
    if k > 1 and chance > 0 and rest > 0:
        scatter = float((n[some] * (x[some] / n[some] - p) ** 2).sum())
        rho = (scatter - chance * (k - 1)) / (chance * rest)
    concentration = MOST if rho <= 0 else float(np.clip(1 / rho - 1, LEAST, MOST))
    # Nobody or everybody hit: half a hit keeps the prior proper.
    middle = min(max(p, 0.5 / (total + 1)), 1 - 0.5 / (total + 1))
    a, b = middle * concentration + x, (1 - middle) * concentration + n - x
    return Shrunk(a / (a + b), beta_quantile(0.025, a, b), beta_quantile(0.975, a, b), p, chance * max(0.0, rho))


def shrink_means(means: npt.ArrayLike, variances: npt.ArrayLike) -> Shrunk:
    """Estimates of groups, each with its own sampling variance, under a normal-normal model.

    means, variances : (k,) estimates and their sampling variances > 0
    Formula  : tau^2 by Paule and Mandel's equation sum (m - mu)^2 / (v + tau^2) = k - 1; mu the weighted mean; B = tau^2 / (tau^2 + v);
               mu + B (m - mu), variance B v + (1 - B)^2 var(mu)
    Assumes  : estimates are about normal: use log or logit scales for counts and rates
    Needs    : two groups; with fewer than five tau^2 is itself a guess
    Cost     : a bisection.   Source: Paule, Mandel 1982; Morris 1983
    >>> shrink_means([0.0, 0.0, 3.0], [1.0, 1.0, 1.0]).value.round(2).tolist()
    [0.33, 0.33, 2.33]
    """
    m, v = np.asarray(means, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if m.shape != v.shape or not len(m) or bool(np.any(v <= 0)):
        raise ValueError("one positive variance for each estimate")
    spread = _between(m, v)
    weight = 1 / (v + spread)
    towards = float((weight * m).sum() / weight.sum())
    own = spread / (spread + v)
    value = towards + own * (m - towards)
    half = z_of(0.95) * np.sqrt(own * v + (1 - own) ** 2 / weight.sum())
    return Shrunk(value, value - half, value + half, towards, spread)


def _between(m: Reals, v: Reals) -> float:
    def excess(tau2: float) -> float:
        weight = 1 / (v + tau2)
        centre = (weight * m).sum() / weight.sum()
        return float((weight * (m - centre) ** 2).sum()) - (len(m) - 1)

    if len(m) < 2 or excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.ptp(m)) ** 2 + float(v.max())
    while excess(high) > 0:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2

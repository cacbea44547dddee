"""Branching in continuous time, with known truth."""

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def branching(
    rng: np.random.Generator, *, seeds: int, r: float, k: float, median_days: float, sigma: float, days: float
) -> tuple[Reals, Ints]:
    """Joining times and parents of all who joined within `days`; seeds join evenly; offspring are negative binomial (mean r, dispersion k)."""
    times, parents = [rng.random(seeds) * days], [np.full(seeds, -1)]
    now, base = times[0], 0
    while len(now):
        children = rng.poisson(rng.gamma(k, r / k, len(now)))
        parent = np.repeat(np.arange(len(now)) + base, children)
        joined = np.repeat(now, children) + np.exp(rng.normal(np.log(median_days), sigma, int(children.sum())))
        base += len(now)
        now = joined[joined < days]
        times.append(now)
        parents.append(parent[joined < days])
    return np.concatenate(times), np.concatenate(parents)

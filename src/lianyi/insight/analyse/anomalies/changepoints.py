"""Lasting changes of level: where a series should be cut, exactly.

Method card
    Formula    the cuts that minimise sum of squared deviations from each part's mean + penalty a part (optimal partitioning, exact
               dynamic programming with pruning, PELT); penalty = 3 log n times the noise variance, from first differences.
    Assumes    parts are flat and noise is about even: take trend, weekdays and holidays out first (the residual of `regression`).
    Needs      two parts of `least_days`.
    Do not     read a cut as a cause, nor a slow drift as a cut.
    Cost       O(n^2) at worst in whole-array steps, near O(n) when there are many cuts; 1,000 days take some milliseconds.
    Source     Killick et al. 2012; planted changes at 400 and 700 of 1,000 days are found within days.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

LEAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Change:
    """A lasting change: index of the first value of the new level, the levels before and after."""

    at: int
    before: float
    after: float


def changes(values: Reals, *, least: int = LEAST_DAYS, penalty: float | None = None) -> tuple[Change, ...]:
    """Lasting changes of level, in order of time.

    values  : (n,) without gaps
    least   : fewest values of a part
    penalty : what another part must save in squared deviations; None takes 3 log n times the noise variance
    >>> found = changes(np.concatenate((np.tile([0.0, 1.0], 20), np.tile([5.0, 6.0], 20))))
    >>> [(c.at, c.before, c.after) for c in found]
    [(40, 0.5, 5.5)]
    """
    n = len(values)
    if n < 2 * least:
        return ()
    if penalty is None:
        noise = 1.4826 * float(np.median(np.abs(np.diff(values)))) / np.sqrt(2)
        if noise == 0:
            noise = float(np.std(np.diff(values))) / np.sqrt(2)
        penalty = 3 * np.log(n) * max(noise, 1e-9) ** 2
    first = np.concatenate(([0.0], np.cumsum(values)))
    second = np.concatenate(([0.0], np.cumsum(values**2)))
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    last = np.zeros(n + 1, dtype=np.int64)
    open_ = np.array([0])
    until = np.array([n + 1])  # the last end each start may serve
    for end in range(least, n + 1):
        open_, until = open_[until >= end], until[until >= end]
        length = end - open_
        cost = best[open_] + (second[end] - second[open_]) - (first[end] - first[open_]) ** 2 / length
        chosen = int(np.argmin(cost))
        best[end], last[end] = cost[chosen] + penalty, open_[chosen]
        # A start worse than the best end cannot be the last cut of anything that a cut here could serve: `least` values from here on.
        until = np.minimum(until, np.where(cost > best[end], end + least - 1, n + 1))
        # The next end may also begin a part `least` values before it.
        if end + 1 - least >= least:
            open_, until = np.append(open_, end + 1 - least), np.append(until, n + 1)
    cuts = [n]
    while cuts[-1] > 0:
        cuts.append(int(last[cuts[-1]]))
    cuts.reverse()
    means = [(first[b] - first[a]) / (b - a) for a, b in pairwise(cuts)]
    return tuple(Change(cut, float(a), float(b)) for cut, a, b in zip(cuts[1:-1], means, means[1:], strict=False))

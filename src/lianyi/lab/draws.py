"""From uniform numbers to counts, choices, delays and levels: by inversion, so that more of a cause never means less of its effect."""

import numpy as np
import numpy.typing as npt

from lianyi.lab.chance import Ints, Reals

Flags = npt.NDArray[np.bool_]


def counts(u: Reals, mean: Reals | float, *, most: int = 12) -> Ints:
    """Poisson counts by inversion; at most `most`.

    >>> counts(np.array([0.3, 0.7, 0.99]), 0.5).tolist()
    [0, 1, 3]
    """
    rate = np.broadcast_to(np.asarray(mean, dtype=np.float64), u.shape)
    found = np.zeros(u.shape, dtype=np.int64)
    chosen = np.flatnonzero(u > np.exp(-rate))
    left, lam = u[chosen], rate[chosen]
    term = np.exp(-lam)
    reached = term.copy()
    n = 0
    while len(chosen) and n < most:
        n += 1
        found[chosen] = n
        term = term * lam / n
        reached = reached + term
        more = left > reached
        chosen, left, lam, term, reached = chosen[more], left[more], lam[more], term[more], reached[more]
    return found


def picks(u: Reals, cumulative: Reals) -> Ints:
    """Which of several things, by their cumulative weights.

    cumulative : (k,) increasing; the last is the total weight
    >>> picks(np.array([0.0, 0.49, 0.51]), np.array([1.0, 2.0])).tolist()
    [0, 0, 1]
    """
    found: Ints = np.minimum(np.searchsorted(cumulative, u * cumulative[-1], side="right"), len(cumulative) - 1).astype(np.int64)
    return found


def picks_by_kind(u: Reals, kind: Ints, cumulative: Reals) -> Ints:
    """The same where each kind of chooser has weights of its own.

    kind       : (n,) row of `cumulative` that applies
    cumulative : (kinds, k) increasing along each row; a row of zeros chooses the first
    >>> picks_by_kind(np.array([0.9, 0.9]), np.array([0, 1]), np.array([[1.0, 1.0], [0.0, 1.0]])).tolist()
    [0, 1]
    """
    kinds, k = cumulative.shape
    total = cumulative[:, -1:]
    level = cumulative / np.where(total > 0, total, 1.0)
    # One search for all: row r of the table lives between r and r + 1.
    table = np.minimum(level, 1.0) + np.arange(kinds)[:, None]
    place = np.searchsorted(table.ravel(), kind + u, side="right")
    found: Ints = np.minimum(place - kind * k, k - 1).astype(np.int64)
    return found


def waits(u: Reals, v: Reals, *, median: float, spread: float) -> Reals:
    """Log-normal delays, in the unit of `median`; spread is the standard deviation of the logarithm."""
    return median * np.exp(spread * normals(u, v))


def normals(u: Reals, v: Reals) -> Reals:
    """Standard normal numbers from two uniform ones (Box and Muller)."""
    return np.sqrt(-2.0 * np.log(np.maximum(u, 1e-12))) * np.cos(2.0 * np.pi * v)


def times_of_day(u: Reals, shares: Reals) -> Ints:
    """Microseconds after midnight by the share of what happens in each of the 24 hours.

    >>> (times_of_day(np.array([0.1, 0.9]), np.eye(24)[9]) // 3_600_000_000).tolist()
    [9, 9]
    """
    edges = np.concatenate(([0.0], np.cumsum(shares) / shares.sum()))
    hours = np.interp(u, edges + np.arange(25) * 1e-12, np.arange(25.0))
    found: Ints = np.minimum(hours * 3600e6, 86_400e6 - 1).astype(np.int64)
    return found


def spread_out(starts: Ints, lengths: Ints) -> Ints:
    """The places start, start + 1, ... of many runs one after another.

    >>> spread_out(np.array([10, 50]), np.array([2, 3])).tolist()
    [10, 11, 50, 51, 52]
    """
    if not len(lengths):
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(lengths)
    places: Ints = np.arange(ends[-1], dtype=np.int64) + np.repeat(starts - (ends - lengths), lengths)
    return places

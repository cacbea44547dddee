"""Weights that the figures themselves suggest: entropy and CRITIC."""

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
MIN_ALTERNATIVES = 3


def entropy_weights(matrix: npt.ArrayLike) -> Reals | None:
    """Weights by how unevenly each criterion is spread over the alternatives; None where nothing differs.

    matrix  : (m, k) not negative, m >= 2 alternatives; the larger the value, the more of it
    Formula : p = x / sum(x) by column, E = -sum(p ln p) / ln m, d = 1 - E, w = d / sum(d). Direction plays no part.
    Assumes : ratio scales: adding a constant changes the answer
    When not: a criterion with a tiny base explodes, a near-constant one vanishes: cap the result against judged weights; do not
              recompute every month, or months stop being comparable
    Cost    : O(m k).   Source: Shannon entropy as used by Xu 2004, European Journal of Operational Research 156(2)
    >>> entropy_weights([[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]]).round(4).tolist()
    [0.463, 0.3992, 0.1378, 0.0]
    """
    x = _matrix(matrix)
    if bool(np.any(x < 0)):
        raise ValueError("entropy needs values that are not negative")
    total = x.sum(axis=0)
    share = np.divide(x, total, out=np.zeros_like(x), where=total > 0)
    terms = np.where(share > 0, share * np.log(np.where(share > 0, share, 1.0)), 0.0)
    spread = np.where(total > 0, 1 + terms.sum(axis=0) / np.log(len(x)), 0.0)
    return _to_one(np.where(np.abs(spread) < 1e-12, 0.0, spread))


def critic_weights(matrix: npt.ArrayLike) -> Reals | None:
    """Weights by contrast and conflict: a criterion counts for what it says that the others do not; None where nothing differs.

    matrix  : (m, k), m >= 2 alternatives, every criterion already pointing the same way
    Formula : r = min-max by column; C = sd(r) * sum over others of (1 - correlation); w = C / sum(C). Cost criteria are not
              flipped here (published tables do not; some libraries do): hand over anchored scores, which point up.
    Assumes : correlations over the alternatives mean something; with three they hardly do
    When not: fewer than five alternatives, or criteria that are copies of each other in disguise
    Cost    : O(m k^2).   Source: Diakoulaki, Mavrotas, Papayannakis 1995
    >>> critic_weights([[61, 1.08, 4.33], [20.7, .26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65], [5.4, 2.77, 2.33], [4, 4.12, 1.21],
    ...                 [-6.1, 3.52, 2.1], [-34.6, 3.31, .98]]).round(4).tolist()
    [0.2022, 0.4809, 0.3169]
    """
    x = _matrix(matrix)
    low, span = x.min(axis=0), np.ptp(x, axis=0)
    scaled = np.divide(x - low, span, out=np.zeros_like(x), where=span > 0)
    deviation = scaled.std(axis=0, ddof=1)
    centred = scaled - scaled.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    conflict = 1 - unit.T @ unit
    np.fill_diagonal(conflict, 0.0)
    # A constant criterion has no correlation with anything; its own weight is nought, and it lends no conflict to the others.
    conflict[:, span == 0] = 0.0
    return _to_one(deviation * conflict.sum(axis=1))


def _matrix(matrix: npt.ArrayLike) -> Reals:
    x = np.asarray(matrix, dtype=np.float64)
    if x.ndim != 2 or len(x) < 2 or not bool(np.all(np.isfinite(x))):
        raise ValueError("a matrix of at least two alternatives, without gaps")
    return x


def _to_one(raw: Reals) -> Reals | None:
    total = float(raw.sum())
    if total <= 0:
        return None
    answer: Reals = raw / total
    return answer

"""Ranking alternatives by anchored scores: weighted sum, and TOPSIS between two fixed points."""

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def weighted_sum(scores: Reals, weights: Reals) -> Reals:
    """The weighted mean score of each alternative, over the criteria it has a score for.

    scores  : (m, k) or (draws, m, k) in 0-100; nan where nothing is known
    weights : (k,) or (draws, 1, k), sums to 1
    Returns (m,) in 0-100; nan where an alternative has no score at all
    >>> weighted_sum(np.array([[100.0, 0.0], [50.0, np.nan]]), np.array([0.25, 0.75])).tolist()
    [25.0, 50.0]
    """
    known = ~np.isnan(scores)
    weight = np.where(known, weights, 0.0)
    total = weight.sum(axis=-1)
    answer: Reals = np.divide(
        (np.where(known, scores, 0.0) * weight).sum(axis=-1), total, out=np.full(total.shape, np.nan), where=total > 0
    )
    return answer


def anchored_topsis(scores: Reals, weights: Reals) -> Reals:
    """How near each alternative is to full marks and how far from none, in 0-100.

    scores, weights : as in weighted_sum
    Formula  : d+ = sqrt(sum (w (100 - s))^2), d- = sqrt(sum (w s)^2), 100 d- / (d+ + d-). Both points are fixed, so that no
               alternative can change the order of two others; plain TOPSIS takes them from the alternatives and does
    When not : weights that were fitted to the very alternatives ranked; freeze them first
    Source   : Hwang, Yoon 1981; anchors after Garcia-Cascales, Lamata 2012
    >>> anchored_topsis(np.array([[100.0, 100.0], [0.0, 0.0], [50.0, 50.0]]), np.array([0.5, 0.5])).tolist()
    [100.0, 0.0, 50.0]
    """
    known = ~np.isnan(scores)
    weight = np.where(known, weights, 0.0)
    filled = np.where(known, scores, 0.0)
    above = np.sqrt(((weight * (100.0 - filled)) ** 2).sum(axis=-1))
    below = np.sqrt(((weight * filled) ** 2).sum(axis=-1))
    total = above + below
    answer: Reals = np.divide(100.0 * below, total, out=np.full(total.shape, np.nan), where=total > 0)
    return answer


def ranks(values: Reals) -> Reals:
    """Places from the best (1); equal values share the mean place; nan where there is no value.

    values : (..., m)
    >>> ranks(np.array([3.0, 9.0, 3.0, np.nan])).tolist()
    [2.5, 1.0, 2.5, nan]
    """
    ahead = (values[..., None, :] > values[..., :, None]).sum(axis=-1)
    tied = (values[..., None, :] == values[..., :, None]).sum(axis=-1)
    answer: Reals = np.where(np.isnan(values), np.nan, ahead + (tied + 1) / 2)
    return answer


def kendall(first: Reals, second: Reals) -> float | None:
    """Kendall's tau-b of two rankings over what both rank; None where one of them ranks nothing apart.

    >>> kendall(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])).__round__(3)
    0.333
    """
    both = ~np.isnan(first) & ~np.isnan(second)
    x, y = first[both], second[both]
    upper = np.triu_indices(len(x), 1)
    a, b = np.sign(x[:, None] - x[None, :])[upper], np.sign(y[:, None] - y[None, :])[upper]
    scale = float(np.sqrt((a != 0).sum() * (b != 0).sum()))
    return float((a * b).sum() / scale) if scale else None

"""Net promoter score, satisfaction share and satisfaction index, each with an interval that small samples deserve."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.measure.intervals import mean, z_of
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
NOBODY = Text(zh="没有人回答", en="nobody answered")
TOO_FEW_FOR_A_MEAN = 2


@dataclass(frozen=True, slots=True)
class Promoters:
    """A net promoter score.

    score      : share of promoters - share of detractors, in [-1, 1]
    promoters, passives, detractors : (weighted) shares; effective_n : what the weights leave of n
    """

    score: Estimate
    promoters: float
    passives: float
    detractors: float
    effective_n: float


def net_promoters(scores: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Promoters:
    """How many more would recommend than advise against.

    scores   : (n,) 0-10 (or 1-10); 9 and 10 promote, 7 and 8 are passive, the rest detract; nan is no answer
    weights  : (n,) survey weights > 0; None counts everyone once
    Formula  : NPS = P - D. Adjusted Wald: 0.75, 1.5 and 0.75 added to promoters, passives and detractors, variance
               (p + d - (p - d)^2) / (n + 3). With weights, n is Kish's effective number
    Assumes  : answers are independent, and those who did not answer are like those who did
    Needs    : one answer; below 30 the interval is wide, which is the message
    When not : to compare markets with different habits of scoring
    Cost     : one pass.   Source: Reichheld 2003; interval after Sauro, Lewis 2016; coverage .957 at n = 10 against .896 for plain Wald
    >>> round(net_promoters([10, 9, 8, 3]).score.value, 2)
    0.25
    """
    x, w = _answered(scores, weights)
    if not len(x):
        return Promoters(missing(NOBODY, grade="D"), 0.0, 0.0, 0.0, 0.0)
    if bool(np.any((x < 0) | (x > 10))):
        raise ValueError("a recommendation is scored from 0 to 10")
    effective = effective_number(w)
    total = float(w.sum())
    promoters, detractors = float(w[x >= 9].sum()) / total, float(w[x < 7].sum()) / total
    p, d = (promoters * effective + 0.75) / (effective + 3), (detractors * effective + 0.75) / (effective + 3)
    half = z_of(0.95) * max(0.0, (p + d - (p - d) ** 2) / (effective + 3)) ** 0.5
    interval = (max(-1.0, p - d - half), min(1.0, p - d + half))
    return Promoters(Estimate(promoters - detractors, interval, len(x), "D"), promoters, 1 - promoters - detractors, detractors, effective)


def satisfied(scores: npt.ArrayLike, *, best: int = 5, from_score: int = 4, weights: npt.ArrayLike | None = None) -> Estimate:
    """The share who scored at least `from_score` (CSAT).

    scores   : (n,) 1 to `best`; nan is no answer
    Formula  : hits / n; adjusted Wald: z^2 / 2 added to hits and misses (Agresti, Coull 1998)
    Assumes, When not: as for net promoters
    >>> satisfied([5, 4, 3, 1]).value
    0.5
    """
    x, w = _answered(scores, weights)
    if not len(x):
        return missing(NOBODY, grade="D")
    if bool(np.any((x < 1) | (x > best))):
        raise ValueError(f"satisfaction is scored from 1 to {best}")
    share = float(w[x >= from_score].sum() / w.sum())
    effective, z = effective_number(w), z_of(0.95)
    n = effective + z * z
    centre = (share * effective + z * z / 2) / n
    half = z * (centre * (1 - centre) / n) ** 0.5
    return Estimate(share, (max(0.0, centre - half), min(1.0, centre + half)), len(x), "D")


def satisfaction_index(items: npt.ArrayLike, *, best: int = 10) -> Estimate:
    """The mean of items scored 1 to `best`, on 0-100: each respondent's answered items first.

    items    : (n, k), nan where not answered
    Formula  : mean over respondents of mean over items of (x - 1) / (best - 1) * 100; normal interval over respondents
    Source   : the scale of the European Customer Satisfaction Index, unweighted
    >>> satisfaction_index([[10, 10], [1, 1], [5.5, 5.5]]).value
    50.0
    """
    x = np.atleast_2d(np.asarray(items, dtype=np.float64))
    x = x[~np.isnan(x).all(axis=1)]
    if not len(x):
        return missing(NOBODY, grade="D")
    if bool(np.any((x < 1) | (x > best))):
        raise ValueError(f"satisfaction is scored from 1 to {best}")
    each = np.nanmean((x - 1) / (best - 1) * 100, axis=1)
    interval = mean(float(each.sum()), float((each**2).sum()), len(each)) if len(each) >= TOO_FEW_FOR_A_MEAN else None
    return Estimate(float(each.mean()), interval, len(each), "D")


def effective_number(weights: Reals) -> float:
    """Kish's effective number of answers: (sum w)^2 / sum w^2.

    >>> effective_number(np.array([1.0, 1.0, 2.0])).__round__(3)
    2.667
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def _answered(scores: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Reals, Reals]:
    x = np.asarray(scores, dtype=np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != x.shape or bool(np.any(w <= 0)):
        raise ValueError("weights are positive, one for each answer")
    keep = ~np.isnan(x)
    return x[keep], w[keep]

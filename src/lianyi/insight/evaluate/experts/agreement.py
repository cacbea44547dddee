"""How far judges agree on an order: Kendall's coefficient of concordance.

Method card
    Formula    W = 12 S / (m^2 (k^3 - k) - m sum(t^3 - t)), m judges, k things ranked, S the squared deviations of the sums of ranks,
               t the sizes of ties within a judge. p by drawing each judge's order anew, 10,000 times with a fixed seed, which holds for
               few judges where chi-square does not; interval by redrawing the things judged (percentile bootstrap, 2,000 draws).
    Assumes    judges did not see each other's sheets.
    Needs      two judges and three things that all of them judged.
    Do not     take a high W for being right: judges may agree and all be wrong. Nor compare Ws of different k.
    Cost       draws x m x k.
    Source     Kendall and Babington Smith 1939; corrected for ties.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
ORDERS, REDRAWN = 10_000, 2_000
STRONG, MODERATE = 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kendall's W with the chance of one as large among judges who order at random; p None where W is not estimable."""

    w: Estimate
    p: float | None
    judges: int
    things: int


def concordance(scores: npt.ArrayLike, *, seed: int = 20) -> Agreement:
    """Agreement of judges on the order of things.

    scores : (m, k), a judge a row; nan where a judge said nothing. Things that not every judge scored are left out
    >>> round(concordance([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 4, 3]]).w.value, 3)
    0.911
    """
    given = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    kept = given[:, ~np.isnan(given).any(axis=0)] if given.size else given
    m, k = kept.shape
    if m < 2 or k < 3:
        why = Text(zh="至少要两位专家都评过三项", en="two experts at least must have scored the same three criteria")
        return Agreement(missing(why, n=m), None, m, k)
    ranks = _ranks(kept)
    w = float(_concordances(kept[None])[0])
    if np.isnan(w):
        return Agreement(
            missing(Text(zh="每位专家给各项打了同样的分", en="every expert gave all criteria the same score"), n=m), None, m, k
        )
    rng = np.random.default_rng(seed)
    drawn = np.sum([rng.permuted(np.broadcast_to(row, (ORDERS, k)), axis=1) for row in ranks], axis=0)
    spread = ((drawn - drawn.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    own = float(((ranks.sum(axis=0) - ranks.sum() / k) ** 2).sum())
    p = float((1 + (spread >= own - 1e-9).sum()) / (1 + ORDERS))
    again = _concordances(np.moveaxis(kept[:, rng.integers(0, k, (REDRAWN, k))], 0, 1))
    again = again[~np.isnan(again)]
    interval = None
    if len(again) >= REDRAWN // 2 and k >= 5:
        low, high = np.quantile(again, [0.025, 0.975])
        interval = (float(min(low, w)), float(max(high, w)))
    return Agreement(Estimate(w, interval, m, "D"), p, m, k)


def _ranks(values: Reals) -> Reals:
    """Ranks from 1 along the last axis, equal values sharing the mean."""
    below = (values[..., None, :] < values[..., :, None]).sum(axis=-1)
    answer: Reals = below + (_tied(values) + 1) / 2
    return answer


def _tied(values: Reals) -> Reals:
    """How many values along the last axis equal each, itself included."""
    answer: Reals = (values[..., None, :] == values[..., :, None]).sum(axis=-1).astype(np.float64)
    return answer


def _concordances(scores: Reals) -> Reals:
    """W of each of several tables, (draws, m, k); nan where nobody orders anything."""
    m, k = scores.shape[-2:]
    sums = _ranks(scores).sum(axis=-2)
    spread = ((sums - sums.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    # A tie of t things adds t^3 - t, which is t^2 - 1 for each of them.
    ties = (_tied(scores) ** 2 - 1).sum(axis=(-2, -1))
    whole = m**2 * (k**3 - k) - m * ties
    answer: Reals = np.divide(12 * spread, whole, out=np.full(spread.shape, np.nan), where=whole > 1e-9)
    return answer

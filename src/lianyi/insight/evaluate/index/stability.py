"""How much of a ranking hangs on the exact weights, and on any one indicator."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.evaluate.index.ranking import ranks, weighted_sum

Reals = npt.NDArray[np.float64]
DRAWS = 2_000
# Dirichlet concentration: with 60, a weight of .25 is drawn between .15 and .36 nineteen times out of twenty.
CONCENTRATION = 60.0


@dataclass(frozen=True, slots=True)
class Stability:
    """What happens to the order when the weights are shaken.

    first      : (m,) share of the draws in which each alternative is first
    rank_range : (m,) places between which it stays in 95% of the draws; None for one without a score
    score_range: (m,) the same for its score
    same_order : share of the draws in which the whole order is the one shown
    draws, concentration : how many draws, and of what Dirichlet concentration around the weights
    """

    first: tuple[float, ...]
    rank_range: tuple[tuple[float, float] | None, ...]
    score_range: tuple[tuple[float, float] | None, ...]
    same_order: float
    draws: int
    concentration: float


@dataclass(frozen=True, slots=True)
class WithoutOne:
    """The ranking with one indicator left out: who is first then, and how many places the order changed in all."""

    indicator: str
    first: str | None
    moved: float
    changes_first: bool


def shaken(scores: Reals, weights: Reals, *, draws: int = DRAWS, concentration: float = CONCENTRATION, seed: int = 20) -> Stability:
    """Draw weights around those given and rank again, many times.

    scores : (m, k) anchored, nan where unknown; weights : (k,)
    Formula: weights ~ Dirichlet(concentration * weights); the same seed gives the same answer
    Cost   : draws * m * (m + k), in blocks.
    >>> shaken(np.array([[90.0, 80.0], [20.0, 10.0]]), np.array([0.5, 0.5])).first
    (1.0, 0.0)
    """
    rng = np.random.default_rng(seed)
    live = weights > 0
    drawn = np.zeros((draws, len(weights)))
    drawn[:, live] = rng.dirichlet(concentration * weights[live], size=draws)
    # Ranking compares every pair: the block keeps that under some tens of megabytes.
    blocks = np.array_split(drawn, max(1, draws * len(scores) * max(scores.shape) // 5_000_000))
    values = np.concatenate([weighted_sum(scores[None], block[:, None, :]) for block in blocks])
    order = np.concatenate([ranks(block) for block in np.array_split(values, len(blocks))])
    shown = ranks(weighted_sum(scores, weights))
    known = ~np.isnan(shown)
    best = (order == 1) & known
    return Stability(
        first=tuple(best.mean(axis=0).tolist()),
        rank_range=_ranges(order, known),
        score_range=_ranges(values, known),
        same_order=float(np.all((order == shown) | ~known, axis=1).mean()),
        draws=draws,
        concentration=concentration,
    )


def _ranges(values: Reals, known: npt.NDArray[np.bool_]) -> tuple[tuple[float, float] | None, ...]:
    filled = np.where(known, values, 0.0)
    low, high = np.quantile(filled, [0.025, 0.975], axis=0)
    return tuple((float(a), float(b)) if seen else None for a, b, seen in zip(low, high, known, strict=True))


def without_each(scores: Reals, weights: Reals, indicators: tuple[str, ...], alternatives: tuple[str, ...]) -> tuple[WithoutOne, ...]:
    """The ranking without each indicator in turn, the other weights scaled up; nothing for a single indicator."""
    if len(indicators) < 2:
        return ()
    shown = ranks(weighted_sum(scores, weights))
    first = _first(shown, alternatives)
    answers = []
    for j, indicator in enumerate(indicators):
        rest = np.delete(np.arange(len(indicators)), j)
        if float(weights[rest].sum()) <= 0:
            continue
        order = ranks(weighted_sum(scores[:, rest], weights[rest] / weights[rest].sum()))
        leader = _first(order, alternatives)
        moved = float(np.nansum(np.abs(order - shown)))
        answers.append(WithoutOne(indicator=indicator, first=leader, moved=moved, changes_first=leader != first))
    return tuple(answers)


def _first(order: Reals, alternatives: tuple[str, ...]) -> str | None:
    leaders = np.flatnonzero(order == 1)
    return alternatives[int(leaders[0])] if len(leaders) else None

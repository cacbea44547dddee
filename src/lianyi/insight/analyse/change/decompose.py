"""Exact splits of a change: log-mean effects of a product's factors, Shapley effects of sums of products.

LMDI-I    value = x1 * x2 * ... per segment; effects add up over factors and segments to the change, time reversal flips signs
Shapley   value = signed sum of products; the average over all orders in which the factors could have moved
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
MOST_FACTORS = 12


def log_mean(a: Reals, b: Reals) -> Reals:
    """The logarithmic mean (a - b) / (ln a - ln b), element by element; a where they are equal, 0 where either is 0.

    a, b : >= 0
    >>> log_mean(np.array([1.0, 2.0, 0.0]), np.array([np.e, 2.0, 5.0])).round(6).tolist()
    [1.718282, 2.0, 0.0]
    """
    both = (a > 0) & (b > 0)
    left, right = np.where(both, a, 1.0), np.where(both, b, 1.0)
    half = (np.log(left) - np.log(right)) / 2
    near = np.abs(half) < 1e-3
    # sinh(x)/x by its series where the plain quotient would cancel
    close = np.exp((np.log(left) + np.log(right)) / 2) * (1 + half**2 / 6 + half**4 / 120)
    far = (left - right) / np.where(near, 1.0, 2 * half)
    mean: Reals = np.where(both, np.where(near, close, far), 0.0)
    return mean


def lmdi(baseline: npt.ArrayLike, current: npt.ArrayLike) -> Reals:
    """The effect of each factor on the change of a product, by segment.

    baseline, current : (factors,) or (factors, segments), >= 0; NaN where a factor is not defined (0 buyers have no orders per
                        buyer), which counts as not having moved
    Returns  effects of the same shape; over the factors they sum to the product's change in each segment
    Zeros    are taken to the limit: with V = 0 in one period its whole change goes, in equal parts, to the factors that were 0 there;
             with V = 0 in both periods nothing changed and every effect is 0
    Raises   ValueError for negative or infinite factors, or a factor that is defined in neither period of a segment whose value moves.
    Cost     O(factors x segments).  Source: Ang (2004); limits as in Wood and Lenzen (2006).
    >>> lmdi([10, 0.2, 5], [12, 0.2, 5]).round(9).tolist()
    [2.0, 0.0, 0.0]
    """
    x0, x1 = np.asarray(baseline, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if x0.shape != x1.shape or x0.ndim not in (1, 2):
        raise ValueError(f"baseline {x0.shape} and current {x1.shape} must both be (factors,) or (factors, segments)")
    if x0.ndim == 1:
        alone: Reals = lmdi(x0[:, None], x1[:, None])[:, 0]
        return alone
    x0, x1 = np.where(np.isnan(x0), x1, x0), np.where(np.isnan(x1), x0, x1)
    nowhere = np.isnan(x0)
    if np.any(~nowhere & ((x0 < 0) | (x1 < 0) | np.isinf(x0) | np.isinf(x1))):
        raise ValueError("factors must be finite and not negative")
    x0, x1 = np.where(nowhere, 1.0, x0), np.where(nowhere, 1.0, x1)
    v0, v1 = x0.prod(axis=0), x1.prod(axis=0)
    if np.any(nowhere & (v0 != v1)):
        raise ValueError("a factor is defined in neither period although the value moved")
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.where((x0 > 0) & (x1 > 0), np.log(x1) - np.log(x0), 0.0)
    effects = log_mean(v1, v0) * moved
    for was, came in ((x0, v1), (x1, -v0)):  # segments that appeared, segments that vanished
        zero = was == 0
        some = zero.any(axis=0) & (came != 0)
        share = zero / np.maximum(zero.sum(axis=0), 1)
        effects = np.where(some, share * came, effects)
    return effects


def chain(levels: npt.ArrayLike) -> Reals:
    """The factors of a chain of levels: the first level, then each level per unit of the one before; NaN where that is 0.

    levels : (levels, ...) such as visitors, buyers, orders, sales
    >>> chain([100.0, 20.0, 30.0, 600.0]).tolist()
    [100.0, 0.2, 1.5, 20.0]
    """
    level = np.asarray(levels, dtype=np.float64)
    before, after = level[:-1], level[1:]
    ratios = np.divide(after, before, out=np.full(after.shape, np.nan), where=before != 0)
    joined: Reals = np.concatenate([level[:1], ratios])
    return joined


@dataclass(frozen=True, slots=True)
class Product:
    """One signed product of named factors, a leaf of a tree of sums: profit = + visits x sales per visit - orders x cost per order."""

    factors: tuple[str, ...]
    sign: int = 1


def shapley(terms: Sequence[Product], baseline: Mapping[str, float], current: Mapping[str, float]) -> dict[str, float]:
    """The Shapley effect of every factor on the change of a signed sum of products.

    terms   : each with distinct factors, at most 12; a factor may occur in several terms
    baseline, current : factor -> value, any sign
    Returns factor -> effect; they sum to the change
    Raises  ValueError for a factor twice in one term or too many of them, KeyError for a factor without a value.
    Cost    O(terms x 2^factors): exact, because Shapley effects of a sum are sums of the effects.
    >>> shapley([Product(("n", "price")), Product(("cost",), -1)], {"n": 10, "price": 2, "cost": 5}, {"n": 12, "price": 3, "cost": 6})
    {'n': 5.0, 'price': 11.0, 'cost': -1.0}
    """
    effects: dict[str, float] = {name: 0.0 for term in terms for name in term.factors}
    for term in terms:
        k = len(term.factors)
        if k > MOST_FACTORS or len(set(term.factors)) != k:
            raise ValueError(f"a term has up to {MOST_FACTORS} factors, each once: {', '.join(term.factors)}")
        old, new = [baseline[f] for f in term.factors], [current[f] for f in term.factors]
        for i, name in enumerate(term.factors):
            others = [j for j in range(k) if j != i]
            parts = [
                math.prod(new[j] if chosen else old[j] for j, chosen in zip(others, choice, strict=True))
                / (k * math.comb(k - 1, sum(choice)))
                for choice in itertools.product((False, True), repeat=k - 1)
            ]
            effects[name] += term.sign * (new[i] - old[i]) * math.fsum(parts)
    return effects

"""Raking: weights under which those who answered look like the members they stand for, and what that costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
ROUNDS = 200
CLOSE = 1e-9
# A weight above this many times the mean lets a handful of people speak for everybody.
TRIM = 5.0


class MarginUnmet(BadInput):
    """A group that the margins name is not among those who answered."""

    code = "margin_unmet"
    message = Text(
        zh="答卷中没有 %(dimension)s 为 %(value)s 的人，无法按它加权。",
        en="Nobody with %(dimension)s %(value)s answered, so there is no weighting by it.",
    )
    remedy = Text(zh="合并分组，或换一个维度。", en="Merge groups, or weight by something else.")


@dataclass(frozen=True, slots=True)
class Raked:
    """Survey weights.

    weights     : (n,) mean 1
    design_effect : Kish's 1 + cv^2 of the weights: how many times larger the variance is than for as many equal weights
    effective_n : n / design_effect
    rounds, converged : rounds of fitting used, and whether the margins are met within 1e-9
    largest     : the largest weight; trimmed : how many weights were cut to the limit (margins are then met only nearly)
    """

    weights: Reals
    design_effect: float
    effective_n: float
    rounds: int
    converged: bool
    largest: float
    trimmed: int


def rake(answers: Mapping[str, Sequence[object]], margins: Mapping[str, Mapping[object, float]], *, trim: float | None = TRIM) -> Raked:
    """Fit weights to known margins, one dimension after the other, until all hold (iterative proportional fitting).

    answers  : dimension -> the value of each who answered; all of one length n
    margins  : dimension -> value -> share (or count) among the members; scaled to sum 1
    trim     : largest weight, in means; None leaves them
    Formula  : w *= target share / weighted share, by value, dimension after dimension; Kish design effect n sum w^2 / (sum w)^2
    Assumes  : within a cell of the margins those who answered are like those who did not
    Needs    : somebody from every value; 30 or more from each, better
    When not : margins that are themselves guesses; hidden reasons for not answering stay hidden
    Raises   : MarginUnmet for a value nobody has; BadInput for an answer that the margins do not know.
    Cost     : rounds * n * dimensions.   Source: Deming, Stephan 1940; Kish 1965
    >>> found = rake({"sex": ["f", "f", "f", "m"]}, {"sex": {"f": 0.5, "m": 0.5}})
    >>> found.weights.round(3).tolist(), round(found.design_effect, 3)
    ([0.667, 0.667, 0.667, 2.0], 1.333)
    """
    coded = [_coded(dimension, list(answers[dimension]), margins[dimension]) for dimension in margins]
    n = len(coded[0][0]) if coded else 0
    if n == 0 or any(len(codes) != n for codes, _ in coded):
        raise BadInput(
            reason=Text(zh="各维度的答卷数须相同且不为 0", en="Each dimension has one value for each answer, and there are answers")
        )
    weights = np.ones(n)
    rounds = 0
    gap = np.inf
    while rounds < ROUNDS and gap > CLOSE:
        rounds += 1
        gap = 0.0
        for codes, target in coded:
            share = np.bincount(codes, weights=weights, minlength=len(target)) / weights.sum()
            gap = max(gap, float(np.abs(share - target).max()))
            weights = weights * (target / share)[codes]
    weights = weights / weights.mean()
    trimmed = 0
    if trim is not None and float(weights.max()) > trim:
        trimmed = int((weights > trim).sum())
        weights = np.minimum(weights, trim)
        weights = weights / weights.mean()
    effect = float(n * (weights**2).sum() / weights.sum() ** 2)
    return Raked(weights, effect, n / effect, rounds, gap <= CLOSE, float(weights.max()), trimmed)


def _coded(dimension: str, values: list[object], margin: Mapping[object, float]) -> tuple[npt.NDArray[np.int64], Reals]:
    known = [value for value, share in margin.items() if share > 0]
    place = {value: i for i, value in enumerate(known)}
    stranger = next((value for value in values if value not in place), None)
    if any(value not in place for value in values):
        raise BadInput(
            reason=Text(zh="%(dimension)s 的总体分布里没有 %(value)s", en="The margins of %(dimension)s do not know %(value)s"),
            dimension=dimension,
            value=stranger,
        )
    codes = np.array([place[value] for value in values], dtype=np.int64)
    present = np.bincount(codes, minlength=len(known))
    if bool(np.any(present == 0)):
        raise MarginUnmet(dimension=dimension, value=known[int(np.argmin(present))])
    target = np.array([margin[value] for value in known], dtype=np.float64)
    return codes, target / target.sum()

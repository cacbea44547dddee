"""Weights from pairwise judgements (AHP), with the consistency of whoever judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]

# Mean consistency index of random reciprocal matrices, by size from 1. Published tables differ, so a consistency ratio names its own.
RANDOM_INDEX = {
    "saaty_1980": (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
    "saaty_2000": (0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
}
USUAL_TABLE = "saaty_1980"
CONSISTENT = 0.10
# 1/3 is written with some digits: what two people round differently is no contradiction.
RECIPROCAL_TOLERANCE = 0.02


class NoReciprocalJudgement(BadInput):
    """A matrix of judgements contradicts itself, or is no such matrix."""

    code = "no_reciprocal_judgement"
    message = Text(
        zh="判断矩阵 %(name)s 有误：%(fault)s",
        en="The matrix of judgements %(name)s cannot be used: %(fault)s",
    )
    remedy = Text(
        zh="应为方阵，对角线为 1，且第 i 行 j 列与第 j 行 i 列互为倒数（如 3 与 1/3）。",
        en="It is square, with 1 on the diagonal, and row i column j is the inverse of row j column i (such as 3 and 1/3).",
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one matrix of pairwise judgements says.

    weights : (k,) sums to 1
    lambda_max : principal eigenvalue; k when the judgements are wholly consistent
    consistency_index : (lambda_max - k) / (k - 1)
    consistency_ratio : consistency_index / random_index; None for k < 3, where no contradiction is possible
    random_index, table : the divisor, and the published table it is from
    """

    weights: tuple[float, ...]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float | None
    random_index: float
    table: str

    @property
    def consistent(self) -> bool:
        """Whether the judgements may be used: a ratio of at most 0.10."""
        return self.consistency_ratio is None or self.consistency_ratio <= CONSISTENT


def judged(matrix: Sequence[Sequence[float]] | Reals, *, name: str = "", table: str = USUAL_TABLE) -> Judgement:
    """Weights from a reciprocal matrix of pairwise judgements.

    matrix  : (k, k) positive; entry [i][j] says how much more i matters than j (Saaty's 1 to 9); k from 1 to 10
    name    : what is judged, for the message of an error
    table   : saaty_1980 | saaty_2000, the random consistency index used
    Formula : the principal right eigenvector, normalised to sum 1; CR = ((lambda_max - k) / (k - 1)) / RI(k)
    Assumes : one judge, or a matrix of geometric means over judges
    When not: more than about 9 things at once; group them into a hierarchy instead
    Raises  : NoReciprocalJudgement
    Cost    : one eigen-decomposition.   Source: Saaty 1980
    >>> found = judged([[1, 3, 5], [1/3, 1, 3], [1/5, 1/3, 1]])
    >>> [round(w, 3) for w in found.weights], round(found.consistency_ratio, 3)
    ([0.637, 0.258, 0.105], 0.033)
    """
    given = np.asarray(matrix, dtype=np.float64)
    fault = _fault(given, len(RANDOM_INDEX[table]))
    if fault is not None:
        raise NoReciprocalJudgement(name=name or "-", fault=fault)
    k = len(given)
    values, vectors = np.linalg.eig(given)
    principal = int(np.argmax(values.real))
    vector = np.abs(vectors[:, principal].real)
    weights = vector / vector.sum()
    lambda_max = float(values[principal].real)
    index = max(0.0, (lambda_max - k) / (k - 1)) if k > 1 else 0.0
    random_index = RANDOM_INDEX[table][k - 1]
    return Judgement(
        weights=tuple(weights.tolist()),
        lambda_max=lambda_max,
        consistency_index=index,
        consistency_ratio=index / random_index if k >= 3 else None,
        random_index=random_index,
        table=table,
    )


def _fault(matrix: Reals, largest: int) -> Text | None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        return Text(zh="不是方阵", en="it is not square")
    if not 1 <= len(matrix) <= largest:
        return Text(zh="一次最多比较 10 项", en="at most 10 things are compared at once")
    if not bool(np.all(np.isfinite(matrix))) or bool(np.any(matrix <= 0)):
        return Text(zh="各项须为正数", en="every entry is a positive number")
    if bool(np.any(np.abs(matrix * matrix.T - 1) > RECIPROCAL_TOLERANCE)):
        return Text(zh="不是互反矩阵", en="entries across the diagonal are not inverse")
    return None

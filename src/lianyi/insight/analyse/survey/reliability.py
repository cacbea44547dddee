"""Whether questions that should measure one thing do: Cronbach's alpha."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.estimate import Estimate, Interval, missing
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
MIN_ANSWERS = 30
GOOD, USABLE = 0.7, 0.5
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far a set of questions holds together.

    raw, standardised : Cronbach's alpha from covariances, and from correlations; at most 1, and below 0 when questions contradict
    without    : question -> raw alpha without it; None for two questions
    item_total : question -> correlation with the sum of the others
    warning    : what to mind, None for 0.7 and above
    """

    items: tuple[str, ...]
    raw: Estimate
    standardised: Estimate
    without: dict[str, float | None]
    item_total: dict[str, float | None]
    warning: Text | None

    def to_json(self) -> dict[str, Any]:
        """`{items, raw, standardised, without, item_total, warning}`."""
        return {
            "items": list(self.items),
            "raw": self.raw.to_json(),
            "standardised": self.standardised.to_json(),
            "without": self.without,
            "item_total": self.item_total,
            "warning": None if self.warning is None else {"zh": self.warning.zh, "en": self.warning.en},
        }


def cronbach(items: npt.ArrayLike, names: Sequence[str] | None = None, *, seed: int = 20) -> Reliability:
    """Cronbach's alpha of k questions over those who answered all of them.

    items    : (n, k) k >= 2, nan where not answered; questions that point the other way must be turned first
    names    : (k,) question names
    Formula  : raw k/(k-1) (1 - sum of variances / variance of the sum); standardised k r / (1 + (k-1) r), r the mean correlation;
               interval by redrawing respondents 1,000 times (percentiles, seeded)
    Assumes  : one thing is measured, equally by all; otherwise alpha is a lower bound
    Needs    : two questions that vary, and three complete answers; below 30 a warning is given
    When not : as a proof that one thing is measured; many questions raise alpha by their number alone
    Cost     : 1,000 covariance matrices of (n, k).   Source: Cronbach 1951
    >>> round(cronbach([[1, 1], [2, 2], [3, 4], [4, 3]]).raw.value, 3)
    0.889
    """
    x = np.asarray(items, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError("one row for each respondent, one column for each question")
    labels = tuple(names) if names is not None else tuple(str(j + 1) for j in range(x.shape[1]))
    x = x[~np.isnan(x).any(axis=1)]
    n, k = x.shape
    if k < 2 or n < 3 or bool(np.any(x.std(axis=0) == 0)):
        because = Text(zh="至少需要两道有差异的题和三份完整答卷", en="it takes two questions that vary and three complete answers")
        nothing = missing(because, n=n)
        return Reliability(labels, nothing, nothing, dict.fromkeys(labels), dict.fromkeys(labels), None)
    covariance = np.cov(x, rowvar=False)
    raw, standardised = _both(covariance)
    limits = _limits(x, seed)
    total = x.sum(axis=1)
    rest = total[:, None] - x
    return Reliability(
        items=labels,
        raw=_estimate(raw, limits[0], n),
        standardised=_estimate(standardised, limits[1], n),
        without={label: _without(covariance, j) for j, label in enumerate(labels)},
        item_total={label: _correlation(x[:, j], rest[:, j]) for j, label in enumerate(labels)},
        warning=_warning(raw, n),
    )


def _both(covariance: Reals) -> tuple[float, float]:
    """Raw and standardised alpha of covariance matrices (..., k, k); nan where the questions cancel each other out."""
    raw, standardised = _alphas(covariance[None])
    return float(raw[0]), float(standardised[0])


def _alphas(covariance: Reals) -> tuple[Reals, Reals]:
    k = covariance.shape[-1]
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    whole = covariance.sum(axis=(-2, -1))
    vary = (variance > 1e-12).all(axis=-1)
    raw = np.divide(variance.sum(axis=-1), whole, out=np.full(len(whole), np.nan), where=vary & (whole > 1e-12))
    deviation = np.sqrt(np.maximum(variance, 1e-12))
    correlation = covariance / (deviation[..., :, None] * deviation[..., None, :])
    mean = (correlation.sum(axis=(-2, -1)) - k) / (k * (k - 1))
    below = 1 + (k - 1) * mean
    standardised = np.divide(k * mean, below, out=np.full(len(whole), np.nan), where=vary & (below > 1e-12))
    return k / (k - 1) * (1 - raw), standardised


def _limits(x: Reals, seed: int) -> tuple[Interval | None, Interval | None]:
    """Percentiles over redrawn respondents; a draw is how often each occurs, so that its covariance is one product of matrices."""
    rng = np.random.default_rng(seed)
    n, k = x.shape
    centred = x - x.mean(axis=0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(n, k * k)
    found: list[tuple[Reals, Reals]] = []
    step = max(1, min(DRAWS, 5_000_000 // n))
    for begin in range(0, DRAWS, step):
        counts = rng.multinomial(n, np.full(n, 1 / n), size=min(step, DRAWS - begin)) / n
        mean = counts @ centred
        found.append(_alphas(((counts @ products).reshape(-1, k, k) - mean[:, :, None] * mean[:, None, :]) * n / (n - 1)))
    return _middle(np.concatenate([raw for raw, _ in found])), _middle(np.concatenate([standardised for _, standardised in found]))


def _middle(drawn: Reals) -> Interval | None:
    known = drawn[~np.isnan(drawn)]
    if len(known) < 0.9 * len(drawn):
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _estimate(value: float, interval: Interval | None, n: int) -> Estimate:
    if np.isnan(value):
        return missing(Text(zh="这些题相互抵消，合计没有差异", en="the questions cancel each other out: their sum does not vary"), n=n)
    return Estimate(value, interval, n, "D")


def _without(covariance: Reals, j: int) -> float | None:
    if len(covariance) <= 2:
        return None
    value = _both(np.delete(np.delete(covariance, j, 0), j, 1))[0]
    return None if np.isnan(value) else value


def _correlation(x: Reals, y: Reals) -> float | None:
    return float(np.corrcoef(x, y)[0, 1]) if x.std() > 0 and y.std() > 0 else None


def _warning(alpha: float, n: int) -> Text | None:
    if np.isnan(alpha):
        return None
    if n < MIN_ANSWERS:
        return sentence("只有 %(n)s 份完整答卷，信度不可靠。", "Only %(n)s complete answers: the figure is itself unreliable.", n=n)
    if alpha < USABLE:
        return sentence(
            "信度 %(alpha)s，低于 0.5：这几题不像在测同一件事，不要合成一个分数。",
            "Alpha is %(alpha)s, below 0.5: these questions do not measure one thing, do not add them up.",
            alpha=f"{alpha:.2f}",
        )
    if alpha < GOOD:
        return sentence(
            "信度 %(alpha)s，低于 0.7：合成分数要谨慎。", "Alpha is %(alpha)s, below 0.7: be careful with the sum.", alpha=f"{alpha:.2f}"
        )
    return None

"""Within or mix: whether a rate moved because its segments moved, or because weight moved between them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.change.decompose import Reals


@dataclass(frozen=True, slots=True)
class Split:
    """A rate's change, split over segments.

    baseline, current : the whole rate; None where its denominator is 0
    within   : (segments,) part of the change from the segment's own rate
    mix      : (segments,) part from the segment's share of the denominator
    sign_flip: the parts within pull, in sum, against the whole change
    simpson  : every segment that moved moved one way and the whole moved the other
    """

    baseline: float | None
    current: float | None
    within: Reals
    mix: Reals
    sign_flip: bool
    simpson: bool

    @property
    def change(self) -> float | None:
        """Current - baseline, which within and mix sum to."""
        return None if self.baseline is None or self.current is None else self.current - self.baseline


def split(hits0: npt.ArrayLike, base0: npt.ArrayLike, hits1: npt.ArrayLike, base1: npt.ArrayLike) -> Split:
    """Split the change of sum(hits) / sum(base) into what happened within segments and what mix did.

    hits0, base0, hits1, base1 : (segments,) numerators and denominators of the two periods, base >= 0
    Within a segment: change of its rate times its mean share. Mix: change of its share times how far its mean rate lies from the
    whole's. A segment seen in one period only has no change of rate: it is all mix. Both parts sum exactly and flip with time.
    >>> s = split([81, 192], [87, 263], [234, 55], [270, 80])  # the kidney stone table: the whole rises, every segment falls
    >>> s.simpson, round(float(s.within.sum()), 4), round(float(s.mix.sum()), 4)
    (True, -0.0537, 0.0994)
    """
    h0, b0, h1, b1 = (np.asarray(a, dtype=np.float64) for a in (hits0, base0, hits1, base1))
    if b0.sum() == 0 or b1.sum() == 0:
        none = np.zeros(len(b0))
        return Split(_rate(h0, b0), _rate(h1, b1), none, none, sign_flip=False, simpson=False)
    rate0 = np.divide(h0, b0, out=np.full(len(b0), np.nan), where=b0 > 0)
    rate1 = np.divide(h1, b1, out=np.full(len(b1), np.nan), where=b1 > 0)
    rate0, rate1 = np.where(np.isnan(rate0), rate1, rate0), np.where(np.isnan(rate1), rate0, rate1)
    rate0, rate1 = np.nan_to_num(rate0), np.nan_to_num(rate1)
    share0, share1 = b0 / b0.sum(), b1 / b1.sum()
    whole0, whole1 = h0.sum() / b0.sum(), h1.sum() / b1.sum()
    within = (rate1 - rate0) * (share0 + share1) / 2
    mix = (share1 - share0) * ((rate0 + rate1) / 2 - (whole0 + whole1) / 2)
    change = whole1 - whole0
    moved = np.sign(rate1 - rate0)[(b0 > 0) & (b1 > 0) & (rate1 != rate0)]
    one_way = len(moved) > 0 and bool(np.all(moved == moved[0]))
    return Split(
        float(whole0),
        float(whole1),
        within,
        mix,
        sign_flip=bool(np.sign(within.sum()) * np.sign(change) < 0),
        simpson=one_way and bool(moved[0] * np.sign(change) < 0),
    )


def _rate(hits: Reals, base: Reals) -> float | None:
    return float(hits.sum() / base.sum()) if base.sum() else None

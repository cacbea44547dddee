"""Since when a rate has been at its new level."""

import numpy as np

from lianyi.insight.analyse.rates.sides import Side, best_cut

# A cut that explains less of the daily ups and downs than this says nothing.
EXPLAINS = 0.2


def onset(before: Side, now: Side) -> int | None:
    """The index in `before` + `now`, laid end to end, from which the rate is at another level; None where no one cut says it.

    Formula : see `sides.best_cut`. None unless the cut removes a fifth of the deviation that one rate for all days leaves
    Assumes : one change, and that it lasted.
    >>> quiet, fell = Side(np.full(20, 9.0), np.full(20, 10.0)), Side(np.array([9.0] * 5 + [4.0] * 15), np.full(20, 10.0))
    >>> onset(quiet, fell)
    25
    """
    hits, base = np.concatenate([before.hits, now.hits]), np.concatenate([before.base, now.base])
    cut = best_cut(hits, base)
    if cut is None:
        return None
    seen = base > 0
    total = float((hits[seen] ** 2 / base[seen]).sum())
    level = float(hits.sum() ** 2 / base.sum())
    parts = [(h.sum(), b.sum()) for h, b in ((hits[:cut], base[:cut]), (hits[cut:], base[cut:]))]
    explained = float(sum(h**2 / b for h, b in parts)) - level
    return cut if total > level and explained >= EXPLAINS * (total - level) else None

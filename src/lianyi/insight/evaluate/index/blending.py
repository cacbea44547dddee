"""From several sets of weights to one: mixed as declared, and none allowed to run away from what was judged."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def blended(weights: Mapping[str, Reals], mix: Mapping[str, float]) -> Reals:
    """The mixture of sets of weights.

    weights : name of a method -> (k,) weights that sum to 1
    mix     : name -> share; methods without weights are left out and the other shares scaled up
    >>> blended({"judged": np.array([0.8, 0.2]), "entropy": np.array([0.4, 0.6])}, {"judged": 0.75, "entropy": 0.25}).round(3).tolist()
    [0.7, 0.3]
    """
    used = {name: share for name, share in mix.items() if name in weights and share > 0}
    if not used:
        raise ValueError("no weights to mix")
    total = sum(used.values())
    answer: Reals = np.sum([share / total * weights[name] for name, share in used.items()], axis=0)
    return answer


def capped(weights: Reals, limits: Reals) -> Reals:
    """The weights, none above its limit; what is cut off goes to the others in proportion.

    limits  : (k,) each at least 0, together at least 1
    Returns weights that sum to 1; those of limit 0 are 0. Where every weight below its limit is 0, the limits share the rest.
    >>> capped(np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.5, 0.5])).round(4).tolist()
    [0.5, 0.3333, 0.1667]
    """
    if float(limits.sum()) < 1 - 1e-9 or bool(np.any(limits < 0)):
        raise ValueError("limits leave no room for all the weight")
    at_limit = np.zeros(len(weights), dtype=bool)
    answer = weights.astype(np.float64)
    for _ in range(len(weights)):
        over = ~at_limit & (answer > limits + 1e-15)
        if not bool(over.any()):
            break
        at_limit |= over
        room = 1 - float(limits[at_limit].sum())
        free = weights * ~at_limit
        if float(free.sum()) <= 0:
            free = limits * ~at_limit
        scale = room / float(free.sum()) if float(free.sum()) > 0 else 0.0
        answer = np.where(at_limit, limits, free * scale)
    return answer

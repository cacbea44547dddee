"""Tiers with hysteresis: up as soon as a threshold is reached, down only when well below it.

Method card
    Formula    at each review a member rises to the highest tier whose threshold T the value reaches; a member stays in a tier while the
               value is at least 0.8 T of it, and otherwise falls to the highest tier that the value still holds by the same rule.
    Assumes    the value is the same thing at every review, such as net sales of the last 12 months.
    Needs      nothing; a member without any value is in no tier.
    Do not     use thresholds closer together than the hysteresis: then tiers overlap (refused).
    Cost       O(members) a review.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

DOWN_SHARE = 0.8
NO_TIER = 0


def tiers(values: Reals, thresholds: Sequence[float], *, down_share: float = DOWN_SHARE, start: Ints | None = None) -> Ints:
    """The tier of every member at every review.

    values     : (members, reviews) in order of time
    thresholds : ascending, above 0; tier k (from 1) begins at thresholds[k - 1]
    down_share : in (0, 1]; a tier is kept down to this share of its threshold; 1 is no hysteresis
    start      : (members,) tiers before the first review; None is no tier
    Returns     (members, reviews), 0 for no tier
    Raises      BadInput for thresholds that do not ascend, or are closer together than the hysteresis.
    >>> tiers(np.array([[90.0, 100.0, 85.0, 79.0]]), [100.0]).tolist()
    [[0, 1, 1, 0]]
    """
    steps = np.asarray(thresholds, dtype=np.float64)
    if not len(steps) or steps[0] <= 0 or (np.diff(steps) <= 0).any():
        raise BadInput(
            reason=Text(zh="等级门槛须大于 0 且由低到高：%(given)s", en="Thresholds of tiers ascend from above 0, not %(given)s"),
            given=", ".join(f"{t:g}" for t in thresholds),
        )
    if not 0 < down_share <= 1 or (steps[1:] * down_share <= steps[:-1]).any():
        raise BadInput(
            reason=Text(
                zh="降级比例 %(share)s 与门槛间隔冲突：上一级的保级线须高于下一级的门槛",
                en="A down share of %(share)s does not fit these thresholds: the line for keeping a tier lies above the tier below",
            ),
            share=f"{down_share:g}",
        )
    now = np.zeros(len(values), dtype=np.int64) if start is None else np.asarray(start, dtype=np.int64)
    found: Ints = np.empty(values.shape, dtype=np.int64)
    for review in range(values.shape[1]):
        value = values[:, review]
        reached = np.searchsorted(steps, value, side="right")
        held = np.searchsorted(steps * down_share, value, side="right")
        # Rise to what is reached; otherwise keep what one has as far as it is held.
        now = np.maximum(reached, np.minimum(now, held))
        found[:, review] = now
    return found

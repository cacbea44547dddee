"""Who answers whom: reciprocity, those nobody talks to, and the core that holds together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.estimate import Estimate, share_of
from lianyi.kernel.text import Text

Integers = npt.NDArray[np.int64]
NO_TIES = Text(zh="没有人互相回复", en="nobody answered anybody")


@dataclass(frozen=True, slots=True)
class ReplyNetwork:
    """The network of replies, from who answered to whom was answered; answering oneself does not count.

    people, ties : those who posted or answered, and distinct directed pairs
    reciprocity  : share of ties that go both ways
    isolates     : share of people with no tie at all
    core, core_order : people of the innermost k-core (everyone tied to at least k others in it), and its k
    """

    people: int
    ties: int
    reciprocity: Estimate
    isolates: Estimate
    core: int
    core_order: int


def reply_network(source: Sequence[str], target: Sequence[str], *, everyone: Sequence[str] = ()) -> ReplyNetwork:
    """The network of replies.

    source, target : (n,) who answered, and whom; repeated pairs count once
    everyone : others who posted, so that those nobody answered are seen
    Formula  : reciprocity = ties with their reverse / ties; cores by peeling off those with fewer than k neighbours, direction ignored
    Assumes  : one account per person
    When not : across groups that cannot see each other: ask each group for itself
    Cost     : a sort of the ties, and as many passes as the innermost core has layers
    >>> found = reply_network(["a", "b", "c"], ["b", "a", "a"], everyone=["d"])
    >>> round(found.reciprocity.value, 3), found.isolates.value, found.core, found.core_order
    (0.667, 0.25, 3, 1)
    """
    names, code = np.unique(np.array([*source, *target, *everyone], dtype=str), return_inverse=True)
    n, k = len(names), len(source)
    a, b = code[:k].astype(np.int64), code[k : 2 * k].astype(np.int64)
    ties = np.unique((a * max(n, 1) + b)[a != b])
    a, b = ties // max(n, 1), ties % max(n, 1)
    mutual = int(np.isin(b * n + a, ties, assume_unique=True).sum())
    edges = np.unique(np.minimum(a, b) * max(n, 1) + np.maximum(a, b))
    first, second = edges // max(n, 1), edges % max(n, 1)
    degree = np.bincount(np.concatenate([first, second]), minlength=n)
    core, order = _innermost(first, second, degree)
    return ReplyNetwork(
        people=n,
        ties=len(ties),
        reciprocity=share_of(mutual, len(ties), NO_TIES),
        isolates=share_of(int((degree == 0).sum()), n, Text(zh="没有人发言", en="nobody posted")),
        core=core,
        core_order=order,
    )


def _innermost(first: Integers, second: Integers, degree: Integers) -> tuple[int, int]:
    """Size and order of the innermost core: peel by rising order until nobody is left."""
    alive = degree > 0
    size, order = 0, 0
    k = 1
    while bool(alive.any()):
        while True:
            inside = alive[first] & alive[second]
            left = np.bincount(np.concatenate([first[inside], second[inside]]), minlength=len(alive))
            weak = alive & (left < k)
            if not bool(weak.any()):
                break
            alive &= ~weak
        if bool(alive.any()):
            size, order = int(alive.sum()), k
        k += 1
    return size, order

"""Shares shown against shares withheld: what members bought after each, and how sure the difference is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.estimate import Interval
from lianyi.insight.analyse.spread import interval_of

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arms:
    """Two arms of exposures.

    shown, withheld : exposures in each
    after_shown, after_withheld : mean orders after one
    effect, interval : their difference, and its 95% interval by members: one member's exposures are not independent
    members  : who had any of them
    """

    shown: int
    withheld: int
    after_shown: float
    after_withheld: float
    effect: float
    interval: Interval
    members: int


def compare_arms(who: Ints, shown: Flags, orders: Reals) -> Arms:
    """The difference a share makes.

    who, shown, orders : (k,) member, whether the share was shown, orders after it; both arms must occur
    Formula : difference of means; its variance is the sum over members of the square of what each adds to it (Liang and Zeger 1986)
    >>> found = compare_arms(np.array([1, 2, 3, 4]), np.array([True, True, False, False]), np.array([1.0, 0.0, 0.0, 0.0]))
    >>> found.effect, found.members
    (0.5, 4)
    """
    arms = (shown, ~shown)
    sizes = [int(arm.sum()) for arm in arms]
    means = [float(orders[arm].mean()) for arm in arms]
    added = np.where(shown, (orders - means[0]) / sizes[0], -(orders - means[1]) / sizes[1])
    _, member = np.unique(who, return_inverse=True)
    by_member = np.bincount(member, added)
    n = len(by_member)
    spread = float(np.sqrt((by_member**2).sum() * n / max(n - 1, 1)))
    effect = means[0] - means[1]
    return Arms(sizes[0], sizes[1], means[0], means[1], effect, interval_of(effect, spread), n)


def orders_after(who: Ints, t: Ints, order_who: Ints, order_t: Ints, within_us: int) -> Reals:
    """(k,) how many orders a member paid after each instant, and no later than so many microseconds.

    who, t : (k,) members and instants; order_who, order_t : (o,) of the orders
    >>> orders_after(np.array([1, 2]), np.array([10, 10]), np.array([1, 1, 2]), np.array([12, 99, 5]), 20).tolist()
    [1.0, 0.0]
    """
    # One axis for all: a member's instants lie in a stretch of their own, so that one search counts for everybody.
    first = min(int(t.min(initial=0)), int(order_t.min(initial=0)))
    span = max(int(t.max(initial=0)), int(order_t.max(initial=0))) - first + within_us + 1
    _, codes = np.unique(np.concatenate((who, order_who)), return_inverse=True)
    mine, theirs = codes[: len(who)] * span + (t - first), np.sort(codes[len(who) :] * span + (order_t - first))
    found: Reals = (np.searchsorted(theirs, mine + within_us, side="right") - np.searchsorted(theirs, mine, side="right")).astype(
        np.float64
    )
    return found

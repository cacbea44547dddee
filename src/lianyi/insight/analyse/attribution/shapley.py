"""Shapley attribution: a channel's average contribution over every order in which channels could have been added.

Method card
    Formula    worth v(S) of a set of channels S = orders per journey among the journeys that touched no channel outside S, times all
               journeys. Credit of j = mean over orderings of v(S + j) - v(S). Credits sum to all orders with a touch.
               Where journeys without an order are not recorded, v(S) counts orders, whose Shapley value is the closed form: each
               order shared equally by the distinct channels of its journey.
    Assumes    people who met only S are like the others; sets that were never seen are worth what is seen inside them.
    Needs      up to 12 channels: exact over the 2^K sets. Beyond: sampled orderings (seeded), at most 62 channels.
    Do not     read a negative credit as a bill: it says that journeys with the channel end in orders less often.
    Cost       O(touches) + K 2^K exact; draws * K * distinct sets sampled.
    Source     Shapley 1953; Zhao et al. 2018. Efficiency, symmetry and the null player are property tests.
"""

import numpy as np

from lianyi.insight.analyse.attribution.journeys import Ints, Journeys, Reals
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

EXACT_CHANNELS = 12
MOST_CHANNELS = 62


class TooManyChannels(BadInput):
    """More channels than Shapley credit can be shared among."""

    code = "too_many_channels"
    message = Text(
        zh="Shapley 归因最多 %(most)s 个渠道，现有 %(n)s 个。", en="Shapley attribution takes at most %(most)s channels; there are %(n)s."
    )
    remedy = Text(zh="先把小渠道合并，或改用 markov、linear。", en="Merge small channels first, or use markov or linear.")


def channel_sets(journeys: Journeys) -> Ints:
    """(P,) the set of channels of each journey, bit j for channel j."""
    if len(journeys.channels) > MOST_CHANNELS:
        raise TooManyChannels(most=MOST_CHANNELS, n=len(journeys.channels))
    return np.bitwise_or.reduceat(np.left_shift(np.int64(1), journeys.touches), journeys.starts[:-1])


def by_set(journeys: Journeys, group: Ints, groups: int) -> tuple[Ints, Reals, Reals, Reals]:
    """Distinct sets (U,) with orders, value and journeys of each, (groups, U) by group."""
    sets, number = np.unique(channel_sets(journeys), return_inverse=True)
    cell = group * len(sets) + number

    def counted(weights: Reals) -> Reals:
        return np.bincount(cell, weights, groups * len(sets)).astype(np.float64).reshape(groups, len(sets))

    return sets, counted(journeys.conversions), counted(journeys.values), counted(journeys.conversions + journeys.nulls)


def equal_shares(sets: Ints, gains: Reals, k: int) -> Reals:
    """(groups, K) each set's gain shared equally by its members: the Shapley value of v(S) = gains of the sets inside S."""
    members = (sets[:, None] >> np.arange(k)) & 1
    return np.asarray(gains @ (members / members.sum(axis=1, keepdims=True)))


def exact(sets: Ints, gains: Reals, journeys: Reals, k: int) -> Reals:
    """(groups, K) Shapley credits of v(S) = gain per journey inside S, times all journeys; every one of the 2^K sets.

    sets     : (U,) distinct sets as bits
    gains, journeys : (groups, U) gain (orders or value) and journeys of each set
    >>> exact(np.array([1, 2, 3]), np.array([[2.0, 0.0, 3.0]]), np.array([[4.0, 4.0, 4.0]]), 2).round(3).tolist()
    [[5.5, -0.5]]
    """
    groups = len(gains)
    worth = np.zeros((2, groups, 1 << k))
    worth[0][:, sets] = gains
    worth[1][:, sets] = journeys
    for j in range(k):  # sums over subsets, one channel at a time
        halves = worth.reshape(2, groups, -1, 2, 1 << j)
        halves[:, :, :, 1] += halves[:, :, :, 0]
    everyone = worth[1][:, -1:]
    v = np.divide(worth[0], worth[1], out=np.zeros_like(worth[0]), where=worth[1] > 0) * everyone
    size = np.array([int(s).bit_count() for s in range(1 << k)])
    factorial = np.cumprod(np.concatenate(([1.0], np.arange(1.0, k + 1))))
    chance = factorial[size] * factorial[np.maximum(k - size - 1, 0)] / factorial[k]  # of S standing before j
    credit = np.empty((groups, k))
    every = np.arange(1 << k)
    for j in range(k):
        without = every[(every >> j) & 1 == 0]
        credit[:, j] = (v[:, without | 1 << j] - v[:, without]) @ chance[without]
    return credit


def sampled(sets: Ints, gains: Reals, journeys: Reals, k: int, *, draws: int, seed: int) -> Reals:
    """(groups, K) the same by drawn orderings and their reverses; each ordering telescopes, so that credits sum exactly as in `exact`."""
    rng = np.random.default_rng(seed)
    credit = np.zeros((len(gains), k))
    everyone = journeys.sum(axis=1)
    orders = [rng.permutation(k) for _ in range((draws + 1) // 2)]
    for order in [o for drawn in orders for o in (drawn, drawn[::-1])]:
        # For each distinct set, how many channels must have been added before it lies inside: a running sum over that count is v.
        place = np.empty(k, dtype=np.int64)
        place[order] = np.arange(k)
        members = (sets[:, None] >> np.arange(k)) & 1
        complete = np.where(members == 1, place + 1, 0).max(axis=1)
        into = np.zeros((len(sets), k + 1))
        into[np.arange(len(sets)), complete] = 1.0
        gain, reached = np.cumsum(gains @ into, axis=1), np.cumsum(journeys @ into, axis=1)
        v = np.divide(gain, reached, out=np.zeros_like(gain), where=reached > 0) * everyone[:, None]
        credit[:, order] += np.diff(v, axis=1)
    return credit / (2 * len(orders))

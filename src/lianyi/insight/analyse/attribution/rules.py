"""Rules that share an order's credit over its touches: first, last, linear, position, time decay.

Method card
    Formula    each touch of a journey gets a weight, weights sum to 1 over the journey, and a channel's credit is the sum of its
               touches' weights times the journey's orders.
               first, last: 1 to that touch. linear: 1/L. position: 40% first, 40% last, 20% shared by those between (two touches:
               half each; one: all). time decay: 2^(-age/half-life), normalised.
    Assumes    touches are recorded for every channel alike; a channel nobody records earns nothing.
    Needs      one order with a touch.
    Do not     set budgets by it. A rule cannot know what would have happened without the channel: last touch favours those who
               meet people already on their way to pay.
    Cost       O(touches).
    Source     the usual definitions; ChannelAttribution's PathData to 1e-6.
"""

from collections.abc import Callable

import numpy as np

from lianyi.insight.analyse.attribution.journeys import Ints, Journeys, Reals
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

ENDS_SHARE = 0.4


def first(journeys: Journeys, half_life_days: float = 7.0) -> Reals:
    """(T,) all to the first touch."""
    return np.asarray(journeys.place == 0, dtype=np.float64)


def last(journeys: Journeys, half_life_days: float = 7.0) -> Reals:
    """(T,) all to the last touch."""
    return np.asarray(journeys.place == np.repeat(journeys.lengths, journeys.lengths) - 1, dtype=np.float64)


def linear(journeys: Journeys, half_life_days: float = 7.0) -> Reals:
    """(T,) the same to each touch."""
    return 1.0 / np.repeat(journeys.lengths, journeys.lengths)


def position(journeys: Journeys, half_life_days: float = 7.0) -> Reals:
    """(T,) 40% to the first, 40% to the last, 20% to those between."""
    length = np.repeat(journeys.lengths, journeys.lengths)
    end = (journeys.place == 0) | (journeys.place == length - 1)
    weight = np.where(end, ENDS_SHARE, (1 - 2 * ENDS_SHARE) / np.maximum(length - 2, 1))
    weight = np.where(length == 2, 0.5, weight)
    return np.where(length == 1, 1.0, weight)


def time_decay(journeys: Journeys, half_life_days: float = 7.0) -> Reals:
    """(T,) halved for every `half_life_days` before the order.

    Raises BadInput where the journeys do not say when their touches were.
    """
    if journeys.age_days is None:
        raise BadInput(reason=Text(zh="时间衰减需要触点的时刻", en="Time decay needs the instants of touches"))
    # From the youngest touch on, so that a short half-life cannot underflow every weight of a journey to nothing.
    youngest = np.minimum.reduceat(journeys.age_days, journeys.starts[:-1])[journeys.journey]
    weight = np.exp2(-(journeys.age_days - youngest) / half_life_days)
    return weight / np.add.reduceat(weight, journeys.starts[:-1])[journeys.journey]


RULES: dict[str, Callable[[Journeys, float], Reals]] = {
    "first": first,
    "last": last,
    "linear": linear,
    "position": position,
    "time_decay": time_decay,
}


def credited(journeys: Journeys, weights: Reals, group: Ints, groups: int) -> tuple[Reals, Reals]:
    """Orders and value credited to each channel, by group of journeys.

    weights : (T,) shares of a journey's touches
    group   : (P,) group of each journey, 0..groups-1
    Returns  two (groups, K) arrays
    """
    k = len(journeys.channels)
    journey = journeys.journey
    cell = group[journey] * k + journeys.touches
    orders = np.bincount(cell, weights * journeys.conversions[journey], groups * k).astype(np.float64)
    value = np.bincount(cell, weights * journeys.values[journey], groups * k).astype(np.float64)
    return orders.reshape(groups, k), value.reshape(groups, k)

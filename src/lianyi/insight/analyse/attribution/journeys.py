"""Journeys: the touches before each order, and the touches that led to none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.kernel.clock import US_PER_DAY

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# A touch of the same channel within half an hour of the last fact is the same visit, not a new touch.
SAME_VISIT_US = 30 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Journeys:
    """Journeys as one long array of touches, with where each begins.

    channels    : names, in the order of their codes
    starts      : (P + 1,) journey i holds touches[starts[i]:starts[i + 1]], the earliest first; at least one touch each
    touches     : (T,) channel codes
    age_days    : (T,) days from the touch to the order; None where instants are not known
    conversions : (P,) how often the journey ended in an order
    values      : (P,) what those orders were worth, any unit; 0 where there were none
    nulls       : (P,) how often it ended in none
    who         : (P,) whose journey it is, any integers; groups of people are left out together when spread is estimated
    """

    channels: tuple[str, ...]
    starts: Ints
    touches: Ints
    age_days: Reals | None
    conversions: Reals
    values: Reals
    nulls: Reals
    who: Ints

    @property
    def lengths(self) -> Ints:
        """(P,) touches of each journey."""
        return np.diff(self.starts)

    @property
    def journey(self) -> Ints:
        """(T,) the journey each touch belongs to."""
        return np.repeat(np.arange(len(self.conversions), dtype=np.int64), self.lengths)

    @property
    def place(self) -> Ints:
        """(T,) place of each touch in its journey, from 0."""
        return np.arange(len(self.touches), dtype=np.int64) - np.repeat(self.starts[:-1], self.lengths)


def journeys_of(
    paths: Sequence[Sequence[str]] | pa.ListArray,
    conversions: npt.ArrayLike,
    *,
    values: npt.ArrayLike | None = None,
    nulls: npt.ArrayLike | None = None,
) -> Journeys:
    """Journeys from lists of channel names, such as a table of distinct paths with their counts; empty ones are left out.

    Cost   one look-up a touch; an Arrow list of texts (as `pyarrow.compute.split_pattern` makes of a column) is not copied.
    >>> j = journeys_of([["search", "kol"], ["kol"]], [3, 1], nulls=[0, 6])
    >>> j.channels, j.touches.tolist(), j.starts.tolist()
    (('kol', 'search'), [1, 0, 0], [0, 2, 3])
    """
    listed = paths if isinstance(paths, pa.ListArray) else pa.array(paths, pa.list_(pa.string()))
    lengths = pc.list_value_length(listed).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    filled = np.flatnonzero(lengths)
    named = listed.flatten().dictionary_encode()
    words = named.dictionary.to_pylist()
    channels = tuple(sorted(words))
    place = {name: i for i, name in enumerate(channels)}
    code = np.array([place[word] for word in words], dtype=np.int64)

    def picked(column: npt.ArrayLike | None) -> Reals:
        return np.zeros(len(filled)) if column is None else np.asarray(column, dtype=np.float64)[filled]

    return Journeys(
        channels=channels,
        starts=np.concatenate(([0], np.cumsum(lengths[filled]))).astype(np.int64),
        touches=code[named.indices.to_numpy()],
        age_days=None,
        conversions=picked(conversions),
        values=picked(values),
        nulls=picked(nulls),
        who=np.arange(len(filled), dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class Cut:
    """What journeys were cut from, and what was left out.

    orders, value   : orders that count, with and without a touch, and what they were worth
    touches         : touches within reach of the journeys
    untouched       : orders of people who were never touched within the lookback
    untouched_value : what those orders were worth
    undecided       : journeys without an order whose lookback is not over when the data end
    """

    orders: int
    value: float
    touches: int
    untouched: int
    untouched_value: float
    undecided: int


def cut_journeys(
    channels: tuple[str, ...],
    touch_who: Ints,
    touch_t: Ints,
    touch_channel: Ints,
    order_who: Ints,
    order_t: Ints,
    order_value: Reals,
    *,
    lookback_days: float,
    horizon_t: int,
    touch_counts: Flags,
    order_counts: Flags,
) -> tuple[Journeys, Cut]:
    """Journeys from touches and orders.

    touch_* : (M,) person, instant (microseconds) and channel code, ordered by person and instant
    order_* : (C,) person (-1 unknown), instant and value of each order, any order
    lookback_days : an order's journey is every touch of its person in the days before it, its own instant included
    horizon_t     : the first instant after the data
    touch_counts  : (M,) False for touches before the window, which only serve orders and make no journeys without one
    order_counts  : (C,) False for orders after the window, which are counted elsewhere but keep their touches from counting as lost
    A touch may serve several orders, as commission rules have it. Touches that serve none make journeys without an order, cut where
    the lookback passes in silence; those whose lookback is not yet over are undecided and left out.
    Cost     two binary searches an order; O(touches + touches served).
    """
    lookback = round(lookback_days * US_PER_DAY)
    known = np.flatnonzero(order_who >= 0)
    first = _first_at_or_after(touch_who, touch_t, order_who[known], order_t[known] - lookback)
    after = _first_at_or_after(touch_who, touch_t, order_who[known], order_t[known] + 1)
    size = len(touch_t) + 1
    served = np.bincount(first, minlength=size) - np.bincount(after, minlength=size)
    own = (after > first) & order_counts[known]
    touched, first, after = known[own], first[own], after[own]
    lengths = after - first
    places = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(int(lengths.sum()))
    idle = np.flatnonzero((np.cumsum(served[:-1]) == 0) & touch_counts)

    starts_null = np.zeros(0, dtype=np.int64)
    undecided = 0
    if len(idle):
        who, t = touch_who[idle], touch_t[idle]
        # A new journey begins with another person, after silence longer than the lookback, or when touches between were served.
        begins = np.concatenate(([True], (np.diff(who) != 0) | (np.diff(t) > lookback) | (np.diff(idle) != 1)))
        number = np.cumsum(begins) - 1
        last = np.concatenate((np.flatnonzero(begins)[1:] - 1, [len(idle) - 1]))
        due = t[last] + lookback < horizon_t
        undecided = int((~due).sum())
        idle = idle[due[number]]
        kept = begins[due[number]]
        starts_null = np.flatnonzero(kept)
    null_lengths = np.diff(np.concatenate((starts_null, [len(idle)]))) if len(starts_null) else np.zeros(0, dtype=np.int64)

    order_touches = touch_channel[places]
    # A touch that led to no order has no age; it never earns credit.
    age = np.concatenate(((np.repeat(order_t[touched], lengths) - touch_t[places]) / US_PER_DAY, np.zeros(len(idle))))
    nought = np.zeros(len(null_lengths))
    journeys = Journeys(
        channels=channels,
        starts=np.concatenate(([0], np.cumsum(np.concatenate((lengths, null_lengths))))).astype(np.int64),
        touches=np.concatenate((order_touches, touch_channel[idle])).astype(np.int64),
        age_days=age,
        conversions=np.concatenate((np.ones(len(touched)), nought)),
        values=np.concatenate((order_value[touched], nought)),
        nulls=np.concatenate((np.zeros(len(touched)), nought + 1)),
        who=np.concatenate((order_who[touched], touch_who[idle[starts_null]])).astype(np.int64),
    )
    return journeys, Cut(
        orders=int(order_counts.sum()),
        value=float(order_value[order_counts].sum()),
        touches=len(touch_t),
        untouched=int(order_counts.sum()) - len(touched),
        untouched_value=float(order_value[order_counts].sum() - order_value[touched].sum()),
        undecided=undecided,
    )


def _first_at_or_after(who: Ints, t: Ints, asked_who: Ints, asked_t: Ints) -> Ints:
    """(n,) the first row of (who, t), ordered, that is not before each pair asked for.

    A pair becomes one number, so that one binary search finds it; where that number would be too large, instants become ranks first.
    """
    if not len(t):
        return np.zeros(len(asked_who), dtype=np.int64)
    low = int(t.min())
    span = int(t.max()) - low + 2
    if (int(max(who[-1], asked_who.max(initial=0))) + 1) * span < 1 << 62:
        key = asked_who * span + np.clip(asked_t - low, 0, span - 1)
        return np.searchsorted(who * span + (t - low), key).astype(np.int64)
    moments = np.unique(t)
    rank = np.searchsorted(moments, t)
    asked = np.searchsorted(moments, asked_t)
    width = len(moments) + 1
    return np.searchsorted(who * width + rank, asked_who * width + asked).astype(np.int64)

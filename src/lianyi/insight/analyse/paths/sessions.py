"""Sessions: facts of one visit, in order, as one long array.

Method card
    Formula    a given session id counts inside its actor (many sources number sessions per person); without one, more than 30 minutes
               of silence end a session. Facts of one instant keep the order they come in: by event id, which for our own events is the order
               in which they were stated.
    Cost       one compiled pass over facts ordered by actor and instant; without numba one stable sort of (actor, session, instant).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse import walk as walks

Ints = npt.NDArray[np.int64]

SILENCE_US = 30 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions as one array of steps.

    starts : (S + 1,) session i holds steps[starts[i]:starts[i + 1]]
    steps  : (R,) event codes in order
    who    : (S,) whose session it is
    """

    starts: Ints
    steps: Ints
    who: Ints

    @property
    def count(self) -> int:
        return len(self.who)

    @property
    def lengths(self) -> Ints:
        return np.diff(self.starts)

    @property
    def session(self) -> Ints:
        """(R,) the session each step belongs to."""
        return np.repeat(np.arange(self.count, dtype=np.int64), self.lengths)


NO_SESSIONS = Sessions(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def cut_ordered(who: Ints, given: Ints, t: Ints, name: Ints, *, compiled: bool | None = None) -> Sessions:
    """Sessions of facts that are ordered by who and t, those of one instant in the order given; the sessions come in any order.

    who, name : (R,) codes; given: (R,) number of the given session inside its person, -1 where there is none; t: (R,) microseconds
    compiled : numba or numpy; None takes numba where it is installed and there are rows enough to load it for
    >>> s = cut_ordered(np.array([7, 7, 7]), np.array([-1, 0, -1]), np.array([0, 60, 4_000]) * 1_000_000, np.array([2, 0, 1]))
    >>> sorted(part.tolist() for part in np.split(s.steps, s.starts[1:-1]))
    [[0], [1], [2]]
    """
    found = numbered(who, given, t, compiled=compiled)
    starts = np.concatenate(([0], np.cumsum(found.length)))
    steps = np.empty(len(name), dtype=np.int64)
    steps[starts[found.number] + found.place] = name
    return Sessions(starts, steps, found.who)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The session of each fact.

    number, place : (R,) its session, and its place in it from 0; facts of a session ascend in time
    length, who   : (S,) facts of each session, and whose it is
    """

    number: Ints
    place: Ints
    length: Ints
    who: Ints


def numbered(who: Ints, given: Ints, t: Ints, *, compiled: bool | None = None) -> Numbered:
    """The session of each of the facts, which are ordered by who and t; see `cut_ordered`."""
    walk = None if compiled is False else walks.compiled(_number) if compiled else walks.faster(_number, len(who))
    if walk is not None:
        # Arrays that cannot be written are another signature, which would be compiled for itself.
        return Numbered(*walk(*(np.require(a, requirements="W") for a in (who, given, t)), SILENCE_US))
    if not len(who):
        none: Ints = np.zeros(0, dtype=np.int64)
        return Numbered(none, none, none, none)
    order, begins = _cut(who, given, t)
    length = np.diff(np.append(begins, len(who)))
    number, place = np.empty(len(who), dtype=np.int64), np.empty(len(who), dtype=np.int64)
    number[order] = np.repeat(np.arange(len(begins)), length)
    place[order] = np.arange(len(who)) - np.repeat(begins, length)
    return Numbered(number, place, length, who[order[begins]])


def _cut(who: Ints, given: Ints, t: Ints) -> tuple[Ints, Ints]:
    """The order of facts by session, and where in it each session begins."""
    order = np.lexsort((t, given, who))
    who, given, t = who[order], given[order], t[order]
    silent = (given[1:] < 0) & (np.diff(t) > SILENCE_US)
    begins = np.flatnonzero(np.concatenate(([True], (np.diff(who) != 0) | (np.diff(given) != 0) | silent)))
    return order.astype(np.int64), begins.astype(np.int64)


def _number(who: Any, given: Any, t: Any, silence: int) -> Any:
    """The session of each fact and its place in it; length of each session, and whose it is."""
    n = len(who)
    number = np.empty(n, dtype=np.int64)
    place = np.empty(n, dtype=np.int64)
    length = np.zeros(n, dtype=np.int64)
    whose = np.empty(n, dtype=np.int64)
    most, begin = 0, 0  # facts of one actor
    for i in range(1, n + 1):
        if i == n or who[i] != who[begin]:
            most = max(most, i - begin)
            begin = i
    # Sessions by their ids, open addressing with twice as many slots as an actor can fill; a slot of somebody else is empty.
    slots = 2
    while slots < 2 * most:
        slots *= 2
    owner = np.full(slots, -1, dtype=np.int64)  # the first fact of the actor who filled it
    key = np.zeros(slots, dtype=np.int64)
    at = np.zeros(slots, dtype=np.int64)
    count = 0
    begin = 0
    quiet = -1  # the session of facts without an id that is still open
    last = 0
    s = 0
    for i in range(n):
        if who[i] != who[begin]:
            begin = i
            quiet = -1
        mine = given[i]
        if mine >= 0:
            if i == begin or given[i - 1] != mine:
                slot = mine & (slots - 1)
                while owner[slot] == begin and key[slot] != mine:
                    slot = (slot + 1) & (slots - 1)
                if owner[slot] != begin:
                    owner[slot] = begin
                    key[slot] = mine
                    at[slot] = count
                    whose[count] = who[i]
                    count += 1
                s = at[slot]
        else:
            if quiet < 0 or t[i] - last > silence:
                quiet = count
                whose[count] = who[i]
                count += 1
            last = t[i]
            s = quiet
        number[i] = s
        place[i] = length[s]
        length[s] += 1
    return number, place, length[:count].copy(), whose[:count].copy()

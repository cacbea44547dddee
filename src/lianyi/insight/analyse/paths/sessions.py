"""Sessions: facts of one visit, in order, as one long array.

Method card
    Formula    a given session id counts inside its actor (many sources number sessions per person); without one, more than 30 minutes
               of silence end a session. Facts of one instant keep the order they come in: by event id, which for our own events is the order
               in which they were stated.
    Cost       one stable sort of (actor, session, instant).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


def cut_sessions(who: Ints, given: Ints, t: Ints, name: Ints) -> Sessions:
    """Sessions of facts; those of one instant in the order given, others in any order.

    who, name : (R,) codes; given: (R,) code of the given session, -1 where there is none; t: (R,) microseconds
    >>> s = cut_sessions(np.array([7, 7, 7]), np.array([-1, -1, -1]), np.array([0, 60, 4_000]) * 1_000_000, np.array([2, 0, 1]))
    >>> s.starts.tolist(), s.steps.tolist()
    ([0, 2, 3], [2, 0, 1])
    """
    if not len(who):
        none: Ints = np.zeros(0, dtype=np.int64)
        return Sessions(np.zeros(1, dtype=np.int64), none, none)
    order = np.lexsort((t, given, who))
    who, given, t = who[order], given[order], t[order]
    silent = (given[1:] < 0) & (np.diff(t) > SILENCE_US)
    begins = np.flatnonzero(np.concatenate(([True], (np.diff(who) != 0) | (np.diff(given) != 0) | silent)))
    return Sessions(np.append(begins, len(who)).astype(np.int64), name[order], who[begins])

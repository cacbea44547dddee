"""The exact windowed funnel in one pass over facts ordered by who and when.

For every step a slot holds the latest first-step instant from which the step can be reached; the later the start, the less of
the allowed time is used, so one slot a step is enough to be exact for any start. Facts of one instant are taken together,
which makes the answer independent of the order in which ties happen to be stored.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse import walk as walks

Ints = npt.NDArray[np.int64]
NEVER = -(1 << 62)
NO_LIMIT = 1 << 62
MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a funnel in the form a kernel wants.

    names : distinct event names; bit i of a mask stands for names[i]
    bit   : (K,) the mask bit of each step
    later : (K,) whether the step must come at a later instant than the one before, because its name was asked before
    """

    names: tuple[str, ...]
    bit: Ints
    later: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, steps: tuple[str, ...]) -> "Steps":
        """The steps by their event names, in order."""
        names = tuple(dict.fromkeys(steps))
        bit = np.array([1 << names.index(s) for s in steps], dtype=np.int64)
        later = np.array([s in steps[:i] for i, s in enumerate(steps)])
        return cls(names, bit, later)


@dataclass(frozen=True, slots=True)
class Reached:
    """What each actor (or session) reached, one row each in the order of the input.

    level : (n,) steps done, 0..K
    value : (n,) dimension code of the first step of the earliest chain that got this far; -1 where not known
    last  : (n,) the latest first-step instant, NEVER where there is none
    """

    level: Ints
    value: Ints
    last: Ints


def reach(who: Ints, t: Ints, name: Ints, value: Ints, steps: Steps, within_us: int = NO_LIMIT, *, compiled: bool | None = None) -> Reached:
    """How far everyone came.

    who      : (rows,) who acts, any integers, ascending
    t        : (rows,) instant, microseconds, ascending inside one `who`
    name     : (rows,) index into steps.names
    value    : (rows,) dimension code, smaller wins among first steps of one instant; -1 not known
    within_us: time allowed from the first step to the last, inclusive
    compiled : numba or numpy; None takes numba where it is installed and there are rows enough to load it for
    Raises   ValueError when the rows are out of order: an answer from such rows would be wrong.
    Cost     one pass; numpy makes K passes with a few arrays of the input's length.
    """
    if len(who) == 0:
        none: Ints = np.zeros(0, dtype=np.int64)
        return Reached(none, none, none)
    step = np.diff(who)
    if bool(np.any((step < 0) | ((step == 0) & (np.diff(t) < 0)))):
        raise ValueError("rows are not ordered by who and t")
    if compiled is not False:
        walk = walks.compiled(_walk) if compiled else walks.faster(_walk, len(who))
        if walk is not None:
            starts = np.concatenate(([0], np.flatnonzero(step) + 1, [len(who)])).astype(np.int64)
            level, chosen, last = walk(starts, t, name, value, steps.bit, steps.later, within_us)
            return Reached(level, chosen, last)
        if compiled:
            raise ValueError("numba is not installed")
    return _reach_by_arrays(who, t, name, value, steps, within_us)


def _reach_by_arrays(who: Ints, t: Ints, name: Ints, value: Ints, steps: Steps, within_us: int) -> Reached:
    """The same with arrays only: instants first, then one running maximum of start positions a step."""
    new_actor = np.concatenate(([True], who[1:] != who[:-1]))
    new_instant = new_actor | np.concatenate(([True], t[1:] != t[:-1]))
    first_row = np.flatnonzero(new_instant)
    mask = np.bitwise_or.reduceat(np.left_shift(np.int64(1), name), first_row)
    moment = t[first_row]
    opens = new_actor[first_row]
    actor = np.cumsum(opens) - 1
    begin = np.flatnonzero(opens)[actor]  # position of the actor's first instant
    place = np.arange(len(first_row))
    worth = np.where((np.left_shift(np.int64(1), name) == steps.bit[0]) & (value >= 0), value, NO_LIMIT)
    code = np.minimum.reduceat(worth, first_row)

    n, k = int(actor[-1]) + 1, len(steps.bit)
    level: Ints = np.zeros(n, dtype=np.int64)
    chosen: Ints = np.full(n, -1, dtype=np.int64)
    here = (mask & steps.bit[0]) != 0
    last: Ints = np.full(n, NEVER, dtype=np.int64)
    last[actor[here]] = moment[here]
    start = np.where(here, place, -1)
    for j in range(k):
        if j:
            running = np.maximum.accumulate(start)
            if steps.later[j]:
                running = np.concatenate(([-1], running[:-1]))
            start = np.where(((mask & steps.bit[j]) != 0) & (running >= begin), running, -1)
        done = np.flatnonzero(start >= 0)
        done = done[moment[done] - moment[start[done]] <= within_us]
        reached, first = np.unique(actor[done], return_index=True)
        level[reached] = j + 1
        chosen[reached] = code[start[done[first]]]
    chosen[chosen == NO_LIMIT] = -1
    return Reached(level, chosen, last)


def _walk(starts: Any, t: Any, name: Any, value: Any, bit: Any, later: Any, within_us: int) -> Any:
    n, k = len(starts) - 1, len(bit)
    level = np.zeros(n, dtype=np.int64)
    chosen = np.full(n, -1, dtype=np.int64)
    last = np.full(n, NEVER, dtype=np.int64)
    slot = np.empty(k, dtype=np.int64)
    slot_value = np.empty(k, dtype=np.int64)
    for a in range(n):
        slot[:] = NEVER
        slot_value[:] = -1
        best = 0
        best_value = -1
        i, end = starts[a], starts[a + 1]
        while i < end:
            now = t[i]
            mask = 0
            code = NO_LIMIT
            while i < end and t[i] == now:
                mine = 1 << name[i]
                mask |= mine
                if mine == bit[0] and 0 <= value[i] < code:
                    code = value[i]
                i += 1
            before, before_value = NEVER, -1
            for j in range(k):
                old, old_value = slot[j], slot_value[j]
                if mask & bit[j]:
                    if j == 0:
                        slot[0] = now
                        slot_value[0] = code if code != NO_LIMIT else -1
                    elif later[j]:
                        if before > slot[j]:
                            slot[j], slot_value[j] = before, before_value
                    elif slot[j - 1] > slot[j]:
                        slot[j], slot_value[j] = slot[j - 1], slot_value[j - 1]
                    if j + 1 > best and slot[j] != NEVER and now - slot[j] <= within_us:
                        best = j + 1
                        best_value = slot_value[j]
                before, before_value = old, old_value
        level[a] = best
        chosen[a] = best_value
        last[a] = slot[0]
    return level, chosen, last

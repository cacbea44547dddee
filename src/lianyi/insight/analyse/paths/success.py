"""How well the ways lead to the goal: an absorbing Markov chain over events, and the path index.

Method card
    Formula    steps up to the first goal form a chain with two ends, goal and leaving; N = (I - Q)^-1.
               success chance from event i: f = N r; steps still to go for those who succeed: (N f)_i / f_i;
               drop share: visits to i that end there without the goal. From the start distribution f gives exactly the observed share.
               path index = shortest successful path / mean steps of successful sessions * share of sessions that reach the goal.
    Assumes    where one goes next depends on the event one is at; good enough to find leaks, not to predict persons.
    Needs      30 sessions, one of which reaches the goal.
    Do not     compare the index of goals of different length, or of sources that record different events.
    Cost       one bincount over steps, one solve of K equations.
    Source     Kemeny and Snell; analytic chains in the tests. The same algebra as Markov attribution.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.coding import groups_of
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.paths.sessions import Ints, Sessions
from lianyi.insight.analyse.spread import interval_of, jackknife_spread
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MIN_SESSIONS = 30
GROUPS = 40
GRADE = "B"


@dataclass(frozen=True, slots=True)
class Place:
    """One event on the way.

    visits         : times it happened before the goal
    success_chance : chance that a session at it reaches the goal
    steps_to_go    : mean steps still to go for those who do; None where nobody does
    drops          : sessions that ended at it without the goal; drop_share: of visits
    """

    event: int
    visits: int
    success_chance: float
    steps_to_go: float | None
    drops: int
    drop_share: float


@dataclass(frozen=True, slots=True)
class Success:
    """How sessions reach the goal.

    sessions, reached : sessions; those in which the goal happened
    share      : reached / sessions
    shortest   : fewest steps of a successful session, the goal included; mean_steps: their mean
    index      : shortest / mean_steps * share
    places     : most drops first
    """

    sessions: int
    reached: int
    share: Estimate
    shortest: int | None
    mean_steps: float | None
    index: Estimate
    places: tuple[Place, ...]


def success(sessions: Sessions, goal: int, events: int) -> Success:
    """How sessions reach the goal.

    goal, events : code of the goal, number of codes
    """
    n = sessions.count
    is_goal = sessions.steps == goal
    number = sessions.session
    place = np.arange(len(sessions.steps)) - sessions.starts[number] if n else np.zeros(0, dtype=np.int64)
    at_goal = np.full(n, -1, dtype=np.int64)
    hits = np.flatnonzero(is_goal)[::-1]
    at_goal[number[hits]] = place[hits]  # the earliest is written last
    reached = at_goal >= 0
    k = int(reached.sum())
    few = Text(zh="会话不足 30 次", en="There are fewer than 30 sessions")
    nobody = Text(zh="没有会话到达目标", en="No session reaches the goal")
    if n < MIN_SESSIONS or k == 0:
        why = few if n < MIN_SESSIONS else nobody
        share = missing(why, n=n) if n < MIN_SESSIONS else Estimate(0.0, share_interval(0, n), n, GRADE)
        return Success(n, k, share, None, None, missing(why, n=n), _places(sessions, number, place, at_goal, goal, events) if k else ())
    taken = at_goal[reached] + 1
    shortest = int(taken.min())
    index = shortest / float(taken.mean()) * k / n
    return Success(
        sessions=n,
        reached=k,
        share=Estimate(k / n, share_interval(k, n), n, GRADE),
        shortest=shortest,
        mean_steps=float(taken.mean()),
        index=Estimate(index, _index_interval(sessions.who, reached, at_goal + 1, shortest, index), n, GRADE),
        places=_places(sessions, number, place, at_goal, goal, events),
    )


def _index_interval(who: Ints, reached: Flags, steps: Ints, shortest: int, index: float) -> tuple[float, float] | None:
    """Persons left out by groups; the shortest path is taken as given."""
    if len(np.unique(who)) < 2 * GROUPS:
        return None
    group = groups_of(who, GROUPS)
    of, hits = np.bincount(group, minlength=GROUPS), np.bincount(group, reached, GROUPS)
    taken = np.bincount(group, np.where(reached, steps, 0), GROUPS)
    rest, rest_hits, rest_taken = of.sum() - of, hits.sum() - hits, taken.sum() - taken
    if not (rest_taken > 0).all():
        return None
    without = shortest * rest_hits**2 / (rest_taken * np.maximum(rest, 1))
    return interval_of(index, float(jackknife_spread(np.array(index), without)), low=0.0, high=1.0)


def chain(moves: Reals, goals: Reals, leaves: Reals) -> tuple[Reals, Reals]:
    """Success chance and steps to go (nan where nobody succeeds) of each state.

    moves : (K, K) counts between states; goals, leaves : (K,) counts into the goal and out without it
    >>> # half of a go on to b, half leave; all of b reach the goal
    >>> f, steps = chain(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    >>> f.tolist(), steps.tolist()
    ([0.5, 1.0], [2.0, 1.0])
    """
    out = moves.sum(axis=1) + goals + leaves
    seen = out > 0
    scale = np.where(seen, out, 1.0)
    system = np.eye(len(moves)) - moves / scale[:, None]
    hope: Reals = np.asarray(np.linalg.solve(system, goals / scale), dtype=np.float64)
    steps: Reals = np.asarray(np.linalg.solve(system, hope), dtype=np.float64)
    return hope, np.asarray(np.divide(steps, hope, out=np.full(len(hope), np.nan), where=hope > 1e-15), dtype=np.float64)


def _places(sessions: Sessions, number: Ints, place: Ints, at_goal: Ints, goal: int, events: int) -> tuple[Place, ...]:
    before = (at_goal[number] < 0) | (place < at_goal[number])  # steps before the goal, or of sessions without it
    rows = np.flatnonzero(before)
    last = np.zeros(len(sessions.steps), dtype=np.bool_)
    last[sessions.starts[1:] - 1] = True
    code = sessions.steps[rows]
    ends = last[rows]
    following = sessions.steps[np.minimum(rows + 1, len(sessions.steps) - 1)]
    onward = ~ends & (following != goal)
    moves = np.bincount(code[onward] * events + following[onward], minlength=events * events).reshape(events, events).astype(np.float64)
    goals = np.bincount(code[~ends & (following == goal)], minlength=events).astype(np.float64)
    leaves = np.bincount(code[ends], minlength=events).astype(np.float64)
    hope, steps = chain(moves, goals, leaves)
    visits = np.bincount(code, minlength=events)
    found = [
        Place(
            event=e,
            visits=int(visits[e]),
            success_chance=float(np.clip(hope[e], 0, 1)),
            steps_to_go=None if np.isnan(steps[e]) else float(steps[e]),
            drops=int(leaves[e]),
            drop_share=float(leaves[e] / visits[e]),
        )
        for e in range(events)
        if visits[e]
    ]
    return tuple(sorted(found, key=lambda p: (-p.drops, p.event)))

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

from lianyi.insight.analyse.chance import clustered_share_interval, share_interval
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.paths.sessions import Ints, Sessions
from lianyi.insight.analyse.spread import interval_of, jackknife_spread
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]

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


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of the way to the goal, as sums that may be added over parts of different persons.

    sessions, reached, people : sessions; those in which the goal happened; persons, each counted in one part
    shortest : fewest steps of a successful session, the goal included; None where none was
    moves    : (K, K) steps before the goal; goals, leaves, visits : (K,) steps into the goal, out without it, and of each event before it
    of, hits, taken : (GROUPS,) by group of persons: sessions, successful ones, and the steps those took
    """

    sessions: int
    reached: int
    people: int
    shortest: int | None
    moves: Reals
    goals: Reals
    leaves: Reals
    visits: Ints
    of: Reals
    hits: Reals
    taken: Reals

    def __add__(self, other: "Tally") -> "Tally":
        known = [n for n in (self.shortest, other.shortest) if n is not None]
        return Tally(
            sessions=self.sessions + other.sessions,
            reached=self.reached + other.reached,
            people=self.people + other.people,
            shortest=min(known, default=None),
            moves=self.moves + other.moves,
            goals=self.goals + other.goals,
            leaves=self.leaves + other.leaves,
            visits=self.visits + other.visits,
            of=self.of + other.of,
            hits=self.hits + other.hits,
            taken=self.taken + other.taken,
        )


def tally(sessions: Sessions, group: Ints, goal: int, events: int) -> Tally:
    """The way to the goal in sessions.

    group        : (S,) group of each session's person, 0..GROUPS-1
    goal, events : code of the goal (-1 where it never happens), number of codes
    """
    n, steps = sessions.count, sessions.steps
    number = sessions.session
    at = np.full(n, -1, dtype=np.int64)
    hits = np.flatnonzero(steps == goal)[::-1]
    at[number[hits]] = hits - sessions.starts[number[hits]]  # the earliest is written last
    reached = at >= 0
    # Steps before the goal, or of sessions without it: the first so many of each session.
    before = np.where(reached, at, sessions.lengths)
    inside = np.arange(len(steps)) - sessions.starts[number] < before[number] if n else np.zeros(0, dtype=np.bool_)
    rows = np.flatnonzero(inside)
    last = np.zeros(len(steps), dtype=np.bool_)
    last[sessions.starts[1:] - 1] = True
    code, ends = steps[rows], last[rows]
    onward = rows[~ends]
    pairs = np.bincount(steps[onward] * events + steps[onward + 1], minlength=events * events).reshape(events, events).astype(np.float64)
    goals = pairs[:, goal].copy() if goal >= 0 else np.zeros(events)
    if goal >= 0:
        pairs[:, goal] = 0.0
    took = np.where(reached, at + 1, 0)
    return Tally(
        sessions=n,
        reached=int(reached.sum()),
        people=len(np.unique(sessions.who)),
        shortest=int(at[reached].min()) + 1 if reached.any() else None,
        moves=pairs,
        goals=goals,
        leaves=np.bincount(code[ends], minlength=events).astype(np.float64),
        visits=np.bincount(code, minlength=events).astype(np.int64),
        of=np.bincount(group, minlength=GROUPS).astype(np.float64),
        hits=np.bincount(group, reached, GROUPS).astype(np.float64),
        taken=np.bincount(group, took, GROUPS).astype(np.float64),
    )


def success(found: Tally) -> Success:
    """How sessions reach the goal."""
    n, k = found.sessions, found.reached
    few = Text(zh="会话不足 30 次", en="There are fewer than 30 sessions")
    nobody = Text(zh="没有会话到达目标", en="No session reaches the goal")
    if n < MIN_SESSIONS or k == 0 or found.shortest is None:
        why = few if n < MIN_SESSIONS else nobody
        share = missing(why, n=n) if n < MIN_SESSIONS else Estimate(0.0, share_interval(0, n), n, GRADE)
        return Success(n, k, share, None, None, missing(why, n=n), _places(found) if k else ())
    mean_steps = float(found.taken.sum()) / k
    index = found.shortest / mean_steps * k / n
    return Success(
        sessions=n,
        reached=k,
        share=Estimate(k / n, _share_interval(found), n, GRADE),
        shortest=found.shortest,
        mean_steps=mean_steps,
        index=Estimate(index, _index_interval(found, found.shortest, index), n, GRADE),
        places=_places(found),
    )


def _share_interval(found: Tally) -> tuple[float, float] | None:
    """One person comes many times: with enough people, by groups of them."""
    if found.people < 2 * GROUPS:
        return share_interval(found.reached, found.sessions)
    return clustered_share_interval(found.hits, found.of)


def _index_interval(found: Tally, shortest: int, index: float) -> tuple[float, float] | None:
    """Persons left out by groups; the shortest path is taken as given."""
    if found.people < 2 * GROUPS:
        return None
    rest, rest_hits, rest_taken = (part.sum() - part for part in (found.of, found.hits, found.taken))
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


def _places(found: Tally) -> tuple[Place, ...]:
    hope, steps = chain(found.moves, found.goals, found.leaves)
    places = [
        Place(
            event=e,
            visits=int(found.visits[e]),
            success_chance=float(np.clip(hope[e], 0, 1)),
            steps_to_go=None if np.isnan(steps[e]) else float(steps[e]),
            drops=int(found.leaves[e]),
            drop_share=float(found.leaves[e] / found.visits[e]),
        )
        for e in range(len(found.visits))
        if found.visits[e]
    ]
    return tuple(sorted(places, key=lambda p: (-p.drops, p.event)))

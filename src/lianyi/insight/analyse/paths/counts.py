"""What sessions add up to. Counts of parts that hold different actors may be added, so that a long history is never held whole."""

from dataclasses import dataclass

import numpy as np

from lianyi.insight.analyse.paths.sessions import Ints, Sessions
from lianyi.insight.analyse.paths.steps import distinct_paths, first_steps, link_counts, step_matrix, transitions
from lianyi.insight.analyse.paths.success import Tally, tally


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of sessions over K events.

    sessions, facts : sessions, and facts in them
    steps   : (depth, K + 1) sessions with each event at each step; last column: over by then
    follows : (K, K) how often each event is directly followed by each
    drawn   : (depth - 1, K, K + 1) sessions by step, event at it, and event after it (last: none)
    paths   : (U, depth) distinct beginnings of sessions, EXIT where they were over; many : (U,) sessions with each
    goal    : how the goal was reached
    """

    sessions: int
    facts: int
    steps: Ints
    follows: Ints
    drawn: Ints
    paths: Ints
    many: Ints
    goal: Tally

    def __add__(self, other: "Counts") -> "Counts":
        paths, many = distinct_paths(np.concatenate((self.paths, other.paths)), np.concatenate((self.many, other.many)))
        return Counts(
            sessions=self.sessions + other.sessions,
            facts=self.facts + other.facts,
            steps=self.steps + other.steps,
            follows=self.follows + other.follows,
            drawn=self.drawn + other.drawn,
            paths=paths,
            many=many,
            goal=self.goal + other.goal,
        )


def counted(sessions: Sessions, group: Ints, *, events: int, depth: int, goal: int) -> Counts:
    """Counts of sessions.

    group  : (S,) the group of each session's person, for the spread of estimates
    events : number of event codes; goal : the code of the goal, -1 where it never happened
    depth  : steps looked at
    """
    table = first_steps(sessions, depth)
    paths, many = distinct_paths(table, np.ones(len(table), dtype=np.int64))
    return Counts(
        sessions=sessions.count,
        facts=len(sessions.steps),
        steps=step_matrix(table, events),
        follows=transitions(sessions, events),
        drawn=link_counts(table, events),
        paths=paths,
        many=many,
        goal=tally(sessions, group, goal, events),
    )

"""What follows what: transitions, the events at each step, whole paths, and the links of a step sankey."""

from dataclasses import dataclass

import numpy as np

from lianyi.insight.analyse.paths.sessions import Ints, Sessions

EXIT = -1  # the code of "nothing more in this session"


@dataclass(frozen=True, slots=True)
class Link:
    """Sessions that had `source` at step `step` (from 0) and `target` at the next; EXIT when there was no next."""

    step: int
    source: int
    target: int
    sessions: int


def transitions(sessions: Sessions, events: int) -> Ints:
    """(K, K) how often each event is directly followed by each, inside a session.

    >>> s = Sessions(np.array([0, 3, 4]), np.array([0, 1, 1, 0]), np.array([5, 6]))
    >>> transitions(s, 2).tolist()
    [[0, 1], [0, 1]]
    """
    inner = np.ones(len(sessions.steps), dtype=np.bool_)
    inner[sessions.starts[1:] - 1] = False
    before = np.flatnonzero(inner)
    pairs = sessions.steps[before] * events + sessions.steps[before + 1]
    return np.bincount(pairs, minlength=events * events).reshape(events, events).astype(np.int64)


def first_steps(sessions: Sessions, depth: int) -> Ints:
    """(S, depth) the first events of each session, EXIT where it was over."""
    place = sessions.starts[:-1, None] + np.arange(depth)
    inside = place < sessions.starts[1:, None]
    return (
        np.where(inside, sessions.steps[np.where(inside, place, 0)], EXIT) if len(sessions.steps) else np.zeros((0, depth), dtype=np.int64)
    )


def step_matrix(table: Ints, events: int) -> Ints:
    """(depth, K + 1) sessions with each event at each step; the last column counts sessions that were over.

    table : what `first_steps` gives
    """
    depth = table.shape[1]
    column = np.where(table == EXIT, events, table)
    cells = column + np.arange(depth) * (events + 1)
    return np.bincount(cells.ravel(), minlength=depth * (events + 1)).reshape(depth, events + 1).astype(np.int64)


def links(table: Ints, events: int) -> tuple[Link, ...]:
    """The links of a step sankey, the strongest first of each step; an exit is drawn once, where it happens."""
    found = []
    for step in range(table.shape[1] - 1):
        here = table[:, step] != EXIT
        pair = table[here, step] * (events + 1) + np.where(table[here, step + 1] == EXIT, events, table[here, step + 1])
        kinds, counts = np.unique(pair, return_counts=True)
        for k in np.lexsort((kinds, -counts)):
            source, target = divmod(int(kinds[k]), events + 1)
            found.append(Link(step, source, EXIT if target == events else target, int(counts[k])))
    return tuple(found)


def top_paths(table: Ints, most: int) -> list[tuple[tuple[int, ...], int]]:
    """The most frequent beginnings of sessions: (event codes, sessions), the most frequent first, ties by code.

    table : what `first_steps` gives; a path is as long as the table is deep, or as the session
    Rows are compared by a 64-bit hash; two different paths fall together with a chance of about n^2 / 2^64.
    """
    if not len(table):
        return []
    factor = np.random.default_rng(0x5E55).integers(1, 2**63, table.shape[1], dtype=np.uint64) | np.uint64(1)
    mixed = ((table + 2).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ ((table + 7).astype(np.uint64) << np.uint64(29))
    key = (mixed * factor).sum(axis=1, dtype=np.uint64)
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    paths = [(tuple(int(c) for c in table[first[i]] if c != EXIT), int(counts[i])) for i in np.argsort(-counts, kind="stable")[: most * 4]]
    return sorted(paths, key=lambda p: (-p[1], p[0]))[:most]

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


def link_counts(table: Ints, events: int) -> Ints:
    """(depth - 1, K, K + 1) sessions by step, event at it, and event at the next; the last column counts those that were over then."""
    depth = table.shape[1]
    source, target = table[:, :-1], table[:, 1:]
    here = source != EXIT
    step = np.broadcast_to(np.arange(depth - 1), source.shape)[here]
    cell = (step * events + source[here]) * (events + 1) + np.where(target[here] == EXIT, events, target[here])
    counts = np.bincount(cell, minlength=(depth - 1) * events * (events + 1))
    return counts.reshape(depth - 1, events, events + 1).astype(np.int64)


def links(drawn: Ints) -> tuple[Link, ...]:
    """The links of a step sankey, the strongest first of each step; an exit is drawn once, where it happens.

    drawn : what `link_counts` gives
    """
    events = drawn.shape[1]
    found = []
    for step, counts in enumerate(drawn.reshape(len(drawn), -1)):
        kinds = np.flatnonzero(counts)
        for k in kinds[np.lexsort((kinds, -counts[kinds]))].tolist():
            source, target = divmod(k, events + 1)
            found.append(Link(step, source, EXIT if target == events else target, int(counts[k])))
    return tuple(found)


def distinct_paths(table: Ints, many: Ints) -> tuple[Ints, Ints]:
    """Distinct rows of a table of beginnings, and how many sessions each stands for.

    table : (n, depth) as `first_steps` gives it; many : (n,) sessions each row stands for
    Rows are compared by a 64-bit hash; two different paths fall together with a chance of about n^2 / 2^64.
    """
    if not len(table):
        return table, many
    factor = np.asarray(np.random.default_rng(0x5E55).integers(1, 2**63, table.shape[1], dtype=np.uint64) | np.uint64(1))
    key = np.zeros(len(table), dtype=np.uint64)
    for place in range(table.shape[1]):
        code = table[:, place].astype(np.uint64) + np.uint64(2)
        key += ((code * np.uint64(0x9E3779B97F4A7C15)) ^ ((code + np.uint64(5)) << np.uint64(29))) * factor[place]
    order = np.argsort(key, kind="stable")
    key = key[order]
    begins = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    return table[order[begins]], np.add.reduceat(many[order], begins)


def top_paths(table: Ints, many: Ints, most: int) -> list[tuple[tuple[int, ...], int]]:
    """The most frequent beginnings of sessions: (event codes, sessions), the most frequent first, ties by code.

    table, many : distinct beginnings, as `distinct_paths` gives them
    """
    if not len(table):
        return []
    least = np.sort(many)[-min(most, len(many))]
    kept = np.flatnonzero(many >= least)
    paths = [(tuple(c for c in row if c != EXIT), n) for row, n in zip(table[kept].tolist(), many[kept].tolist(), strict=True)]
    return sorted(paths, key=lambda p: (-p[1], p[0]))[:most]

"""Sessions and paths as SQL in the house dialect: the same counts as the kernel, on any engine."""

from collections.abc import Mapping

import numpy as np

from lianyi.insight.analyse.coding import groups_by_name
from lianyi.insight.analyse.paths.counts import Counts
from lianyi.insight.analyse.paths.sessions import SILENCE_US
from lianyi.insight.analyse.paths.steps import EXIT
from lianyi.insight.analyse.paths.success import GROUPS, Tally
from lianyi.stream.engines.base import Engine

# Facts with the session they belong to, named inside its actor: by the id given, else by a number.
IN_SESSIONS = f"""
WITH facts AS (
    SELECT e.actor AS who, e.session_id AS given, e.t AS t, e.d AS day, e.event_id AS id, e.name AS what,
        lag(e.t) OVER (PARTITION BY e.actor, e.session_id ORDER BY e.t, e.event_id) AS before_t
    FROM events AS e WHERE e.d >= $from_d AND e.d < $to_d AND e.actor IS NOT NULL {{named}}
),
numbered AS (
    SELECT who, given, t, day, id, what,
        sum(CASE WHEN given IS NULL AND (before_t IS NULL OR t - before_t > {SILENCE_US}) THEN 1 ELSE 0 END)
            OVER (PARTITION BY who, given ORDER BY t, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
    FROM facts
),
visited AS (
    SELECT who, CASE WHEN given IS NULL THEN concat('#', CAST(nth AS VARCHAR)) ELSE concat('/', given) END AS visit, t, day, id, what FROM numbered
)"""
STEPS = (
    IN_SESSIONS
    + """,
placed AS (
    SELECT who, visit, what, row_number() OVER (PARTITION BY who, visit ORDER BY t, id) AS place,
        lead(what) OVER (PARTITION BY who, visit ORDER BY t, id) AS following
    FROM visited
)
SELECT who, visit, what, place, following, min(CASE WHEN what = $goal THEN place END) OVER (PARTITION BY who, visit) AS taken FROM placed
"""
)
# One row for each kind of step: where in the session (beyond the depth all alike), before the goal or not, what, and what came after it.
MOVES = """
SELECT least(p.place, $depth + 1) AS place, CASE WHEN p.taken IS NULL OR p.place < p.taken THEN 1 ELSE 0 END AS before,
    p.what AS what, p.following AS following, count(*) AS times
FROM path_steps AS p
GROUP BY least(p.place, $depth + 1), CASE WHEN p.taken IS NULL OR p.place < p.taken THEN 1 ELSE 0 END, p.what, p.following
"""
PEOPLE = """
SELECT p.who AS who, count(*) AS visits, count(p.taken) AS hits, CAST(coalesce(sum(p.taken), 0) AS BIGINT) AS steps, min(p.taken) AS shortest
FROM path_steps AS p WHERE p.place = 1 GROUP BY p.who
"""


def beginnings(depth: int) -> str:
    """The most frequent beginnings of sessions: `s1` to `s{depth}` (null: over by then) and `visits`."""
    columns = [f"s{i}" for i in range(1, depth + 1)]
    picked = ", ".join(f"max(CASE WHEN p.place = {i} THEN p.what END) AS {c}" for i, c in enumerate(columns, 1))
    listed = ", ".join(columns)
    order = ", ".join(f"coalesce({c}, '')" for c in columns)
    return (
        f"SELECT {listed}, count(*) AS visits FROM (SELECT {picked} FROM path_steps AS p WHERE p.place <= {depth} GROUP BY p.who, p.visit) AS q"
        f" GROUP BY {listed} ORDER BY visits DESC, {order} LIMIT $most"
    )


def counted_by_sql(
    engine: Engine, named: str, params: Mapping[str, object], events: list[str], *, depth: int, goal: str, most: int
) -> Counts:
    """The counts of `counted` for the facts of a window, with the `most` frequent beginnings only.

    named  : SQL that leaves facts out by name; params : what it and the window bind
    events : the names that occur, ascending
    Cost   one row comes back for each actor and each kind of step.
    """
    engine.keep("path_steps", STEPS.format(named=named), {**params, "goal": goal})
    k = len(events)
    code = {name: i for i, name in enumerate(events)}
    steps = np.zeros((depth, k + 1), dtype=np.int64)
    follows = np.zeros((k, k), dtype=np.int64)
    drawn = np.zeros((depth - 1, k, k + 1), dtype=np.int64)
    moves, leaves, visits = np.zeros((k, k)), np.zeros(k), np.zeros(k, dtype=np.int64)
    for row in engine.run(MOVES, {"depth": depth}).to_pylist():
        place, here, n = row["place"] - 1, code[row["what"]], row["times"]
        after = k if row["following"] is None else code[row["following"]]
        if place < depth:
            steps[place, here] += n
        if place < depth - 1:
            drawn[place, here, after] += n
        if after < k:
            follows[here, after] += n
        if row["before"]:
            visits[here] += n
            if after < k:
                moves[here, after] += n
            else:
                leaves[here] += n
    goals = moves[:, code[goal]].copy() if goal in code else np.zeros(k)
    if goal in code:
        moves[:, code[goal]] = 0.0
    people = engine.run(PEOPLE)
    of, hits, taken = (people.column(name).to_numpy() for name in ("visits", "hits", "steps"))
    sessions = int(of.sum())
    steps[:, k] = sessions - steps[:, :k].sum(axis=1)
    group = groups_by_name(people.column("who").to_pylist(), GROUPS)
    shortest = people.column("shortest").drop_null().to_numpy()
    top = engine.run(beginnings(depth), {"most": most}).to_pylist()
    paths = np.array([[EXIT if row[f"s{i}"] is None else code[row[f"s{i}"]] for i in range(1, depth + 1)] for row in top], dtype=np.int64)
    return Counts(
        sessions=sessions,
        facts=int(follows.sum()) + sessions,  # every fact but the last of a session is followed by one
        steps=steps,
        follows=follows,
        drawn=drawn,
        paths=paths.reshape(len(top), depth),
        many=np.array([row["visits"] for row in top], dtype=np.int64),
        goal=Tally(
            sessions=sessions,
            reached=int(hits.sum()),
            people=len(people),
            shortest=int(shortest.min()) if len(shortest) else None,
            moves=moves,
            goals=goals,
            leaves=leaves,
            visits=visits,
            of=np.bincount(group, of, GROUPS).astype(np.float64),
            hits=np.bincount(group, hits, GROUPS).astype(np.float64),
            taken=np.bincount(group, taken, GROUPS).astype(np.float64),
        ),
    )

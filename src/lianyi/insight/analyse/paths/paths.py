"""Sessions and paths over a window of the history."""

import operator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.coding import groups_by_name
from lianyi.insight.analyse.estimate import paragraph
from lianyi.insight.analyse.paths.counts import counted
from lianyi.insight.analyse.paths.sessions import NO_SESSIONS, Ints, Sessions, cut_ordered
from lianyi.insight.analyse.paths.sql import counted_by_sql
from lianyi.insight.analyse.paths.steps import EXIT, links, top_paths
from lianyi.insight.analyse.paths.success import GROUPS, Success, success
from lianyi.insight.analyse.walk import codes_in, codes_of, given_in, one_chunk, parts, parts_of
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.events import contracts
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

METHOD_VERSION = 1
TOP = 20

NAMES = """
SELECT e.name AS name FROM events AS e
WHERE e.d >= $from_d AND e.d < $to_d AND e.actor IS NOT NULL {named} GROUP BY e.name ORDER BY e.name
"""
ROWS = """
SELECT e.actor AS actor, e.session_id AS session, e.t AS t, e.name AS name
FROM events AS e
WHERE e.d >= $from_d AND e.d < $to_d AND e.actor IS NOT NULL {named}
ORDER BY e.actor, e.t, e.event_id
"""


@dataclass(frozen=True, slots=True)
class Paths:
    """Sessions of a window, and the ways through them.

    events      : event names, the order of the columns of `steps`
    steps       : (depth, events + 1) sessions with each event at each step; last column: over by then
    transitions : (from, to, times), the most frequent first
    top         : (event names, sessions): the most frequent beginnings, the most frequent first
    links       : (step, from, to or None for leaving, sessions): what a sankey draws
    success     : how the goal is reached; its places are indices of `events`
    """

    window: Window
    goal: str
    sessions: int
    facts: int
    events: tuple[str, ...]
    steps: tuple[tuple[int, ...], ...]
    transitions: tuple[tuple[str, str, int], ...]
    top: tuple[tuple[tuple[str, ...], int], ...]
    links: tuple[tuple[int, str, str | None, int], ...]
    success: Success
    snapshot: int

    @property
    def n(self) -> int:
        """Sessions."""
        return self.sessions

    def to_table(self) -> pa.Table:
        """One row an event before the goal: event, visits, success_chance, steps_to_go, drops, drop_share; most drops first."""
        rows = [
            {
                "event": self.events[p.event],
                "visits": p.visits,
                "success_chance": p.success_chance,
                "steps_to_go": p.steps_to_go,
                "drops": p.drops,
                "drop_share": p.drop_share,
            }
            for p in self.success.places
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: success, places, transitions, paths, steps and links."""
        s = self.success
        return answer(
            "paths",
            version=METHOD_VERSION,
            n=self.n,
            headline=("success_share", self.success.share),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "sessions": self.sessions,
                "facts": self.facts,
                "goal": self.goal,
                "success": {
                    "reached": s.reached,
                    "share": s.share.to_json(),
                    "shortest_steps": s.shortest,
                    "mean_steps": s.mean_steps,
                    "path_index": s.index.to_json(),
                },
                "places": self.to_table().to_pylist(),
                "transitions": [{"from": a, "to": b, "times": n} for a, b, n in self.transitions],
                "paths": [{"events": list(p), "sessions": n} for p, n in self.top],
                "steps": {"events": [*self.events, None], "sessions": [list(row) for row in self.steps]},
                "links": [{"step": i, "from": a, "to": b, "sessions": n} for i, a, b, n in self.links],
            },
        )

    def explain(self) -> Text:
        """How many sessions reach the goal, how straight the way is, and where most leave."""
        if not self.sessions:
            return Text(
                zh="区间内没有认得出是谁的行为，无法切分会话。", en="No facts of anybody known lie in the window; there are no sessions."
            )
        parts: list[Text | None] = []
        s = self.success
        if s.share.value is not None and s.index.value is not None:
            parts.append(
                sentence(
                    "%(n)s 次会话中 %(share)s 到达“%(goal)s”；最短 %(short)s 步，平均 %(mean)s 步，路径指数 %(index)s。",
                    "Of %(n)s sessions %(share)s reach %(goal)s; the shortest way takes %(short)s steps, the mean %(mean)s, path index %(index)s.",
                    n=Count(self.sessions),
                    share=Share(s.share.value),
                    goal=self.goal,
                    short=s.shortest,
                    mean=f"{s.mean_steps or 0.0:.1f}",
                    index=f"{s.index.value:.3f}",
                )
            )
        elif s.index.because is not None:
            parts.append(sentence("%(n)s 次会话。%(why)s。", "%(n)s sessions. %(why)s.", n=Count(self.sessions), why=s.index.because))
        if s.places:
            worst = s.places[0]
            parts.append(
                sentence(
                    "离开最多的是“%(event)s”：%(drops)s 次，占其 %(share)s。",
                    "Most leave at %(event)s: %(drops)s, or %(share)s of its visits.",
                    event=self.events[worst.event],
                    drops=Count(worst.drops),
                    share=Share(worst.drop_share),
                )
            )
        return paragraph(parts)


TABLE = pa.schema(
    [
        ("event", pa.string()),
        ("visits", pa.int64()),
        ("success_chance", pa.float64()),
        ("steps_to_go", pa.float64()),
        ("drops", pa.int64()),
        ("drop_share", pa.float64()),
    ]
)


def paths(
    engine: Engine, window: Window, *, goal: str = "order_paid", depth: int = 6, every_event: bool = False, path: str = "auto"
) -> Paths:
    """Sessions of the window (given ids, else half an hour of silence), and how they lead to the goal.

    goal        : the event a session should reach
    depth       : steps that the step matrix, the sankey and the top paths look at, 2 to 20
    every_event : False looks at visits, interactions, payment and the goal, and at your own events; True at every fact of an actor
    path        : auto | kernel | sql; auto takes the kernel on DuckDB and SQL elsewhere, with the same answer
    Raises  UnknownName for a goal that neither a contract nor the data know, BadInput for a depth.
    Cost    one pass over the projection by member where it is fresh, else over facts that the engine sorts within its memory; held in parts.
    """
    if not 2 <= depth <= 20:
        raise BadInput(reason=Text(zh="步数应为 2 到 20，收到 %(given)s", en="The depth is 2 to 20 steps, not %(given)s"), given=depth)
    _known(engine, goal)
    left_out = [] if every_event else sorted(set(contracts()) - {*ENGAGED, goal})
    params: dict[str, object] = {"from_d": window.from_day, "to_d": window.to_day} | {f"not_{i}": name for i, name in enumerate(left_out)}
    named = f"AND e.name NOT IN ({', '.join(f'$not_{i}' for i in range(len(left_out)))})" if left_out else ""
    events: list[str] = engine.run(NAMES.format(named=named), params).column("name").to_pylist()
    if path == "sql" or (path == "auto" and engine.name != "duckdb"):
        found = counted_by_sql(engine, named, params, events, depth=depth, goal=goal, most=TOP)
    else:
        at = events.index(goal) if goal in events else -1
        # Where the projection is stale the engine puts the facts in order, within its memory.
        facts = parts(engine, ("name", "t", "session"), window) or parts_of(engine, ROWS.format(named=named), params)
        cut = (_of_part(part, events) for part in facts) if events else iter([(NO_SESSIONS, NO_SESSIONS.who)])
        found = reduce(operator.add, (counted(s, group, events=len(events), depth=depth, goal=at) for s, group in cut))
    follows = found.follows.ravel()
    frequent = [c for c in np.argsort(-follows, kind="stable")[:TOP].tolist() if follows[c]]
    k = len(events)
    return Paths(
        window=window,
        goal=goal,
        sessions=found.sessions,
        facts=found.facts,
        events=tuple(events),
        steps=tuple(tuple(row) for row in found.steps.tolist()),
        transitions=tuple((events[c // k], events[c % k], int(follows[c])) for c in frequent),
        top=tuple((tuple(events[c] for c in each), n) for each, n in top_paths(found.paths, found.many, TOP)),
        links=tuple((x.step, events[x.source], None if x.target == EXIT else events[x.target], x.sessions) for x in links(found.drawn)),
        success=success(found.goal),
        snapshot=engine.snapshot.version,
    )


def _of_part(part: pa.Table, events: list[str]) -> tuple[Sessions, Ints]:
    name = codes_in(part["name"], events)
    kept = np.flatnonzero(name >= 0)
    session = part["session"]
    given = codes_of(session) if pa.types.is_dictionary(session.type) else given_in(session)
    sessions = cut_ordered(codes_of(part["actor"])[kept], given[kept], part["t"].to_numpy()[kept], name[kept])
    return sessions, groups_by_name(one_chunk(part["actor"]).dictionary.to_pylist(), GROUPS)[sessions.who]


def _known(engine: Engine, goal: str) -> None:
    if goal not in contracts():
        present = [str(n) for n in engine.run("SELECT DISTINCT name FROM events ORDER BY name").column("name").to_pylist()]
        if goal not in present:
            raise UnknownName(what="event", given=goal, allowed=present or sorted(contracts()))

"""Sessions in numbers: how many, how long, how many end where they began.

Method card
    Formula    sessions as in `sessions`. Duration: last fact less first, whole seconds; median by order statistics. Bounce: sessions of
               one fact. Mean steps with the normal interval.
    Assumes    a source records the steps of a visit; one that records orders only has bounces only.
    Needs      a session.
    Do not     take the duration for attention: time on the last page is not on record.
    Cost       one pass over the projection by member where it is fresh; else window queries.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing, share_of
from lianyi.insight.analyse.paths.sessions import Ints, numbered
from lianyi.insight.analyse.paths.sql import IN_SESSIONS
from lianyi.insight.analyse.walk import codes_in, codes_of, given_in, parts
from lianyi.insight.measure.intervals import mean, quantile, quantile_interval
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.events import contracts
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

METHOD_VERSION = 1
GRADE = "B"
SECOND_US = 1_000_000
CLOSE_TOGETHER = 100_000
NOBODY = Text(zh="区间内没有会话", en="there are no sessions in the window")

# One row a session; then what is shown of them: by the day they began, and by how long they took.
SESSIONS = (
    IN_SESSIONS
    + """
SELECT min(v.day) AS began_d, count(*) AS facts, (max(v.t) - min(v.t)) // 1000000 AS seconds FROM visited AS v GROUP BY v.who, v.visit
"""
)
BY_DAY = """
SELECT s.began_d AS day, count(*) AS sessions, CAST(sum(s.facts) AS BIGINT) AS facts, CAST(sum(s.facts * s.facts) AS BIGINT) AS squares,
    CAST(sum(CASE WHEN s.facts = 1 THEN 1 ELSE 0 END) AS BIGINT) AS single
FROM session_sums AS s GROUP BY s.began_d ORDER BY day
"""
BY_SECONDS = "SELECT s.seconds AS seconds, count(*) AS sessions FROM session_sums AS s GROUP BY s.seconds ORDER BY seconds"


@dataclass(frozen=True, slots=True)
class Visits:
    """Sessions of a window.

    days       : (day number, sessions that began on it), ascending; days without any are left out
    steps      : mean facts of a session
    bounce     : share of sessions of one fact
    median_seconds, p90_seconds : how long sessions took, first fact to last
    """

    window: Window
    sessions: int
    facts: int
    days: tuple[tuple[int, int], ...]
    steps: Estimate
    bounce: Estimate
    median_seconds: Estimate
    p90_seconds: Estimate
    snapshot: int

    @property
    def n(self) -> int:
        """Sessions."""
        return self.sessions

    def to_table(self) -> pa.Table:
        """One row a day: date, sessions."""
        return pa.table(
            {
                "date": pa.array([date_of(d) for d, _ in self.days], pa.date32()),
                "sessions": pa.array([n for _, n in self.days], pa.int64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.sessions/1`."""
        return answer(
            "sessions",
            version=METHOD_VERSION,
            n=self.n,
            headline=("bounce_share", self.bounce),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "facts": self.facts,
                "mean_steps": self.steps.to_json(),
                "bounce_share": self.bounce.to_json(),
                "median_seconds": self.median_seconds.to_json(),
                "p90_seconds": self.p90_seconds.to_json(),
                "days": [{"date": date_of(d).isoformat(), "sessions": n} for d, n in self.days],
            },
        )

    def explain(self) -> Text:
        """How many, how long, how many end at once."""
        if self.steps.value is None or self.bounce.value is None or self.median_seconds.value is None:
            return Text(zh="区间内没有会话。", en="There are no sessions in the window.")
        return sentence(
            "%(n)s 次会话，平均 %(steps)s 步，中位时长 %(minutes)s 分钟；%(bounce)s 只有一步。",
            "%(n)s sessions of %(steps)s steps on average, the median took %(minutes)s minutes; %(bounce)s had a single step.",
            n=Count(self.sessions),
            steps=f"{self.steps.value:.1f}",
            minutes=f"{self.median_seconds.value / 60:.1f}",
            bounce=Share(self.bounce.value),
        )


def visits(engine: Engine, window: Window, *, every_event: bool = False, path: str = "auto") -> Visits:
    """Sessions of the window (given ids, else half an hour of silence) in numbers.

    every_event : False looks at visits, interactions, payment, and at your own events; True at every fact of an actor
    path        : auto | kernel | sql; auto takes the kernel on DuckDB and SQL elsewhere, with the same answer
    """
    left_out = [] if every_event else sorted(set(contracts()) - set(ENGAGED))
    found = None if path == "sql" else _walked(engine, window, left_out)
    days, totals, seconds = found or _queried(engine, window, left_out)
    sessions, facts, squares, single = totals
    values, weights = np.array(sorted(seconds), dtype=np.float64), np.array([seconds[s] for s in sorted(seconds)], dtype=np.int64)

    def at(share: float) -> Estimate:
        return Estimate(quantile(values, weights, share), quantile_interval(values, weights, share), sessions, GRADE)

    return Visits(
        window=window,
        sessions=sessions,
        facts=facts,
        days=tuple(sorted(days.items())),
        steps=Estimate(facts / sessions, mean(float(facts), float(squares), sessions), sessions, GRADE) if sessions else missing(NOBODY),
        bounce=share_of(single, sessions, NOBODY, grade=GRADE),
        median_seconds=at(0.5) if sessions else missing(NOBODY),
        p90_seconds=at(0.9) if sessions else missing(NOBODY),
        snapshot=engine.snapshot.version,
    )


Sums = tuple[Counter[int], tuple[int, int, int, int], Counter[int]]


def _walked(engine: Engine, window: Window, left_out: list[str]) -> Sums | None:
    found = parts(engine, ("t", "d", "session", *(["name"] if left_out else [])), window)
    if found is None:
        return None
    days, seconds = Counter[int](), Counter[int]()
    totals = np.zeros(4, dtype=np.int64)
    for part in found:
        totals += _count(part, left_out, days, seconds)
    return days, (int(totals[0]), int(totals[1]), int(totals[2]), int(totals[3])), seconds


def _count(part: pa.Table, left_out: list[str], days: Counter[int], seconds: Counter[int]) -> Ints:
    """Sessions, facts, squares of facts, sessions of one fact; the days and seconds of the sessions are added to what is there."""
    if left_out:
        part = part.filter(pa.array(codes_in(part["name"], left_out) < 0))
    t = part["t"].to_numpy()
    cut = numbered(codes_of(part["actor"]), given_in(part["session"]), t)
    first = np.flatnonzero(cut.place == 0)
    began, ended = np.empty((2, len(cut.length)), dtype=np.int64)
    began[cut.number[first]] = t[first]
    ended[cut.number] = t  # facts of a session ascend: the last write stays
    _add(days, part["d"].to_numpy()[first].astype(np.int64))
    _add(seconds, (ended - began) // SECOND_US)
    return np.array([len(cut.length), cut.length.sum(), (cut.length**2).sum(), (cut.length == 1).sum()], dtype=np.int64)


def _add(counter: Counter[int], values: Ints) -> None:
    """Add how often each value is there. Most lie close together and are counted in one pass; what is far above them is sorted."""
    if not len(values):
        return
    above = values - values.min()
    near = above < CLOSE_TOGETHER
    counts = np.bincount(above if near.all() else above[near])
    distinct = np.flatnonzero(counts)
    counter.update(dict(zip((distinct + values.min()).tolist(), counts[distinct].tolist(), strict=True)))
    if not near.all():
        distinct, counts = np.unique(values[~near], return_counts=True)
        counter.update(dict(zip(distinct.tolist(), counts.tolist(), strict=True)))


def _queried(engine: Engine, window: Window, left_out: list[str]) -> Sums:
    named = f"AND e.name NOT IN ({', '.join(f'$not_{i}' for i in range(len(left_out)))})" if left_out else ""
    bound: dict[str, object] = {"from_d": window.from_day, "to_d": window.to_day} | {f"not_{i}": name for i, name in enumerate(left_out)}
    engine.keep("session_sums", SESSIONS.format(named=named), bound)
    days = engine.run(BY_DAY).to_pylist()
    seconds = Counter({row["seconds"]: row["sessions"] for row in engine.run(BY_SECONDS).to_pylist()})
    totals = [sum(row[name] for row in days) for name in ("sessions", "facts", "squares", "single")]
    return Counter({row["day"]: row["sessions"] for row in days}), (totals[0], totals[1], totals[2], totals[3]), seconds

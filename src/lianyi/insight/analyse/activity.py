"""Active people by day: of the day, of the last seven, of the last thirty days; and stickiness.

Method card
    Formula    someone active on day d counts for each span of s days that d lies in: +1 at d, -1 at the earlier of d + s and their next
               active day; running sums are the numbers of distinct people. Stickiness = mean days active of 30 / 30 of those active in
               the last 30 days of the window, which is mean DAU / MAU.
    Assumes    one actor per person.
    Needs      the days of a span before a day on record: earlier days have no figure for that span.
    Do not     compare stickiness of communities whose use has another rhythm: a shop is not a messenger.
    Cost       one pass over distinct (actor, day) pairs, whatever the spans.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.walk import codes_in, codes_of, parts
from lianyi.insight.measure.intervals import mean
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

Ints = npt.NDArray[np.int64]

METHOD_VERSION = 1
GRADE = "B"
SPANS = (1, 7, 30)
MONTH = SPANS[-1]
# What counts as active: visits, interactions, orders; orders only; every event, the operator's own included.
ACTIVITIES: dict[str, tuple[str, ...] | None] = {"engaged": ENGAGED, "purchase": ("order_paid",), "any": None}


@dataclass(frozen=True, slots=True)
class Activity:
    """Active people.

    daily, weekly, monthly : (days of the window,) distinct people active on the day, in the 7 days and in the 30 days up to it; None
                  where the span begins before the data
    stickiness  : mean share of days active, of those active in the last 30 days
    """

    window: Window
    active: str
    daily: tuple[int | None, ...]
    weekly: tuple[int | None, ...]
    monthly: tuple[int | None, ...]
    stickiness: Estimate
    snapshot: int

    @property
    def n(self) -> int:
        """People active in the last 30 days of the window."""
        return self.stickiness.n

    def to_table(self) -> pa.Table:
        """One row a day: date, daily, weekly, monthly."""
        days = range(self.window.from_day, self.window.from_day + len(self.daily))
        return pa.table(
            {
                "date": pa.array([date_of(d) for d in days], pa.date32()),
                "daily": pa.array(self.daily, pa.int64()),
                "weekly": pa.array(self.weekly, pa.int64()),
                "monthly": pa.array(self.monthly, pa.int64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.activity/1`."""
        return answer(
            "activity",
            version=METHOD_VERSION,
            n=self.n,
            headline=("stickiness", self.stickiness),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "active_by": self.active,
                "days": [{**row, "date": row["date"].isoformat()} for row in self.to_table().to_pylist()],
            },
        )

    def explain(self) -> Text:
        """How many come, and how often."""
        known = [n for n in self.daily if n is not None]
        if self.stickiness.value is None or not known:
            return Text(zh="区间内没有人活跃。", en="Nobody was active in the window.")
        return sentence(
            "日均 %(dau)s 人活跃，近 30 天共 %(mau)s 人；粘性 %(share)s，即平均每人 30 天里来 %(days)s 天。",
            "%(dau)s people were active on the average day and %(mau)s in the last 30 days; stickiness is %(share)s: %(days)s days of 30 each.",
            dau=Count(round(sum(known) / len(known))),
            mau=Count(self.n),
            share=Share(self.stickiness.value),
            days=f"{self.stickiness.value * MONTH:.1f}",
        )


DAYS = """
SELECT DISTINCT e.actor AS who, e.d AS day FROM events AS e
WHERE e.actor IS NOT NULL AND e.d >= $early_d AND e.d < $to_d {named}
"""
# Where people enter and leave each span; a person's next active day ends the span begun before it.
EDGES = """
SELECT span, day, CAST(sum(step) AS BIGINT) AS change FROM (
    SELECT s.span AS span, g.day AS day, 1 AS step FROM active_gaps AS g CROSS JOIN activity_spans AS s
    UNION ALL
    SELECT s.span AS span, least(g.day + s.span, coalesce(g.next_day, g.day + s.span)) AS day, 0 - 1 AS step
    FROM active_gaps AS g CROSS JOIN activity_spans AS s
) AS q GROUP BY span, day ORDER BY span, day
"""
GAPS = "SELECT a.who AS who, a.day AS day, lead(a.day) OVER (PARTITION BY a.who ORDER BY a.day) AS next_day FROM ({days}) AS a"
DEPTH = """
SELECT count(*) AS people, CAST(coalesce(sum(q.days), 0) AS BIGINT) AS days, CAST(coalesce(sum(q.days * q.days), 0) AS BIGINT) AS squares
FROM (SELECT g.who AS who, count(*) AS days FROM active_gaps AS g WHERE g.day >= $month_d GROUP BY g.who) AS q
"""


def activity(engine: Engine, window: Window, *, active: str = "engaged", path: str = "auto") -> Activity:
    """Distinct people active on each day of a window, in the 7 and in the 30 days up to it, and stickiness.

    active : engaged (visits, interactions, orders) | purchase | any
    path   : auto | kernel | sql; auto takes the kernel on DuckDB and SQL elsewhere, with the same answer
    Raises   UnknownName for another activity.
    Cost     one pass over the projection by member where it is fresh; else one scan and a sort of distinct (actor, day) pairs.
    """
    if active not in ACTIVITIES:
        raise UnknownName(what="activity", given=active, allowed=list(ACTIVITIES))
    first, last = engine.snapshot.first_day, engine.snapshot.last_day
    end = window.to_day if last is None else min(window.to_day, last + 1)
    length = max(0, end - window.from_day)
    early, month = window.from_day - MONTH + 1, end - MONTH
    names = ACTIVITIES[active]
    found = None if path == "sql" else _walked(engine, Window(early, max(end, early + 1)), names, month)
    edges, (people, days, squares) = found or _queried(engine, early, end, names, month)
    running = np.cumsum(edges, axis=1)[:, MONTH - 1 : MONTH - 1 + length]
    covered = [window.from_day - s + 1 >= (window.from_day if first is None else first) for s in SPANS]
    daily, weekly, monthly = (
        _known(counts, 0 if whole or first is None else first + s - 1 - window.from_day)
        for counts, whole, s in zip(running, covered, SPANS, strict=True)
    )
    return Activity(window, active, daily, weekly, monthly, _stickiness(people, days, squares), engine.snapshot.version)


def _known(counts: Ints, after: int) -> tuple[int | None, ...]:
    return tuple(None if i < after else n for i, n in enumerate(counts.tolist()))


def _stickiness(people: int, days: int, squares: int) -> Estimate:
    if not people:
        return missing(Text(zh="近 30 天没有人活跃", en="nobody was active in the last 30 days"), grade=GRADE)
    interval = mean(float(days), float(squares), people)
    return Estimate(days / people / MONTH, None if interval is None else (interval[0] / MONTH, interval[1] / MONTH), people, GRADE)


def _walked(engine: Engine, span: Window, names: tuple[str, ...] | None, month: int) -> tuple[Ints, tuple[int, int, int]] | None:
    """Edges of every span by day, and the people, their days and the squares of those in the last month; None where the projection is stale."""
    found = parts(engine, ("d",) if names is None else ("d", "name"), span)
    if found is None:
        return None
    edges = np.zeros((len(SPANS), span.days + MONTH), dtype=np.int64)
    depth = np.zeros(3, dtype=np.int64)
    for who, day in _days(found, names):
        at = day - span.from_day
        following = np.where(np.append(who[1:] == who[:-1], False), np.append(at[1:], 0), 1 << 40)
        for i, s in enumerate(SPANS):
            edges[i] += np.bincount(at, minlength=edges.shape[1]) - np.bincount(np.minimum(at + s, following), minlength=edges.shape[1])
        many = np.bincount(who[day >= month])
        depth += ((many > 0).sum(), many.sum(), (many**2).sum())
    return edges, (int(depth[0]), int(depth[1]), int(depth[2]))


def _days(found: Iterator[pa.Table], names: tuple[str, ...] | None) -> Iterator[tuple[Ints, Ints]]:
    """Distinct (actor, day) pairs of each part, in order."""
    for part in found:
        who, day = codes_of(part["actor"]), part["d"].to_numpy().astype(np.int64)
        if names is not None:
            kept = np.flatnonzero(codes_in(part["name"], names) >= 0)
            who, day = who[kept], day[kept]
        if len(who):
            new = np.flatnonzero(np.concatenate(([True], (who[1:] != who[:-1]) | (day[1:] != day[:-1]))))
            yield who[new], day[new]


def _queried(engine: Engine, early: int, end: int, names: tuple[str, ...] | None, month: int) -> tuple[Ints, tuple[int, int, int]]:
    named = "" if names is None else f"AND e.name IN ({', '.join(f'$name_{i}' for i in range(len(names)))})"
    bound: dict[str, object] = {"early_d": early, "to_d": end} | {f"name_{i}": name for i, name in enumerate(names or ())}
    engine.offer("activity_spans", pa.table({"span": pa.array(SPANS, pa.int32())}))
    engine.keep("active_gaps", GAPS.format(days=DAYS.format(named=named)), bound)
    edges = np.zeros((len(SPANS), max(end - early, 1) + MONTH), dtype=np.int64)
    for row in engine.run(EDGES).to_pylist():
        edges[SPANS.index(row["span"]), row["day"] - early] += row["change"]
    depth = engine.run(DEPTH, {"month_d": month}).to_pylist()[0]
    return edges, (depth["people"], depth["days"], depth["squares"])

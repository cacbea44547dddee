"""Retention: of those who began in a period, the share active again one, two, three periods later."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.estimate import Estimate, share_of
from lianyi.insight.analyse.walk import codes_in, codes_of, parts
from lianyi.kernel.clock import Window, add_months, date_of, day_of, period_start
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

Interval = tuple[float, float]
Ints = npt.NDArray[np.int64]
GRAINS = ("week", "month")
STARTS = ("joined", "first_purchase", "first_seen")
ACTIVITIES = ("engaged", "purchase", "any")
# What counts as active when nobody says: those who joined should engage, those who bought should buy again.
USUAL_ACTIVITY = {"joined": "engaged", "first_purchase": "purchase", "first_seen": "any"}
# Names that make a beginning, and that count as active; None: every event.
BEGINS: dict[str, tuple[str, ...] | None] = {"joined": ("member_joined",), "first_purchase": ("order_paid",), "first_seen": None}
ACTIVE: dict[str, tuple[str, ...] | None] = {"engaged": ENGAGED, "purchase": ("order_paid",), "any": None}
SMALL_COHORT = 30
METHOD_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who began in one period.

    start    : its first day (of the calendar period, also where the window begins inside it)
    whole    : False where the window or the data cut the period, so that more belong to it than are counted
    actors   : (horizon + 1,) active in period k after the start; [0] is the size; None where period k is not over
    share    : actors / size; share[0] is 1
    interval : 95% Wilson interval of each share; None for period 0, which is true by definition
    partial  : active so far in the period that is running when the data end; None where there is none
    """

    start: dt.date
    size: int
    whole: bool
    actors: tuple[int | None, ...]
    share: tuple[float | None, ...]
    interval: tuple[Interval | None, ...]
    partial: int | None


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention by cohort.

    grain   : week (from Monday) | month
    start   : joined | first_purchase | first_seen; active : engaged | purchase | any
    horizon : periods after the first
    data_to : the first day after the data
    unbounded : whether active means in period k or any later one, not in period k itself
    overall : (horizon + 1,) all cohorts together, each age over those cohorts whose period is over
    """

    window: Window
    grain: str
    start: str
    active: str
    horizon: int
    data_to: dt.date | None
    cohorts: tuple[Cohort, ...]
    overall: tuple[float | None, ...]
    overall_interval: tuple[Interval | None, ...]
    unbounded: bool = False
    snapshot: int | None = None

    @property
    def n(self) -> int:
        """Actors in all cohorts."""
        return sum(c.size for c in self.cohorts)

    @property
    def next_period(self) -> Estimate:
        """The share active one period later, over the cohorts whose next period is over."""
        seen = [(n, c.size) for c in self.cohorts if (n := c.actors[1]) is not None]
        nobody = Text(zh="还没有同期群过完下一个周期", en="no cohort's next period is over yet")
        return share_of(sum(n for n, _ in seen), sum(size for _, size in seen), nobody)

    def to_table(self) -> pa.Table:
        """One row a cohort and age: start, size, age, actors, share, low, high; null where the period is not over."""
        rows = [
            {
                "start": c.start,
                "size": c.size,
                "age": k,
                "actors": c.actors[k],
                "share": c.share[k],
                "low": None if (i := c.interval[k]) is None else i[0],
                "high": None if i is None else i[1],
            }
            for c in self.cohorts
            for k in range(self.horizon + 1)
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """`{"cohorts": [{start, size, share, actors, ...}], ...}`; null where the period is not over."""
        return answer(
            "retention",
            version=METHOD_VERSION,
            n=self.n,
            headline=("next_period", self.next_period),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "cohorts": [
                    {
                        "start": c.start.isoformat(),
                        "size": c.size,
                        "share": list(c.share),
                        "actors": list(c.actors),
                        "interval": list(c.interval),
                        "whole": c.whole,
                        "partial": c.partial,
                    }
                    for c in self.cohorts
                ],
                "cohort": self.grain,
                "start_by": self.start,
                "active_by": self.active,
                "unbounded": self.unbounded,
                "overall": {"share": list(self.overall), "interval": list(self.overall_interval)},
            },
        )

    def explain(self) -> Text:
        """What the cohorts are and what the first periods show."""
        if not self.cohorts:
            return Text(zh="区间内没有新的同期群，无法计算留存。", en="Nobody began in the window; there is no retention to show.")
        zh_start = {"joined": "加入", "first_purchase": "首次购买", "first_seen": "首次出现"}[self.start]
        en_start = {"joined": "joined", "first_purchase": "first bought", "first_seen": "were first seen"}[self.start]
        zh_again = {"engaged": "有互动或购买", "purchase": "再次购买", "any": "有任何行为"}[self.active]
        en_again = {"engaged": "engaged", "purchase": "bought", "any": "did anything"}[self.active]
        zh_grain = {"week": "周", "month": "月"}[self.grain]
        zh = f"{len(self.cohorts)} 个按{zh_start}{zh_grain}划分的同期群，共 {self.n:,} 人"
        en = f"{len(self.cohorts)} cohorts by the {self.grain} in which people {en_start}, {self.n:,} in all"
        if self.horizon and self.overall[1] is not None:
            zh += f"；次{zh_grain}{zh_again}的占 {self.overall[1]:.1%}"
            en += f"; {self.overall[1]:.1%} {en_again} in the next {self.grain}"
        small = sum(c.size < SMALL_COHORT for c in self.cohorts)
        zh, en = zh + "。未结束的周期不计。", en + ". Periods that are not over are left out."
        if small:
            zh += f"{small} 个同期群不足 {SMALL_COHORT} 人，不宜相互比较。"
            en += f" {small} cohorts have fewer than {SMALL_COHORT} people and should not be compared."
        return Text(zh=zh, en=en)


TABLE = pa.schema(
    [
        ("start", pa.date32()),
        ("size", pa.int64()),
        ("age", pa.int64()),
        ("actors", pa.int64()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)

# Distinct (actor, period) pairs are made in the engine, so that what comes back is one row a cohort and age.
COUNTS = """
WITH first_days AS (
    SELECT e.actor AS who, min(e.d) AS first_d FROM events AS e WHERE e.actor IS NOT NULL {starts} GROUP BY e.actor
),
begun AS (
    SELECT f.who AS who, c.period AS cohort FROM first_days AS f JOIN retention_calendar AS c ON f.first_d = c.cal_d
    WHERE f.first_d >= $from_d AND f.first_d < $to_d
),
active AS (
    SELECT DISTINCT e.actor AS who, c.period AS period FROM events AS e JOIN retention_calendar AS c ON e.d = c.cal_d
    WHERE e.actor IS NOT NULL AND e.d >= $from_d {actives}
)
SELECT cohort, CAST(0 AS BIGINT) AS age, count(*) AS actors FROM begun GROUP BY cohort
UNION ALL
{again}
ORDER BY cohort, age
"""
EACH = """SELECT b.cohort AS cohort, a.period - b.cohort AS age, count(*) AS actors FROM begun AS b JOIN active AS a ON b.who = a.who
WHERE a.period > b.cohort AND a.period - b.cohort <= $horizon GROUP BY b.cohort, a.period - b.cohort"""
LATEST = """SELECT q.cohort AS cohort, least(q.latest, $horizon) AS age, count(*) AS actors FROM (
    SELECT b.cohort AS cohort, max(a.period - b.cohort) AS latest FROM begun AS b JOIN active AS a ON b.who = a.who
    WHERE a.period > b.cohort GROUP BY b.who, b.cohort
) AS q GROUP BY q.cohort, least(q.latest, $horizon)"""


def retention(
    engine: Engine,
    window: Window,
    *,
    cohort: str = "month",
    horizon: int = 12,
    start: str = "auto",
    active: str = "auto",
    unbounded: bool = False,
    path: str = "auto",
) -> Retention:
    """Cohorts of those who began in the window, and the share of each that was active k periods later.

    window  : days in which people begin; what they do later is observed to the end of the data
    cohort  : week (from Monday) | month, also the length of a period
    horizon : periods after the first, 1 to 120
    start   : joined (first member_joined) | first_purchase (first order_paid ever) | first_seen (first event of any kind);
              auto takes the first of these that the data have
    active  : engaged (visits, interactions, orders) | purchase | any (every event, your own included);
              auto: engaged for joined, purchase for first_purchase, any for first_seen
    unbounded : False counts who was active in period k itself; True, who was active in period k or later, to the end of the data: of those
              not lost for good by then. Young cohorts have had less time to come back, so read the later periods of old ones
    path    : auto | kernel | sql; auto takes the kernel on DuckDB and SQL elsewhere, with the same answer
    Period 0 counts everyone, by definition. A period that is not over when the data end is None, never 0.
    Raises  UnknownName, BadInput
    Assumes one actor per person. Do not compare cohorts of fewer than 30.
    Cost    one scan; memory is one entry for each distinct actor and period, in the engine.
    """
    for what, given, allowed in (
        ("cohort", cohort, GRAINS),
        ("start", start, (*STARTS, "auto")),
        ("activity", active, (*ACTIVITIES, "auto")),
    ):
        if given not in allowed:
            raise UnknownName(what=what, given=given, allowed=list(allowed))
    if not 1 <= horizon <= 120:
        raise BadInput(
            reason=Text(zh="期数应为 1 到 120，收到 %(given)s", en="The horizon is 1 to 120 periods, not %(given)s"), given=horizon
        )
    start = _start_there_is(engine) if start == "auto" else start
    active = USUAL_ACTIVITY[start] if active == "auto" else active
    first, last = engine.snapshot.first_day, engine.snapshot.last_day
    if first is None or last is None:
        return Retention(
            window,
            cohort,
            start,
            active,
            horizon,
            None,
            (),
            (None,) * (horizon + 1),
            (None,) * (horizon + 1),
            unbounded,
            engine.snapshot.version,
        )
    data_to = last + 1
    days = np.arange(first, data_to, dtype=np.int32)
    starts = [period_start(int(d), cohort) for d in days]
    begins = sorted(set(starts))
    number = {day: i for i, day in enumerate(begins)}
    period = np.array([number[s] for s in starts], dtype=np.int64)
    began, again = BEGINS[start], ACTIVE[active]
    found = None if path == "sql" else _walked(engine, window, first, period, began, again, horizon, unbounded=unbounded)
    if found is None:
        engine.offer("retention_calendar", pa.table({"cal_d": pa.array(days), "period": pa.array(period)}))
        sql = COUNTS.format(
            again=LATEST if unbounded else EACH,
            starts="" if began is None else f"AND e.name IN ({_listed(began)})",
            actives="" if again is None else f"AND e.name IN ({_listed(again)})",
        )
        rows = engine.run(sql, {"from_d": window.from_day, "to_d": window.to_day, "horizon": horizon}).to_pylist()
        found = [(row["cohort"], row["age"], row["actors"]) for row in rows]
    counts: dict[int, dict[int, int]] = {}
    for cohort_of, age, actors in found:
        counts.setdefault(cohort_of, {})[age] = actors
    if unbounded:
        # What comes back is how many were last seen at each age; who was seen later was not lost earlier.
        for ages in counts.values():
            for age in range(horizon - 1, 0, -1):
                ages[age] = ages.get(age, 0) + ages.get(age + 1, 0)
    cohorts = tuple(_cohort(period, ages, begins, cohort, horizon, window, data_to) for period, ages in sorted(counts.items()))
    overall = [_together(cohorts, k) for k in range(horizon + 1)]
    return Retention(
        window=window,
        grain=cohort,
        start=start,
        active=active,
        horizon=horizon,
        data_to=date_of(data_to),
        cohorts=cohorts,
        overall=tuple(s for s, _ in overall),
        overall_interval=tuple(i for _, i in overall),
        unbounded=unbounded,
        snapshot=engine.snapshot.version,
    )


def _walked(
    engine: Engine,
    window: Window,
    first: int,
    period: Ints,
    began: tuple[str, ...] | None,
    again: tuple[str, ...] | None,
    horizon: int,
    *,
    unbounded: bool,
) -> list[tuple[int, int, int]] | None:
    """(cohort, age, actors) as the SQL counts them, by one pass over the projection by member; None where it is stale.

    first  : the first day of the data; period : (days,) number of the period of each day from then on
    began, again : names that make a beginning, and that count as active; None for every event
    """
    found = parts(engine, ("d",) if began is None and again is None else ("d", "name"), None)
    if found is None:
        return None
    periods = int(period[-1]) + 1
    sizes = np.zeros(periods, dtype=np.int64)
    active = np.zeros((periods, horizon + 1), dtype=np.int64)
    for part in found:
        who, day = codes_of(part["actor"]), part["d"].to_numpy().astype(np.int64)
        begins, acts = (_of_names(part, names) for names in (began, again))
        people = int(who[-1]) + 1
        start = np.full(people, -1, dtype=np.int64)
        start[who[begins][::-1]] = day[begins][::-1]  # the earliest is written last
        inside = (start >= window.from_day) & (start < window.to_day)
        cohort = np.where(inside, period[np.where(inside, start - first, 0)], -1)
        sizes += np.bincount(cohort[inside], minlength=periods)
        actor, when = who[acts], period[day[acts] - first]
        age = when - cohort[actor]
        kept = (cohort[actor] >= 0) & (age > 0)
        actor, age = actor[kept], age[kept]
        # One for each actor and period: rows of an actor ascend in time.
        if unbounded:
            last = np.append(actor[1:] != actor[:-1], True) if len(actor) else np.zeros(0, dtype=np.bool_)
            actor, age = actor[last], np.minimum(age[last], horizon)
        else:
            new = np.append(True, (actor[1:] != actor[:-1]) | (age[1:] != age[:-1])) if len(actor) else np.zeros(0, dtype=np.bool_)
            kept = new & (age <= horizon)
            actor, age = actor[kept], age[kept]
        active += np.bincount(cohort[actor] * (horizon + 1) + age, minlength=active.size).reshape(active.shape)
    told = [(int(c), 0, int(sizes[c])) for c in np.flatnonzero(sizes)]
    return told + [(int(c), int(age), int(active[c, age])) for c, age in zip(*np.nonzero(active), strict=True)]


def _of_names(part: pa.Table, names: tuple[str, ...] | None) -> Ints:
    return np.arange(len(part)) if names is None else np.flatnonzero(codes_in(part["name"], names) >= 0)


def _start_there_is(engine: Engine) -> str:
    for name, start in (("member_joined", "joined"), ("order_paid", "first_purchase")):
        question = "SELECT count(*) AS n FROM events WHERE name = $name AND actor IS NOT NULL"
        if engine.run(question, {"name": name})["n"][0].as_py():
            return start
    return "first_seen"


def _cohort(period: int, ages: dict[int, int], begins: list[int], grain: str, horizon: int, window: Window, data_to: int) -> Cohort:
    begin = begins[period]
    size = ages[0]
    actors: list[int | None] = [size]
    partial = None
    for k in range(1, horizon + 1):
        if _after(begin, k + 1, grain) <= data_to:
            actors.append(ages.get(k, 0))
        else:
            actors.append(None)
            if _after(begin, k, grain) < data_to:
                partial = ages.get(k, 0)
    return Cohort(
        start=date_of(begin),
        size=size,
        whole=window.from_day <= begin and _after(begin, 1, grain) <= min(window.to_day, data_to),
        actors=tuple(actors),
        share=tuple(None if n is None else n / size for n in actors),
        interval=tuple(None if n is None or k == 0 else share_interval(n, size) for k, n in enumerate(actors)),
        partial=partial,
    )


def _after(begin: int, k: int, grain: str) -> int:
    """The first day of the k-th period after the one that begins at `begin`."""
    return begin + 7 * k if grain == "week" else day_of(add_months(date_of(begin), k))


def _together(cohorts: tuple[Cohort, ...], k: int) -> tuple[float | None, Interval | None]:
    seen = [(n, c.size) for c in cohorts if (n := c.actors[k]) is not None]
    size, actors = sum(s for _, s in seen), sum(n for n, _ in seen)
    return (actors / size if size else None), (share_interval(actors, size) if k else None)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{n}'" for n in names)

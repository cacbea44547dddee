"""Places and search volumes of keywords: how visible the brand is to those who search, and which keywords moved it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

VERSION = 1
GRADE = "C"
SNAPSHOTS = """
SELECT k.keyword AS keyword, coalesce(k.platform, '') AS platform, k.d AS d, k.rank AS place, k.search_volume AS searches
FROM keywords AS k
WHERE k.d >= $from_d AND k.d < $to_d
ORDER BY keyword, platform, d
"""
NO_PLACES = Text(zh="区间内没有关键词排名", en="there are no keyword places in the window")
ONE_LOOK = Text(zh="没有关键词在两个日期都查过排名", en="no keyword's place was looked up on two days")


def attention(place: int) -> float:
    """The share of those who see the first result that also look at this place: 1/place, the curve of position bias with exponent 1.

    >>> attention(1), attention(4)
    (1.0, 0.25)
    """
    return 1 / place


@dataclass(frozen=True, slots=True)
class Place:
    """Where a keyword stood on a day.

    place  : from 1; None where it was looked up and not found
    beyond : then, the deepest place seen on that platform in the window: it stood behind that, or nowhere
    """

    day: int
    place: int | None
    beyond: int = 0

    @property
    def seen(self) -> tuple[float, float, float]:
        """Attention at this place: middle, least, most. Behind the last place that was looked at it is not known better."""
        if self.place is not None:
            return (attention(self.place),) * 3
        most = attention(self.beyond + 1)
        return most / 2, 0.0, most

    def to_json(self) -> dict[str, Any]:
        """`{day, place, beyond}`; beyond is null where there is a place."""
        return {"day": date_of(self.day).isoformat(), "place": self.place, "beyond": None if self.place is not None else self.beyond}


@dataclass(frozen=True, slots=True)
class Term:
    """A keyword on a platform.

    first, last : where it stood on the first and on the last day it was looked up; the same where there is one day
    best        : the best place of the window; None where it was never found
    searches    : in the window; None where no volume was recorded
    weight      : in the visibility, ln(1 + searches); 1 for all where no volume was recorded at all; None: left out
    """

    keyword: str
    platform: str
    first: Place
    last: Place
    best: int | None
    looks: int
    searches: int | None
    weight: float | None

    @property
    def gain(self) -> float:
        """What it added to the weighted attention between the first look and the last."""
        return (self.weight or 0.0) * (self.last.seen[0] - self.first.seen[0])


@dataclass(frozen=True, slots=True)
class Keywords:
    """Keywords of a window.

    terms      : keyword by platform, those that moved visibility most first
    visibility : attention won / attention that first places everywhere would win, at the last look of each; 0 to 1. Its interval bounds what
                 is not known of keywords that were not found; it is no sampling error
    before     : the same at the first look, over the terms that were looked up on two days
    change     : visibility of those terms at the last look less before
    better, worse, same : how many of them moved
    searches   : of all keywords; None where no volume was recorded
    unweighed  : terms left out because they alone have no volume
    """

    window: Window
    terms: tuple[Term, ...]
    visibility: Estimate
    before: Estimate
    change: Estimate
    better: int
    worse: int
    same: int
    searches: int | None
    unweighed: int
    snapshot: int

    @property
    def n(self) -> int:
        """Keywords by platform with a place, or looked up and not found."""
        return len(self.terms)

    def to_table(self) -> pa.Table:
        """One row a term: keyword, platform, first_place, last_place (null: not found), best_place, looks, searches, gain."""
        return pa.table(
            {
                "keyword": pa.array([t.keyword for t in self.terms], pa.string()),
                "platform": pa.array([t.platform for t in self.terms], pa.string()),
                "first_place": pa.array([t.first.place for t in self.terms], pa.int64()),
                "last_place": pa.array([t.last.place for t in self.terms], pa.int64()),
                "best_place": pa.array([t.best for t in self.terms], pa.int64()),
                "looks": pa.array([t.looks for t in self.terms], pa.int64()),
                "searches": pa.array([t.searches for t in self.terms], pa.int64()),
                "gain": pa.array([t.gain for t in self.terms], pa.float64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.keywords/1`."""
        return answer(
            "keywords",
            version=VERSION,
            n=self.n,
            headline=("visibility", self.visibility),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "visibility": self.visibility.to_json(),
                "before": self.before.to_json(),
                "change": self.change.to_json(),
                "better": self.better,
                "worse": self.worse,
                "same": self.same,
                "searches": self.searches,
                "unweighed": self.unweighed,
                "terms": [
                    {
                        "keyword": t.keyword,
                        "platform": t.platform,
                        "first": t.first.to_json(),
                        "last": t.last.to_json(),
                        "best": t.best,
                        "looks": t.looks,
                        "searches": t.searches,
                        "weight": t.weight,
                        "gain": t.gain,
                    }
                    for t in self.terms
                ],
            },
        )

    def explain(self) -> Text:
        """How visible, whether that moved, and by which keyword."""
        if self.visibility.value is None:
            return Text(zh="区间内没有关键词排名。", en="There are no keyword places in the window.")
        now = sentence(
            "%(n)s 个关键词（按平台计）的搜索可见度为 %(share)s：全部排在第一位时为 100%%。",
            "%(n)s keywords, counted by platform, have a search visibility of %(share)s, where first places everywhere are 100%%.",
            n=Count(self.n),
            share=Share(self.visibility.value),
        )
        if self.change.value is None:
            return now
        moved = sentence(
            "区间内 %(better)s 个上升，%(worse)s 个下降，可见度由 %(before)s 到 %(after)s。",
            "In the window %(better)s rose and %(worse)s fell; visibility went from %(before)s to %(after)s.",
            better=Count(self.better),
            worse=Count(self.worse),
            before=Share(self.before.value or 0.0),
            after=Share((self.before.value or 0.0) + self.change.value),
        )
        top = self.terms[0]
        most = None
        if top.gain:
            most = sentence(
                "变动最大的是“%(keyword)s”。",
                "The keyword that moved it most is “%(keyword)s”.",
                keyword=Text(zh=top.keyword, en=top.keyword),
            )
        return paragraph([now, moved, most])


def keywords(engine: Engine, window: Window) -> Keywords:
    """Where keywords stand, how much they are searched for, and how visible that makes the brand.

    Formula  : visibility = sum of ln(1 + searches) x attention(place) / sum of ln(1 + searches), attention(place) = 1/place. A keyword that
               was looked up and not found stands behind the deepest place seen on its platform: its attention lies between 0 and that of the
               next place; the middle is taken and the interval says how far off it may be
    Assumes  : one attention curve for all platforms; a row without a place on a day when others of that platform have one was looked up
    Needs    : one keyword with a place
    When not : as a forecast of traffic: the curve is a convention that makes keywords comparable, not your click rate
    Grade    : C: a model
    Cost     : one query, one row a snapshot
    """
    rows = engine.run(SNAPSHOTS, {"from_d": window.from_day, "to_d": window.to_day}).to_pylist()
    return of_snapshots(rows, window=window, snapshot=engine.snapshot.version)


def of_snapshots(rows: Iterable[Mapping[str, Any]], *, window: Window, snapshot: int = 0) -> Keywords:
    """The same of snapshots at hand.

    rows : keyword, platform, d (day number), place (None: not found or not looked up), searches (None: not recorded); by term, days ascending
    >>> looks = [{"keyword": "茶", "platform": "", "d": d, "place": p, "searches": 9} for d, p in ((0, 4), (9, 2))]
    >>> found = of_snapshots(looks, window=Window(0, 10))
    >>> found.before.value, found.visibility.value, found.better
    (0.25, 0.5, 1)
    """
    snapshots = list(rows)
    looked_at = {(r["platform"], r["d"]) for r in snapshots if r["place"] is not None}
    deepest: dict[str, int] = {}
    for r in snapshots:
        if r["place"] is not None:
            deepest[r["platform"]] = max(deepest.get(r["platform"], 0), r["place"])
    by_term: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for r in snapshots:
        by_term.setdefault((r["keyword"], r["platform"]), []).append(r)
    volumes = {
        key: sum(r["searches"] for r in seen if r["searches"] is not None)
        for key, seen in by_term.items()
        if any(r["searches"] is not None for r in seen)
    }
    terms = []
    for (keyword, platform), seen in by_term.items():
        looks = [Place(r["d"], r["place"], deepest[platform]) for r in seen if (platform, r["d"]) in looked_at]
        if not looks:
            continue
        searches = volumes.get((keyword, platform))
        weight = 1.0 if not volumes else None if searches is None else math.log1p(searches)
        best = min((p.place for p in looks if p.place is not None), default=None)
        terms.append(Term(keyword, platform, looks[0], looks[-1], best, len(looks), searches, weight))
    terms.sort(key=lambda t: (-abs(t.gain), -(t.weight or 0.0), t.keyword, t.platform))
    twice = [t for t in terms if t.looks > 1]
    before = _visible(twice, [t.first for t in twice], ONE_LOOK)
    after = _visible(twice, [t.last for t in twice], ONE_LOOK)
    gone = [t.last.seen[0] - t.first.seen[0] for t in twice]
    return Keywords(
        window=window,
        terms=tuple(terms),
        visibility=_visible(terms, [t.last for t in terms], NO_PLACES),
        before=before,
        change=_less(after, before),
        better=sum(g > 0 for g in gone),
        worse=sum(g < 0 for g in gone),
        same=sum(g == 0 for g in gone),
        searches=sum(volumes.values()) if volumes else None,
        unweighed=sum(t.weight is None for t in terms),
        snapshot=snapshot,
    )


def _visible(terms: list[Term], places: list[Place], because: Text) -> Estimate:
    weighed = [(t.weight, p.seen) for t, p in zip(terms, places, strict=True) if t.weight]
    whole = sum(weight for weight, _ in weighed)
    if not whole:
        return missing(because)
    middle, least, most = (sum(weight * seen[i] for weight, seen in weighed) / whole for i in range(3))
    return Estimate(middle, (least, most), len(weighed), GRADE)


def _less(after: Estimate, before: Estimate) -> Estimate:
    if after.value is None or before.value is None or after.interval is None or before.interval is None:
        return missing(ONE_LOOK)
    low, high = after.interval[0] - before.interval[1], after.interval[1] - before.interval[0]
    return Estimate(after.value - before.value, (low, high), after.n, GRADE)

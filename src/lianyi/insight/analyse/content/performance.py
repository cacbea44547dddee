"""Content performance: what posts of each kind draw, what of it is beyond chance, and which posts lead."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.content.groups import Group, count_groups, rate_groups
from lianyi.insight.analyse.content.posts import DIMENSIONS, Posts, posts
from lianyi.insight.analyse.content.shrink import shrink_rates
from lianyi.insight.analyse.content.timing import Timing, best_time
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph, said
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
VERSION = 1
INTERACTIONS = ("content_liked", "content_commented", "content_shared", "content_collected")
COUNTS: dict[str, tuple[str, ...]] = {
    "interactions": INTERACTIONS,
    "impressions": ("content_exposed",),
    "reads": ("content_viewed",),
    "clicks": ("content_clicked",),
    "shares": ("content_shared",),
    "comments": ("content_commented",),
}
RATES: dict[str, tuple[tuple[str, ...], str]] = {
    "engagement_rate": (INTERACTIONS, "content_viewed"),
    "content_ctr": (("content_clicked",), "content_exposed"),
    "share_rate": (("content_shared",), "content_viewed"),
}
METRICS = (*COUNTS, *RATES)
TIMES = {"hour": tuple(f"{h:02d}" for h in range(24)), "weekday": tuple(str(d) for d in range(1, 8))}
SMALL = 10


@dataclass(frozen=True, slots=True)
class Leader:
    """One post on the leaderboard, ordered by the lower bound of its shrunken value."""

    content_id: str
    raw: float
    shrunken: Estimate


@dataclass(frozen=True, slots=True)
class Performance:
    """What posts drew, by a dimension.

    groups  : best first by the lower bound of the typical post
    leaders : posts, likewise; only for rates, where few readers can make a chance leader
    timing  : the best time, where the dimension is one; else None
    young   : posts left out because their time is not over
    absent  : what was never recorded, so that nothing can be said; None otherwise
    overall : the metric over all posts: the mean of a count, the pooled rate
    """

    window: Window
    metric: str
    by: str
    within_days: int | None
    posts: int
    young: int
    groups: tuple[Group, ...]
    leaders: tuple[Leader, ...]
    timing: Timing | None
    absent: Text | None
    overall: Estimate
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Posts counted."""
        return self.posts

    def to_table(self) -> pa.Table:
        """One row a group: value, posts, mean, median, typical, low, high, q."""
        rows = [
            {
                "value": g.value,
                "posts": g.posts,
                "mean": g.mean.value,
                "median": None if g.median is None else g.median.value,
                "typical": g.typical.value,
                "low": None if g.typical.interval is None else g.typical.interval[0],
                "high": None if g.typical.interval is None else g.typical.interval[1],
                "q": g.q,
            }
            for g in self.groups
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.content/1`."""
        return answer(
            "content",
            version=self.version,
            n=self.n,
            headline=(self.metric, self.overall),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "metric": self.metric,
                "by": self.by,
                "within_days": self.within_days,
                "posts": self.posts,
                "not_due": self.young,
                "groups": [g.to_json() for g in self.groups],
                "leaders": [{"content": x.content_id, "raw": x.raw, "shrunken": x.shrunken.to_json()} for x in self.leaders],
                "best_time": None if self.timing is None else self.timing.to_json(),
                "missing": said(self.absent),
            },
        )

    def explain(self) -> Text:
        """Which groups stand out beyond chance, and how little some rest on."""
        if self.absent is not None:
            return self.absent
        apart = [g for g in self.groups if g.q is not None and g.q <= 0.05]
        small = [g for g in self.groups if g.posts < SMALL]
        return paragraph(
            [
                sentence("%(n)s 篇内容。", "%(n)s posts.", n=Count(self.posts)),
                sentence(
                    "与其余内容的差别超出偶然的：%(names)s（误报率控制在 5%%）。",
                    "Apart from the rest beyond chance: %(names)s (false discoveries held to 5%%).",
                    names=", ".join(f"{g.value or '?'} (n={g.posts})" for g in apart),
                )
                if apart
                else Text(zh="各组差别都在偶然范围内。", en="No group is apart from the rest beyond chance."),
                sentence(
                    "%(k)s 组不足 %(least)s 篇，不宜排名。",
                    "%(k)s groups have fewer than %(least)s posts; do not rank them.",
                    k=len(small),
                    least=SMALL,
                )
                if small
                else None,
                sentence("%(k)s 篇发布不久，未计入。", "%(k)s posts are too young and are left out.", k=Count(self.young))
                if self.young
                else None,
                None if self.timing is None else self.timing.because,
                Text(
                    zh="各组发的内容和受众不同，差别不等于形式本身的作用。",
                    en="Groups differ in what they say and to whom: a difference is not the effect of the form.",
                ),
            ]
        )


TABLE = pa.schema(
    [
        ("value", pa.string()),
        ("posts", pa.int64()),
        ("mean", pa.float64()),
        ("median", pa.float64()),
        ("typical", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("q", pa.float64()),
    ]
)


def performance(
    engine: Engine,
    window: Window,
    *,
    zone: ZoneInfo,
    by: str = "format",
    metric: str = "interactions",
    within_days: int | None = 7,
    leaders: int = 20,
) -> Performance:
    """What posts published in the window drew, by a dimension.

    by          : format | topic | platform | hour | weekday | account | partner | campaign | ugc | hard_ad | promoted | content
    metric      : interactions, impressions, reads, clicks, shares, comments; engagement_rate, content_ctr, share_rate
    within_days : what counts after publishing, so that old and new posts are alike; younger posts are left out. None counts everything
    leaders     : how many posts the leaderboard of a rate shows
    Formula     : see `count_groups`, `rate_groups`, `shrink_rates`, `best_time`
    Assumes, When not: as there
    Needs       : posts with a publishing day, and the events the metric counts
    Grade       : D: descriptive
    Cost        : two queries, one row a post
    Raises      : UnknownName, BadInput.
    """
    for what, given, allowed in (("dimension of posts", by, DIMENSIONS), ("metric of posts", metric, METRICS)):
        if given not in allowed:
            raise UnknownName(what=what, given=given, allowed=list(allowed))
    if within_days is not None and within_days < 1:
        raise BadInput(reason=Text(zh="天数至少为 1，收到 %(given)s", en="At least 1 day, not %(given)s"), given=within_days)
    found = posts(engine, window, within_days=within_days)
    values = found.by(by, zone)
    absent = _absent(found, metric)
    counts = metric in COUNTS
    if absent is not None:
        groups: tuple[Group, ...] = ()
    elif counts:
        drawn = _sum(found, COUNTS[metric])
        groups = count_groups(drawn, values)
    else:
        groups = rate_groups(_sum(found, RATES[metric][0]), found.drawn[RATES[metric][1]], values)
    return Performance(
        window=window,
        metric=metric,
        by=by,
        within_days=within_days,
        posts=found.n,
        young=found.young,
        groups=groups,
        leaders=() if counts or absent is not None else _leaders(found, metric, leaders),
        timing=best_time(_sum(found, COUNTS[metric]), values, every=TIMES[by]) if counts and by in TIMES and absent is None else None,
        absent=absent,
        overall=_overall(found, metric, absent),
        snapshot=engine.snapshot.version,
    )


def _overall(found: Posts, metric: str, absent: Text | None) -> Estimate:
    if absent is not None:
        return missing(absent, n=found.n)
    together = ["all"] * found.n
    if metric in COUNTS:
        return count_groups(_sum(found, COUNTS[metric]), together)[0].mean
    everyone = rate_groups(_sum(found, RATES[metric][0]), found.drawn[RATES[metric][1]], together)
    return everyone[0].mean if everyone else missing(Text(zh="没有可作分母的数据", en="nothing to divide by is on record"), n=found.n)


def _absent(found: Posts, metric: str) -> Text | None:
    if found.n == 0:
        return Text(zh="区间内没有可计的内容。", en="No post of the window can be counted.")
    needed = COUNTS[metric] if metric in COUNTS else (*RATES[metric][0], RATES[metric][1])
    base = None if metric in COUNTS else RATES[metric][1]
    if not found.seen & set(needed) or (base is not None and base not in found.seen):
        return sentence("没有 %(needed)s 的数据。", "There is no data of %(needed)s.", needed=", ".join(needed) if base is None else base)
    return None


def _sum(found: Posts, names: tuple[str, ...]) -> Reals:
    answer: Reals = np.sum([found.drawn[name] for name in names], axis=0)
    return answer


def _leaders(found: Posts, metric: str, most: int) -> tuple[Leader, ...]:
    hits, trials = _sum(found, RATES[metric][0]), found.drawn[RATES[metric][1]]
    # One reader may like, share and save: what goes beyond one hit a reader is not a rate, and such posts are not ranked.
    usable = np.flatnonzero((trials > 0) & (hits <= trials))
    if not len(usable):
        return ()
    shrunk = shrink_rates(hits[usable], trials[usable])
    ids = found.rows.column("content_id").to_pylist()
    best = np.lexsort((usable, -shrunk.low))[:most]
    return tuple(
        Leader(
            content_id=ids[usable[i]],
            raw=float(hits[usable[i]] / trials[usable[i]]),
            shrunken=Estimate(float(shrunk.value[i]), (float(shrunk.low[i]), float(shrunk.high[i])), int(trials[usable[i]]), "C"),
        )
        for i in best.tolist()
    )

"""Figures of posts by group (format, topic, hour ...): what each group shows, and what of it is beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.chance import adjusted, two_sided
from lianyi.insight.analyse.content.shrink import Shrunk, shrink_means
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.special import beta_cdf
from lianyi.insight.measure import intervals
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
# Beyond this many posts the mean of a group is near enough normal, and redrawing would be slow.
REDRAWN_UP_TO = 5_000
ONE_POST = Text(zh="只有一篇，无从比较", en="a single post: nothing to compare")


@dataclass(frozen=True, slots=True)
class Group:
    """The posts of one value of a dimension; value None where it is not known.

    mean, median : over posts; for a rate `mean` is the pooled rate (all hits / all trials) and there is no median
    typical      : the typical post after shrinking towards all groups, in the metric's unit: what to compare groups by
    p, q         : this group against all other posts, before and after false-discovery control; None where not tested
    """

    value: str | None
    posts: int
    total: float
    mean: Estimate
    median: Estimate | None
    typical: Estimate
    p: float | None
    q: float | None

    def to_json(self) -> dict[str, Any]:
        """`{value, posts, total, mean, median, typical, p, q}`."""
        return {
            "value": self.value,
            "posts": self.posts,
            "total": self.total,
            "mean": self.mean.to_json(),
            "median": None if self.median is None else self.median.to_json(),
            "typical": self.typical.to_json(),
            "p": self.p,
            "q": self.q,
        }


def count_groups(values: npt.ArrayLike, groups: Sequence[str | None], *, grade: str = "D") -> tuple[Group, ...]:
    """Groups of posts by a count for each post, best first by the lower bound of the typical post.

    values   : (n,) >= 0, such as interactions; nan where not known
    groups   : (n,) the value of the dimension
    Formula  : mean with a bootstrap interval (2,000 draws, seeded; normal beyond 5,000 posts), median with an order-statistic interval;
               typical = exp(shrunken mean of log(1 + x)) - 1 under a normal-normal model with pooled variance within groups;
               p by Welch's t on log(1 + x) against all other posts, q by Benjamini and Hochberg over groups
    Assumes  : posts are independent and log-normal in their tail
    Needs    : two posts in a group for an interval, two groups to compare
    When not : to say that a format causes more: what is posted in which format, and to whom, differs
    Grade    : D: descriptive
    Cost     : one sort, and 2,000 draws for each group of up to 5,000 posts
    >>> found = count_groups([10, 12, 11, 1, 2, 1], ["a", "a", "a", "b", "b", "b"])
    >>> [(g.value, g.posts, g.mean.value) for g in found]
    [('a', 3, 11.0), ('b', 3, 1.3333333333333333)]
    """
    x = np.asarray(values, dtype=np.float64)
    if bool(np.any(x < 0)):
        raise ValueError("a count is not negative")
    names, members = _split(groups, ~np.isnan(x))
    if not names:
        return ()
    y = np.log1p(x)
    parts = [y[m] for m in members]
    shrunk = _shrunken([float(p.mean()) for p in parts], _pooled(parts), [len(p) for p in parts])
    p_values = [
        _welch(part, np.concatenate([o for j, o in enumerate(parts) if j != i])) if len(parts) > 1 else None for i, part in enumerate(parts)
    ]
    q_values = adjusted(p_values)
    found = [
        Group(
            value=name,
            posts=len(m),
            total=float(x[m].sum()),
            mean=_mean(x[m], grade),
            median=_median(x[m], grade),
            typical=_typical(shrunk, i, len(m), grade),
            p=p_values[i],
            q=q_values[i],
        )
        for i, (name, m) in enumerate(zip(names, members, strict=True))
    ]
    return tuple(sorted(found, key=_by_lower_bound))


def rate_groups(hits: npt.ArrayLike, trials: npt.ArrayLike, groups: Sequence[str | None], *, grade: str = "D") -> tuple[Group, ...]:
    """Groups of posts by a rate, best first by the lower bound of the shrunken rate.

    hits, trials : (n,) for each post; a post without trials is left out. Hits may exceed trials (shares per read can)
    Formula  : pooled rate R = sum x / sum n; its variance from the scatter of posts, sum (x - R n)^2 / (sum n)^2 * k / (k - 1): posts, not
               readers, are what was drawn; shrunken on the log scale, p by the z of the difference to all other posts
    Assumes  : posts are independent. Readers within a post are not assumed to be
    Needs    : two posts in a group; otherwise its interval comes from the scatter of all posts
    When not, Grade, Cost: as for counts
    >>> found = rate_groups([10, 11, 1, 2], [100, 100, 100, 100], ["a", "a", "b", "b"])
    >>> [(g.value, round(g.mean.value, 3)) for g in found]
    [('a', 0.105), ('b', 0.015)]
    """
    x, n = np.asarray(hits, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    names, members = _split(groups, ~np.isnan(x) & ~np.isnan(n) & (n > 0))
    if not names:
        return ()
    rates = np.array([x[m].sum() / n[m].sum() for m in members])
    everyone = np.concatenate(members)
    variances = np.array([_cluster_variance(x, n, m, everyone) for m in members])
    # A rate of nought has no logarithm: half a hit stands in, as it does in the variance.
    floor = np.array([0.5 / n[m].sum() for m in members])
    level = np.maximum(rates, floor)
    scale = np.maximum(variances, floor**2) / level**2
    shrunk = shrink_means(np.log(level), scale)
    z_values: list[float | None] = []
    for m in members:
        others = np.setdiff1d(everyone, m, assume_unique=True)
        if not len(others):
            z_values.append(None)
            continue
        apart = x[m].sum() / n[m].sum() - x[others].sum() / n[others].sum()
        doubt = _cluster_variance(x, n, m, everyone) + _cluster_variance(x, n, others, everyone)
        z_values.append(two_sided(float(apart / doubt**0.5)) if doubt > 0 else None)
    q_values = adjusted(z_values)
    found = []
    for i, (name, m) in enumerate(zip(names, members, strict=True)):
        half = intervals.z_of(0.95) * variances[i] ** 0.5
        mean = Estimate(float(rates[i]), (max(0.0, float(rates[i] - half)), float(rates[i] + half)), len(m), grade)
        typical = Estimate(float(np.exp(shrunk.value[i])), (float(np.exp(shrunk.low[i])), float(np.exp(shrunk.high[i]))), len(m), grade)
        found.append(Group(name, len(m), float(n[m].sum()), mean, None, typical, z_values[i], q_values[i]))
    return tuple(sorted(found, key=_by_lower_bound))


def _split(groups: Sequence[str | None], known: npt.NDArray[np.bool_]) -> tuple[list[str | None], list[Integers]]:
    if len(groups) != len(known):
        raise ValueError("one group for each post")
    places: dict[str | None, list[int]] = {}
    for i, name in enumerate(groups):
        if known[i]:
            places.setdefault(name, []).append(i)
    names = sorted(places, key=lambda name: (name is None, name or ""))
    return names, [np.array(places[name], dtype=np.int64) for name in names]


def _pooled(parts: list[Reals]) -> float:
    """Variance within groups, from all of them: a group of three has no variance of its own to speak of."""
    freedom = sum(len(p) for p in parts) - len(parts)
    return sum(float(((p - p.mean()) ** 2).sum()) for p in parts) / freedom if freedom > 0 else 0.0


def _shrunken(means: list[float], variance: float, sizes: list[int]) -> Shrunk | None:
    return shrink_means(means, variance / np.array(sizes, dtype=np.float64)) if variance > 0 else None


def _typical(shrunk: Shrunk | None, i: int, n: int, grade: str) -> Estimate:
    if shrunk is None:
        return missing(ONE_POST, n=n, grade=grade)
    value, low, high = (float(np.expm1(v[i])) for v in (shrunk.value, shrunk.low, shrunk.high))
    return Estimate(value, (max(0.0, low), high), n, grade)


def _mean(x: Reals, grade: str) -> Estimate:
    distinct, counts = np.unique(x, return_counts=True)
    if len(x) <= REDRAWN_UP_TO:
        interval = intervals.bootstrap_mean(distinct, counts.astype(np.int64))
    else:
        interval = intervals.mean(float(x.sum()), float((x**2).sum()), len(x))
    return Estimate(float(x.mean()), interval, len(x), grade)


def _median(x: Reals, grade: str) -> Estimate:
    distinct, counts = np.unique(x, return_counts=True)
    weights = counts.astype(np.int64)
    return Estimate(intervals.quantile(distinct, weights, 0.5), intervals.quantile_interval(distinct, weights, 0.5), len(x), grade)


def _welch(first: Reals, second: Reals) -> float | None:
    if len(first) < 2 or len(second) < 2:
        return None
    a, b = float(first.var(ddof=1)) / len(first), float(second.var(ddof=1)) / len(second)
    if a + b <= 0:
        return None
    t = float(first.mean() - second.mean()) / (a + b) ** 0.5
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    return float(beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5))


def _cluster_variance(x: Reals, n: Reals, m: Integers, everyone: Integers) -> float:
    """Variance of a ratio over posts; a single post borrows the scatter of all."""
    rate = x[m].sum() / n[m].sum()
    if len(m) >= 2:
        scatter = float(((x[m] - rate * n[m]) ** 2).sum()) * len(m) / (len(m) - 1)
        return float(scatter / n[m].sum() ** 2)
    overall = x[everyone].sum() / n[everyone].sum()
    per_trial = float(((x[everyone] - overall * n[everyone]) ** 2 / n[everyone]).sum()) / max(1, len(everyone) - 1)
    return float(per_trial / n[m].sum())


def _by_lower_bound(group: Group) -> tuple[float, float, str]:
    low = group.typical.interval[0] if group.typical.interval is not None else -1.0
    return (-low, -group.posts, group.value or "")

"""Many slices of one rate compared between two windows, with false discoveries under control.

Method card
    Formula    change = rate now - rate before, each a sum of hits over a sum of base; t test with the variance of `sides.doubt`,
               freedom by days. A slice is also held against the rest: excess = now - before x (rest now / rest before). All tests that
               are asked together share one Benjamini-Hochberg procedure; a selected change has the interval of level
               1 - 5% x selected / tested (Benjamini and Yekutieli 2005), which then excludes no change.
    Assumes    what happens on days more than a week apart strays independently; both windows hold the same weekdays, about.
    Needs      14 days, and 30 of the base and 10 hits, in each window; for means as many days as eight of equal base.
    Do not     read a cause from a change: the slice says where, not why.
    Cost       days x slices.
    Source     the share of null worlds with any selected change is at most 5%: see the tests.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianyi.insight.analyse.chance import adjusted
from lianyi.insight.analyse.rates.sides import Reals, Side, doubt, telling_days, without
from lianyi.insight.analyse.special import beta_cdf, beta_quantile

FALSE_DISCOVERY_RATE = 0.05
LEAST_DAYS = 14
LEAST_BASE = 30.0
LEAST_HITS = 10.0
LEAST_TELLING_DAYS = 8.0


@dataclass(frozen=True, slots=True)
class Slice:
    """One value of a dimension in both windows; dimension and value are None for the whole.

    kind   : see `sides.doubt`
    series, scan : which rate, and which pair of windows, where several are tested together
    tested : False for a whole that is only there so that its slices have a rest
    """

    dimension: str | None
    value: str | None
    before: Side
    now: Side
    kind: str = "share"
    series: str = ""
    scan: int = 0
    tested: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """How one slice moved.

    change   : now - before; spread: its standard error; freedom: of the t test
    p, q     : two-sided, before and after false-discovery control over all that were tested together; None where not tested
    interval : of the change, for the whole and for what is selected: at 95%, wider by the selection where it is selected
    excess   : change beyond the rest's, excess_p its p-value; None for the whole and where there is no rest to speak of
    """

    slice: Slice
    before: float
    now: float
    change: float
    spread: float
    freedom: float
    p: float | None
    q: float | None
    interval: tuple[float, float] | None
    excess: float | None
    excess_p: float | None

    @property
    def selected(self) -> bool:
        """Whether it moved beyond chance, all tests considered."""
        return self.q is not None and self.q <= FALSE_DISCOVERY_RATE

    @property
    def relative(self) -> float:
        """The change as a share of the rate before; infinite from nothing."""
        return self.change / abs(self.before) if self.before else math.copysign(math.inf, self.change) if self.change else 0.0

    @property
    def lost(self) -> float:
        """Hits that the rate before would have brought now, less those there were; negative for a gain."""
        return -self.change * self.slice.now.n


def compare(slices: Sequence[Slice]) -> tuple[Moved, ...]:
    """How every slice moved, in the order given.

    slices : all that are tested together, several series and scans mixed; the whole of each too (dimension None), from which the rest of
             its slices is taken
    """
    return _with_intervals(_tested(slices), 1.0)


def compare_families(families: Sequence[Sequence[Slice]]) -> list[tuple[Moved, ...]]:
    """How every slice of several families moved: where nothing happened at all, something is selected in one world of twenty.

    Formula : of each family the smallest q tells whether anything happened there (Simes); families are selected by Benjamini-Hochberg,
              and inside a selected one q grows by the number of families over that of the selected (Benjamini and Bogomolov 2014)
    """
    tested = [_tested(slices) for slices in families]
    least = [min((m.q for m in found if m.q is not None), default=None) for found in tested]
    judged = sum(q is not None for q in least)
    selected = sum(q is not None and q <= FALSE_DISCOVERY_RATE for q in adjusted(least))
    if not judged:
        return [tuple(found) for found in tested]
    share = max(selected, 1) / judged
    return [
        _with_intervals([m if m.q is None else replace(m, q=min(1.0, m.q / share)) for m in found], share if selected else 1.0)
        for found in tested
    ]


def _tested(slices: Sequence[Slice]) -> tuple[Moved, ...]:
    """What `compare` answers, without intervals."""
    wholes = {(s.series, s.scan): s for s in slices if s.dimension is None}
    raw = [_raw(one) for one in slices]
    beyond = [None if one.dimension is None else _excess(one, wholes.get((one.series, one.scan))) for one in slices]
    p_values = t_tails([None if spread is None else (change / spread, freedom) for change, spread, freedom in raw])
    excess_p = t_tails([None if e is None else (e[0] / e[1], e[2]) for e in beyond])
    return tuple(
        Moved(one, one.before.rate, one.now.rate, change, spread or math.nan, freedom, p, q, None, None if e is None else e[0], ep)
        for one, (change, spread, freedom), p, q, e, ep in zip(slices, raw, p_values, adjusted(p_values), beyond, excess_p, strict=True)
    )


def _with_intervals(found: Sequence[Moved], share: float) -> tuple[Moved, ...]:
    """The same, with intervals; share: of the families tested side by side, those in which something is selected."""
    told = list(found)
    # A quantile of t is dear, and of what is neither selected nor the whole nobody reads the interval.
    shown = [i for i, m in enumerate(told) if m.p is not None and (m.slice.dimension is None or m.selected)]
    if shown:
        tested, chosen = sum(m.p is not None for m in told), sum(m.selected for m in told)
        misses = np.array([FALSE_DISCOVERY_RATE * (share * chosen / tested if told[i].selected else 1.0) for i in shown])
        halves = t_quantiles(misses, np.array([told[i].freedom for i in shown])) * np.array([told[i].spread for i in shown])
        for i, half in zip(shown, halves.tolist(), strict=True):
            told[i] = replace(told[i], interval=(told[i].change - half, told[i].change + half))
    return tuple(told)


def _raw(one: Slice) -> tuple[float, float | None, float]:
    """Change, standard error (None where the slice is not tested) and freedom."""
    change = one.now.rate - one.before.rate
    doubts = doubt(one.before, one.kind), doubt(one.now, one.kind, before=one.before)
    spread, freedom = _together(*((d.variance, d.freedom) for d in doubts))
    return change, spread if one.tested and _enough(one) and spread > 0 else None, freedom


def t_tails(given: Sequence[tuple[float, float] | None]) -> list[float | None]:
    """P(|T| >= |t|) of Student's t for pairs of t and freedom; None stays None.

    >>> [p if p is None else round(p, 3) for p in t_tails([(2.228, 10), None])]
    [0.05, None]
    """
    known = [i for i, pair in enumerate(given) if pair is not None]
    answer: list[float | None] = [None] * len(given)
    if known:
        t, freedom = np.array([given[i] for i in known], dtype=np.float64).T
        for i, p in zip(known, beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5).tolist(), strict=True):
            answer[i] = p
    return answer


def t_quantiles(misses: Reals, freedom: Reals) -> Reals:
    """The values that |T| exceeds with the probabilities `misses`.

    >>> t_quantiles(np.array([0.05]), np.array([10.0])).round(3).tolist()
    [2.228]
    """
    inside = beta_quantile(misses, freedom / 2, 0.5)
    answer: Reals = np.sqrt(freedom * (1 - inside) / np.maximum(inside, 1e-300))
    return answer


def _enough(one: Slice) -> bool:
    kind, sides = one.kind, (one.before, one.now)
    if min(len(s.hits) for s in sides) < LEAST_DAYS or min(s.n for s in sides) <= 0:
        return False
    if kind == "share" and min(s.n for s in sides) < LEAST_BASE:
        return False
    # Ten hits expected on either side: a rate that falls to nothing is the very thing to see.
    total = sum(s.x for s in sides) / sum(s.n for s in sides)
    if kind == "mean":
        return min(telling_days(s) for s in sides) >= LEAST_TELLING_DAYS
    return min(total * s.n for s in sides) >= LEAST_HITS


def _excess(one: Slice, whole: Slice | None) -> tuple[float, float, float] | None:
    """Excess over the rest, its standard error and freedom; None where the slice or the rest is too small."""
    if whole is None or not _enough(one):
        return None
    kind = one.kind
    per_day = kind == "count" and bool(np.all(one.now.base == 1)) and bool(np.all(whole.now.base == 1))
    if per_day:  # a count a day: the rest has the same days, not fewer of them
        rest0, rest1 = (Side(w.hits - s.hits, w.base) for w, s in ((whole.before, one.before), (whole.now, one.now)))
    else:
        rest0, rest1 = without(whole.before, one.before), without(whole.now, one.now)
    if not _enough(Slice(None, None, rest0, rest1, kind)) or not rest0.rate > 0:
        return None
    ratio = rest1.rate / rest0.rate
    own0, own1 = doubt(one.before, kind), doubt(one.now, kind, before=one.before)
    d0, d1 = doubt(rest0, kind), doubt(rest1, kind, before=rest0)
    scale = (one.before.rate / rest0.rate) ** 2
    spread, freedom = _together(
        (own1.variance, own1.freedom),
        (ratio**2 * own0.variance, own0.freedom),
        (scale * d1.variance, d1.freedom),
        (scale * ratio**2 * d0.variance, d0.freedom),
    )
    return (one.now.rate - ratio * one.before.rate, spread, freedom) if spread > 0 else None


def _together(*parts: tuple[float, float]) -> tuple[float, float]:
    """Standard error and freedom of a sum of independent parts of known variance and freedom (Welch and Satterthwaite)."""
    total = sum(v for v, _ in parts)
    if not total > 0:
        return math.nan, 1.0
    return math.sqrt(total), total**2 / sum(v**2 / f for v, f in parts if v > 0)

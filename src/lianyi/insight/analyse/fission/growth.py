"""Does it grow by itself: invitees per member once all have arrived, how unevenly, and how fast.

Method card
    Formula    R = invitees seen / sum over members of F(a), F the delay distribution (see `delay`), a the days each member has been
               watched. Naive K = invitees seen / members, biased low while anything is still running, which is when people look.
               Offspring are negative binomial with mean R F(a) and dispersion k (maximum likelihood); P(extinct) is the smallest root
               of q = (1 + R (1 - q) / k)^-k. Size multiplier 1 / (1 - R) below 1.
    Interval   bootstrap over families (a seed and all below it), because members of a family are not independent.
    Assumes    members of the window behave alike whenever they joined.
    Needs      10 invitees with a delay, 20 families; the median delay watched by some members.
    Do not     extrapolate a campaign with a prize to the days after it.
    Cost       O(n) once, then 512 bins a bootstrap round.
    Source     simulated branching: R .62 seen as .51 naive and .62 corrected.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.coding import groups_of
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.fission.delay import Delay, fit
from lianyi.kernel.text import Text

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

ROUNDS = 200
BINS = 512
BLOCKS = 400  # families are bundled into this many blocks when there are more
MIN_FAMILIES = 20
MOST_CHILDREN = 5_000
# When even of the longest watched fewer than half of the invitees would have arrived, the rest is a guess about what nobody saw.
LEAST_ARRIVED = 0.5
GRADE = "C"


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth of a population of members.

    members, invitees : members in question; those they brought so far
    k_naive     : invitees / members
    k_factor    : the same once all invitees have arrived
    cycle_days  : median delay from joining to an invitee's joining, those still to come included
    delay       : the fitted delay; None where it cannot be
    dispersion  : k of the negative binomial: small is uneven, infinite is chance alone
    extinct     : probability that what one member starts dies out
    multiplier  : members in all, in the end, for each seed; not estimable at K of 1 or more
    top_share   : share of all invitees brought by the busiest fifth of those who brought any
    """

    members: int
    invitees: int
    k_naive: float | None
    k_factor: Estimate
    cycle_days: Estimate
    delay: Delay | None
    dispersion: Estimate
    extinct: Estimate
    multiplier: Estimate
    top_share: float | None


def growth(watched_days: Reals, children: Ints, family: Ints, delays: Reals, delay_of: Ints, *, seed: int = 0) -> Growth:
    """Growth from members and the delays of those they brought.

    watched_days : (m,) days from each member's joining to the end of the data
    children     : (m,) members each brought
    family       : (m,) family of each member, any integers
    delays       : (c,) days from a member's joining to an invitee's; those at or below 0 are clock artefacts and are left out of the fit
    delay_of     : (c,) index of the member who invited
    """
    m, invited = len(children), int(children.sum())
    if m == 0 or invited == 0:
        why = Text(zh="没有带来新会员的记录", en="No member brought another")
        none = missing(why, n=m, grade=GRADE)
        return Growth(m, invited, invited / m if m else None, none, none, None, none, none, none, None)
    parts = _Parts.of(watched_days, children, family, delays, delay_of)
    whole = parts.solve(np.ones(parts.blocks))
    if whole is not None and float(whole.delay.arrived(np.array([float(watched_days.max())]))[0]) < LEAST_ARRIVED:
        whole = None
    top = np.sort(children[children > 0])[::-1]
    top_share = float(top[: max(1, math.ceil(len(top) / 5))].sum() / invited)
    if whole is None:
        why = Text(
            zh="邀请时延太少或时间太短，无法推断还有多少人会来",
            en="Too few delays, or watched too briefly, to infer how many are still to come",
        )
        none = missing(why, n=m, grade=GRADE)
        return Growth(m, invited, invited / m, none, none, None, none, none, none, top_share)
    drawn = parts.bootstrap(seed, whole.delay) if parts.blocks >= MIN_FAMILIES else np.zeros((0, 4))
    r, delay, k, extinct = whole.r, whole.delay, whole.k, whole.extinct

    def told(value: float, column: int, n: int) -> Estimate:
        if len(drawn) < ROUNDS // 2:
            return Estimate(value, None, n, GRADE)
        # A round in which members do not differ beyond chance has an infinite dispersion: nothing can be put between it and the next.
        low, high = np.quantile(drawn[:, column], [0.025, 0.975], method="closest_observation")
        interval = (float(min(low, value)), float(max(high, value))) if math.isfinite(high) else None
        return Estimate(value, interval, n, GRADE)

    k_factor = told(r, 0, m)
    if r < 1:
        span = k_factor.interval
        multiplier = Estimate(1 / (1 - r), (1 / (1 - max(span[0], 0)), 1 / (1 - span[1])) if span and span[1] < 1 else None, m, GRADE)
    else:
        multiplier = missing(
            Text(zh="裂变系数不小于 1，规模没有上限可算", en="K is 1 or more; there is no final size to give"), n=m, grade=GRADE
        )
    chance_alone = Text(zh="人与人之间没有超出偶然的差异", en="Members do not differ beyond chance")
    return Growth(
        members=m,
        invitees=invited,
        k_naive=invited / m,
        k_factor=k_factor,
        cycle_days=told(delay.median_days, 1, len(delays)),
        delay=delay,
        dispersion=missing(chance_alone, n=m, grade=GRADE) if math.isinf(k) else told(k, 2, m),
        extinct=told(extinct, 3, m),
        multiplier=multiplier,
        top_share=top_share,
    )


@dataclass(frozen=True, slots=True)
class _Solved:
    r: float
    delay: Delay
    k: float
    extinct: float


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the estimates need, summed by block of families and bin of watching time."""

    blocks: int
    watched_log: Reals  # (bins,)
    members: Reals  # (blocks, bins)
    children: Reals  # (blocks, bins)
    seen: Reals  # (blocks, bins) delays that enter the fit
    logs: Reals  # (blocks, 3) count, sum and squares of log delays
    exceed: Reals  # (blocks, most children) members with more than j children

    @classmethod
    def of(cls, watched_days: Reals, children: Ints, family: Ints, delays: Reals, delay_of: Ints) -> "_Parts":
        _, number = np.unique(family, return_inverse=True)
        blocks = int(number.max()) + 1
        if blocks > BLOCKS:
            number, blocks = groups_of(number, BLOCKS), BLOCKS
        watched = np.log(np.maximum(watched_days, 1e-6))
        edges = np.unique(watched)
        if len(edges) > BINS:
            edges = np.unique(np.quantile(watched, np.linspace(0, 1, BINS + 1)[1:]))
        bins = np.minimum(np.searchsorted(edges, watched), len(edges) - 1)
        inside = np.bincount(bins, minlength=len(edges))
        centre = np.bincount(bins, watched, len(edges)) / np.maximum(inside, 1)
        cell = number * len(edges) + bins

        def table(cells: Ints, weights: Reals | Ints | None = None) -> Reals:
            return np.bincount(cells, weights, blocks * len(edges)).astype(np.float64).reshape(blocks, len(edges))

        good = delays > 0
        of, log = delay_of[good], np.log(delays[good])
        # Beyond so many children the term hardly depends on k any more, and a constant does not move a maximum.
        most = min(int(children.max()), MOST_CHILDREN)
        had = np.bincount(number * (most + 1) + np.minimum(children, most), minlength=blocks * (most + 1)).reshape(blocks, most + 1)
        exceed = np.cumsum(had[:, :0:-1], axis=1)[:, ::-1].astype(np.float64)
        logs = np.stack([np.bincount(number[of], w, blocks) for w in (np.ones(len(of)), log, log * log)], axis=1)
        return cls(blocks, centre, table(cell), table(cell, children), table(cell[of]), logs.astype(np.float64), exceed)

    def solve(self, weight: Reals, near: Delay | None = None) -> _Solved | None:
        """The estimates with each block counted `weight` times."""
        members, children, seen = weight @ self.members, weight @ self.children, weight @ self.seen
        count, log_sum, squares = weight @ self.logs
        delay = fit(float(count), float(log_sum), float(squares), self.watched_log, seen, near=near)
        if delay is None:
            return None
        arrived = delay.arrived(np.exp(self.watched_log))
        exposure = float(members @ arrived)
        if exposure <= 0:
            return None
        r = float(children.sum()) / exposure
        k = _dispersion(members, children, r * arrived, weight @ self.exceed)
        return _Solved(r, delay, k, extinction(r, k))

    def bootstrap(self, seed: int, near: Delay) -> Reals:
        """(rounds, 4) K, median delay, dispersion and P(extinct) over redrawn families; rounds that cannot be solved are left out."""
        rng = np.random.default_rng(seed)
        rows = []
        for _ in range(ROUNDS):
            weight = np.bincount(rng.integers(0, self.blocks, self.blocks), minlength=self.blocks).astype(np.float64)
            solved = self.solve(weight, near)
            if solved is not None:
                rows.append((solved.r, solved.delay.median_days, solved.k, solved.extinct))
        return np.array(rows).reshape(-1, 4)


def _dispersion(members: Reals, children: Reals, mean: Reals, exceed: Reals) -> float:
    """k of the negative binomial by golden section over log k; infinite when Poisson fits as well."""
    j = np.arange(len(exceed))

    def likelihood(log_k: float) -> float:
        k = math.exp(log_k)
        return float(exceed @ np.log(k + j) + (members.sum() * k * log_k) - (children + members * k) @ np.log(k + mean))

    low, high = math.log(1e-3), math.log(1e4)
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = likelihood(left), likelihood(right)
    for _ in range(40):
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = likelihood(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = likelihood(right)
    k = math.exp((low + high) / 2)
    return k if k < 1e3 else math.inf


def extinction(r: float, k: float) -> float:
    """The probability that a line dies out: the smallest root of q = G(q), by iteration from 0.

    r : mean offspring; k : dispersion, may be infinite (Poisson)
    >>> extinction(0.9, 1.0), round(extinction(2.0, math.inf), 4)
    (1.0, 0.2032)
    """
    if r <= 1:
        return 1.0
    q = 0.0
    for _ in range(10_000):
        following = math.exp(-r * (1 - q)) if math.isinf(k) else (1 + r * (1 - q) / k) ** -k
        if abs(following - q) < 1e-12:
            break
        q = following
    return q

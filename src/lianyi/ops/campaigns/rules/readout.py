"""What a hold-out says: the difference between those who were shown a campaign and those who were not, with its interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.spread import interval_of
from lianyi.insight.measure.intervals import Interval, difference_interval, t_of

LEAST_MEMBERS = 30
"""Members in the smaller side below which nothing is said of a difference."""
LEAST_GROUPS = 8
"""Groups in the smaller side below which nothing is said: from fewer, how alike members of a group are cannot be seen."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One group of a side, whose members were drawn together. paid_fen : of all its buyers."""

    members: int
    buyers: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Side:
    """One side.

    members  : in it; paid_fen : what each buyer paid and did not get back
    clusters : its groups, where whole groups were drawn; they hold its members
    """

    members: int
    paid_fen: Sequence[int]
    clusters: Sequence[Cluster] = ()

    @property
    def buyers(self) -> int:
        """Members who paid for an order."""
        return len(self.paid_fen)

    @property
    def share(self) -> float | None:
        """Share of members who bought; None for nobody."""
        return self.buyers / self.members if self.members else None

    @property
    def each_fen(self) -> float | None:
        """Paid per member, buyers or not; None for nobody."""
        return sum(self.paid_fen) / self.members if self.members else None

    @property
    def spread(self) -> float:
        """Variance of what a member paid, zeros included."""
        mean = self.each_fen or 0.0
        squares = sum((paid - mean) ** 2 for paid in self.paid_fen) + (self.members - self.buyers) * mean**2
        return squares / (self.members - 1) if self.members > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Readout:
    """Shown against held out. lift : of the share who bought; each_fen : of what a member paid; both with 95% intervals.

    earned_fen : each_fen times those who were shown it, with its interval; None where nothing can be said
    by_group   : whole groups were drawn; in_none : members in no group, who are shown it and stand on no side
    """

    shown: Side
    held_out: Side
    by_group: bool = False
    in_none: int = 0
    lift: float | None = None
    lift_interval: tuple[float, float] | None = None
    each_fen: float | None = None
    each_interval: tuple[float, float] | None = None

    @property
    def is_known(self) -> bool:
        """Whether a difference can be stated at all."""
        return self.lift is not None

    @property
    def has_enough(self) -> bool:
        """Whether both sides hold as many groups, where whole groups were drawn, and members as it takes."""
        groups = min(len(self.shown.clusters), len(self.held_out.clusters))
        return min(self.shown.members, self.held_out.members) >= LEAST_MEMBERS and (not self.by_group or groups >= LEAST_GROUPS)

    @property
    def varies(self) -> bool:
        """Whether groups of a side differ in the share who bought."""
        pairs = ([(one.buyers, one.members) for one in side.clusters] for side in (self.shown, self.held_out))
        return any(_ratio(side)[1] > 0 for side in pairs)

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the interval of what a member paid leaves zero out."""
        return self.each_interval is not None and (self.each_interval[0] > 0 or self.each_interval[1] < 0)

    @property
    def earned_fen(self) -> tuple[float, float, float] | None:
        """What the campaign brought beyond what would have come anyway: (low, most likely, high)."""
        if self.each_fen is None or self.each_interval is None:
            return None
        low, high = self.each_interval
        return low * self.shown.members, self.each_fen * self.shown.members, high * self.shown.members


def read_out(shown: Side, held_out: Side) -> Readout:
    """The difference between two sides; nothing is said where the smaller one is too small.

    The share's interval is Newcombe's, from two Wilson intervals; the money's is Welch's.
    >>> read_out(Side(10, [100]), Side(10, [])).is_known
    False
    """
    left, right = share_interval(shown.buyers, shown.members), share_interval(held_out.buyers, held_out.members)
    if min(shown.members, held_out.members) < LEAST_MEMBERS or left is None or right is None:
        return Readout(shown, held_out)
    p, q = shown.buyers / shown.members, held_out.buyers / held_out.members
    gap = (shown.each_fen or 0.0) - (held_out.each_fen or 0.0)
    spread = math.sqrt(shown.spread / shown.members + held_out.spread / held_out.members)
    return Readout(
        shown,
        held_out,
        lift=p - q,
        lift_interval=difference_interval(p, left, q, right),
        each_fen=gap,
        each_interval=interval_of(gap, spread),
    )


def read_out_groups(shown: Side, held_out: Side, in_none: int) -> Readout:
    """The same where whole groups were drawn: as sure as its groups are many, for members of a group are alike and meet the same things.

    Each side is a ratio of sums over its groups, whose variance is linearised (Cochran 1977, chapter 6); the difference has Welch's interval
    with Satterthwaite's degrees of freedom. Nothing is said of fewer groups on a side than LEAST_GROUPS, or fewer members than LEAST_MEMBERS,
    nor where no group differs from another of its side, as when nobody has bought: then nothing tells how sure the difference is.
    in_none : members in no group
    """
    found = Readout(shown, held_out, by_group=True, in_none=in_none)
    if not found.has_enough or not found.varies:
        return found
    lift, lift_interval = _difference(*([(one.buyers, one.members) for one in side.clusters] for side in (shown, held_out)))
    each, each_interval = _difference(*([(one.paid_fen, one.members) for one in side.clusters] for side in (shown, held_out)))
    kept = max(-1.0, lift_interval[0]), min(1.0, lift_interval[1])
    return replace(found, lift=lift, lift_interval=kept, each_fen=each, each_interval=each_interval)


def _difference(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> tuple[float, Interval]:
    """The difference of two ratios of totals, each given as (above, below) of every group, with its 95% interval."""
    (p, v), (q, w) = _ratio(left), _ratio(right)
    if v + w == 0:
        return p - q, (p - q, p - q)
    freedom = (v + w) ** 2 / (v**2 / (len(left) - 1) + w**2 / (len(right) - 1))
    half = t_of(0.95, max(1, math.floor(freedom))) * math.sqrt(v + w)
    return p - q, (p - q - half, p - q + half)


def _ratio(groups: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """A ratio of totals, and its variance."""
    m, below = len(groups), sum(n for _, n in groups)
    ratio = sum(above for above, _ in groups) / below
    return ratio, m / (m - 1) * sum((above - ratio * n) ** 2 for above, n in groups) / below**2

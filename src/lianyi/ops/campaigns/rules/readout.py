"""What a hold-out says: the difference between those who were shown a campaign and those who were not, with its interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.spread import interval_of
from lianyi.insight.measure.intervals import difference_interval

LEAST_MEMBERS = 30
"""Members in the smaller side below which nothing is said of a difference."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side. members : in it; buyers : of them, who paid; paid_fen : what each buyer paid and did not get back."""

    members: int
    paid_fen: Sequence[int]

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
    """

    shown: Side
    held_out: Side
    lift: float | None = None
    lift_interval: tuple[float, float] | None = None
    each_fen: float | None = None
    each_interval: tuple[float, float] | None = None

    @property
    def is_known(self) -> bool:
        """Whether a difference can be stated at all."""
        return self.lift is not None

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
    return Readout(shown, held_out, p - q, difference_interval(p, left, q, right), gap, interval_of(gap, spread))

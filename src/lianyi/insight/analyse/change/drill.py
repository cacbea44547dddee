"""Which segments moved differently from the rest, by size and beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.chance import adjusted, two_sided
from lianyi.insight.analyse.change.decompose import Reals

# Below this many buyers (or orders without one) in both periods together a normal approximation says nothing.
FEWEST_CLUSTERS = 10
FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Level:
    """A segment's total in one period: the sum, the sum of squares of what each buyer brought, and how many buyers."""

    total: float
    squares: float
    clusters: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a segment's change stands out.

    excess  : change beyond what it would be had the segment moved in proportion to the rest; None where the rest was 0
    p_value : of no excess, two-sided; None where not tested
    q_value : Benjamini-Hochberg over the segments tested together
    """

    excess: float | None
    p_value: float | None
    q_value: float | None

    @property
    def significant(self) -> bool | None:
        """Whether it passes at a false-discovery rate of 5%; None where not tested."""
        return None if self.q_value is None else self.q_value <= FALSE_DISCOVERY_RATE


def stand_out(baseline: Sequence[Level], current: Sequence[Level]) -> list[Standing]:
    """Test each segment's change against the rest of the segments.

    baseline, current : one Level a segment, in the same order
    With r = rest now / rest before, the excess is now - r x before. Its variance takes buyers as the units that come and go: the sum
    of squares over buyers for each total, and the rest's own uncertainty through r. Buyers of both periods make the test cautious.
    What stands out most (the first quarter of what passes) leaves the rest before the others are judged, and so on while any passes:
    otherwise what one segment lost would show as what the large ones gained.
    Cost O(segments) a round, a few dozen rounds for thousands that pass.
    """
    table = np.array([[(x.total, x.squares, x.clusters) for x in levels] for levels in (baseline, current)], dtype=np.float64)
    inside = np.ones(len(baseline), dtype=np.bool_)
    while True:
        excess, p = _against(table, inside)
        q = adjusted([None if np.isnan(x) else float(x) for x in p])
        passing = [i for i in np.flatnonzero(inside) if (found := q[i]) is not None and found <= FALSE_DISCOVERY_RATE]
        if not passing or inside.sum() <= 2:
            break
        leaving = sorted(passing, key=lambda i: float(p[i]))[: min(-(-len(passing) // 4), int(inside.sum()) - 2)]
        inside[leaving] = False
    return [Standing(None if np.isnan(e) else float(e), None if np.isnan(x) else float(x), y) for e, x, y in zip(excess, p, q, strict=True)]


def _against(table: Reals, inside: npt.NDArray[np.bool_]) -> tuple[Reals, Reals]:
    """Excess and p-value of every segment against the segments inside the rest, itself left out; NaN where there is none."""
    (before, squares0, clusters0), (now, squares1, clusters1) = table[0].T, table[1].T
    own = inside.astype(np.float64)
    rest0, rest1 = before @ own - before * own, now @ own - now * own
    noise0, noise1 = squares0 @ own - squares0 * own, squares1 @ own - squares1 * own
    known = rest0 > 0
    base = np.where(known, rest0, 1.0)
    ratio = np.where(known, rest1 / base, np.nan)
    excess = now - ratio * before
    noise = np.maximum(noise1, 0.0) + ratio**2 * np.maximum(noise0, 0.0)
    variance = squares1 + ratio**2 * squares0 + (before / base) ** 2 * noise
    tested = known & (clusters0 + clusters1 >= FEWEST_CLUSTERS) & (variance > 0)
    z = np.divide(excess, np.sqrt(np.where(tested, variance, 1.0)), out=np.full(len(now), np.nan), where=tested)
    p: Reals = np.array([np.nan if np.isnan(x) else two_sided(float(x)) for x in z])
    return excess, p

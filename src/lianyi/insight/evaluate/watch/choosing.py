"""Of everything that moved in a family, what is said: where it happened if it happened somewhere, else that it happened everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianyi.insight.analyse.change.mix import Split, split
from lianyi.insight.analyse.rates.compare import FALSE_DISCOVERY_RATE, Moved, Slice
from lianyi.insight.analyse.rates.sides import Side
from lianyi.insight.evaluate.watch.families import Family, Series

# A slice that holds this share of what the whole lost is where it happened.
MOST_OF_IT = 0.5
# From this part of a change on, the mix is the story and not the rates.
MOSTLY_MIX = 0.6


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing to say.

    here   : the slice that is named, or the whole
    whole  : the whole of the same series and scan
    beside : the slices of the dimension that is named (of the first one that was split, for a whole), largest loss first
    others : further series of the family that moved for the worse
    mix    : (dimension, its split) where mostly the mix moved
    tested : how many tests the family took
    """

    series: Series
    here: Moved
    whole: Moved | None
    beside: tuple[Moved, ...]
    others: tuple[tuple[Series, Moved], ...]
    mix: tuple[str, Split] | None
    tested: int


@dataclass(frozen=True, slots=True)
class Far:
    """A part far below the rest: its slice, the rest, and how many would be missing at the rest's rate."""

    series: Series
    part: Slice
    rest: Side
    q: float
    missing: float


def choose(family: Family, moved: Sequence[Moved]) -> tuple[Chosen, ...]:
    """What a family has to say: for each kind of finding at most one, that with the least chance of being an accident."""
    known = {s.id: s for s in family.series}
    tested = sum(m.p is not None for m in moved)
    bad: dict[str, list[Moved]] = {}
    for m in moved:
        series = known[m.slice.series]
        if m.selected and m.change * series.sign > 0 and abs(m.relative) >= series.least:
            bad.setdefault(m.slice.series, []).append(m)
    best: dict[str, Chosen] = {}
    for id_, moves in bad.items():
        found = _of_series(known[id_], moves, moved, tested)
        if found is None:
            continue
        before = best.get(known[id_].finding)
        if before is None or (found.here.p or 0, -abs(found.here.relative)) < (before.here.p or 0, -abs(before.here.relative)):
            best[known[id_].finding] = found
    return tuple(
        Chosen(
            series=one.series,
            here=one.here,
            whole=one.whole,
            beside=one.beside,
            others=tuple((other.series, other.here) for other in best.values() if other is not one),
            mix=one.mix,
            tested=one.tested,
        )
        for one in best.values()
    )


def _of_series(series: Series, bad: Sequence[Moved], moved: Sequence[Moved], tested: int) -> Chosen | None:
    mine = [m for m in moved if m.slice.series == series.id]
    wholes = [m for m in bad if m.slice.dimension is None]
    whole = min(wholes, key=lambda m: m.p or 0.0, default=None)
    local = [m for m in bad if _apart(m, series)]
    # The most specific place first: where several values of one dimension moved, the one that lost most.
    here = max(local, key=lambda m: abs(m.lost) if m.slice.scan == 0 else abs(m.lost) * 0.5, default=None)
    if here is not None and whole is not None and abs(here.lost) < MOST_OF_IT * abs(whole.lost) and here.slice.scan == whole.slice.scan:
        here = None
    chosen = here or whole
    if chosen is None:
        return None
    scan = chosen.slice.scan
    dimension = chosen.slice.dimension or next((m.slice.dimension for m in mine if m.slice.dimension is not None), None)
    beside = [m for m in mine if m.slice.scan == scan and m.slice.dimension == dimension and dimension is not None]
    of_all = next((m for m in mine if m.slice.dimension is None and m.slice.scan == scan), None)
    return Chosen(
        series=series,
        here=chosen,
        whole=of_all,
        beside=tuple(sorted(beside, key=lambda m: -m.lost if series.worse == "down" else m.lost)),
        others=(),
        mix=_mix(series, mine, scan) if chosen.slice.dimension is None else None,
        tested=tested,
    )


def _apart(m: Moved, series: Series) -> bool:
    """Whether a slice moved for the worse more than the rest did, beyond chance."""
    if m.slice.dimension is None:
        return False
    if m.excess is None or m.excess_p is None:
        return not series.whole  # shares of one whole: there is no rest to fare otherwise
    return m.excess * series.sign > 0 and m.excess_p <= FALSE_DISCOVERY_RATE


def _mix(series: Series, mine: Sequence[Moved], scan: int) -> tuple[str, Split] | None:
    """The dimension whose mix explains most of a change of the whole, where it explains most of it."""
    if series.kind == "count" and series.unit == "count":
        return None
    found: list[tuple[float, str, Split]] = []
    for dimension in series.by:
        parts = [m.slice for m in mine if m.slice.dimension == dimension and m.slice.scan == scan]
        if len(parts) < 2:
            continue
        x0, n0, x1, n1 = (np.array([getattr(side, k) for side in sides]) for sides, k in (
            ([p.before for p in parts], "x"), ([p.before for p in parts], "n"), ([p.now for p in parts], "x"), ([p.now for p in parts], "n"),
        ))  # fmt: skip
        cut = split(x0, n0, x1, n1)
        if cut.change and float(cut.mix.sum()) / cut.change >= MOSTLY_MIX:
            found.append((float(cut.mix.sum()) / cut.change, dimension, cut))
    best = max(found, default=None, key=lambda f: f[0])
    return None if best is None else (best[1], best[2])

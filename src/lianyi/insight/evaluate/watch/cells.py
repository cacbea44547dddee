"""Counts by day and value, cut into the two sides of each scan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.rates.compare import Slice
from lianyi.insight.analyse.rates.sides import Side, Units
from lianyi.insight.evaluate.watch.families import Series
from lianyi.insight.evaluate.watch.scans import Scan
from lianyi.kernel.clock import Window

Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
# Of a dimension with hundreds of values the largest are searched; the choice goes by size, never by what they show.
MOST_VALUES = 30


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts of one series by day and by the value of one dimension; what is not listed is 0 over 0.

    base  : None for a plain count: every day of a window then counts 1
    units : (value, scan, side) -> what single people brought; side 0 before, 1 now
    spread: the base is the people of the window, spread evenly over its days (hits are then days each of them came)
    sql   : the query that counted them, its parameters written in: d, x, n, and value where it is split
    """

    by: str | None
    days: Integers
    values: tuple[str | None, ...]
    hits: Reals
    base: Reals | None
    units: Mapping[tuple[str | None, int, int], Units] = field(default_factory=dict)
    spread: bool = False
    sql: str = ""


def joined(parts: Sequence[Cells]) -> Cells:
    """Cells of several ranges of days as one."""
    if len(parts) == 1:
        return parts[0]
    return Cells(
        by=parts[0].by,
        days=np.concatenate([p.days for p in parts]),
        values=tuple(value for p in parts for value in p.values),
        hits=np.concatenate([p.hits for p in parts]),
        base=None if any(p.base is None for p in parts) else np.concatenate([p.base for p in parts if p.base is not None]),
        units={key: units for p in parts for key, units in p.units.items()},
        spread=parts[0].spread,
        sql="\nUNION ALL\n".join(f"SELECT p{k}.* FROM ({p.sql}) AS p{k}" for k, p in enumerate(parts)),
    )


def slices_of(cells: Cells, series: Series, scans: Sequence[Scan], *, without: Iterable[str | None] = ()) -> list[Slice]:
    """The slices to compare: the whole where nothing is split, else the largest known values.

    without : values that are not to be judged
    """
    codes: dict[str | None, int] = {}
    code = np.array([codes.setdefault(value, len(codes)) for value in cells.values], dtype=np.int64)
    if cells.by is None:
        wanted: list[str | None] = [None]
    else:
        weight = np.bincount(code, cells.hits if cells.base is None else cells.base, len(codes))
        banned = {*without, None}
        wanted = sorted((v for v in codes if v not in banned), key=lambda v: (-weight[codes[v]], v or ""))[:MOST_VALUES]
    found = []
    for value in wanted:
        mine = code == codes.get(value, -1)
        for nth, scan in enumerate(scans):
            sides = [_side(cells, mine, window, cells.units.get((value, nth, k))) for k, window in enumerate((scan.before, scan.now))]
            found.append(Slice(cells.by, value, sides[0], sides[1], series.kind, series.id, nth))
    return found


def whole_of(cells: Cells, series: Series, scans: Sequence[Scan], *, without: Iterable[str | None]) -> list[Slice]:
    """The whole as the sum of the values of a dimension, those left out that are not to be judged."""
    kept = np.array([value not in set(without) for value in cells.values], dtype=bool)
    return [
        Slice(None, None, _side(cells, kept, s.before, None), _side(cells, kept, s.now, None), series.kind, series.id, nth)
        for nth, s in enumerate(scans)
    ]


def _side(cells: Cells, mine: npt.NDArray[np.bool_], window: Window, units: Units | None) -> Side:
    inside = mine & (cells.days >= window.from_day) & (cells.days < window.to_day)
    place = cells.days[inside] - window.from_day
    hits = np.bincount(place, cells.hits[inside], window.days)
    if cells.spread:
        base = np.full(window.days, (units.n if units else 0) / window.days)
    else:
        base = np.ones(window.days) if cells.base is None else np.bincount(place, cells.base[inside], window.days)
    return Side(hits.astype(np.float64), base.astype(np.float64), units)

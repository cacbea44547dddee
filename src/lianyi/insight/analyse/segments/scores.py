"""Scores of recency, frequency and money, and the segments they name.

Method card
    Formula    score of a value = 1 + the number of cut points below it, four cut points, 1 to 5, 5 is best (fewest days, most orders, most
               money). Data-driven cut points are the lower quintiles of the values seen. Equal values always score the same, whatever
               the order of rows; where many are equal, scores are skipped rather than split by chance.
    Assumes    one window for all; who joined late had less time to be frequent.
    Needs      50 buyers for data-driven cut points.
    Do not     compare months scored by each month's own quintiles: freeze the cut points of one and give them to the next.
    Cost       one sort a column.
    Source     Hughes 1994; the eight named segments as commonly used in Chinese retail.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.kernel.errors import BadInput, Broken
from lianyi.kernel.text import Text

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

PARTS = ("r", "f", "m")
HIGH_FROM = 4
FEWEST_BUYERS = 50
KEYS = {"high", "name", "says"}


class SegmentFault(Broken):
    """The file of segments is wrong."""

    code = "segment_fault"
    message = Text(zh="分群数据 segments.toml 的 %(entry)s 有误：%(fault)s", en="Segment data segments.toml, %(entry)s: %(fault)s")


@dataclass(frozen=True, slots=True)
class Segment:
    """A named segment: which of r, f, m are high in it."""

    id: str
    high: frozenset[str]
    name: Text
    says: Text


@dataclass(frozen=True, slots=True)
class Cuts:
    """Four ascending cut points each: days since the last order, orders, money (fen)."""

    r: tuple[float, ...]
    f: tuple[float, ...]
    m: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in PARTS:
            points = getattr(self, name)
            if len(points) != 4 or any(a > b for a, b in pairwise(points)):
                raise BadInput(
                    reason=Text(
                        zh="%(part)s 需要四个由小到大的切点，收到 %(given)s", en="%(part)s needs four ascending cut points, not %(given)s"
                    ),
                    part=name.upper(),
                    given=", ".join(f"{p:g}" for p in points),
                )


@cache
def segments() -> dict[str, Segment]:
    """Every segment.

    Raises SegmentFault when an entry is not in its shape, or the segments do not divide all buyers.
    """
    raw = tomllib.loads(files("lianyi.insight.analyse.segments").joinpath("segments.toml").read_text(encoding="utf-8"))
    return checked(raw)


def checked(raw: dict[str, Any]) -> dict[str, Segment]:
    """Segments from their entries, proven to divide all combinations of high and low."""
    found = {}
    for id_, entry in raw.items():
        if set(entry) != KEYS or not set(entry["high"]) <= set(PARTS):
            raise SegmentFault(entry=id_, fault=", ".join(sorted(set(entry) ^ KEYS)) or str(entry["high"]))
        found[id_] = Segment(id_, frozenset(entry["high"]), Text.of(entry["name"]), Text.of(entry["says"]))
    kinds = [segment.high for segment in found.values()]
    if len(set(kinds)) != 2 ** len(PARTS) or len(kinds) != len(set(kinds)):
        raise SegmentFault(entry="*", fault="every combination of high and low needs exactly one segment")
    return found


def cut_points(values: Reals) -> tuple[float, ...]:
    """The lower quintiles of what was seen: four values that occur in the data.

    >>> cut_points(np.array([1.0, 1, 1, 1, 1, 1, 2, 2, 3, 9]))
    (1.0, 1.0, 1.0, 2.0)
    """
    return tuple(float(q) for q in np.quantile(values, [0.2, 0.4, 0.6, 0.8], method="inverted_cdf"))


def scores(values: Reals, cuts: tuple[float, ...], *, fewer_is_better: bool = False) -> Ints:
    """(n,) scores 1 to 5.

    >>> scores(np.array([1.0, 2, 3, 9]), (1, 1, 1, 2)).tolist()
    [1, 4, 5, 5]
    >>> scores(np.array([0.0, 10, 50]), (5, 10, 20, 40), fewer_is_better=True).tolist()
    [5, 4, 1]
    """
    below = np.searchsorted(np.array(cuts), values, side="left").astype(np.int64)
    return 5 - below if fewer_is_better else 1 + below


def named(r: Ints, f: Ints, m: Ints) -> tuple[Ints, list[str]]:
    """(n,) number of each buyer's segment, and the ids those numbers stand for."""
    ids = list(segments())
    by_kind = np.zeros(8, dtype=np.int64)
    for i, segment in enumerate(segments().values()):
        by_kind[sum(1 << PARTS.index(part) for part in segment.high)] = i
    kind = sum((score >= HIGH_FROM).astype(np.int64) << i for i, score in enumerate((r, f, m)))
    return by_kind[kind], ids

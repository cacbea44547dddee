"""From figures to scores: fixed anchors, the same line for every period."""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Anchor:
    """How one metric is scored; see scorecard.toml."""

    metric: str
    weight: float
    full: float
    in_points: bool = False
    zero: float = 0.0
    passing: float = 0.0


@cache
def anchors(method: str) -> tuple[Anchor, ...]:
    """The anchors of a method, in the order they are shown.

    >>> anchors("data_analysis")[0].metric
    'net_sales'
    """
    entries: dict[str, dict[str, Any]] = tomllib.loads(files(__package__).joinpath("scorecard.toml").read_text(encoding="utf-8"))[method]
    found = []
    for metric, entry in entries.items():
        unknown = set(entry) - {"weight", "full", "unit", "zero", "pass"}
        if unknown:
            raise ValueError(f"scorecard.toml [{method}] {metric}: unknown key {min(unknown)}")
        found.append(
            Anchor(metric, entry["weight"], entry["full"], entry.get("unit") == "points", entry.get("zero", 0.0), entry.get("pass", 0.0))
        )
    return tuple(found)


def scorecard_version() -> int:
    """The version of the anchors."""
    version: int = tomllib.loads(files(__package__).joinpath("scorecard.toml").read_text(encoding="utf-8"))["version"]
    return version


def change_score(change: float, full: float, better: str) -> float:
    """0-100 for a change: none 50, `full` in the good direction 100, as much in the bad one 0.

    >>> change_score(0.15, 0.30, "up"), change_score(0.15, 0.30, "down"), change_score(9, 0.30, "up")
    (75.0, 25.0, 100.0)
    """
    good = -change if better == "down" else change
    return 50.0 + 50.0 * max(-1.0, min(1.0, good / full))


def level_score(value: float, zero: float, passing: float, full: float) -> float:
    """0-100 for a level, on the line through (zero, 0), (passing, 60), (full, 100).

    >>> level_score(0.0, -1, 0, 1), level_score(0.5, -1, 0, 1), level_score(5, -1, 0, 1), level_score(-3, -1, 0, 1)
    (60.0, 80.0, 100.0, 0.0)
    """
    if value >= passing:
        return min(100.0, 60.0 + 40.0 * (value - passing) / (full - passing))
    return max(0.0, 60.0 * (value - zero) / (passing - zero))


def target_score(attainment: float, floor: float | None) -> float:
    """0-100 for a share of a target reached: 1 is 100; the floor, where one is set, is 60; nothing is 0.

    >>> target_score(1.2, None), target_score(0.9, 0.8), target_score(0.4, 0.8)
    (100.0, 80.0, 30.0)
    """
    if attainment >= 1:
        return 100.0
    if floor is None or not 0 < floor < 1:
        return max(0.0, 100.0 * attainment)
    if attainment >= floor:
        return 60.0 + 40.0 * (attainment - floor) / (1 - floor)
    return max(0.0, 60.0 * attainment / floor)


def weighted(lines: list[tuple[float, float, tuple[float, float] | None]]) -> tuple[float, tuple[float, float] | None]:
    """The weighted mean of (weight, score, interval) and its interval.

    Half-widths add in squares, as for independent lines; None when no line has an interval. Lines of one business move
    together, so the interval is a lower bound of the doubt; the report says so.
    >>> weighted([(1, 40.0, (30, 50)), (1, 60.0, (50, 70))])[0]
    50.0
    """
    total = sum(weight for weight, _, _ in lines)
    score = sum(weight * value for weight, value, _ in lines) / total
    if all(interval is None for _, _, interval in lines):
        return score, None
    below = math.sqrt(sum((weight * (value - interval[0])) ** 2 for weight, value, interval in lines if interval)) / total
    above = math.sqrt(sum((weight * (interval[1] - value)) ** 2 for weight, value, interval in lines if interval)) / total
    return score, (max(0.0, score - below), min(100.0, score + above))


Line = tuple[Text, float | None, float, Text]


def shares_of(lines: list[Line]) -> tuple[Line, ...]:
    """The lines of a method with their weights as shares of the score; a line without a score weighs nothing.

    >>> [w for _, _, w, _ in shares_of([(Text("甲", "a"), 50.0, 3, Text("-", "-")), (Text("乙", "b"), None, 9, Text("-", "-"))])]
    [1.0, 0.0]
    """
    total = sum(weight for _, score, weight, _ in lines if score is not None)
    return tuple((name, score, weight / total if score is not None and total else 0.0, why) for name, score, weight, why in lines)

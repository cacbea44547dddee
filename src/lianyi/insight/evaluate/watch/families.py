"""The families of `families.toml`, checked when they are loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.insight.analyse.rates.sides import KINDS
from lianyi.insight.evaluate.behaviour import STEPS
from lianyi.insight.measure import catalogue, dimensions
from lianyi.kernel.text import Text

TALLIES = ("steps", "active", "visited", "sticky", "fresh", "bounce", "length", "complaints", "refunds", "discount", "voices", "topics")
AREAS = ("funnel", "traffic", "content", "fission", "growth", "community", "experience", "care", "money", "campaigns", "brand", "members")
WORTHS = ("order", "visitor", "buyer", "money")
NEEDED = {"kind", "worse", "least", "by", "finding"}
MAY = {"metric", "hits", "tally", "of", "unless", "name", "unit", "worth", "whole"}


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is counted; see families.toml.

    id : unique among all series
    """

    id: str
    metric: str | None
    hits: str
    tally: str | None
    of: tuple[str, str] | None
    unless: tuple[str, ...]
    name: Text
    unit: str
    kind: str
    worse: str
    least: float
    by: tuple[str, ...]
    finding: str
    worth: str | None
    whole: bool = True

    @property
    def sign(self) -> float:
        """+1 where more is worse, -1 where less is."""
        return 1.0 if self.worse == "up" else -1.0


@dataclass(frozen=True, slots=True)
class Family:
    """Series that are tested together."""

    id: str
    area: str
    series: tuple[Series, ...]


class FamilyFault(ValueError):
    """families.toml is wrong: a programming error, found when it is loaded."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"families.toml [{where}]: {why}")


@cache
def families() -> tuple[Family, ...]:
    """Every family, in the order of the file.

    Raises FamilyFault for an unknown key, metric, tally, step, dimension or word.
    >>> families()[0].id
    'funnel'
    """
    raw = tomllib.loads(files(__package__).joinpath("families.toml").read_text(encoding="utf-8"))
    found = tuple(_family(id_, entry) for id_, entry in raw.items())
    ids = [series.id for family in found for series in family.series]
    if len(set(ids)) < len(ids):
        raise FamilyFault("-", f"a series occurs twice: {max(ids, key=ids.count)}")
    return found


def _family(id_: str, entry: Mapping[str, Any]) -> Family:
    if set(entry) != {"area", "series"} or entry["area"] not in AREAS:
        raise FamilyFault(id_, f"has an area ({', '.join(AREAS)}), series, and nothing else")
    return Family(id_, entry["area"], tuple(_series(f"{id_}.{nth}", one) for nth, one in enumerate(entry["series"])))


def _series(where: str, entry: Mapping[str, Any]) -> Series:
    missing, unknown = NEEDED - set(entry), set(entry) - NEEDED - MAY
    if missing or unknown:
        raise FamilyFault(where, f"lacks {', '.join(sorted(missing))}" if missing else f"unknown key {min(unknown)}")
    if ("metric" in entry) == ("tally" in entry):
        raise FamilyFault(where, "counts a metric or a tally")
    for key, allowed in (("kind", KINDS), ("worse", ("up", "down")), ("worth", (*WORTHS, None)), ("tally", (*TALLIES, None))):
        if entry.get(key) not in allowed:
            raise FamilyFault(where, f"{key} is {entry.get(key)!r}")
    metric = entry.get("metric")
    if metric is not None and metric not in catalogue():
        raise FamilyFault(where, f"no metric {metric}")
    of = tuple(entry["of"]) if "of" in entry else None
    if (entry.get("tally") == "steps") != (of is not None) or any(step not in STEPS for step in (*(of or ()), *entry.get("unless", ()))):
        raise FamilyFault(where, "steps go with `of`, two of the steps that are kept")
    wrong = [d for d in entry["by"] if d not in dimensions() or (metric is not None and d not in catalogue()[metric].dims)]
    if wrong:
        raise FamilyFault(where, f"cannot be split by {wrong[0]}")
    known = catalogue()[metric] if metric is not None else None
    return Series(
        id=f"{metric or entry['tally']}{''.join(f'_{step}' for step in of or ())}{'_' + entry['hits'] if 'hits' in entry else ''}",
        metric=metric,
        hits=entry.get("hits", "numerator"),
        tally=entry.get("tally"),
        of=(of[0], of[1]) if of else None,
        unless=tuple(entry.get("unless", ())),
        name=Text.of(entry["name"]) if "name" in entry else known.name if known else Text(zh=where, en=where),
        unit=entry.get("unit", known.unit if known else "ratio"),
        kind=entry["kind"],
        worse=entry["worse"],
        least=float(entry["least"]),
        by=tuple(entry["by"]),
        finding=entry["finding"],
        worth=entry.get("worth"),
        whole=bool(entry.get("whole", True)),
    )

"""The criteria that experts score, from `criteria.toml` or an operator's file of the same shape."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lianyi.insight.measure import catalogue
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

LEAST, MOST = 0.0, 10.0
KEYS = {"name", "says", "low", "middle", "high", "weight", "metrics"}


class BadCriteria(BadInput):
    """A file of criteria cannot be used."""

    code = "bad_criteria"
    message = Text(zh="评审标准 %(where)s 有误：%(fault)s", en="The criteria of the review cannot be used, at %(where)s: %(fault)s")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion; see criteria.toml."""

    id: str
    name: Text
    says: Text
    low: Text
    middle: Text
    high: Text
    weight: float
    metrics: tuple[str, ...]


@cache
def bundled() -> tuple[Criterion, ...]:
    """The criteria that ship.

    >>> len(bundled()), bundled()[0].id
    (12, 'strategy')
    """
    return criteria_of(tomllib.loads(files(__package__).joinpath("criteria.toml").read_text(encoding="utf-8")), where="criteria.toml")


def read_criteria(path: Path) -> tuple[Criterion, ...]:
    """Criteria from a TOML file; BadCriteria, naming the entry."""
    try:
        return criteria_of(tomllib.loads(path.read_text(encoding="utf-8")), where=path.name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadCriteria(where=str(path), fault=str(fault)) from None


def criteria_of(entries: Mapping[str, Any], *, where: str) -> tuple[Criterion, ...]:
    """Criteria from a parsed file; BadCriteria for a missing or unknown key, a weight that is none, a metric that does not exist."""
    found = []
    for id_, entry in entries.items():
        at = f"{where} [{id_}]"
        if not isinstance(entry, Mapping) or set(entry) != KEYS:
            raise BadCriteria(where=at, fault=sentence("需要且只需要 %(keys)s", "needs exactly %(keys)s", keys=", ".join(sorted(KEYS))))
        unknown = [m for m in entry["metrics"] if m not in catalogue()]
        if unknown or not isinstance(entry["weight"], int | float) or entry["weight"] <= 0:
            raise BadCriteria(
                where=at, fault=Text(zh="权重须为正数，指标须在目录里", en="a weight is positive, a metric is of the catalogue")
            )
        try:
            texts = {key: Text.of(entry[key]) for key in ("name", "says", "low", "middle", "high")}
        except (ValueError, AttributeError) as fault:
            raise BadCriteria(where=at, fault=str(fault)) from None
        found.append(Criterion(id_, weight=float(entry["weight"]), metrics=tuple(entry["metrics"]), **texts))
    if not found:
        raise BadCriteria(where=where, fault=Text(zh="没有一项标准", en="it has no criterion"))
    return tuple(found)

"""The words values are written in, read from words.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.kernel.text import folded


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that stand for a closed list of meanings.

    exact : folded word -> meaning, tried first
    part  : (folded part, meaning), in order
    """

    exact: dict[str, str]
    part: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """All lists of words.toml."""

    empty: frozenset[str]
    totals: frozenset[str]
    flags: WordList
    lists: dict[str, WordList]


@cache
def words() -> Words:
    """The lists, read once.

    Raises ValueError with the entry for a word listed twice.
    >>> words().lists["order_status"].exact["交易成功"]
    'completed'
    """
    entry = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    flags = entry.pop("flag")
    empty, totals = entry.pop("empty"), entry.pop("totals")
    return Words(
        empty=frozenset(folded(w) for w in empty),
        totals=frozenset(folded(w).rstrip(":") for w in totals),
        flags=_list("flag", {"exact": flags}),
        lists={name: _list(name, value) for name, value in entry.items()},
    )


def _list(name: str, entry: dict[str, Any]) -> WordList:
    if set(entry) - {"exact", "part"}:
        raise ValueError(f"words.toml [{name}]: only exact and part, not {sorted(entry)}")
    exact: dict[str, str] = {}
    for meaning, listed in entry["exact"].items():
        for word in listed:
            if exact.setdefault(folded(word), meaning) != meaning:
                raise ValueError(f"words.toml [{name}.exact]: {word} means both {exact[folded(word)]} and {meaning}")
    # A meaning's own name says it too.
    exact |= {folded(meaning): meaning for meaning in entry["exact"] if folded(meaning) not in exact}
    part = tuple((folded(word), meaning) for meaning, listed in entry.get("part", {}).items() for word in listed)
    return WordList(exact, part)


def is_total(cell: str) -> bool:
    """Whether a first cell says that its line adds up the others.

    >>> is_total(" 合 计："), is_total("12")
    (True, False)
    """
    return folded(cell).rstrip(":") in words().totals

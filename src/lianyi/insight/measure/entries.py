"""Reading this folder's data files."""

from functools import cache
from typing import Any

from lianyi.kernel import entries
from lianyi.kernel.entries import Entry, EntryFault, check_keys, one_of, text_of

__all__ = ["Entry", "EntryFault", "check_keys", "one_of", "read", "sets", "text_of"]


def read(name: str) -> dict[str, Any]:
    """One data file by its path in this package, such as "catalogue/money.toml"."""
    return entries.read(__package__, name)


@cache
def sets() -> dict[str, tuple[str, ...]]:
    """Named sets of words, written `{{ VISIT }}` in SQL.

    >>> "order_paid" in sets()["ENGAGED"]
    True
    """
    return {name: tuple(words) for name, words in read("sets.toml").items()}

"""Reading data files that belong to the code: closed keys, and a fault that names its file and entry."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from lianyi.kernel.text import Text

Entry = Mapping[str, Any]


class EntryFault(ValueError):
    """A data file of the product is wrong: a programming error, found when it is loaded."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


def read(package: str, name: str) -> dict[str, Any]:
    """One TOML file by its path in a package, such as "catalogue/money.toml".

    Raises EntryFault when it is no TOML.
    """
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise EntryFault(name, str(fault)) from None


def check_keys(where: str, entry: object, *, needed: Iterable[str], may: Iterable[str] = ()) -> Entry:
    """The entry, once it has every key that is needed and none that is unknown."""
    if not isinstance(entry, Mapping):
        raise EntryFault(where, "is not a table of keys")
    missing = sorted(set(needed) - set(entry))
    if missing:
        raise EntryFault(where, f"lacks {', '.join(missing)}")
    unknown = sorted(set(entry) - set(needed) - set(may))
    if unknown:
        raise EntryFault(where, f"unknown key {', '.join(unknown)}")
    return entry


def text_of(where: str, entry: Entry, key: str) -> Text:
    """A bilingual text of an entry."""
    try:
        return Text.of(entry[key])
    except (ValueError, TypeError, AttributeError) as fault:
        raise EntryFault(where, f"{key}: {fault}") from None


def one_of(where: str, entry: Entry, key: str, allowed: Iterable[str]) -> str:
    """A word of a closed list."""
    if entry[key] not in allowed:
        raise EntryFault(where, f"{key} is {entry[key]!r}, not one of {', '.join(allowed)}")
    return str(entry[key])

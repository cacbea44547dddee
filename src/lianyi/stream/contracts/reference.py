"""The shapes of the reference tables, read from reference.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyarrow as pa

from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text

TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "real": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.int32(),
    "instant": pa.int64(),
    "money": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """One reference table: its meaning, its key, its columns by type word."""

    name: str
    says: Text
    key: tuple[str, ...]
    columns: dict[str, str]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(column, TYPES[kind]) for column, kind in self.columns.items()])


@cache
def reference_tables() -> dict[str, ReferenceTable]:
    """Every reference table by name.

    Raises ValueError when the data file names an unknown key or type.
    >>> reference_tables()["products"].key
    ('product_id',)
    """
    entries = tomllib.loads(files(__package__).joinpath("reference.toml").read_text(encoding="utf-8"))
    tables = {}
    for name, entry in entries.items():
        if set(entry) != {"says", "key", "columns"}:
            raise ValueError(f"reference.toml [{name}]: needs says, key and columns, and nothing else")
        unknown = set(entry["columns"].values()) - set(TYPES)
        if unknown or not set(entry["key"]) <= set(entry["columns"]):
            raise ValueError(f"reference.toml [{name}]: unknown type {sorted(unknown)} or key that is no column")
        tables[name] = ReferenceTable(name, Text.of(entry["says"]), tuple(entry["key"]), entry["columns"])
    return tables


def reference_table(name: str) -> ReferenceTable:
    """One reference table; UnknownName when there is none of that name."""
    tables = reference_tables()
    if name not in tables:
        raise UnknownName(what="table", given=name, allowed=list(tables))
    return tables[name]

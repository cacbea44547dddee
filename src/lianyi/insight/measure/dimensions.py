"""Dimensions by which metrics may be split, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from lianyi.insight.measure.entries import EntryFault, check_keys, read, text_of
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension; see dimensions.toml for what each field means."""

    id: str
    name: Text
    says: Text
    column: str
    table: str | None
    key: str | None
    value: str | None
    inner: str | None
    outer: str | None
    values: Mapping[str, Text]

    def called(self, value: str) -> Text:
        """What a value is called: in our words where we coined it, otherwise by its own name.

        >>> dimension("channel").called("search").zh, dimension("channel").called("地推").en
        ('搜索', '地推')
        """
        return self.values.get(value) or Text(zh=value, en=value)


@cache
def dimensions() -> dict[str, Dimension]:
    """Every dimension by id.

    >>> dimensions()["category"].table
    'products'
    """
    found = {}
    for id_, raw in read("dimensions.toml").items():
        where = f"dimensions.toml [{id_}]"
        entry = check_keys(where, raw, needed=("name", "says", "column"), may=("table", "key", "value", "inner", "outer", "values"))
        looked_up = [k in entry for k in ("table", "key", "value")]
        if any(looked_up) and not all(looked_up):
            raise EntryFault(where, "table, key and value go together")
        found[id_] = Dimension(
            id=id_,
            name=text_of(where, entry, "name"),
            says=text_of(where, entry, "says"),
            column=entry["column"],
            table=entry.get("table"),
            key=entry.get("key"),
            value=entry.get("value"),
            inner=entry.get("inner"),
            outer=entry.get("outer"),
            values=MappingProxyType({v: text_of(f"{where} values", entry["values"], v) for v in entry.get("values", {})}),
        )
    return found


def dimension(id_: str) -> Dimension:
    """One dimension; UnknownName with the nearest one when there is none of that name."""
    if id_ not in dimensions():
        raise UnknownName(what="dimension", given=id_, allowed=list(dimensions()))
    return dimensions()[id_]

"""What can be imported: the kinds, read from kinds/*.toml, validated at load with file and entry named."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text, folded
from lianyi.stream.contracts import contracts, reference_tables
from lianyi.stream.record import ENVELOPE

KINDS = (
    "orders",
    "order_lines",
    "events",
    "members",
    "products",
    "contents",
    "accounts",
    "costs",
    "partners",
    "competitors",
    "mentions",
    "surveys",
    "targets",
    "group_buys",
    "campaigns",
    "groups",
    "keywords",
    "estimates",
)
WITH_PEOPLE_OR_GOODS = ("members", "groups", "products", "events")
"""Kinds that may name members, their groups or products that the operations do not have yet."""
# Field type -> the SQL type of its cleaned column.
FIELD_TYPES = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "word": "VARCHAR",
    "money": "BIGINT",
    "price": "DECIMAL(18, 6)",
    "count": "BIGINT",
    "real": "DOUBLE",
    "share": "DOUBLE",
    "instant": "BIGINT",
    "day": "INTEGER",
    "flag": "BOOLEAN",
}
# flow: adds up over time; stock: a level at an instant; snapshot: a running total that an export repeats; label: neither.
NATURES = ("flow", "stock", "snapshot", "label")
_FIELD_KEYS = {"type", "says", "nature", "personal", "lenient", "words", "headers"}
_FACT_KEYS = {"name", "rows", "when", "t", "key", "columns", "body"}
_TABLE_KEYS = {"name", "own", "when", "order", "columns"}
_KIND_KEYS = {"says", "needs", "unused", "shared", "fields", "facts", "tables", "prepare", "marks", "days"}
# A field of these names fills the envelope column of the same name, in every fact of its kind, unless the fact says otherwise.
_CARRIED = frozenset(ENVELOPE) - {"event_id", "name", "version", "t", "received_t", "kind", "quantity", "amount_fen", "value", "body"}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column can say.

    type     : a key of FIELD_TYPES
    nature   : flow | stock | snapshot | label
    personal : the value names a person; kept only as a keyed stand-in unless asked for
    lenient  : an unreadable value becomes empty (counted and said) instead of rejecting its row
    words    : for type "word", the list in words.toml that reads it
    headers  : headings it goes by, the best first
    """

    name: str
    type: str
    says: Text
    nature: str
    personal: bool
    lenient: bool
    words: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactRule:
    """How rows make one fact: SQL expressions over the prepared rows.

    rows : the relation they come from, "" for the prepared rows of the kind
    key  : what identifies the fact in the outside world, so that seeing it again changes nothing
    """

    name: str
    rows: str
    when: str
    t: str
    key: tuple[str, ...]
    columns: dict[str, str]
    body: dict[str, str]


@dataclass(frozen=True, slots=True)
class TableRule:
    """How rows make reference rows.

    own   : the file is about these things; otherwise it only mentions them, and only fills what nobody stated
    order : SQL of what makes a later row win
    """

    name: str
    own: bool
    when: str
    order: str
    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of import.

    needs   : groups of alternatives, "a|b": at least one field of each must be there
    marks   : fields that tell this kind from others, for guessing
    unused  : headings that are known and deliberately not used
    prepare : the step in between, by name, for kinds whose rows must be seen together; empty for the others
    days    : instant fields whose business day is wanted too, as `<field>_day`
    """

    name: str
    says: Text
    needs: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]
    fields: dict[str, Field]
    facts: tuple[FactRule, ...]
    tables: tuple[TableRule, ...]
    unused: frozenset[str] = frozenset()
    prepare: str = ""
    days: frozenset[str] = frozenset()
    by_header: dict[str, tuple[str, int]] = field(default_factory=dict)


@cache
def kind(name: str) -> Kind:
    """One kind by name.

    Raises UnknownName; ValueError with file and entry for a data file that is not well formed.
    >>> kind("orders").fields["order_id"].type
    'id'
    """
    if name not in KINDS:
        raise UnknownName(what="kind", given=name, allowed=list(KINDS))
    source = f"kinds/{name}.toml"
    entry = tomllib.loads(files(__package__).joinpath(source).read_text(encoding="utf-8"))
    _closed(source, entry, _KIND_KEYS, {"says", "needs", "fields"})
    shared = tomllib.loads(files(__package__).joinpath("kinds/shared.toml").read_text(encoding="utf-8"))
    stated = entry["fields"] | {key: shared[key] for key in entry.get("shared", []) if key not in entry["fields"]}
    fields = {key: _field(f"{source} [fields.{key}]", key, value) for key, value in stated.items()}
    needs = tuple(tuple(group.split("|")) for group in entry["needs"])
    for each in [*(n for group in needs for n in group), *entry.get("marks", [])]:
        if each not in fields:
            raise ValueError(f"{source}: {each} is no field")
    by_header = _by_header(source, fields)
    unused = frozenset(folded(h) for h in entry.get("unused", []))
    if unused & set(by_header):
        raise ValueError(f"{source}: heading {min(unused & set(by_header))} is both a field's and unused")
    return Kind(
        name=name,
        says=Text.of(entry["says"]),
        needs=needs,
        marks=tuple(entry.get("marks", [])),
        fields=fields,
        facts=tuple(_fact(f"{source} facts", f, fields) for f in entry.get("facts", [])),
        tables=tuple(_table(f"{source} tables", t) for t in entry.get("tables", [])),
        unused=unused,
        days=frozenset(
            f.name
            for f in fields.values()
            if f.type == "instant" and (f"{f.name}_day" in str(entry.get("tables", "")) or f.name in entry.get("days", []))
        ),
        prepare=entry.get("prepare", ""),
        by_header=by_header,
    )


def _closed(where: str, entry: dict[str, Any], known: set[str], needed: set[str]) -> None:
    unknown, missing = set(entry) - known, needed - set(entry)
    if unknown or missing:
        raise ValueError(f"{where}: unknown {sorted(unknown)}, missing {sorted(missing)}")


def _field(where: str, name: str, entry: dict[str, Any]) -> Field:
    _closed(where, entry, _FIELD_KEYS, {"type", "says", "headers"})
    if entry["type"] not in FIELD_TYPES or entry.get("nature", "label") not in NATURES:
        raise ValueError(f"{where}: type {entry['type']} or nature {entry.get('nature')} is not known")
    return Field(
        name=name,
        type=entry["type"],
        says=Text.of(entry["says"]),
        nature=entry.get("nature", "label"),
        personal=entry.get("personal", False),
        lenient=entry.get("lenient", False),
        words=entry.get("words", ""),
        headers=tuple(entry["headers"]),
    )


def _by_header(source: str, fields: dict[str, Field]) -> dict[str, tuple[str, int]]:
    """Folded heading -> (field, rank); a heading may belong to one field only, and a field answers to its own name."""
    found: dict[str, tuple[str, int]] = {}
    for each in fields.values():
        for rank, header in enumerate((*each.headers, each.name)):
            key = folded(header)
            if key in found and found[key][0] != each.name:
                raise ValueError(f"{source}: heading {header} belongs to both {found[key][0]} and {each.name}")
            found.setdefault(key, (each.name, rank))
    return found


def _fact(where: str, entry: dict[str, Any], fields: dict[str, Field]) -> FactRule:
    _closed(where, entry, _FACT_KEYS, {"name", "t", "key"})
    contract = contracts().get(entry["name"])
    columns = {name: name for name in fields if name in _CARRIED} | entry.get("columns", {})
    body = entry.get("body", {})
    if contract is None:
        raise ValueError(f"{where}: {entry['name']} is no event")
    if not set(columns) <= set(ENVELOPE) or not set(body) <= set(contract.body) or not set(contract.needs) <= set(columns) | {"t"}:
        raise ValueError(f"{where} {entry['name']}: a column or body key is not in the contract, or a needed field is not filled")
    return FactRule(entry["name"], entry.get("rows", ""), entry.get("when", "true"), entry["t"], tuple(entry["key"]), columns, body)


def _table(where: str, entry: dict[str, Any]) -> TableRule:
    _closed(where, entry, _TABLE_KEYS, {"name", "columns"})
    shape = reference_tables()[entry["name"]]
    if not set(entry["columns"]) <= set(shape.columns) or not set(shape.key) <= set(entry["columns"]):
        raise ValueError(f"{where} {entry['name']}: a column is not in the table, or a key column is not filled")
    return TableRule(entry["name"], entry.get("own", True), entry.get("when", "true"), entry.get("order", "line"), entry["columns"])

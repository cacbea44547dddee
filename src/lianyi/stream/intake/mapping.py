"""What each column means: matched by the alias table, or said in a mapping file that can be saved, edited and given."""

import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lianyi.kernel.text import Text, folded, nearest
from lianyi.stream.contracts import contracts
from lianyi.stream.intake.catalogue import KINDS, NATURES, kind
from lianyi.stream.intake.faults import MappingUnusable

IGNORED = "ignored"
CONTRACTS = ("before_refund", "net_of_refund", "due")
DATE_ORDERS = ("dmy", "mdy")
_KEYS = {
    "kind": str,
    "header": bool,
    "names": list,
    "rest": bool,
    "delimiter": str,
    "sheet": str,
    "money_contract": str,
    "date_order": str,
    "columns": dict,
    "constants": dict,
    "events": dict,
    "natures": dict,
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a mapping file says; everything is optional, and what it leaves open is found by the alias table.

    kind      : the kind of import
    header    : whether the file has a heading row; names : the headings where it has none
    rest      : the last name takes what is left of the row
    columns   : heading -> field, or "ignored"
    constants : field -> the value of every row
    events    : original event name -> contract name
    natures   : field -> flow | stock | snapshot, where it differs from the kind's
    money_contract : before_refund | net_of_refund | due
    date_order     : dmy | mdy, for dates such as 01/02/2024
    """

    kind: str = ""
    header: bool = True
    names: tuple[str, ...] = ()
    rest: bool = False
    delimiter: str = ""
    sheet: str = ""
    money_contract: str = ""
    date_order: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    natures: dict[str, str] = field(default_factory=dict)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises MappingUnusable naming the file and the entry: unknown keys are errors.
    """
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MappingUnusable(path=str(path), why="not found") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise MappingUnusable(path=str(path), why=str(fault)) from None
    for key, value in entry.items():
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            raise MappingUnusable(path=str(path), why=f"unknown key {key}" + (f", did you mean {near}" if near else ""))
        if not isinstance(value, _KEYS[key]):
            raise MappingUnusable(path=str(path), why=f"{key} must be a {_KEYS[key].__name__}")
    texts = {k: {str(a): str(b) for a, b in entry.get(k, {}).items()} for k in ("columns", "constants", "events", "natures")}
    stated: dict[str, Any] = {k: v for k, v in entry.items() if k not in texts} | texts
    mapping = Mapping(**{**stated, "names": tuple(str(n) for n in entry.get("names", []))})
    _validate(mapping, str(path))
    return mapping


def _validate(mapping: Mapping, path: str) -> None:
    def wrong(what: str, given: str, known: tuple[str, ...]) -> MappingUnusable:
        near = nearest(given, known)
        return MappingUnusable(path=path, why=f"{what} {given}" + (f", did you mean {near}" if near else f"; known: {', '.join(known)}"))

    if mapping.kind and mapping.kind not in KINDS:
        raise wrong("unknown kind", mapping.kind, KINDS)
    if mapping.money_contract and mapping.money_contract not in CONTRACTS:
        raise wrong("unknown money_contract", mapping.money_contract, CONTRACTS)
    if mapping.date_order and mapping.date_order not in DATE_ORDERS:
        raise wrong("unknown date_order", mapping.date_order, DATE_ORDERS)
    if not mapping.header and not mapping.names:
        raise MappingUnusable(path=path, why="header = false needs names")
    if len(mapping.delimiter) > 1:
        raise MappingUnusable(path=path, why="delimiter must be one character")
    for original, name in mapping.events.items():
        if name not in contracts():
            raise wrong(f"[events] {original}: no contract", name, tuple(contracts()))
    for what, nature in mapping.natures.items():
        if nature not in NATURES:
            raise wrong(f"[natures] {what}: unknown nature", nature, NATURES)
    if mapping.kind:
        fields = (*kind(mapping.kind).fields, IGNORED)
        for heading, name in mapping.columns.items():
            if name not in fields:
                raise wrong(f"[columns] {heading}: no field", name, fields)
        for name in (*mapping.constants, *mapping.natures):
            if name not in fields:
                raise wrong("no field", name, fields)


def save_mapping(mapping: Mapping, path: Path, *, says: MappingOf[str, Text] | None = None, language: str = "zh") -> None:
    """Write a mapping file that `load_mapping` reads back the same.

    says : heading -> why, written beside it as a comment
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(mapping_text(mapping, says=says, language=language), encoding="utf-8")
    aside.replace(path)


def mapping_text(mapping: Mapping, *, says: MappingOf[str, Text] | None = None, language: str = "zh") -> str:
    """A mapping as TOML.

    >>> print(mapping_text(Mapping(kind="orders", columns={"订单号": "order_id"})), end="")
    kind = "orders"
    <BLANKLINE>
    [columns]
    "订单号" = "order_id"
    """
    lines = []
    default = Mapping()
    for key in ("kind", "header", "names", "rest", "delimiter", "sheet", "money_contract", "date_order"):
        value = getattr(mapping, key)
        if value != getattr(default, key):
            lines.append(f"{key} = {_written(value)}")
    for key in ("columns", "constants", "events", "natures"):
        entries: dict[str, str] = getattr(mapping, key)
        if not entries:
            continue
        lines += ["", f"[{key}]"]
        for name, value in entries.items():
            why = (says or {}).get(name) if key == "columns" else None
            comment = f"  # {why.say(language)}" if why else ""
            lines.append(f"{_written(name)} = {_written(value)}{comment}")
    return "\n".join(lines).lstrip("\n") + "\n"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_written(v) for v in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in text) + '"'


@dataclass(frozen=True, slots=True)
class Layout:
    """An export that needs more than its headings; see layouts.toml."""

    name: str
    kind: str
    says: Text
    signs: tuple[tuple[str, ...], ...]
    columns: dict[str, str]
    paid_is: str
    carries: tuple[str, ...]


@cache
def layouts() -> tuple[Layout, ...]:
    """Known layouts.

    Raises ValueError with the entry for a key, field or contract that is not known.
    """
    found = []
    for name, entry in tomllib.loads(files(__package__).joinpath("layouts.toml").read_text(encoding="utf-8")).items():
        if set(entry) - {"kind", "says", "signs", "columns", "paid_is", "carries"} or entry.get("paid_is", CONTRACTS[0]) not in CONTRACTS:
            raise ValueError(f"layouts.toml [{name}]: unknown key, or paid_is is none of {CONTRACTS}")
        fields = kind(entry["kind"]).fields
        for each in [*entry.get("columns", {}).values(), *entry.get("carries", [])]:
            if each not in fields and each != IGNORED:
                raise ValueError(f"layouts.toml [{name}]: {each} is no field of {entry['kind']}")
        found.append(
            Layout(
                name=name,
                kind=entry["kind"],
                says=Text.of(entry["says"]),
                signs=tuple(tuple(folded(s) for s in sign.split("|")) for sign in entry["signs"]),
                columns={folded(k): v for k, v in entry.get("columns", {}).items()},
                paid_is=entry.get("paid_is", ""),
                carries=tuple(entry.get("carries", [])),
            )
        )
    return tuple(found)


def layout_of(headings: set[str], kind_name: str) -> Layout | None:
    """The layout whose signs are all among these folded headings, for a kind (or any, "auto")."""
    for layout in layouts():
        if kind_name in {layout.kind, "auto"} and all(any(s in headings for s in sign) for sign in layout.signs):
            return layout
    return None


def merged(base: Mapping, constants: MappingOf[str, str]) -> Mapping:
    """A mapping with constants given on the spot, which win."""
    return replace(base, constants={**base.constants, **constants})

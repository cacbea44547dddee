"""Event contracts: which fields each fact needs and the closed shape of its body.

One data file per emitting domain; an entry is superseded by a higher version, never edited.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.kernel.text import Text
from lianyi.stream.record import ENVELOPE

DOMAINS = ("shop", "visits", "content", "members", "community", "campaigns", "care", "money", "ledger", "plan")
BODY_TYPES: dict[str, tuple[type, ...]] = {"text": (str,), "int": (int,), "real": (int, float), "flag": (bool,)}
# Custom events carry their own name and this version: no contract knows them, and none is broken by them.
CUSTOM_VERSION = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """What one event name at one version promises.

    needs : envelope fields that must not be null
    body  : body key -> text | int | real | flag; any other key is refused
    """

    name: str
    version: int
    domain: str
    says: Text
    needs: tuple[str, ...]
    body: dict[str, str] = field(default_factory=dict)

    def faults(self, fact: Mapping[str, Any], body: Mapping[str, Any]) -> list[str]:
        """What is wrong with a fact, in words; empty when it keeps the contract.

        fact : envelope fields by name; None and "" are both absent
        body : the body as an object
        >>> contracts()["order_paid"].faults({"order_id": "o", "quantity": 1}, {"colour": "red"})
        ['amount_fen is missing', 'body.colour is not in the contract']
        """
        found = [f"{name} is missing" for name in self.needs if fact.get(name) in (None, "")]
        for key, value in body.items():
            if key not in self.body:
                found.append(f"body.{key} is not in the contract")
            elif not isinstance(value, BODY_TYPES[self.body[key]]) or (isinstance(value, bool) and self.body[key] != "flag"):
                found.append(f"body.{key} is {type(value).__name__}, not {self.body[key]}")
        return found


@cache
def contracts() -> dict[str, Contract]:
    """The newest contract of every event name.

    Raises ValueError with file and entry for an unknown key, field or type, or a name written twice.
    >>> contracts()["order_paid"].needs
    ('order_id', 'quantity', 'amount_fen')
    """
    newest: dict[str, Contract] = {}
    seen: set[str] = set()
    for domain in DOMAINS:
        for key, entry in tomllib.loads(files(__package__).joinpath(f"{domain}.toml").read_text(encoding="utf-8")).items():
            where = f"{domain}.toml [{key}]"
            name, _, version = key.partition("@")
            if not version.isdigit() or key in seen:
                raise ValueError(f"{where}: written twice, or not of the form name@version")
            seen.add(key)
            if not {"says", "needs"} <= set(entry) <= {"says", "needs", "body"}:
                raise ValueError(f"{where}: needs says and needs, may have body, and nothing else")
            if not set(entry["needs"]) <= set(ENVELOPE) or not set(entry.get("body", {}).values()) <= set(BODY_TYPES):
                raise ValueError(f"{where}: a needed field is no envelope field, or a body type is none of {', '.join(BODY_TYPES)}")
            contract = Contract(name, int(version), domain, Text.of(entry["says"]), tuple(entry["needs"]), entry.get("body", {}))
            if name not in newest or newest[name].version < contract.version:
                newest[name] = contract
    return newest

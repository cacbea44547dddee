"""The facts that rules may ask for, by subject: a closed list with types, so that a misspelt fact is found and not taken for unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lianyi.kernel.entries import EntryFault, read
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text

TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "flag": (bool,),
    "int": (int,),
    "money": (int,),
    "real": (int, float),
    "list": (tuple, list),
}


class FactUnusable(BadInput):
    """A fact handed to the rules has the wrong type, or is none of the words it may be."""

    code = "fact_unusable"
    message = Text(zh="事实 %(name)s 不能是 %(given)s，应为 %(wanted)s。", en="The fact %(name)s cannot be %(given)s; it is %(wanted)s.")


@dataclass(frozen=True, slots=True)
class Field:
    """One fact: its name, its type and, for a choice, its words. A number of any kind is never taken for a flag."""

    name: str
    kind: str
    choices: tuple[str, ...] = ()

    def check(self, value: object) -> None:
        """Raises FactUnusable unless the value, or every word of a list of values, may stand for this fact."""
        words = value if isinstance(value, tuple | list) else (value,)
        if self.choices:
            for word in words:
                if word not in self.choices:
                    raise FactUnusable(name=self.name, given=str(word), wanted=", ".join(self.choices))
        elif self.kind != "list" and not all(self._fits(word) for word in words):
            raise FactUnusable(name=self.name, given=str(value), wanted=self.kind)

    def _fits(self, value: object) -> bool:
        return isinstance(value, TYPES[self.kind]) and (self.kind == "flag" or not isinstance(value, bool))


@dataclass(frozen=True, slots=True)
class Fields:
    """Every fact by name."""

    known: Mapping[str, Field] = field(default_factory=dict)

    def of(self, name: str) -> Field:
        """One fact; UnknownName with the nearest when there is none of that name."""
        if name not in self.known:
            raise UnknownName(what="fact", given=name, allowed=sorted(self.known))
        return self.known[name]

    def check(self, facts: Mapping[str, Any]) -> None:
        """Raises UnknownName or FactUnusable for the first fact that cannot be used; an empty value is always allowed."""
        for name, value in facts.items():
            known = self.of(name)
            if value is not None and value not in ("", (), []):
                known.check(value)


@cache
def fields() -> Fields:
    """The closed list, from fields.toml.

    Raises EntryFault for an unknown type or an empty choice.
    >>> fields().of("campaign.top_prize_fen").kind
    'money'
    """
    known = {}
    for subject, entries in read(__package__, "fields.toml").items():
        for name, kind in entries.items():
            where = f"fields.toml [{subject}] {name}"
            if isinstance(kind, list):
                listed = kind[:1] == ["list"]
                words = tuple(kind[1:] if listed else kind)
                if not words:
                    raise EntryFault(where, "a choice has words")
                known[f"{subject}.{name}"] = Field(f"{subject}.{name}", "list" if listed else "text", words)
            elif kind in TYPES:
                known[f"{subject}.{name}"] = Field(f"{subject}.{name}", kind)
            else:
                raise EntryFault(where, f"{kind} is none of {', '.join(TYPES)}, and no list of words")
    return Fields(known)

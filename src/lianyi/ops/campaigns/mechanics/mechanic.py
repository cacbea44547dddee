"""What every mechanic says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lianyi.compliance.conditions import Value
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.rules.terms import read_terms, stored


def _nothing(terms: Any) -> tuple[Text, ...]:
    return ()


def _no_facts(terms: Any) -> Mapping[str, Value]:
    return {}


@dataclass(frozen=True, slots=True)
class Mechanic:
    """One mechanic: its name, its terms, and what may be said of terms before anything runs.

    id         : also the name of its file, its template and its test file
    terms      : the class of its terms
    conditions : the conditions as members read them (terms, currency), written from the terms; there is no other text that could differ from what happens
    problems   : what is wrong between terms that are each in range
    facts      : what compliance asks of it
    cost_fen   : what one success costs the house against the full price (terms, full price in fen); 0 where it gives points only
    sells      : it sells one product at its own price out of its own stock
    commission : its orders may earn commission
    is_draw    : who wins is decided by chance
    """

    id: str
    name: Text
    says: Text
    terms: type
    conditions: Callable[[Any, str], tuple[Text, ...]]
    cost_fen: Callable[[Any, int], int]
    problems: Callable[[Any], tuple[Text, ...]] = _nothing
    facts: Callable[[Any], Mapping[str, Value]] = _no_facts
    sells: bool = False
    commission: bool = True
    is_draw: bool = False

    @property
    def template(self) -> str:
        """The part of a member's page that shows it."""
        return f"pages/mechanics/{self.id}.html"

    def read(self, given: Mapping[str, Any]) -> Any:
        """Its terms from JSON. Raises UnknownName, TermUnusable."""
        return read_terms(self.terms, given)

    def stored(self, terms: Any) -> dict[str, Any]:
        """Its terms as JSON."""
        return stored(terms)

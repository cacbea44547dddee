"""Facts of the journal as a timeline: what happened, when, by whom, in the words of their contracts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lianyi.kernel.text import Text
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.journal.services import content_of
from lianyi.ops.members.rules import PURPOSES
from lianyi.stream.contracts import contracts
from lianyi.web.ui.templatetags.words import spoken

# A contract says after its meaning what its fields are; a reader of the timeline does not need that.
FIELDS = re.compile(r"\s*[（(，,；;].*$", re.DOTALL)
WHO = {
    "member": Text(zh="会员", en="member"),
    "team": Text(zh="团队", en="team"),
    "system": Text(zh="系统", en="system"),
    "visitor": Text(zh="访客", en="visitor"),
    "partner": Text(zh="合作方", en="partner"),
}
# Facts whose kind is a word that people wrote; other kinds are short names of ours.
WORDED = frozenset({"member_tagged", "member_untagged", "tier_changed"})
HIDDEN = frozenset({"ledger_posted", "stock_changed", "member_adopted"})
"""Facts of the bookkeeping, which the ledger shows in its own way."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line. amount_fen, quantity : None where the fact has none; detail : its kind, where that says something."""

    at: Any
    says: str
    who: str
    amount_fen: int | None
    quantity: int | None
    detail: str
    order_id: str
    campaign_id: str


def timeline(facts: Iterable[Fact], *, newest_first: bool = True) -> list[Event]:
    """The events that facts tell of."""
    found = [event_of(fact) for fact in facts if fact.name not in HIDDEN]
    return sorted(found, key=lambda event: event.at, reverse=newest_first)


def event_of(fact: Fact) -> Event:
    """One fact as a line."""
    said = content_of(fact)
    who = WHO[fact.actor_kind].say(spoken())
    return Event(
        fact.at,
        fact_words(fact.name),
        f"{who} {fact.actor_id}" if fact.actor_kind == "team" else who,
        said.get("amount_fen"),
        said.get("quantity"),
        _detail(fact.name, str(said.get("kind", ""))),
        str(said.get("order_id", "")),
        str(said.get("campaign_id", "")),
    )


def _detail(name: str, kind: str) -> str:
    """What a fact's kind says to people; "" where it says nothing."""
    if name.startswith("consent_") and kind in PURPOSES:
        return PURPOSES[kind].say(spoken())
    return kind if name in WORDED else ""


def fact_words(name: str) -> str:
    """What a fact of this name says, briefly; its name where no contract is known any more."""
    contract = contracts().get(name)
    return FIELDS.sub("", contract.says.say(spoken())) if contract else name

"""Reading the journal."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count

from lianyi.kernel.ids import pseudonym
from lianyi.ops.journal.models import Command, Erasure, Fact

__all__ = ["Command", "Fact", "count_by_member", "erased_among", "iterate_facts", "list_commands", "list_facts", "stand_in", "was_erased"]
AT_ONCE = 5_000


def stand_in(member_id: str) -> str:
    """What is kept of an erased member's id: nobody without the workspace's key can tell who it was."""
    return pseudonym(f"erased:{member_id}", settings.WORKSPACE.key, prefix="e")


def was_erased(member_id: str) -> bool:
    """Whether a member of this id was erased."""
    return bool(erased_among([member_id]))


def erased_among(member_ids: Iterable[str]) -> set[str]:
    """Which of some members were erased. One query."""
    names = {name: one for one in member_ids for name in (one, stand_in(one))}
    return {names[known] for known in Erasure.objects.filter(member_id__in=list(names)).values_list("member_id", flat=True)}


def list_facts(*, order_id: str = "", member_id: str = "") -> list[Fact]:
    """Facts of an order or of a member, in the order in which they were written."""
    chosen = {name: value for name, value in (("order_id", order_id), ("member_id", member_id)) if value}
    if not chosen:
        raise ValueError("say whose facts")
    return list(Fact.objects.filter(**chosen).order_by("id"))


def count_by_member(name: str) -> dict[str, int]:
    """How many facts of a name there are for each member; facts without a member, or whose member was erased, are left out."""
    counted = Fact.objects.filter(name=name).exclude(member_id="").values("member_id").annotate(n=Count("id"))
    return {row["member_id"]: row["n"] for row in counted}


def iterate_facts(*names: str) -> Iterator[tuple[Fact, dict[str, Any]]]:
    """Facts of these names with what they say, in the order in which they were written."""
    for fact in Fact.objects.filter(name__in=names).order_by("id").iterator(AT_ONCE):
        yield fact, json.loads(fact.fact)


def list_commands(*, actor_kind: str = "team", limit: int = 100) -> list[Command]:
    """The newest commands of one kind of actor: what the team did, for its audit log."""
    return list(Command.objects.filter(actor_kind=actor_kind).order_by("-at")[:limit])

"""Reading the journal."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count

from lianyi.kernel.ids import pseudonym
from lianyi.kernel.pages import PER_PAGE, Page, page_of
from lianyi.ops.journal.days import begins, ends
from lianyi.ops.journal.models import Command, Erasure, Fact

__all__ = ["Command", "Fact", "count_by_member", "erased_among", "iterate_facts", "list_facts", "stand_in", "was_erased"]
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


def page_commands(
    *, who: str = "", what: str = "", since: dt.date | None = None, until: dt.date | None = None, number: int = 1, size: int = PER_PAGE
) -> Page[Command]:
    """What the team did, the newest first, for its audit log. who : a username; what : a command; since, until : business days, both included."""
    commands = Command.objects.filter(actor_kind="team").order_by("-at", "key")
    if who:
        commands = commands.filter(actor_id=who)
    if what:
        commands = commands.filter(name=what)
    if since:
        commands = commands.filter(at__gte=begins(since))
    if until:
        commands = commands.filter(at__lt=ends(until))
    return page_of(commands, number, size)


def list_acting() -> tuple[list[str], list[str]]:
    """Who of the team did something, and what was done, each in order of the alphabet."""
    done = Command.objects.filter(actor_kind="team")
    return sorted(set(done.values_list("actor_id", flat=True))), sorted(set(done.values_list("name", flat=True)))

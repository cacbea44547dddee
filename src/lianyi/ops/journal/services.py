"""Stating facts, in the transaction that makes them true."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import Broken
from lianyi.kernel.ids import new_event_id
from lianyi.kernel.text import Text
from lianyi.ops.journal.canonical import canonical, microseconds, sha256
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.models import Command, Erasure, Fact
from lianyi.ops.journal.running import running_key
from lianyi.ops.journal.selectors import stand_in
from lianyi.stream.contracts import contracts
from lianyi.stream.log.forget import forget
from lianyi.stream.workspace import Workspace


class FactBreaksContract(Broken):
    """A service would state a fact that its contract does not allow."""

    code = "fact_breaks_contract"
    message = Text(zh="事实 %(name)s 不符合合约：%(faults)s", en="The fact %(name)s breaks its contract: %(faults)s")


class FactOutsideTransaction(Broken):
    """A fact was stated outside the transaction of the change it tells of."""

    code = "fact_outside_transaction"
    message = Text(zh="事实 %(name)s 不在事务内。", en="The fact %(name)s was stated outside a transaction.")


def draft(
    *,
    name: str,
    at: dt.datetime,
    actor: Actor,
    member_id: str = "",
    product_id: str = "",
    campaign_id: str = "",
    group_id: str = "",
    content_id: str = "",
    partner_id: str = "",
    referrer_id: str = "",
    order_id: str = "",
    subject_id: str = "",
    kind: str = "",
    device_id: str = "",
    session_id: str = "",
    platform: str = "",
    channel: str = "",
    quantity: int | None = None,
    amount_fen: int | None = None,
    value: float | None = None,
    body: Mapping[str, Any] | None = None,
) -> Fact:
    """A fact, checked against its contract and not yet written.

    Raises FactBreaksContract.
    """
    fields = {
        "member_id": member_id, "product_id": product_id, "campaign_id": campaign_id, "group_id": group_id, "content_id": content_id,
        "partner_id": partner_id, "referrer_id": referrer_id, "order_id": order_id, "subject_id": subject_id, "kind": kind,
        "device_id": device_id, "session_id": session_id, "platform": platform, "channel": channel,
        "quantity": quantity, "amount_fen": amount_fen, "value": value,
    }  # fmt: skip
    given = {field: value for field, value in fields.items() if value not in (None, "")}
    inside = {key: value for key, value in (body or {}).items() if value is not None}
    contract = contracts().get(name)
    if contract is None:
        raise FactBreaksContract(name=name, faults="no contract of that name")
    if faults := contract.faults(given, inside):
        raise FactBreaksContract(name=name, faults="; ".join(faults))
    t_us = microseconds(at)
    uid = new_event_id(t_us).hex()
    text = canonical({**given, "name": name, "version": contract.version, "t": t_us, **({"body": inside} if inside else {})})
    salt = secrets.token_hex(16)
    return Fact(
        uid=uid,
        name=name,
        at=at,
        member_id=member_id,
        order_id=order_id,
        fact=text,
        salt=salt,
        digest=sha256(salt, uid, text),
        command_key=running_key(),
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def record_all(facts: Sequence[Fact]) -> list[Fact]:
    """Write drafted facts in the transaction that is open. Raises FactOutsideTransaction."""
    if facts and not connection.in_atomic_block:
        raise FactOutsideTransaction(name=facts[0].name)
    insert_all(facts)
    return list(facts)


def record(**fact: Any) -> Fact:
    """State one fact in the transaction that is open; fields as for `draft`.

    Raises FactOutsideTransaction, FactBreaksContract: a wrong fact fails the command, not the relay.
    """
    return record_all([draft(**fact)])[0]


def content_of(fact: Fact) -> dict[str, Any]:
    """What a fact says, as an object."""
    said: dict[str, Any] = json.loads(fact.fact)
    return said


# What of a fact can point at a person; the rest (order, product, pieces, amounts) is what the books have to keep.
PERSONAL = ("member_id", "referrer_id", "device_id", "session_id")
# What people wrote about themselves or were told in free words, by the fact whose body holds it. Other bodies hold short names of ours, which the books need.
WORDS = {"order_refunded": ("reason",), "review_decided": ("note",)}


def erase_member(*, member_id: str, at: dt.datetime) -> int:
    """Take a member out of every fact and command, others' as well, in the transaction that is open, and ask for the same in the stream.

    Answers how many facts. The books stay whole: numbers, links and amounts remain. Cost: one pass over facts and commands.
    """
    Erasure.objects.get_or_create(member_id=member_id, defaults={"asked_at": at})
    _redact_commands(member_id, at)
    return _redact_facts(member_id, at)


def stop_erasures() -> None:
    """Have erasures wait until the open transaction ends, and wait for those that run: who is looked up now as not erased is so until then."""
    if connection.vendor == "postgresql":
        # Two transactions write side by side there only; on SQLite one writes at a time.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE journal_erasure IN SHARE MODE")


def reach_stream_with_erasures(workspace: Workspace, *, at: dt.datetime) -> int:
    """Have the stream forget whoever asked for it and whom it still knows; answers how many. Safe to be interrupted, and to be done again."""
    waiting = list(Erasure.objects.filter(reached_at__isnull=True).order_by("pk"))
    for erasure in waiting:
        with transaction.atomic():
            # What others were writing about the member at the very moment of the erasure.
            _redact_commands(erasure.member_id, at)
            _redact_facts(erasure.member_id, at)
        forget(workspace, erasure.member_id, now_us=microseconds(at))
        Erasure.objects.filter(pk=erasure.pk).update(reached_at=at, member_id=stand_in(erasure.member_id))
    return len(waiting)


def _redact_facts(member_id: str, at: dt.datetime) -> int:
    """Facts of the member lose all that is personal and what was written in free words, facts of others the member's id, both who acted if it was them."""
    named = Q(member_id=member_id) | Q(fact__contains=_quoted(member_id))
    n = 0
    for fact in list(Fact.objects.filter(named | _acted(member_id))):
        said = content_of(fact)
        is_own = fact.member_id == member_id
        left = without(member_id, {name: value for name, value in said.items() if not (is_own and name in PERSONAL)})
        if is_own and "body" in left:
            left["body"] = {name: value for name, value in left["body"].items() if name not in WORDS.get(fact.name, ())}
        changes: dict[str, Any] = {"fact": canonical(left), "salt": ""} if left != said else {}
        changes |= {"member_id": ""} if is_own else {}
        changes |= {"actor_id": ""} if (fact.actor_kind, fact.actor_id) == ("member", member_id) else {}
        if changes:
            n += Fact.objects.filter(pk=fact.pk).update(**changes, redacted_at=at)
    return n


def _redact_commands(member_id: str, at: dt.datetime) -> None:
    """Commands lose the member as who asked and in what was answered; the digest goes as well, since it can be guessed."""
    for command in list(Command.objects.filter(Q(result__contains=_quoted(member_id)) | _acted(member_id)).exclude(result="")):
        said = json.loads(command.result)
        left = without(member_id, said)
        acted = (command.actor_kind, command.actor_id) == ("member", member_id)
        if acted or left != said:
            who = "" if acted else command.actor_id
            Command.objects.filter(pk=command.pk).update(result=canonical(left), actor_id=who, digest="", redacted_at=at)


def _acted(member_id: str) -> Q:
    return Q(actor_kind="member", actor_id=member_id)


def _quoted(member_id: str) -> str:
    """A member's id as a value in canonical JSON."""
    return canonical(member_id)


def without(member_id: str, said: Any) -> Any:
    """A JSON value without anything that is a member's id, however deep.

    >>> without("m1", {"referrer_id": "m1", "body": {"team": ["m1", "m2"], "n": 1}})
    {'body': {'team': ['m2'], 'n': 1}}
    """
    if isinstance(said, dict):
        return {name: without(member_id, value) for name, value in said.items() if value != member_id}
    if isinstance(said, list):
        return [without(member_id, value) for value in said if value != member_id]
    return said

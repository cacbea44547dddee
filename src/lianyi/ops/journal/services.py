"""Stating facts, in the transaction that makes them true."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import Broken
from lianyi.kernel.ids import new_event_id
from lianyi.kernel.text import Text
from lianyi.ops.journal.canonical import canonical, microseconds, sha256
from lianyi.ops.journal.models import Erasure, Fact
from lianyi.ops.journal.running import running_key
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
    return Fact.objects.bulk_create(facts)


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


def erase_member(*, member_id: str, at: dt.datetime) -> int:
    """Take a member out of every fact of theirs, in the transaction that is open, and ask for the same in the stream; answers how many facts.

    The books stay whole: numbers, links and amounts remain, and the salt goes, so that nothing can be guessed from a digest.
    """
    Erasure.objects.get_or_create(member_id=member_id, defaults={"asked_at": at})
    facts = list(Fact.objects.filter(member_id=member_id))
    for fact in facts:
        said = {name: value for name, value in content_of(fact).items() if name not in PERSONAL}
        Fact.objects.filter(pk=fact.pk).update(fact=canonical(said), salt="", member_id="", redacted_at=at)
    return len(facts)


def reach_stream_with_erasures(workspace: Workspace, *, at: dt.datetime) -> int:
    """Have the stream forget whoever asked for it and whom it still knows; answers how many. Safe to be interrupted, and to be done again."""
    waiting = list(Erasure.objects.filter(reached_at__isnull=True).order_by("pk"))
    for erasure in waiting:
        forget(workspace, erasure.member_id, now_us=microseconds(at))
        Erasure.objects.filter(pk=erasure.pk).update(reached_at=at)
    return len(waiting)

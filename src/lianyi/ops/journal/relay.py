"""From the journal to the stream, exactly once.

One relay at a time. It numbers committed facts densely (an auto-increment id would lose those committed late), links each
to the one before by a digest, and appends them to the stream; how far it got is read from the stream itself, so that no second
checkpoint can disagree.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from django.db import connection, transaction

from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text
from lianyi.ops.journal.canonical import sha256
from lianyi.ops.journal.leader import leading
from lianyi.ops.journal.models import Fact
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT, STORED

APPLICATION = "lianyi-journal"
GENESIS = "0" * 64
AT_ONCE = 10_000
RELAYED = pa.schema([STORED.field("seq"), *FACT])


class StreamAhead(Broken):
    """The stream holds facts that the database does not: the database was restored from an older backup."""

    code = "stream_ahead"
    message = Text(
        zh="历史已到第 %(delivered)s 条，数据库只有 %(known)s 条：数据库是从较旧的备份恢复的。",
        en="The stream is at fact %(delivered)s, the database only at %(known)s: the database was restored from an older backup.",
    )
    remedy = Text(zh="请同时恢复工作区目录的同期备份。", en="Restore the workspace's folder from the same backup as well.")


@dataclass(frozen=True, slots=True)
class Relayed:
    """leads : whether this process was the relay; numbered, delivered : facts; last : the highest number in the stream."""

    leads: bool
    numbered: int = 0
    delivered: int = 0
    last: int = 0


def relay(log: EventLog, *, at_once: int = AT_ONCE) -> Relayed:
    """Move what is committed to the stream; answers at once when another process is at it.

    Safe to be killed at any moment: numbering is one transaction, and an append carries the number of its last fact.
    Raises StreamAhead, WriterBusy, DiskFull (nothing is lost: the next call goes on).
    """
    with leading("relay") as leads:
        if not leads:
            return Relayed(leads=False)
        numbered = delivered = 0
        last = log.delivered(APPLICATION)
        require_not_behind(last)
        while True:
            fresh = number(at_once)
            moved = deliver(log, last, at_once)
            numbered += fresh
            delivered += len(moved)
            last = moved[-1] if moved else last
            # Caught up with what was there; what came meanwhile is for the next call.
            if fresh < at_once and len(moved) < at_once:
                return Relayed(leads=True, numbered=numbered, delivered=delivered, last=last)


def number(at_once: int = AT_ONCE) -> int:
    """Give the next dense numbers to committed facts in the order in which they were written, and link them. For the leader only."""
    with transaction.atomic(durable=True):
        head = Fact.objects.filter(seq__isnull=False).order_by("-seq").only("seq", "link").first()
        seq, link = (head.seq, head.link) if head else (0, GENESIS)
        changes = []
        for pk, uid, digest in Fact.objects.filter(seq__isnull=True).order_by("id").values_list("id", "uid", "digest")[:at_once]:
            seq += 1
            link = linked(link, seq, uid, digest)
            changes.append((seq, link, pk))
        if changes:
            with connection.cursor() as cursor:
                cursor.executemany("UPDATE journal_fact SET seq = %s, link = %s WHERE id = %s AND seq IS NULL", changes)
    return len(changes)


def deliver(log: EventLog, after: int, at_once: int = AT_ONCE) -> list[int]:
    """Append numbered facts beyond `after` to the stream in one commit; answers their numbers. For the leader only."""
    facts = list(Fact.objects.filter(seq__gt=after).order_by("seq")[:at_once])
    if not facts:
        return []
    numbers = [fact.seq for fact in facts]
    if numbers != list(range(after + 1, after + 1 + len(facts))):
        raise Broken(reason=f"journal numbers are not dense after {after}")
    log.append(
        as_table(facts),
        source=f"journal {numbers[0]}-{numbers[-1]}",
        transaction=(APPLICATION, numbers[-1]),
        notes={"link": facts[-1].link},
    )
    return numbers


def linked(before: str, seq: int, uid: str, digest: str) -> str:
    """The chain's head after one more fact.

    >>> linked(GENESIS, 1, "a", "b") != linked(GENESIS, 2, "a", "b")
    True
    """
    return sha256(before, str(seq), uid, digest)


def as_table(facts: Sequence[Fact]) -> pa.Table:
    """Facts as rows of the stream, with their number."""
    rows = []
    for fact in facts:
        said = json.loads(fact.fact)
        body = said.pop("body", None)
        rows.append(
            {
                **said,
                "seq": fact.seq,
                "event_id": bytes.fromhex(fact.uid),
                "received_t": said["t"],
                "body": None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True),
            }
        )
    return pa.Table.from_pylist(rows, schema=RELAYED)


def require_not_behind(delivered: int) -> None:
    """Raises StreamAhead when the database does not know the last fact that the stream holds."""
    known = Fact.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", flat=True).first() or 0
    if delivered > known:
        raise StreamAhead(delivered=delivered, known=known)

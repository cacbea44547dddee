"""Carrying out many commands of one kind in one transaction, each with a verdict of its own.

A commit costs the same for one command as for sixty-four; what is shared out is its price. Correct with several processes at once
because the rows that everybody wants are locked before anything is read, the log of commands included.
"""

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import LianyiError
from lianyi.ops.journal.canonical import canonical, microseconds, sha256
from lianyi.ops.journal.commands import (
    BUSY_SECONDS,
    TRIES,
    DatabaseBusy,
    KeyReused,
    Result,
    execute,
    is_out_of_time,
    is_passing,
    pause_seconds,
)
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.models import Command
from lianyi.ops.journal.running import carrying_out


@dataclass(frozen=True, slots=True)
class Asked:
    """One command that was asked for. key, name, actor, at, payload : as for `execute`; request : what the work needs to know."""

    key: str
    name: str
    actor: Actor
    at: dt.datetime
    payload: Mapping[str, Any]
    request: Any

    def __post_init__(self) -> None:
        microseconds(self.at)

    @property
    def digest(self) -> str:
        """What the command log keeps to tell another request under the same key."""
        return sha256(self.name, self.actor.kind, self.actor.id, canonical(self.payload))


# What became of one command: its answer, or why it was not carried out.
Verdict = Result | Exception
# What a lock answers is for the work that comes with it.
Work = Callable[[Sequence[Asked], Any], Sequence[Result | LianyiError]]
Lock = Callable[[Sequence[Asked]], Any]


def execute_batch(asked: Sequence[Asked], *, lock: Lock, work: Work) -> list[Verdict]:
    """Carry out commands together, in the order in which they were asked for; answers a verdict for each.

    lock : takes the rows that all of them want, always in the same order, before anything else is read; answers what `work` is to know of them
    work : gets the commands that are new and what the lock answered, writes what they do and answers each, with the error where a rule says no
    A batch that fails as a whole is done again one by one, so that one bad command harms no other; one that the database has no time for is not.
    """
    try:
        return _together(asked, lock, work)
    except DatabaseBusy as busy:
        return [busy] * len(asked)
    except Exception as fault:
        if len(asked) == 1:
            return [fault]
        return [verdict for one in asked for verdict in execute_batch([one], lock=lock, work=work)]


def execute_here(asked: Asked, *, lock: Lock, work: Work) -> Result:
    """One command of such a kind inside the transaction that is open, which a batch could not join. Raises what its verdict is."""

    def do() -> Result:
        (answer,) = work([asked], lock([asked]))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return execute(key=asked.key, name=asked.name, actor=asked.actor, at=asked.at, payload=asked.payload, do=do)


def _together(asked: Sequence[Asked], lock: Lock, work: Work) -> list[Verdict]:
    for attempt in range(TRIES):
        try:
            with carrying_out(asked[0].key), transaction.atomic(durable=True):
                return _verdicts(asked, lock(asked), work)
        except (OperationalError, IntegrityError) as fault:
            if is_out_of_time(fault):
                break
            if not is_passing(fault):
                raise
        time.sleep(pause_seconds(attempt))
    raise DatabaseBusy(retry_after_seconds=BUSY_SECONDS)


def _verdicts(asked: Sequence[Asked], held: Any, work: Work) -> list[Verdict]:
    known = _known({one.key for one in asked})
    digests = [one.digest for one in asked]
    fresh: dict[str, tuple[Asked, str]] = {}
    for one, digest in zip(asked, digests, strict=True):
        if one.key not in known:
            fresh.setdefault(one.key, (one, digest))
    answers = dict(zip(fresh, work([one for one, _ in fresh.values()], held), strict=True)) if fresh else {}
    done = {key: canonical(answer) for key, answer in answers.items() if not isinstance(answer, Exception)}
    insert_all(
        [
            Command(key=key, name=one.name, digest=digest, result=done[key], actor_kind=one.actor.kind, actor_id=one.actor.id, at=one.at)
            for key, (one, digest) in fresh.items()
            if key in done
        ]
    )
    known |= {key: (fresh[key][1], text) for key, text in done.items()}
    verdicts: list[Verdict] = []
    for one, digest in zip(asked, digests, strict=True):
        if one.key not in known:
            verdicts.append(answers[one.key] if fresh[one.key][1] == digest else KeyReused(key=one.key))
        elif known[one.key][0] != digest:
            verdicts.append(KeyReused(key=one.key))
        else:
            verdicts.append(json.loads(known[one.key][1]))
    return verdicts


def _known(keys: set[str]) -> dict[str, tuple[str, str]]:
    """Digest and answer of those commands that were carried out before."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, digest, result FROM journal_command WHERE key IN ({', '.join(['%s'] * len(keys))})", [*keys])
        return {key: (digest, result) for key, digest, result in cursor.fetchall()}

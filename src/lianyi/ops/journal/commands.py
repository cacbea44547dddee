"""Carrying out a command exactly once: one durable transaction, one answer for each key."""

import datetime as dt
import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db import Error, IntegrityError, OperationalError, connection, transaction

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import Broken, Refusal, TryLater
from lianyi.kernel.text import Text
from lianyi.ops.journal.canonical import canonical, microseconds, sha256
from lianyi.ops.journal.models import Command
from lianyi.ops.journal.running import carrying_out, running_key

TRIES = 5
FIRST_PAUSE_SECONDS = 0.02
BUSY_SECONDS = 2
# SQLSTATE of what passes when the whole command is done again: serialization, deadlock, lock wait, and two at once with one natural key.
PASSING = {"40001", "40P01", "55P03", "23505"}
# Of a statement that took longer than one may: doing it again at once would only take as long again.
OUT_OF_TIME = "57014"
Result = dict[str, Any]


class KeyReused(Refusal):
    """A key that was used before, for something else."""

    code = "key_reused"
    message = Text(zh="请求编号 %(key)s 已用于另一个请求。", en="The request key %(key)s was used for another request already.")
    remedy = Text(zh="请刷新页面后重新提交。", en="Reload the page and submit again.")


class ShownOnce(Refusal):
    """A secret that was made by this very request before; it was shown then, and is kept by nobody."""

    code = "shown_once"
    message = Text(
        zh="这个请求已经办过，密文只在当时显示了一次。", en="This request was carried out already; what it made was shown then, once."
    )
    remedy = Text(zh="没有看到的话，请作废它再生成一个。", en="If you did not see it, revoke it and make another.")


class DatabaseBusy(TryLater):
    """Too many others write at this moment."""

    code = "database_busy"
    message = Text(
        zh="现在人太多，请求没有成功，也没有改变任何东西。", en="Too many people at once; the request did not succeed and changed nothing."
    )


class DatabaseSlow(TryLater):
    """The database did not answer a question in time."""

    code = "database_slow"
    message = Text(zh="现在人太多，没有等到结果。", en="Too many people at once; there is no answer yet.")


def execute(*, key: str, name: str, actor: Actor, at: dt.datetime, payload: Mapping[str, Any], do: Callable[[], Result]) -> Result:
    """Carry out a command once and answer what it answered the first time.

    key     : the client's, at most 120 characters; names this very request
    payload : what was asked for; the same key with another payload (or from another actor) is refused
    do      : does the work and answers a JSON object; runs again from the start after a passing fault of the database
    A command inside a command joins its transaction and keeps its own key; refused, it leaves nothing behind, and the outer one may go on.
    Facts and effects are committed together, or not at all. A statement that takes longer than one may is not tried again: come later.
    Raises KeyReused, DatabaseBusy, and what `do` raises (nothing is then written).
    """
    if not key or len(key) > 120:
        raise Broken(reason=f"a command's key has 1 to 120 characters: {key[:40]!r}")
    microseconds(at)
    digest = sha256(name, actor.kind, actor.id, canonical(payload))
    if running_key():
        with transaction.atomic():
            return _once(key, name, digest, actor, at, do)
    for attempt in range(TRIES):
        try:
            with carrying_out(key), transaction.atomic(durable=True):
                return _once(key, name, digest, actor, at, do)
        except (OperationalError, IntegrityError) as fault:
            if is_out_of_time(fault):
                break
            if not is_passing(fault) or (isinstance(fault, IntegrityError) and attempt == TRIES - 1):
                raise
        time.sleep(pause_seconds(attempt))
    raise DatabaseBusy(retry_after_seconds=BUSY_SECONDS)


def pause_seconds(attempt: int) -> float:
    """How long to wait before the next try, by lot, so that two that met do not meet again."""
    return random.uniform(0.5, 1) * FIRST_PAUSE_SECONDS * 2**attempt  # noqa: S311 - a pause, not a secret


def is_passing(fault: Error) -> bool:
    """Whether doing the whole transaction again may succeed."""
    cause = fault.__cause__
    if connection.vendor == "postgresql":
        return getattr(cause, "sqlstate", None) in PASSING
    return "database is locked" in str(fault) or "database table is locked" in str(fault)


def is_out_of_time(fault: Error) -> bool:
    """Whether the database stopped a statement that took too long, as it does under load; what it was part of is undone."""
    return getattr(fault.__cause__, "sqlstate", None) == OUT_OF_TIME


def find_result(key: str) -> Result | None:
    """What a command with this key was answered; None when none was carried out."""
    stored = Command.objects.filter(key=key).values_list("result", flat=True).first()
    return json.loads(stored) if stored else None


def _once(key: str, name: str, digest: str, actor: Actor, at: dt.datetime, do: Callable[[], Result]) -> Result:
    """In an open transaction: answer from the log, or do the work and log it."""
    with connection.cursor() as cursor:
        # Waits, on PostgreSQL, for another transaction with this key, and then finds its answer.
        cursor.execute(
            "INSERT INTO journal_command (key, name, digest, result, actor_kind, actor_id, at) VALUES (%s, %s, %s, '', %s, %s, %s)"
            " ON CONFLICT (key) DO NOTHING",
            [key, name, digest, actor.kind, actor.id, connection.ops.adapt_datetimefield_value(at)],
        )
        is_new = cursor.rowcount == 1
    if not is_new:
        known = Command.objects.get(key=key)
        if known.digest != digest:
            raise KeyReused(key=key)
        answered: Result = json.loads(known.result)
        return answered
    text = canonical(do())
    Command.objects.filter(key=key).update(result=text)
    # As it will be answered from the log: a repeat gets the same, to the type.
    result: Result = json.loads(text)
    return result

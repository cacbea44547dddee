"""After the kills: what was promised is there, what was begun can be finished, and every invariant holds."""

import datetime as dt
import json
import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from lianyi.ops.journal.checking import Scope, check_all
from lianyi.ops.journal.models import Fact
from lianyi.ops.journal.relay import relay
from lianyi.ops.ledger.selectors import find_transaction
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.services import sweep_expired
from lianyi.stream.log.table import EventLog
from tests.ops.faults import crew


def run(order: dict[str, Any], writer: int) -> None:
    """Open the shop, or audit a round; answers {"wrong": [...], counts}."""
    if order["do"] == "open":
        crew.open_shop()
        answer: dict[str, Any] = {"wrong": []}
    else:
        wait_until_alone()
        answer = audit([Path(file) for file in order["files"]])
    os.write(writer, (json.dumps(answer) + "\n").encode())


def wait_until_alone() -> None:
    """PostgreSQL ends what a killed client had begun in its own time."""
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.01)
    raise TimeoutError("others are still connected")


def audit(files: list[Path]) -> dict[str, Any]:
    """Do again what was begun, ask again what was answered, then check everything."""
    wrong: list[str] = []
    attempts: dict[str, dict[str, Any]] = {}
    answers: dict[str, list[str]] = {}
    for file in files:
        for line in file.read_text().splitlines():
            said = json.loads(line)
            if "attempt" in said:
                attempts[said["attempt"]["key"]] = said["attempt"]
            elif "answer" in said:
                answers.setdefault(said["key"], []).append(said["answer"])
            elif "fault" in said:
                wrong.append(f"{file.stem}: {said['fault']}")
    facts = Fact.objects.count()
    for key, answered in answers.items():
        kept = [answer for answer in answered if answer.startswith("ok")]
        if kept and {*kept, crew.carry_out(attempts[key])} != {kept[0]}:
            wrong.append(f"{key}: answered {kept}, now something else")
    if Fact.objects.count() != facts:
        wrong.append("asking again for what was answered stated facts")
    unfinished = [spec for key, spec in attempts.items() if key not in answers]
    for spec in unfinished:
        try:
            crew.carry_out(spec)
        except Exception as fault:  # noqa: BLE001 - what cannot be done again is a finding
            wrong.append(f"{spec['key']}: cannot be done again: {type(fault).__name__} {fault}")
    at = dt.datetime.now(dt.UTC)
    sweep_expired(at=at)
    log = EventLog(settings.WORKSPACE)
    relay(log)
    broken = [one for one in check_all(Scope(log, at)) if one.status in ("broken", "late")]
    wrong += [f"{one.invariant.number} {one.app}: {one.found.examples[0]}" for one in broken]
    paid = Order.objects.filter(paid_at__isnull=False).values_list("public_id", flat=True)
    wrong += [f"order {one} was paid without its points" for one in paid if find_transaction(f"points:{one}") is None]
    return {
        "wrong": wrong,
        "attempts": len(attempts),
        "unfinished": len(unfinished),
        "answered": sum(answer.startswith("ok") for kept in answers.values() for answer in kept),
        "orders": Order.objects.count(),
        "facts": Fact.objects.count(),
    }

"""Racers: processes that do something at the same instant, each a fork of the nursery with a connection of its own; and the audit afterwards."""

import datetime as dt
import importlib
import json
import os
import random
from collections.abc import Callable
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection

from lianyi.flows import settle_order
from lianyi.flows.campaign_clock import tick
from lianyi.kernel.actor import SYSTEM
from lianyi.kernel.errors import LianyiError, TryLater
from lianyi.ops.journal.checking import Scope, check_all
from lianyi.ops.journal.relay import relay
from lianyi.ops.members.selectors import get_member
from lianyi.ops.members.services import join
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.selectors import get_order, get_product
from lianyi.ops.shop.services import Line, place_order
from lianyi.ops.shop.services.products import add_product
from lianyi.stream.log.table import EventLog
from tests.ops.conftest import OWNER, as_member
from tests.ops.faults.auditor import wait_until_alone

SCENES = ("tests.ops.faults.races.racing", "tests.ops.faults.races.in_the_shop", "tests.ops.faults.races.in_campaigns")
NOON = dt.datetime(2026, 7, 1, 4, 0, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(hours=30)
NUMBERS = count(1)
TRIES = 5
Spec = dict[str, Any]


def key() -> str:
    """A key that no other process uses."""
    return f"race:{os.getpid()}:{next(NUMBERS)}"


def asked(do: Callable[[], object]) -> str:
    """ "ok", or the code of the refusal; who is told to come again asks for the same again, as pages do."""
    for _ in range(TRIES):
        try:
            do()
        except TryLater as fault:
            code = fault.code
        except LianyiError as fault:
            return fault.code
        else:
            return "ok"
    return code


def people(n: int, **more: object) -> list[str]:
    """Public ids of as many new members."""
    phones = random.Random(os.urandom(8)).sample(range(10**8), n)
    return [join(actor=OWNER, at=NOON, phone=f"136{phone:08d}", key=key(), **more).public_id for phone in phones]


def product(pieces: int) -> str:
    made = add_product(actor=OWNER, at=NOON, title="精华", price_fen=9_900, pieces=pieces, key=key())
    return str(made.public_id)


def order_of(
    member: str, thing: str, *, patience: dt.timedelta = dt.timedelta(minutes=10), at: dt.datetime = NOON, quantity: int = 1
) -> Order:
    buyer = get_member(member)
    return place_order(
        key=key(), actor=as_member(buyer), at=at, member=buyer, lines=[Line(get_product(thing), quantity)], patience=patience
    )  # fmt: skip


def pay(order_id: str, at: dt.datetime, reference: str = "") -> object:
    order = get_order(order_id)
    return settle_order.pay(key=key(), actor=SYSTEM, at=at, order=order, reference=reference or key(), amount_fen=order.payable_fen)


def verify(at: dt.datetime = LATER) -> list[str]:
    """Let time do what is due, and check everything; answers what is wrong."""
    wait_until_alone()
    settle_order.sweep(at=at)
    tick(at)
    log = EventLog(settings.WORKSPACE)
    relay(log)
    broken = [one for one in check_all(Scope(log, at)) if one.status in ("broken", "late")]
    return [f"{one.invariant.number} {one.app}: {one.found.examples[0]}" for one in broken]


def named(do: str) -> Callable[..., object]:
    """A scene, a racer or a look afterwards, by name."""
    found = [getattr(importlib.import_module(module), do, None) for module in SCENES]
    [one] = {one for one in found if one is not None}
    return one


def run(order: Spec, writer: int) -> None:
    """Carry one of these out and write its answer."""
    try:
        answer = {"answer": named(order["name"])(**order["given"])}
    except Exception as fault:  # noqa: BLE001 - told to the test, which fails by it
        answer = {"fault": f"{order['name']}: {type(fault).__name__}: {fault}"}
    connection.close()
    with os.fdopen(writer, "w") as out:
        out.write(json.dumps(answer) + "\n")


def start_together(racers: list[Spec], child: Callable[[Callable[[], None]], None]) -> list[Spec]:
    """Fork a process for each racer; all begin when the last one is connected. Answers what each answers."""
    ready, is_ready = os.pipe()
    gate, opened = os.pipe()
    readers = []
    for racer in racers:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(opened)
            os.close(reader)

            def work(racer: Spec = racer, writer: int = writer) -> None:
                connection.ensure_connection()
                os.write(is_ready, b".")
                os.read(gate, 1)
                run(racer, writer)

            child(work)
        os.close(writer)
        readers.append(reader)
    for _ in racers:
        os.read(ready, 1)
    # Nobody writes to the gate: closing it wakes everybody.
    for end in (opened, gate, ready, is_ready):
        os.close(end)
    answers = []
    for reader in readers:
        with os.fdopen(reader) as answer:
            answers.append(json.loads(answer.read() or '{"fault": "a racer died"}'))
    return answers

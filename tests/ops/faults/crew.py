"""What the processes do that are started and killed: shoppers, a batcher, a relay, a sweeper. All of it can be done again by key."""

import datetime as dt
import json
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import LianyiError
from lianyi.ops.journal.commands import execute, find_result
from lianyi.ops.journal.relay import relay
from lianyi.ops.ledger.services import give
from lianyi.ops.members.selectors import get_member
from lianyi.ops.members.services import join
from lianyi.ops.shop.refusals import LineUnusable
from lianyi.ops.shop.selectors import get_order, get_product
from lianyi.ops.shop.services import Line, ReturnLine, allot_stock, cancel_order, grab, pay_order, place_order, refund_order, sweep_expired
from lianyi.ops.shop.services.products import add_product
from lianyi.stream.log.table import EventLog

OWNER = Actor("team", "t_owner", frozenset({"owner"}))
MEMBERS = 12
PIECES, HOT_PIECES, LIMIT = 2_000, 400, 40
START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
Spec = dict[str, Any]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open_shop() -> None:
    """The world before the first kill."""
    for n in range(MEMBERS):
        referrer = member(n - 1).public_id if n else None
        join(actor=OWNER, at=START, phone=phone(n), referrer_id=referrer, key=f"join:{n}")
    for name, pieces in (("p_calm", PIECES), ("p_hot", HOT_PIECES)):
        add_product(actor=OWNER, at=START, title=name, price_fen=1000, pieces=pieces, public_id=name, key=name)
    allot_stock(actor=OWNER, at=START, product=get_product("p_hot"), pieces=HOT_PIECES, campaign_id="hot", member_limit=LIMIT, key="allot")


def phone(n: int) -> str:
    return f"139{n:08d}"


def member(n: int):
    return get_member((find_result(f"join:{n}") or {})["member"])


def carry_out(spec: Spec) -> str:
    """Carry out one command; "ok" and its answer, or "no" and the code of the refusal. Again, by the same key, it is the same."""
    try:
        return "ok " + json.dumps(DO[spec["op"]](spec), sort_keys=True)
    except LianyiError as fault:
        return f"no {fault.code}"


def at_of(spec: Spec) -> dt.datetime:
    return dt.datetime.fromisoformat(spec["at"])


def _place(spec: Spec) -> Any:
    buyer = member(spec["member"])
    order = place_order(
        key=spec["key"], actor=Actor("member", buyer.public_id), at=at_of(spec), member=buyer,
        lines=[Line(get_product("p_calm"), quantity) for quantity in spec["quantities"]], patience=dt.timedelta(seconds=spec["patience"]),
    )  # fmt: skip
    return order.public_id


def _grab(spec: Spec) -> Any:
    buyer = member(spec["member"])
    order = grab(
        key=spec["key"], actor=Actor("member", buyer.public_id), at=at_of(spec), member=buyer, line=Line(get_product("p_hot"), spec["quantity"], 500),
        stock_of="campaign:hot", campaign_id="hot", patience=dt.timedelta(seconds=spec["patience"]),
    )  # fmt: skip
    return order.public_id


def _order_of(spec: Spec):
    placed = find_result(spec["order"])
    if placed is None:
        raise LineUnusable(why="no such order")
    return get_order(placed["order"])


def _pay(spec: Spec) -> Any:
    """Payment and points, in one command."""
    order = _order_of(spec)

    def do() -> dict[str, str]:
        payment = pay_order(
            key=f"{spec['key']}/pay", actor=SYSTEM, at=at_of(spec), order=order, reference=spec["reference"], amount_fen=order.payable_fen
        )
        if payment.state == "captured":
            give_points(order, at_of(spec))
        return {"payment": payment.state}

    return execute(key=spec["key"], name="crew.pay", actor=SYSTEM, at=at_of(spec), payload={"order": order.public_id}, do=do)


def give_points(order, at: dt.datetime) -> None:
    give("points", order.member, max(1, order.payable_fen // 100), key=f"points:{order.public_id}", actor=SYSTEM, at=at)


def _cancel(spec: Spec) -> Any:
    return cancel_order(key=spec["key"], actor=OWNER, at=at_of(spec), order=_order_of(spec)).state


def _refund(spec: Spec) -> Any:
    return refund_order(key=spec["key"], actor=OWNER, at=at_of(spec), order=_order_of(spec), lines=[ReturnLine(1, 1)]).public_id


def _join(spec: Spec) -> Any:
    return join(
        actor=OWNER, at=at_of(spec), phone=phone(spec["n"]), referrer_id=member(spec["n"] % MEMBERS).public_id, key=spec["key"]
    ).public_id


DO: dict[str, Callable[[Spec], Any]] = {
    "place": _place, "grab": _grab, "pay": _pay, "cancel": _cancel, "refund": _refund, "join": _join,
}  # fmt: skip


class Said:
    """Lines to a file, each in one write, so that a kill leaves whole lines."""

    def __init__(self, file: Path) -> None:
        self.descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __call__(self, **line: Any) -> None:
        os.write(self.descriptor, (json.dumps(line) + "\n").encode())

    def attempt(self, spec: Spec) -> str:
        self(attempt=spec)
        answer = carry_out(spec)
        self(key=spec["key"], answer=answer)
        return answer


def shop(said: Said, name: str, chance: random.Random) -> None:
    """Buy, pay, cancel and return without end."""
    mine: list[str] = []
    for n in range(1_000_000):
        key, at = f"{name}:{n}", now().isoformat()
        op = chance.choice(["place", "place", "place", "pay", "pay", "pay", "cancel", "refund", "join"]) if mine else "place"
        spec: Spec = {"op": op, "key": key, "at": at}
        if op == "place":
            spec |= {"member": chance.randrange(MEMBERS), "quantities": [chance.randint(1, 3) for _ in range(chance.randint(1, 2))]}
            spec["patience"] = chance.choice([0.05, 0.2, 600])
        elif op == "join":
            # Two shoppers may ask for the same number at once.
            spec["n"] = 1000 + chance.randrange(200)
        else:
            spec |= {"order": chance.choice(mine[-6:]), "reference": f"ref:{key}"}
        if said.attempt(spec).startswith("ok") and op == "place":
            mine.append(key)


def grab_hot(said: Said, name: str, chance: random.Random) -> None:
    """Eight members' phones in front of one batcher; some press twice."""

    def press(phone_number: int) -> None:
        mine = random.Random(chance.random() + phone_number)
        for n in range(1_000_000):
            key = f"{name}:{phone_number}:{n}"
            spec = {"op": "grab", "key": key, "at": now().isoformat(), "member": mine.randrange(MEMBERS), "quantity": mine.randint(1, 2)}
            spec["patience"] = mine.choice([0.05, 0.2, 600])
            said.attempt(spec)
            if mine.random() < 0.3:
                said.attempt(spec)
            if mine.random() < 0.5:
                said.attempt({"op": "pay", "key": f"{key}/paid", "order": key, "reference": f"ref:{key}", "at": now().isoformat()})

    threads = [threading.Thread(target=press, args=(n,), daemon=True) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def keep_relaying(said: Said, name: str, chance: random.Random) -> None:
    log = EventLog(settings.WORKSPACE)
    while True:
        moved = relay(log, at_once=chance.choice([40, 10_000]))
        said(relayed=moved.last)


def keep_sweeping(said: Said, name: str, chance: random.Random) -> None:
    while True:
        swept = sweep_expired(at=now(), at_once=chance.choice([1, 5, 200]))
        said(swept=len(swept))
        time.sleep(0.005)


ROLES = {"shop": shop, "grab": grab_hot, "relay": keep_relaying, "sweep": keep_sweeping}


def live(role: str, file: str, name: str, seed: str) -> None:
    """The life of one process, until it is killed. A fault is told, and is a failure of its own."""
    said = Said(Path(file))
    said(started=name)
    try:
        ROLES[role](said, name, random.Random(seed))
    except Exception as fault:
        said(fault=f"{type(fault).__name__}: {fault}"[:500])
        raise
    finally:
        connection.close()

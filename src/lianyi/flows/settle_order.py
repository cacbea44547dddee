"""An order is paid, refunded or closed, and everything that follows from it in campaigns and the ledger, in one command."""

import datetime as dt
import logging
import secrets
from collections.abc import Mapping, Sequence

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns import services as campaigns
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.shop import services as shop
from lianyi.ops.shop.selectors import Order, Payment, Refund, get_order, get_payment, get_refund, list_refunds_to_send
from lianyi.ops.shop.services import ReturnLine
from lianyi.ops.shop.tenders import Owed, Tender, TenderUnreachable

log = logging.getLogger("lianyi.flows")


def pay(*, key: str, actor: Actor, at: dt.datetime, order: Order, reference: str, amount_fen: int, tender: str = "offline") -> Payment:
    """Record money that came in for an order, and what it sets off: seats, coupons, points, commission, invitations, chances.

    A payment that pays nothing (late, twice, a wrong amount) sets nothing off and goes back. Raises as shop.pay_order.
    """

    def do() -> Result:
        before = get_order(order.public_id).state
        payment = shop.pay_order(
            key=f"{key}:pay", actor=actor, at=at, order=order, reference=reference, amount_fen=amount_fen, tender=tender
        )
        if before == "pending" and payment.state == "captured":
            campaigns.order_paid(get_order(order.public_id), actor, at)
        return {"payment": payment.pk}

    payload = {"order": order.public_id, "tender": tender, "reference": reference, "amount_fen": amount_fen}
    return get_payment(execute(key=key, name="flows.pay", actor=actor, at=at, payload=payload, do=do)["payment"])


def refund(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    order: Order,
    lines: Sequence[ReturnLine] = (),
    reason: str = "",
    asked: Refund | None = None,
) -> Refund:
    """Decide a refund; once its money is back, points, commission and subsidies follow. asked : one that the member asked for. Raises as shop.refund_order."""

    def do() -> Result:
        decided = shop.refund_order(key=f"{key}:refund", actor=actor, at=at, order=order, lines=lines, reason=reason, refund=asked)
        _follow(decided, actor, at)
        return {"refund": decided.public_id}

    payload = {
        "order": order.public_id,
        "lines": [[line.number, line.quantity, line.amount_fen, line.restocked] for line in lines],
        "asked": asked.public_id if asked else "",
    }
    return get_refund(execute(key=key, name="flows.refund", actor=actor, at=at, payload=payload, do=do)["refund"])


def settle_refund(*, key: str, actor: Actor, at: dt.datetime, refund: Refund, reference: str) -> Refund:
    """Record that a gateway has sent an approved refund, and what follows. Raises as shop.settle_refund."""

    def do() -> Result:
        before = get_refund(refund.public_id).state
        done = shop.settle_refund(key=f"{key}:settle", actor=actor, at=at, refund=refund, reference=reference)
        if before != "settled":
            _follow(done, actor, at)
        return {"refund": done.public_id}

    payload = {"refund": refund.public_id, "reference": reference}
    return get_refund(execute(key=key, name="flows.settle_refund", actor=actor, at=at, payload=payload, do=do)["refund"])


def take_notice(*, tender: Tender, headers: Mapping[str, str], body: bytes, at: dt.datetime) -> Payment | None:
    """Take the money that a gateway's notice tells of; the same one again changes nothing. None when it tells of none.

    Raises ForgedNotice, OrderUnknown (the gateway then tells it again, and somebody must look), PaymentElsewhere.
    """
    told = tender.notice(headers, body, at=at)
    if told is None:
        return None
    order = get_order(told.order_id)
    key = f"notice:{tender.name}:{told.reference}"
    return pay(key=key, actor=SYSTEM, at=at, order=order, reference=told.reference, amount_fen=told.amount_fen, tender=tender.name)


def send_refunds(*, tenders: Mapping[str, Tender], at: dt.datetime) -> list[str]:
    """Have the gateways send approved refunds that are due; answers those that are settled now.

    A refund's id is its key, committed before the first try: a crash, a lost answer or two senders at once never send it twice.
    """
    settled = []
    for refund in list_refunds_to_send(tuple(tenders), at):
        shop.note_try(at=at, refund=refund)
        paid = refund.payment
        owed = Owed(refund.public_id, paid.reference, refund.order.public_id, refund.amount_fen, paid.amount_fen, refund.reason)
        try:
            sent = tenders[paid.tender].send_back(owed, at=at)
        except TenderUnreachable as fault:
            log.exception("refund %s is tried again later", refund.public_id)
            shop.note_fault(refund=refund, why=str(fault.data["why"]))
            continue
        if sent.state != "settled":
            shop.note_fault(refund=refund, why=sent.why if sent.state == "refused" else "")
        if sent.state == "refused":
            log.error("refund %s was refused by %s: %s; settle it by hand", refund.public_id, paid.tender, sent.why)
        elif sent.state == "settled":
            settle_refund(key=f"sent:{refund.public_id}", actor=SYSTEM, at=at, refund=refund, reference=sent.reference)
            settled.append(refund.public_id)
    return settled


def cancel(*, key: str, actor: Actor, at: dt.datetime, order: Order, reason: str = "cancelled") -> Order:
    """Close an order that waits for payment; its seat, bargain and coupon are free again. Raises as shop.cancel_order."""

    def do() -> Result:
        shop.cancel_order(key=f"{key}:cancel", actor=actor, at=at, order=order, reason=reason)
        campaigns.order_closed(get_order(order.public_id), actor, at)
        return {"order": order.public_id}

    payload = {"order": order.public_id, "reason": reason}
    return get_order(execute(key=key, name="flows.cancel", actor=actor, at=at, payload=payload, do=do)["order"])


def sweep(*, at: dt.datetime, actor: Actor = SYSTEM) -> list[str]:
    """Close every order whose time is over, with what follows; answers their ids."""

    def do() -> Result:
        closed = shop.sweep_expired(at=at, actor=actor)
        for order_id in closed:
            campaigns.order_closed(get_order(order_id), actor, at)
        return {"orders": closed}

    swept: list[str] = execute(key=f"sweep:{secrets.token_urlsafe(12)}", name="flows.sweep", actor=actor, at=at, payload={}, do=do)[
        "orders"
    ]
    return swept


def _follow(refund: Refund, actor: Actor, at: dt.datetime) -> None:
    """What follows once money is back; a refund of a stray payment touches no order."""
    if refund.state == "settled" and refund.kind == "order":
        campaigns.order_refunded(refund.order, refund.public_id, actor, at)

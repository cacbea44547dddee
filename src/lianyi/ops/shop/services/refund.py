"""Giving money back: asked for by the member, decided by the team, settled when the money is there."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from lianyi.kernel.actor import Actor
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record_all
from lianyi.ops.shop.models import Order, OrderLine, Payment, Refund, RefundLine
from lianyi.ops.shop.refusals import NotRefundable, RefundOpen
from lianyi.ops.shop.selectors import get_refund
from lianyi.ops.shop.services import stocks
from lianyi.ops.shop.services.place import line_fact


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """What of a line goes back. amount_fen : None for what the pieces cost; quantity 0 for money only."""

    number: int
    quantity: int
    amount_fen: int | None = None
    restocked: bool = True


def request_refund(*, key: str, actor: Actor, at: dt.datetime, order: Order, lines: Sequence[ReturnLine] = (), reason: str = "") -> Refund:
    """Ask for an order's money, or part of it, back; nothing moves until it is decided. No lines : all that is left.

    Raises NotRefundable, RefundOpen, NotAllowed, KeyReused.
    """
    actor.require_self(order.member.public_id, otherwise="order.refund")

    def do() -> Result:
        return {"refund": _opened(order, lines, reason, at, state="requested").public_id}

    return get_refund(
        execute(key=key, name="shop.request_refund", actor=actor, at=at, payload=_payload(order, lines, reason), do=do)["refund"]
    )


def refund_order(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    order: Order,
    lines: Sequence[ReturnLine] = (),
    reason: str = "",
    refund: Refund | None = None,
) -> Refund:
    """Decide a refund: one that was asked for (`refund`), or one of the team's own. No lines : all that is left of the order.

    Money taken offline is given back on the spot, so that the refund is settled at once; a gateway's is sent by `send_refunds`.
    Raises NotRefundable, RefundOpen, NotAllowed, KeyReused.
    """
    actor.require("order.refund")

    def do() -> Result:
        decided = refund
        if decided is None:
            decided = _opened(order, lines, reason, at, state="approved")
        elif not Refund.objects.filter(pk=decided.pk, order=order, state="requested").update(state="approved", approved_at=at):
            raise NotRefundable(order=order.public_id, why=Text(zh="这笔申请已处理", en="this request was decided already"))
        if decided.payment.tender == "offline":
            _settle(get_refund(decided.public_id), actor, at, reference="")
        return {"refund": decided.public_id}

    payload = {**_payload(order, lines, reason), "refund": refund.public_id if refund else ""}
    return get_refund(execute(key=key, name="shop.refund_order", actor=actor, at=at, payload=payload, do=do)["refund"])


def reject_refund(*, key: str, actor: Actor, at: dt.datetime, refund: Refund, reason: str) -> Refund:
    """Say no to a refund that was asked for. Raises NotRefundable, NotAllowed, KeyReused."""
    actor.require("order.refund")

    def do() -> Result:
        if not Refund.objects.filter(pk=refund.pk, state="requested").update(state="rejected", reason=reason):
            raise NotRefundable(order=refund.order.public_id, why=Text(zh="这笔申请已处理", en="this request was decided already"))
        return {"refund": refund.public_id}

    payload = {"refund": refund.public_id, "reason": reason}
    return get_refund(execute(key=key, name="shop.reject_refund", actor=actor, at=at, payload=payload, do=do)["refund"])


def settle_refund(*, key: str, actor: Actor, at: dt.datetime, refund: Refund, reference: str) -> Refund:
    """Record that an approved refund's money is back with the buyer. Raises NotRefundable, NotAllowed, KeyReused."""
    actor.require("order.refund")

    def do() -> Result:
        now = get_refund(refund.public_id)
        if now.state != "settled":
            _settle(now, actor, at, reference)
        return {"refund": refund.public_id}

    payload = {"refund": refund.public_id, "reference": reference}
    return get_refund(execute(key=key, name="shop.settle_refund", actor=actor, at=at, payload=payload, do=do)["refund"])


def note_try(*, at: dt.datetime, refund: Refund) -> None:
    """Note that a gateway is about to be asked to send a refund: committed first, so that a crash cannot make us ask without end."""
    Refund.objects.filter(pk=refund.pk, state="approved").update(tries=F("tries") + 1)


def note_fault(*, refund: Refund, why: str) -> None:
    """Note why the gateway did not send a refund this time; "" where it is under way."""
    Refund.objects.filter(pk=refund.pk, state="approved").update(fault=why[:120])


def _payload(order: Order, lines: Sequence[ReturnLine], reason: str) -> dict[str, object]:
    return {
        "order": order.public_id,
        "lines": [[line.number, line.quantity, line.amount_fen, line.restocked] for line in lines],
        "reason": reason,
    }


def _opened(order: Order, lines: Sequence[ReturnLine], reason: str, at: dt.datetime, *, state: str) -> Refund:
    """A refund with its lines; the order's row is locked by touching it, so that two cannot be opened at once."""
    if not Order.objects.filter(pk=order.pk, state="paid").update(state="paid"):
        raise NotRefundable(order=order.public_id, why=Text(zh="订单未付款或已全部退款", en="it is not paid, or refunded already"))
    if Refund.objects.filter(order=order, kind="order", state__in=("requested", "approved")).exists():
        raise RefundOpen(order=order.public_id)
    now = Order.objects.get(pk=order.pk)
    rows = list(OrderLine.objects.filter(order=order).order_by("number"))
    wanted = {line.number: line for line in lines} or {
        row.number: ReturnLine(row.number, row.quantity - row.returned_quantity, row.paid_fen - row.refunded_fen) for row in rows
    }
    parts = [(row, wanted[row.number], _amount(order, row, wanted[row.number])) for row in rows if row.number in wanted]
    if len(parts) != len(wanted) or (lines and len(wanted) != len(lines)):
        raise NotRefundable(order=order.public_id, why=Text(zh="没有这一行", en="it has no such line"))
    goods_fen = sum(amount for _, _, amount in parts)
    rest = now.payable_fen - now.refunded_fen
    is_all = all(
        row.quantity == row.returned_quantity + (wanted[row.number].quantity if row.number in wanted else 0) for row in rows
    ) and goods_fen == sum(row.paid_fen - row.refunded_fen for row in rows)
    shipping_fen = rest - goods_fen if is_all else 0
    if goods_fen + shipping_fen == 0 and not any(part.quantity for _, part, _ in parts):
        raise NotRefundable(order=order.public_id, why=Text(zh="没有可退的", en="nothing is left of it"))
    refund = Refund.objects.create(
        public_id=f"r_{secrets.token_hex(10)}",
        kind="order",
        order=order,
        payment=Payment.objects.get(order=order, state="captured"),
        amount_fen=goods_fen + shipping_fen,
        shipping_fen=shipping_fen,
        state=state,
        reason=reason[:200],
        requested_at=at,
        approved_at=at if state == "approved" else None,
    )
    RefundLine.objects.bulk_create(
        [
            RefundLine(refund=refund, line=row, quantity=part.quantity, amount_fen=amount, restocked=part.restocked)
            for row, part, amount in parts
        ]
    )
    return refund


def _amount(order: Order, row: OrderLine, part: ReturnLine) -> int:
    """What goes back for a part of a line: by default its share, so that all parts together are what was paid, to the fen."""
    if not 0 <= part.quantity <= row.quantity - row.returned_quantity:
        raise NotRefundable(order=order.public_id, why=Text(zh="退货件数多于所购", en="more pieces than were bought"))
    if part.amount_fen is None:
        after = row.paid_fen * (row.returned_quantity + part.quantity) // row.quantity
        return max(0, min(after, row.paid_fen) - row.refunded_fen)
    if not 0 <= part.amount_fen <= row.paid_fen - row.refunded_fen:
        raise NotRefundable(order=order.public_id, why=Text(zh="退款多于实付", en="more money than was paid"))
    return part.amount_fen


def _settle(refund: Refund, actor: Actor, at: dt.datetime, reference: str) -> None:
    if not Refund.objects.filter(pk=refund.pk, state="approved").update(state="settled", settled_at=at, reference=reference, fault=""):
        raise NotRefundable(order=refund.order.public_id, why=Text(zh="这笔退款尚未批准或已完成", en="it is not approved, or done already"))
    if refund.kind == "payment":
        # The order never had this money: that it came and goes back was told when it came.
        return
    order = refund.order
    parts = list(RefundLine.objects.filter(refund=refund).select_related("line__product", "line__stock").order_by("line__number"))
    Order.objects.filter(pk=order.pk).update(refunded_fen=F("refunded_fen") + refund.amount_fen)
    for part in parts:
        OrderLine.objects.filter(pk=part.line_id).update(
            returned_quantity=F("returned_quantity") + part.quantity, refunded_fen=F("refunded_fen") + part.amount_fen
        )
    if not OrderLine.objects.filter(order=order, returned_quantity__lt=F("quantity")).exists():
        Order.objects.filter(pk=order.pk, refunded_fen=F("payable_fen")).update(state="refunded")
    record_all(
        [
            line_fact(
                "order_refunded",
                order,
                part.line,
                actor,
                at,
                quantity=part.quantity,
                amount_fen=part.amount_fen + (refund.shipping_fen if i == 0 else 0),
                body={"refund_id": refund.public_id, "reason": refund.reason or None, "restocked": part.restocked},
            )
            for i, part in enumerate(parts)
        ]
    )
    restocked: dict[int, int] = {}
    lost: dict[int, int] = {}
    counted: dict[tuple[int, int], int] = {}
    for part in parts:
        where = restocked if part.restocked else lost
        where[part.line.stock_id] = where.get(part.line.stock_id, 0) + part.quantity
        place = (part.line.stock_id, order.member_id)
        counted[place] = counted.get(place, 0) + part.quantity
    stocks.take_back(restocked, lost)
    stocks.count_out(counted)

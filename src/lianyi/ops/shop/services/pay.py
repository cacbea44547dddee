"""Taking a payment."""

import datetime as dt
import secrets

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record, record_all
from lianyi.ops.shop.models import Order, OrderLine, Payment, Refund
from lianyi.ops.shop.services import stocks
from lianyi.ops.shop.services.place import line_fact

__all__ = ["PaymentElsewhere", "pay_order"]


class PaymentElsewhere(BadInput):
    """A payment's reference is known, for another order or amount."""

    code = "payment_elsewhere"
    message = Text(zh="收款流水 %(reference)s 已用于另一笔收款。", en="The payment %(reference)s is known for something else.")


def pay_order(
    *, key: str, actor: Actor, at: dt.datetime, order: Order, reference: str, amount_fen: int, tender: str = "offline"
) -> Payment:
    """Record money that came in for an order: by the system for a gateway's verified notice, by the team at the counter.

    reference : the tender's own number; the same one again is the same payment
    An order that is no longer waiting, or a wrong amount, is never revived by it: the payment is recorded as `returned`, with the
    refund that sends it back. Look at the answer's `state`.
    Raises NotAllowed, PaymentElsewhere, KeyReused.
    """
    actor.require("shop.write")

    def do() -> Result:
        known = Payment.objects.filter(tender=tender, reference=reference).first()
        if known is not None:
            if (known.order_id, known.amount_fen) != (order.pk, amount_fen):
                raise PaymentElsewhere(reference=reference)
            return {"payment": known.pk}
        # The row decides between payment and expiry, payment and cancelling, payment and another payment.
        paid = Order.objects.filter(pk=order.pk, state="pending", expires_at__gt=at, payable_fen=amount_fen).update(
            state="paid", paid_at=at
        )
        payment = Payment.objects.create(
            order=order,
            tender=tender,
            reference=reference,
            amount_fen=amount_fen,
            state="captured" if paid else "returned",
            reason="" if paid else _why_not(order, at, amount_fen),
            at=at,
        )
        if paid:
            _capture(order, actor, at)
        else:
            _send_back(order, payment, actor, at)
        return {"payment": payment.pk}

    payload = {"order": order.public_id, "tender": tender, "reference": reference, "amount_fen": amount_fen}
    done = execute(key=key, name="shop.pay_order", actor=actor, at=at, payload=payload, do=do)
    return Payment.objects.select_related("order__member").get(pk=done["payment"])


def _capture(order: Order, actor: Actor, at: dt.datetime) -> None:
    rows = list(OrderLine.objects.filter(order=order).select_related("product", "stock").order_by("number"))
    OrderLine.objects.filter(order=order).update(deal_at=at)
    record_all(
        [
            line_fact(
                "order_paid",
                order,
                row,
                actor,
                at,
                body={
                    "unit_price_fen": row.unit_price_fen,
                    "discount_fen": row.discount_fen,
                    "shipping_fen": order.shipping_fen if row.number == 1 and order.shipping_fen else None,
                },
            )
            for row in rows
        ]
    )
    stocks.sell(stocks.quantities(rows))


def _send_back(order: Order, payment: Payment, actor: Actor, at: dt.datetime) -> None:
    """One refund for a payment that pays nothing; its row is committed before any gateway is called."""
    Refund.objects.create(
        public_id=f"r_{secrets.token_hex(10)}",
        kind="payment",
        order=order,
        payment=payment,
        amount_fen=payment.amount_fen,
        state="approved",
        reason=payment.reason,
        requested_at=at,
        approved_at=at,
    )
    record(
        name="payment_returned",
        at=at,
        actor=actor,
        member_id=order.member.public_id,
        order_id=order.public_id,
        subject_id=f"{payment.tender}:{payment.reference}",
        kind=payment.reason,
        amount_fen=payment.amount_fen,
    )


def _why_not(order: Order, at: dt.datetime, amount_fen: int) -> str:
    now = Order.objects.get(pk=order.pk)
    if now.state == "closed":
        return "closed"
    if now.state != "pending":
        return "paid_already"
    return "late" if now.expires_at <= at else "amount"

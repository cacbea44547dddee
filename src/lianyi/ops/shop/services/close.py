"""Ending orders that were not paid: by hand, or when their time is over."""

import datetime as dt
import secrets
from collections.abc import Sequence

from django.db import connection

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import draft, record_all
from lianyi.ops.shop.models import Order, OrderLine
from lianyi.ops.shop.refusals import NotPending
from lianyi.ops.shop.selectors import get_order
from lianyi.ops.shop.services import stocks

AT_ONCE = 200


def cancel_order(*, key: str, actor: Actor, at: dt.datetime, order: Order, reason: str = "cancelled") -> Order:
    """Close an order that waits for payment, and give its pieces back. Raises NotPending, NotAllowed, KeyReused."""
    actor.require_self(order.member.public_id, otherwise="shop.write")

    def do() -> Result:
        if not _close([order.pk], actor, at, reason):
            raise NotPending(order=order.public_id)
        return {"order": order.public_id}

    payload = {"order": order.public_id, "reason": reason}
    return get_order(execute(key=key, name="shop.cancel_order", actor=actor, at=at, payload=payload, do=do)["order"])


def sweep_expired(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> list[str]:
    """Close every order whose time is over, in portions of `at_once`; answers their public ids.

    Several sweepers at once do no harm, and a late or dead one delays the return of pieces, no more: payments look at the time themselves.
    """
    swept: list[str] = []
    while True:
        due = _due(at, at_once)
        if not due:
            return swept

        def do(due: list[int] = due) -> Result:
            return {"orders": _close(due, actor, at, "expired")}

        closed = execute(
            key=f"sweep:{secrets.token_urlsafe(12)}", name="shop.sweep_expired", actor=actor, at=at, payload={"due": due}, do=do
        )
        swept += closed["orders"]
        if len(due) < at_once:
            return swept


def _due(at: dt.datetime, at_once: int) -> list[int]:
    return list(
        Order.objects.filter(state="pending", expires_at__lte=at).order_by("expires_at", "id").values_list("pk", flat=True)[:at_once]
    )


def _close(pks: Sequence[int], actor: Actor, at: dt.datetime, reason: str) -> list[str]:
    """Close those that are still waiting, all together; answers their public ids. Expired ones only when they are."""
    if connection.vendor == "postgresql":
        # Those that somebody else is paying or closing at this moment are left to them.
        pending = Order.objects.select_for_update(of=("self",), skip_locked=reason == "expired")
    else:
        pending = Order.objects.all()
    chosen = pending.filter(pk__in=pks, state="pending", **({"expires_at__lte": at} if reason == "expired" else {}))
    orders = list(chosen.select_related("member").order_by("pk"))
    if not orders:
        return []
    closed = [order.pk for order in orders]
    rows = Order.objects.filter(pk__in=closed, state="pending").update(state="closed", closed_at=at, close_reason=reason)
    if rows != len(orders):
        raise AssertionError("an order changed under its lock")
    record_all(
        [
            draft(
                name="order_closed",
                at=at,
                actor=actor,
                member_id=order.member.public_id,
                order_id=order.public_id,
                campaign_id=order.campaign_id,
                body={"reason": reason},
            )
            for order in orders
        ]
    )
    lines = list(OrderLine.objects.filter(order_id__in=closed).select_related("order"))
    stocks.release(stocks.quantities(lines))
    stocks.count_out(stocks.by_member(lines))
    return [order.public_id for order in orders]

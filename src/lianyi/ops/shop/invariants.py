"""What must always be true of the shop."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, Sum

from lianyi.kernel.text import Text
from lianyi.ops.journal.checking import Found, Invariant, Scope
from lianyi.ops.journal.commands import find_result
from lianyi.ops.journal.selectors import iterate_facts
from lianyi.ops.shop.fold import NAMES, fold
from lianyi.ops.shop.lists import stuck_refunds
from lianyi.ops.shop.models import Order, OrderLine, Payment, Purchased, Refund, RefundLine, Stock

AT_ONCE = 5_000
# The sweeper comes round every few seconds; five minutes without it are worth an alarm.
SWEPT_WITHIN = dt.timedelta(minutes=5)


def stock_adds_up(scope: Scope, found: Found) -> None:
    """available + held + sold = total, none of them negative."""
    for stock in Stock.objects.all():
        found.expect(
            stock.available + stock.held + stock.sold == stock.total and min(stock.available, stock.held, stock.sold) >= 0,
            f"stock {stock}: {stock.available} + {stock.held} + {stock.sold} of {stock.total}",
        )


def stock_is_what_orders_say(scope: Scope, found: Found) -> None:
    """held = pieces in pending orders; sold = pieces paid for and not returned."""
    held = _pieces(Q(order__state="pending"))
    sold = _pieces(Q(order__state__in=("paid", "refunded")))
    for stock in Stock.objects.all():
        seen = (held.get(stock.pk, 0), sold.get(stock.pk, 0))
        found.expect((stock.held, stock.sold) == seen, f"stock {stock} holds {stock.held}/{stock.sold}, its orders say {seen[0]}/{seen[1]}")


def _pieces(condition: Q) -> dict[int, int]:
    rows = OrderLine.objects.filter(condition).values_list("stock_id").annotate(n=Sum(F("quantity") - F("returned_quantity")))
    return dict(rows)


def limits_hold(scope: Scope, found: Found) -> None:
    """A member's count is what they have pending and paid, within the limit when it last grew."""
    live = Q(order__state__in=("pending", "paid", "refunded"))
    rows = (
        OrderLine.objects.filter(live).values_list("stock_id", "order__member_id").annotate(n=Sum(F("quantity") - F("returned_quantity")))
    )
    have = {(stock, member): n for stock, member, n in rows}
    limited = set(Stock.objects.filter(member_limit__isnull=False).values_list("pk", flat=True))
    counted = {(row.stock_id, row.member_id): row for row in Purchased.objects.all()}
    for place, row in counted.items():
        found.expect(
            row.quantity == have.get(place, 0), f"member {place[1]} counts {row.quantity} of stock {place[0]}, has {have.get(place, 0)}"
        )
        if row.quantity > row.allowed:
            found.fault(f"member {place[1]} has {row.quantity} of stock {place[0]}, allowed {row.allowed}")
    for place, n in have.items():
        if place[0] in limited and n and place not in counted:
            found.fault(f"member {place[1]} has {n} of limited stock {place[0]}, uncounted")


def keys_are_single(scope: Scope, found: Found) -> None:
    """Two orders never share a key, and each order's key is in the log of commands with that very order."""
    for order in Order.objects.only("key", "public_id").iterator(AT_ONCE):
        found.expect(
            (find_result(order.key) or {}).get("order") == order.public_id,
            f"order {order.public_id}: the log has another answer for its key",
        )
    for row in Order.objects.values("key").annotate(n=Count("id")).filter(n__gt=1)[:100]:
        found.fault(f"{row['n']} orders share the key {row['key']}")


def nothing_is_told_twice(scope: Scope, found: Found) -> None:
    """No line of an order is placed or paid twice, and no order closed twice, however often it was asked for."""
    told = Counter(
        (fact.name, fact.order_id, said.get("body", {}).get("line"))
        for fact, said in iterate_facts("order_placed", "order_paid", "order_closed")
    )
    found.checked += len(told)
    for (name, order, line), n in told.items():
        if n > 1:
            found.fault(f"{name} of {order}, line {line}, is told {n} times")


def payments_match(scope: Scope, found: Found) -> None:
    """A paid order has exactly one captured payment, of what is payable; a payment that went back has exactly one refund, whole."""
    orders = Order.objects.annotate(captured=Count("payments", filter=Q(payments__state="captured")))
    for order in orders.iterator(AT_ONCE):
        found.expect(
            order.captured == (order.paid_at is not None), f"order {order.public_id} ({order.state}) has {order.captured} captured payments"
        )
    for payment in Payment.objects.filter(state="captured").exclude(amount_fen=F("order__payable_fen"))[:100]:
        found.fault(f"payment {payment} is not what its order costs")
    for payment in Payment.objects.filter(state="returned").prefetch_related("refunds"):
        refunds = list(payment.refunds.all())
        found.expect(
            len(refunds) == 1 and refunds[0].amount_fen == payment.amount_fen, f"returned payment {payment} has {len(refunds)} refunds"
        )


def refunds_within_payment(scope: Scope, found: Found) -> None:
    """What went back of an order is the sum of its settled refunds, line by line, and no more than came in."""
    settled = Refund.objects.filter(kind="order", state="settled")
    by_order = dict(settled.values_list("order_id").annotate(n=Sum("amount_fen")))
    for order in Order.objects.iterator(AT_ONCE):
        back = by_order.get(order.pk, 0)
        found.expect(
            order.refunded_fen == back and back <= (order.payable_fen if order.paid_at else 0),
            f"order {order.public_id}: {order.refunded_fen} went back, refunds say {back}",
        )
    by_line = {
        line: (pieces, amount)
        for line, pieces, amount in RefundLine.objects.filter(refund__in=settled)
        .values_list("line_id")
        .annotate(pieces=Sum("quantity"), amount=Sum("amount_fen"))
    }
    for line in OrderLine.objects.iterator(AT_ONCE):
        if (line.returned_quantity, line.refunded_fen) != by_line.get(line.pk, (0, 0)):
            found.fault(f"line {line}: its refunds say {by_line.get(line.pk, (0, 0))}")
    for refund in Refund.objects.filter(kind="order").annotate(n=Sum("lines__amount_fen")):
        if refund.amount_fen != (refund.n or 0) + refund.shipping_fen:
            found.fault(f"refund {refund.public_id} is not the sum of its lines")


def sweeper_is_not_late(scope: Scope, found: Found) -> None:
    """No order waits for payment long after its time."""
    found.checked += 1
    for order in Order.objects.filter(state="pending", expires_at__lt=scope.at - SWEPT_WITHIN)[:100]:
        found.fault(f"order {order.public_id} should have been closed at {order.expires_at.isoformat()}")


def refunds_are_not_stuck(scope: Scope, found: Found) -> None:
    """No gateway leaves an approved refund undone."""
    found.checked += Refund.objects.count()
    for refund in stuck_refunds(Refund.objects.select_related("payment", "order"))[:100]:
        found.fault(f"{refund.payment.tender} does not send refund {refund.public_id} of order {refund.order.public_id}: {refund.fault}")


def payments_in_time(scope: Scope, found: Found) -> None:
    """No payment was accepted at or after an order's expiry."""
    found.checked += Order.objects.filter(paid_at__isnull=False).count()
    for order in Order.objects.filter(paid_at__gte=F("expires_at"))[:100]:
        found.fault(f"order {order.public_id} was paid at {order.paid_at}, too late")


def changes_are_told(scope: Scope, found: Found) -> None:
    """Every change of an order is told in its facts, one a line, and nothing is told that did not happen."""
    told: Counter[tuple[str, str]] = Counter()
    for fact, _ in iterate_facts("order_placed", "order_paid", "order_closed", "order_refunded", "payment_returned"):
        told[fact.name, fact.order_id] += 1
    lines = dict(OrderLine.objects.values_list("order_id").annotate(n=Count("id")))
    refunded = _counted(RefundLine.objects.filter(refund__state="settled").values_list("line__order_id").annotate(n=Count("id")))
    returned = _counted(Payment.objects.filter(state="returned").values_list("order_id").annotate(n=Count("id")))
    for order in Order.objects.iterator(AT_ONCE):
        wanted = {
            "order_placed": lines.get(order.pk, 0),
            "order_paid": lines.get(order.pk, 0) if order.paid_at else 0,
            "order_closed": int(order.state == "closed"),
            "order_refunded": refunded.get(order.pk, 0),
            "payment_returned": returned.get(order.pk, 0),
        }
        for name, n in wanted.items():
            seen = told.pop((name, order.public_id), 0)
            found.expect(seen == n, f"order {order.public_id} ({order.state}): {seen} facts {name}, {n} expected")
    for (name, order_id), n in told.items():
        found.fault(f"{n} facts {name} of an order {order_id} that is not there")


def _counted(rows: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    return dict(rows)


def paths_are_legal(scope: Scope, found: Found) -> None:
    """The facts of each order are a path of its machine."""
    folded = fold(iterate_facts(*NAMES))
    found.checked += len(folded.orders)
    for fault in folded.faults:
        found.fault(fault)


def state_rebuilds(scope: Scope, found: Found) -> None:
    """Replaying the facts gives every order's state and amounts, and every stock, exactly."""
    folded = fold(iterate_facts(*NAMES))
    for order in Order.objects.iterator(AT_ONCE):
        seen = folded.orders.pop(order.public_id, None)
        found.expect(
            seen is not None and (seen.state, seen.payable_fen, seen.refunded_fen) == (order.state, order.payable_fen, order.refunded_fen),
            f"order {order.public_id} is {order.state}, its facts say {seen and seen.state}",
        )
    for public_id in folded.orders:
        found.fault(f"facts tell of an order {public_id} that is not there")
    for stock in Stock.objects.select_related("product"):
        row = folded.stocks.get((stock.product.public_id, stock.purpose), [0, 0, 0, 0])
        live = [stock.total, stock.available, stock.held, stock.sold]
        found.expect(row == live, f"stock {stock.product.public_id}/{stock.purpose} is {live}, its facts say {row}")


def quantities_are_positive(scope: Scope, found: Found) -> None:
    """No order is for nothing, or for less."""
    found.checked += OrderLine.objects.count()
    for line in OrderLine.objects.filter(quantity__lt=1)[:100]:
        found.fault(f"line {line} is for {line.quantity}")
    for order in Order.objects.annotate(n=Count("lines")).filter(n=0)[:100]:
        found.fault(f"order {order.public_id} has no line")


INVARIANTS = (
    Invariant(1, Text(zh="可售 + 占用 + 已售 = 总数", en="available + held + sold = total"), stock_adds_up),
    Invariant(2, Text(zh="占用与已售等于订单之和", en="Held and sold are the sums over orders"), stock_is_what_orders_say),
    Invariant(3, Text(zh="限购计数与订单一致，不超限", en="Members' counts are what they have, within the limit"), limits_hold),
    Invariant(4, Text(zh="没有两张订单共用请求编号", en="No two orders share a key"), keys_are_single),
    Invariant(6, Text(zh="重复的请求没有第二次效果", en="A repeated command has no second effect"), nothing_is_told_twice),
    Invariant(
        7,
        Text(zh="已付订单恰有一笔收款，退回的款恰有一笔退款", en="A paid order has one payment; a returned payment one refund"),
        payments_match,
    ),
    Invariant(8, Text(zh="退款不多于收款", en="No more went back than came in"), refunds_within_payment),
    Invariant(9, Text(zh="过期订单及时关闭", en="Expired orders are closed in time"), sweeper_is_not_late, alarm=True),
    Invariant(10, Text(zh="过期后不接受付款", en="No payment at or after expiry"), payments_in_time),
    Invariant(25, Text(zh="订单的每次变化恰有其事实", en="Every change of an order is told, and nothing else"), changes_are_told),
    Invariant(26, Text(zh="每张订单的事实是一条合法路径", en="Each order's facts are a legal path"), paths_are_legal),
    Invariant(27, Text(zh="由事实重算得到订单与库存", en="The facts rebuild orders and stock"), state_rebuilds),
    Invariant(36, Text(zh="退款都退得出去", en="Approved refunds are sent"), refunds_are_not_stuck, alarm=True),
    Invariant(32, Text(zh="没有零件或负件的订单", en="No order is for nothing or less"), quantities_are_positive),
)

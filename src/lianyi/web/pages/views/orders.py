"""A member's orders: what they are, paying, cancelling, asking for the money back."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows import settle_order
from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.selectors import find_seat_of_order
from lianyi.ops.shop.rules.reasons import REFUND_REASONS
from lianyi.ops.shop.selectors import Order, find_order, list_lines, list_orders, list_refunds
from lianyi.ops.shop.services import ReturnLine, request_refund
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.numbers import whole_number
from lianyi.web.pages.session import actor_of, key_of, member_only, the_member
from lianyi.web.pages.showing import show
from lianyi.web.ui.templatetags.words import spoken

CHANGES = Limit("orders changed", times=30, window_seconds=60)
ORDER = Text(zh="订单", en="order")
STATES = {
    "pending": (Text(zh="待付款", en="To pay"), "warn"),
    "paid": (Text(zh="已付款", en="Paid"), "good"),
    "refunded": (Text(zh="已退款", en="Refunded"), ""),
    "closed": (Text(zh="已关闭", en="Closed"), ""),
}
REFUNDS = {
    "requested": (Text(zh="等待审核", en="Being looked at"), "warn"),
    "approved": (Text(zh="退款中", en="On its way"), "accent"),
    "settled": (Text(zh="已退回", en="Sent back"), "good"),
    "rejected": (Text(zh="未通过", en="Not granted"), "bad"),
}


# The ways to pay besides the counter.
GATEWAYS = {
    "wechat": Text(zh="微信支付", en="Pay with WeChat"),
    "alipay": Text(zh="支付宝", en="Pay with Alipay"),
}


def own_order(request: HttpRequest, public_id: str) -> Order:
    """The member's own order. Somebody else's is as if it were not there."""
    order = find_order(public_id)
    if order is None or order.member_id != the_member(request).pk:
        raise NotThere(what=ORDER)
    return order


@require_GET
@member_only
def orders(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    found = list_orders(the_member(request))
    lines = list_lines(found)
    rows = [(order, lines[order.pk], *STATES[order.state]) for order in found]
    return show(request, "orders", {"orders": rows}, page="orders")


@require_GET
@member_only
def order(request: HttpRequest, public_id: str) -> HttpResponse:
    """One order: where it is, what it cost, what can be done."""
    return shown(request, own_order(request, public_id))


def shown(request: HttpRequest, found: Order, *, wrong: str = "", status: int = 200) -> HttpResponse:
    """The page of an order, with what was wrong with the form on it."""
    refunds = list_refunds(found)
    is_open = any(refund.state in {"requested", "approved"} for refund in refunds)
    lines = list_lines([found])[found.pk]
    name, tone = STATES[found.state]
    context: dict[str, Any] = {
        "order": found,
        "state": name,
        "tone": tone,
        "lines": lines,
        "seat": find_seat_of_order(found),
        "is_waiting": found.state == "pending" and request.at < found.expires_at,
        "is_late": found.state == "pending" and request.at >= found.expires_at,
        "refunds": [(refund, *REFUNDS[refund.state]) for refund in refunds],
        "may_return": found.state == "paid" and not is_open,
        "reasons": REFUND_REASONS,
        "gateways": [(name, GATEWAYS[name]) for name in settings.TENDERS],
        "wrong": wrong,
    }
    return show(request, "order", context, page="order", subject=found.public_id, status=status)


@require_POST
@member_only
@limited(CHANGES)
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cancel an order that waits for payment."""
    found = own_order(request, public_id)
    settle_order.cancel(key=key_of(request, "cancel"), actor=actor_of(request), at=request.at, order=found)
    messages.success(request, Text(zh="订单已取消", en="The order is cancelled").say(spoken()))
    return redirect("order", found.public_id)


@require_POST
@member_only
@limited(CHANGES)
def ask_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for money back: for all of it, or for some pieces of each line."""
    found = own_order(request, public_id)
    reason = request.POST.get("reason", "")
    if reason not in REFUND_REASONS:
        wrong = Text(zh="请选一个原因，帮我们改进。", en="Choose a reason, please.")
        return shown(request, found, wrong=wrong.say(spoken()), status=422)
    parts = []
    for line in list_lines([found])[found.pk]:
        left = line.quantity - line.returned_quantity
        pieces = whole_number(request.POST.get(f"pieces-{line.number}", str(left)), least=0, most=left)
        if pieces:
            parts.append(ReturnLine(line.number, pieces))
    if not parts:
        wrong = Text(zh="请至少选一件要退的。", en="Choose at least one piece to return.")
        return shown(request, found, wrong=wrong.say(spoken()), status=422)
    request_refund(key=key_of(request, "refund"), actor=actor_of(request), at=request.at, order=found, lines=parts, reason=reason)
    messages.success(request, Text(zh="退款申请已提交", en="Your request was sent").say(spoken()))
    return redirect("order", found.public_id)

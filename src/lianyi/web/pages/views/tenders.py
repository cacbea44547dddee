"""Paying through a gateway: going there, and the gateway's notices."""

import json
import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.settle_order import take_notice
from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.shop.selectors import Order
from lianyi.ops.shop.tenders import Start, Tender, Wanted
from lianyi.web.edge.address import client_address
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.session import member_only
from lianyi.web.pages.showing import show
from lianyi.web.pages.views.invites import qr_svg
from lianyi.web.pages.views.orders import own_order
from lianyi.web.pages.wechat import WeChatRefused, wechat

STARTS = Limit("payments begun", times=20, window_seconds=600)
GATEWAY = Text(zh="支付方式", en="way to pay")
STATE = "pay_state"
"""Session: the state sent to WeChat with the question whose window it is; it serves once."""


def tender_of(name: str) -> Tender:
    """A gateway by name. Raises NotThere."""
    found: Tender | None = settings.TENDERS.get(name)
    if found is None:
        raise NotThere(what=GATEWAY)
    return found


@require_GET
@member_only
@limited(STARTS, methods=("GET",))
def pay(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Go and pay. Opened again it is the same payment at the gateway: the order's number is its key."""
    order, tender = own_order(request, public_id), tender_of(name)
    if not is_waiting(request, order):
        return redirect("order", public_id)
    port = wechat() if name == "wechat" and "MicroMessenger" in agent(request) else None
    if port is not None:
        request.session[STATE] = state = secrets.token_urlsafe(24)
        back = request.build_absolute_uri(reverse("pay_in_wechat", args=[public_id]))
        return redirect(port.ask_url(back=back, state=state))
    return begun(request, order, tender.start(wanted(request, order, name), at=request.at))


@require_GET
@member_only
@limited(STARTS, methods=("GET",))
def pay_in_wechat(request: HttpRequest, public_id: str) -> HttpResponse:
    """Come back from WeChat knowing whose payment window it is, and open it. The open id is used here and kept nowhere."""
    order, port, state = own_order(request, public_id), wechat(), request.session.pop(STATE, "")
    if port is None or not state or not secrets.compare_digest(state.encode(), request.GET.get("state", "").encode()):
        raise WeChatRefused
    if not is_waiting(request, order):
        return redirect("order", public_id)
    open_id = port.open_id(request.GET.get("code", "")[:128])
    return begun(request, order, tender_of("wechat").start(wanted(request, order, "wechat", open_id=open_id), at=request.at))


@csrf_exempt
@require_POST
def notice(request: HttpRequest, name: str) -> HttpResponse:
    """What a gateway tells us. Its signature is the authority; what is not taken is told again by the gateway."""
    tender = tender_of(name)
    take_notice(tender=tender, headers=request.headers, body=request.body, at=request.at)
    status, kind, body = tender.thanks
    return HttpResponse(body, status=status, content_type=kind)


def is_waiting(request: HttpRequest, order: Order) -> bool:
    """Whether an order can still be paid."""
    return order.state == "pending" and request.at < order.expires_at


def agent(request: HttpRequest) -> str:
    """The browser's name for itself."""
    return request.headers.get("user-agent", "")


def wanted(request: HttpRequest, order: Order, name: str, *, open_id: str = "") -> Wanted:
    """The payment that an order waits for."""
    return Wanted(
        order_id=order.public_id,
        amount_fen=order.payable_fen,
        what=f"{settings.WORKSPACE.brand} {order.public_id}",
        expires_at=order.expires_at,
        back_url=request.build_absolute_uri(reverse("order", args=[order.public_id])),
        notice_url=request.build_absolute_uri(reverse("payment_notice", args=[name])),
        address=client_address(request),
        open_id=open_id,
        on_phone=bool(re.search("Mobile|Android|iPhone", agent(request))),
    )


def begun(request: HttpRequest, order: Order, start: Start) -> HttpResponse:
    """Go there, or show what is to be scanned or confirmed."""
    if start.kind == "link":
        response = redirect(start.value)
        # WeChat opens its page only for the shop's own site, which it reads from here; the path is none of its business.
        response["Referrer-Policy"] = "origin"
        return response
    code = qr_svg(start.value) if start.kind == "code" else ""
    return show(
        request,
        "pay",
        {"order": order, "start": start, "code": code, "given": json.dumps(dict(start.given))},
        page="pay",
        subject=order.public_id,
    )

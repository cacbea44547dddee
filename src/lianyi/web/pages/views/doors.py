"""Coming in and going out."""

import re
import secrets
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.rules.risk import KEEP_DAYS
from lianyi.ops.campaigns.services import note_trait
from lianyi.ops.members.rules import phone_number
from lianyi.ops.members.selectors import Member
from lianyi.ops.members.services import join
from lianyi.web.edge.address import client_address
from lianyi.web.edge.limits import Limit, limited, spend
from lianyi.web.pages.messages import messenger
from lianyi.web.pages.session import actor_of, enter_kept_group, member_of, sign_in
from lianyi.web.pages.shares import brought_by
from lianyi.web.pages.showing import show
from lianyi.web.pages.sign_in import is_usable, link_token, use_link
from lianyi.web.pages.wechat import WeChatRefused, wechat
from lianyi.web.ui.look import safe_next
from lianyi.web.ui.templatetags.words import spoken

ASKS = Limit("sign-in links by address", times=10, window_seconds=600)
ASKS_OF_PHONE = Limit("sign-in links by telephone", times=3, window_seconds=600)
TRIES = Limit("sign-in links tried", times=30, window_seconds=600)
SMS = Text(
    zh="%(brand)s：点开链接登录，15 分钟内有效，只能用一次。不是您本人操作请忽略。%(url)s",
    en="%(brand)s: open this link to sign in; it is good for 15 minutes, once. Not you? Ignore it. %(url)s",
)
STATE = "wechat_state"
DEVICE = "device"
"""A random number of this device, kept against fraud and for nothing else (the privacy notice says so)."""
NEXT = "next"


@require_http_methods(["GET", "POST"])
@limited(ASKS)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in link. The answer is the same whether or not the number is known."""
    context: dict[str, Any] = {"next": safe_next(request), "has_wechat": wechat() is not None, "phone": ""}
    if request.method == "GET":
        return show(request, "sign_in", context, page="sign_in")
    try:
        phone = phone_number(request.POST.get("phone", "")[:40])
    except BadInput as fault:
        context |= {"phone": request.POST.get("phone", "")[:40], "wrong": fault.say(spoken())}
        return show(request, "sign_in", context, page="sign_in", status=422)
    spend(ASKS_OF_PHONE, phone)
    token = link_token(at=request.at, phone=phone)
    url = request.build_absolute_uri(f"{reverse('use_link', args=[token])}?{urlencode({'next': context['next']})}")
    messenger().send(phone, SMS.say(spoken(), brand=settings.WORKSPACE.brand, url=url))
    return show(request, "link_sent", {"ends": phone[-4:]}, page="sign_in")


@require_http_methods(["GET", "POST"])
@limited(TRIES, methods=("GET", "POST"))
def use(request: HttpRequest, token: str) -> HttpResponse:
    """A sign-in link. Opening it shows a button: programs that look at links in messages do not use it up."""
    if request.method == "GET":
        is_usable(token, at=request.at)
        return show(request, "use_link", {"next": safe_next(request)}, page="sign_in")
    member = use_link(token, actor=actor_of(request), at=request.at, brought=brought_by(request))
    return welcome(request, member, safe_next(request))


def welcome(request: HttpRequest, member: Member, path: str) -> HttpResponse:
    """Bind the session, note what the account was seen with (as keyed hashes, against fraud), and go on."""
    sign_in(request, member)
    enter_kept_group(request)
    response = redirect(path)
    device = request.COOKIES.get(DEVICE, "")
    if not re.fullmatch(r"[0-9a-f]{32}", device):
        device = secrets.token_hex(16)
    response.set_cookie(DEVICE, device, max_age=KEEP_DAYS * 24 * 3600, samesite="Lax", secure=request.is_secure(), httponly=True)
    note_trait(at=request.at, member=member, kind="device", value=device)
    note_trait(at=request.at, member=member, kind="network", value=client_address(request))
    return response


@require_GET
def to_wechat(request: HttpRequest) -> HttpResponse:
    """Go and ask WeChat who this is."""
    port = wechat()
    if port is None:
        return redirect("sign_in")
    request.session[STATE] = state = secrets.token_urlsafe(24)
    request.session[NEXT] = safe_next(request)
    return redirect(port.ask_url(back=request.build_absolute_uri(reverse("from_wechat")), state=state))


@require_GET
@limited(TRIES, methods=("GET",))
def from_wechat(request: HttpRequest) -> HttpResponse:
    """Come back from WeChat. The state is this session's own and serves once, so that nobody is signed in by somebody else's code."""
    port, state = wechat(), request.session.pop(STATE, "")
    given = request.GET.get("state", "")
    if port is None or not state or not secrets.compare_digest(state.encode(), given.encode()):
        raise WeChatRefused
    brought = brought_by(request)
    member = join(
        actor=actor_of(request),
        at=request.at,
        open_id=port.open_id(request.GET.get("code", "")[:128]),
        referrer_id=brought.referrer_id or None,
        channel=brought.channel,
        platform="wechat",
    )
    return welcome(request, member, request.session.pop(NEXT, "/"))


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    """Sign out on this device."""
    if member_of(request):
        request.session.flush()
        messages.success(request, Text(zh="已退出登录", en="Signed out").say(spoken()))
    return redirect("home")

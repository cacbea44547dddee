"""Bringing friends: links that carry who shared them, the poster, who came."""

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from lianyi.ops.members.selectors import list_referred
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.seals import LinkBroken, opened
from lianyi.web.pages.session import member_only, the_member
from lianyi.web.pages.shares import PATH, PURPOSE, remember_brought, share_url
from lianyi.web.pages.showing import show

VISITS = Limit("share links opened", times=120, window_seconds=60)


@require_GET
@limited(VISITS, methods=("GET",))
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A link that somebody shared: on to its page, remembering who it was."""
    said = opened(PURPOSE, token, at=request.at)
    if not PATH.fullmatch(said["p"]):
        raise LinkBroken
    remember_brought(request, said)
    return redirect(said["p"])


@require_GET
@member_only
def invites(request: HttpRequest) -> HttpResponse:
    """Who came through the member, and a link for more."""
    member = the_member(request)
    context = {"friends": list_referred(member), "url": share_url(request, member, "/")}
    return show(request, "invites", context, page="invites")


@require_GET
@member_only
def poster(request: HttpRequest) -> HttpResponse:
    """A poster with the member's own code, to keep as a picture or to show to somebody."""
    url = share_url(request, the_member(request), "/", "poster")
    context = {"url": url, "code": qr_svg(url), "brand": settings.WORKSPACE.brand}
    return show(request, "poster", context, page="poster")


def qr_svg(text: str) -> SafeString:
    """A QR code as inline SVG, dark on light whatever the theme: a camera has to read it."""
    drawn = segno.make(text, error="m").svg_inline(scale=4, border=2, dark="#16212a", light="#ffffff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - drawn here from numbers, it holds no text

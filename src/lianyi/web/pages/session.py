"""Who is looking at a page: a member who signed in on this device, or a visitor."""

import datetime as dt
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianyi.kernel.actor import VISITOR, Actor
from lianyi.ops.members.groups import enter_group
from lianyi.ops.members.selectors import Group, Member, find_member_by_row, get_group

# Sessions name members by their row, so that one which is still open says nothing about who was erased.
KEY = "member"
GROUP = "group"


def member_of(request: HttpRequest) -> Member | None:
    """The member whose session this is; None for a visitor, and for a member who was erased since."""
    if not hasattr(request, "_member"):
        row = request.session.get(KEY)
        request._member = find_member_by_row(row) if isinstance(row, int) else None  # noqa: SLF001 - kept for this request, as Django does
    found: Member | None = request._member  # noqa: SLF001
    return found


def the_member(request: HttpRequest) -> Member:
    """The member, on a page that is theirs only (behind member_only)."""
    member = member_of(request)
    if member is None:
        raise AssertionError("a page that needs a member is behind member_only")
    return member


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, as services want to know it."""
    member = member_of(request)
    return Actor("member", member.public_id) if member else VISITOR


def sign_in(request: HttpRequest, member: Member) -> None:
    """Bind this session to a member, under a new key, so that one that somebody else knows is worth nothing."""
    brought = {name: request.session.get(name) for name in ("brought", GROUP) if name in request.session}
    if request.session.get(KEY) not in (None, member.pk):
        request.session.flush()
    request.session.cycle_key()
    request.session.update({**brought, KEY: member.pk})
    request._member = member  # noqa: SLF001


def keep_group(request: HttpRequest, group: Group, *, until: dt.datetime) -> None:
    """Keep in this session by which group's link its visitor came. The latest link counts."""
    request.session[GROUP] = {"g": group.public_id, "until": until.isoformat()}


def enter_kept_group(request: HttpRequest) -> None:
    """Note the member in the group whose link they came by; a visitor's is kept until they sign in."""
    member, kept = member_of(request), request.session.get(GROUP)
    if member is None or not kept:
        return
    del request.session[GROUP]
    if dt.datetime.fromisoformat(kept["until"]) > request.at:
        key = f"group:{member.pk}:{secrets.token_urlsafe(12)}"
        enter_group(key=key, actor=actor_of(request), at=request.at, group=get_group(kept["g"]), member=member)


def member_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for members: a visitor is asked to sign in first, and is led back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if member_of(request) is None:
            back = request.get_full_path() if request.method == "GET" else request.POST.get("back", "/")
            return redirect(f"{reverse('sign_in')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return guarded


def key_of(request: HttpRequest, name: str) -> str:
    """The key of the command that a form asks for: the form's own, within the member's, so that nobody hits another's key.

    The member by the number of their row: keys stay when a member is erased.
    """
    member = member_of(request)
    given = "".join(letter for letter in request.POST.get("key", "") if letter.isalnum() or letter in "-_")[:40]
    return f"{name}:{member.pk if member else ''}:{given or request.request_id}"

"""Links that a member shares: they lead to a page, and carry who shared it and where."""

import datetime as dt
import re

from django.http import HttpRequest
from django.urls import reverse

from lianyi.ops.members.selectors import Member, find_member, find_member_by_row
from lianyi.web.pages.seals import seal
from lianyi.web.pages.session import member_of
from lianyi.web.pages.sign_in import Brought

PURPOSE = "share"
LIFE = dt.timedelta(days=30)
# A friend who looks today and joins next week was still brought by that link.
REMEMBERED = dt.timedelta(days=7)
CHANNELS = ("wechat", "moments", "group", "poster", "link")
KEY = "brought"
PATH = re.compile(r"/(?:[A-Za-z0-9_-]+/)*")


def share_url(request: HttpRequest, member: Member, path: str, channel: str = "link") -> str:
    """The address a member passes on. path : of the page it leads to, on this server."""
    token = seal(PURPOSE, {"m": member.public_id, "p": path, "c": channel}, until=request.at + LIFE)
    return request.build_absolute_uri(reverse("shared", args=[token]))


def remember_brought(request: HttpRequest, said: dict[str, str]) -> None:
    """Keep in this session who brought its visitor; a member does not bring themself. The latest link counts."""
    member, inviter = member_of(request), find_member(said["m"])
    if inviter is not None and inviter != member:
        request.session[KEY] = {"m": inviter.pk, "c": said["c"], "until": (request.at + REMEMBERED).isoformat()}


def brought_by(request: HttpRequest) -> Brought:
    """Who brought this session's visitor lately."""
    kept = request.session.get(KEY)
    if not kept or dt.datetime.fromisoformat(kept["until"]) <= request.at:
        return Brought()
    inviter = find_member_by_row(kept["m"])
    if inviter is None or inviter == member_of(request):
        return Brought()
    return Brought(referrer_id=inviter.public_id, channel=kept["c"])

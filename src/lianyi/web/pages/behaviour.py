"""What is recorded of how pages are used, and only of who agreed: a member in the preference centre, a visitor by a cookie on this device."""

import re
import secrets
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from lianyi.ops.journal.commands import execute
from lianyi.ops.journal.services import draft, record_all
from lianyi.ops.members.selectors import find_consent
from lianyi.web.pages.session import actor_of, member_of

PURPOSE = "behaviour"
COOKIE = "behaviour"
COOKIE_SECONDS = 180 * 24 * 3600
NO = "no"
DEVICE = re.compile(r"[0-9a-f]{32}")
# Page -> the fact of having looked at it, and the field that says at what. Other pages are page_viewed.
VIEWED = {"product": ("product_viewed", "product_id"), "campaign": ("campaign_viewed", "campaign_id")}
PAGES = frozenset(
    {"home", "product", "campaign", "team", "bargain", "poster", "coupons", "lottery", "proof", "points", "statement", "orders", "order",
     "checkout", "pay", "invites", "mine", "privacy", "sign_in"}
)  # fmt: skip
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,40}")
# Kind of timing -> the most that is believed: milliseconds, and a score for cls.
VITALS = {"lcp": 120_000.0, "inp": 60_000.0, "cls": 50.0}
MOST_SHARES = 5


def answer_of(request: HttpRequest) -> bool | None:
    """What the reader said about being recorded; None when they were not asked yet. They are asked once and not again."""
    member = member_of(request)
    if member is not None:
        return find_consent(member, PURPOSE)
    return bool(device_of(request)) if COOKIE in request.COOKIES else None


def device_of(request: HttpRequest) -> str:
    """The device's number by chance, "" where none was agreed to."""
    given = request.COOKIES.get(COOKIE, "")
    return given if DEVICE.fullmatch(given) else ""


def remember(response: HttpResponse, *, agreed: bool, secure: bool) -> None:
    """Remember a visitor's answer on their device."""
    value = secrets.token_hex(16) if agreed else NO
    response.set_cookie(COOKIE, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=secure, httponly=True)


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells when it is left. Anything that is not plausible is left out, not an error: nobody is there to mend it."""

    page: str
    subject: str
    vitals: dict[str, float]
    shares: tuple[str, ...]


def read(request: HttpRequest) -> Told | None:
    """What the request tells; None when it is about no page of ours."""
    page, subject = request.POST.get("page", ""), request.POST.get("subject", "")
    if page not in PAGES or (subject and not SUBJECT.fullmatch(subject)):
        return None
    vitals = {}
    for name, most in VITALS.items():
        given = request.POST.get(name, "")
        if re.fullmatch(r"\d{1,6}(\.\d{1,4})?", given) and float(given) <= most:
            vitals[name] = float(given)
    shares = tuple(shared for shared in request.POST.getlist("shared") if SUBJECT.fullmatch(shared))[:MOST_SHARES]
    return Told(page, subject, vitals, shares)


def record_told(request: HttpRequest, told: Told) -> None:
    """Write it to the journal, all of it or nothing."""
    actor, at = actor_of(request), request.at
    who = {"member_id": actor.id, "device_id": device_of(request)}
    name, field = VIEWED.get(told.page, ("page_viewed", "subject_id")) if told.subject else ("page_viewed", "subject_id")
    about = {field: told.subject} if name != "page_viewed" else {"subject_id": told.page}
    facts = [draft(name=name, at=at, actor=actor, platform="h5", **who, **about)]
    facts += [
        draft(name="page_timed", at=at, actor=actor, platform="h5", **who, subject_id=told.page, kind=kind, value=value)
        for kind, value in told.vitals.items()
    ]

    def do() -> dict[str, int]:
        record_all(facts)
        return {"facts": len(facts)}

    execute(key=f"beacon:{secrets.token_urlsafe(12)}", name="pages.beacon", actor=actor, at=at, payload={"page": told.page}, do=do)

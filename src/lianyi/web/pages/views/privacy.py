"""What is known of a member, what they agreed to, and taking it away or deleting it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.members.rules import PURPOSES
from lianyi.ops.members.selectors import find_consent
from lianyi.ops.members.services import set_consent
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages import behaviour
from lianyi.web.pages.session import actor_of, key_of, member_of, member_only, the_member
from lianyi.web.pages.showing import show
from lianyi.web.ui.look import safe_next
from lianyi.web.ui.templatetags.words import spoken

POLICY = "2026-11"
"""The edition of the privacy notice that a consent refers to."""
CHOICES = Limit("consents changed", times=40, window_seconds=600)


@require_GET
@member_only
def privacy(request: HttpRequest) -> HttpResponse:
    """The preference centre."""
    return shown(request)


def shown(request: HttpRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    """The preference centre, with what was wrong with a form on it."""
    member = the_member(request)
    uses = [(name, text, bool(find_consent(member, name))) for name, text in PURPOSES.items()]
    return show(request, "privacy", {"uses": uses, "wrong": wrong}, page="privacy", status=status)


@require_POST
@member_only
@limited(CHOICES)
def choose(request: HttpRequest) -> HttpResponse:
    """Agree to one use of one's data, or withdraw."""
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        raise NotThere(what=Text(zh="用途", en="use"))
    agreed = request.POST.get("agreed") == "yes"
    set_consent(
        key=key_of(request, "consent"),
        actor=actor_of(request),
        at=request.at,
        member=the_member(request),
        purpose=purpose,
        granted=agreed,
        policy=POLICY,
        source="preference_centre",
    )
    said = Text(zh="已同意", en="Agreed") if agreed else Text(zh="已撤回", en="Withdrawn")
    messages.success(request, said.say(spoken()))
    return redirect("privacy")


@require_POST
@limited(CHOICES)
def answer(request: HttpRequest) -> HttpResponse:
    """The answer to the one question that pages ask: may browsing be recorded?"""
    agreed = request.POST.get("agreed") == "yes"
    response = redirect(safe_next(request))
    member = member_of(request)
    if member is None:
        behaviour.remember(response, agreed=agreed, secure=request.is_secure())
    else:
        set_consent(
            actor=actor_of(request), at=request.at, member=member, purpose=behaviour.PURPOSE, granted=agreed, policy=POLICY, source="banner"
        )
    return response


@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    """The privacy notice."""
    return show(request, "notice", {"policy": POLICY, "purposes": PURPOSES}, page="privacy")


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The shop's rules: ordering, returns, points, commission."""
    return show(request, "rules", page="privacy")

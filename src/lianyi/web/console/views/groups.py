"""Groups: who is where, and the link that leads into each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.text import Text
from lianyi.ops.members.groups import make_group
from lianyi.ops.members.selectors import list_groups
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.ui.templatetags.words import spoken

MADE = Text(zh="群已建好，把链接发到群里", en="It is there; post its link in the group")


@require_GET
@opened_to("member.read")
def groups(request: HttpRequest) -> HttpResponse:
    """Every group with its members counted now and its link."""
    found = [(one, n, request.build_absolute_uri(reverse("enter_group", args=[one.code]))) for one, n in list_groups()]
    return render(request, "console/members/groups.html", {"groups": found, "here": "groups", "may_write": may(request, "member.write")})


@require_POST
@opened_to("member.write")
def make(request: HttpRequest) -> HttpResponse:
    """A new group. Raises BadInput for no title."""
    make_group(key=form_key(request), actor=request.actor, at=request.at, title=request.POST.get("title", ""))
    messages.success(request, MADE.say(spoken()))
    return redirect("console:groups")

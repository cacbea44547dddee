"""The team: who is in, what they may do, and what was done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.actor import ROLE_NAMES
from lianyi.ops.journal.selectors import list_commands
from lianyi.ops.team import selectors, services
from lianyi.web.console.doors import entry_url
from lianyi.web.console.gate import form_key, opened_to

MOST_LINES = 100


@require_GET
@opened_to("settings.write")
def members(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in, and a form to let someone in."""
    return render(request, "console/team.html", _page(request))


@require_POST
@opened_to("settings.write")
def add(request: HttpRequest) -> HttpResponse:
    """Let someone in; the page then shows the link by which they come in the first time."""
    member = services.add_member(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        username=request.POST.get("username", ""),
        name=request.POST.get("name", ""),
        roles=request.POST.getlist("roles"),
    )
    return render(request, "console/team.html", {**_page(request), "added": member, "entry": entry_url(_origin(request), member)})


@require_POST
@opened_to("settings.write")
def change(request: HttpRequest, username: str) -> HttpResponse:
    """Change what someone may do, or make them a new link to come in by."""
    if request.POST.get("link"):
        member = selectors.get_member(username)
        return render(request, "console/team.html", {**_page(request), "added": member, "entry": entry_url(_origin(request), member)})
    if request.POST.get("lost"):
        services.end_second_factor(key=form_key(request), actor=request.actor, at=request.at, username=username)
        return redirect("console:team")
    services.change_member(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        username=username,
        roles=request.POST.getlist("roles"),
        name=request.POST.get("name", ""),
        is_active=request.POST.get("is_active") == "on",
    )
    return redirect("console:team")


@require_GET
@opened_to("audit.read")
def audit(request: HttpRequest) -> HttpResponse:
    """What was done, by whom, when."""
    return render(request, "console/audit.html", {"commands": list_commands(limit=MOST_LINES)})


def _page(request: HttpRequest) -> dict[str, object]:
    return {
        "members": selectors.list_members(),
        "guarded": selectors.list_guarded(),
        "roles": {role: ROLE_NAMES[role] for role in selectors.list_roles()},
    }


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")

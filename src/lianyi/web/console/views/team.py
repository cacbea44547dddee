"""The team: who is in, what they may do, and what was done."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.actor import ROLE_NAMES
from lianyi.kernel.text import Text
from lianyi.ops.journal.selectors import list_acting, page_commands
from lianyi.ops.team import selectors, services
from lianyi.web.console.audit_words import command_words
from lianyi.web.console.doors import entry_url
from lianyi.web.console.gate import form_key, opened_to
from lianyi.web.ui.lists import Asked, Column, Filter, Listing, wants_file

AUDIT = Listing(
    name=Text(zh="操作", en="actions"),
    icon="history",
    empty=Text(zh="团队做过的每件事都会记在这里，一条一条。", en="Everything the team does is noted here, one entry each."),
    columns=(
        Column(id="what", name=Text(zh="操作", en="What"), value=lambda row: command_words(row.name)),
        Column(id="who", name=Text(zh="谁", en="Who"), value=lambda row: row.actor_id),
        Column(id="at", name=Text(zh="时间", en="When"), value=lambda row: row.at, unit="moment"),
    ),
    filters=(
        Filter(
            id="who", name=Text(zh="谁", en="Who"), kind="choice",
            choices=lambda: {one: Text(zh=one, en=one) for one in list_acting()[0]},
        ),
        Filter(
            id="what", name=Text(zh="操作", en="What"), kind="choice",
            choices=lambda: {one: command_words(one) for one in list_acting()[1]},
        ),
        Filter(id="since", name=Text(zh="从", en="From"), kind="day"),
        Filter(id="until", name=Text(zh="到", en="To"), kind="day"),
    ),
)  # fmt: skip


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
    """What was done, by whom, when. Raises UnknownName, BadInput."""
    if wants_file(request):
        return AUDIT.file(request, _commands, "audit")
    return render(request, "console/audit.html", {"table": AUDIT.table(request, _commands)})


def _commands(asked: Asked) -> Any:
    return page_commands(**asked.given, number=asked.number, size=asked.size)


def _page(request: HttpRequest) -> dict[str, object]:
    return {
        "members": selectors.list_members(),
        "guarded": selectors.list_guarded(),
        "roles": {role: ROLE_NAMES[role] for role in selectors.list_roles()},
    }


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")

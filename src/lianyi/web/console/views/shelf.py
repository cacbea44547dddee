"""What a member keeps at hand: views, metrics on the overview; and everything that can be gone to by its name."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.insight.analyse.cards import card
from lianyi.insight.measure import catalogue, metric
from lianyi.kernel.text import Text
from lianyi.ops.team import selectors, services
from lianyi.web.console.explorers import EXPLORERS
from lianyi.web.console.gate import form_key, opened_to
from lianyi.web.console.rooms import rooms
from lianyi.web.ui.look import safe_next
from lianyi.web.ui.templatetags.words import spoken

KINDS = {
    "room": Text(zh="页面", en="Page"),
    "view": Text(zh="我的视图", en="My view"),
    "metric": Text(zh="指标", en="Metric"),
    "analysis": Text(zh="分析", en="Analysis"),
}


@require_POST
@opened_to("insight.read")
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a page at hand, or a metric on the overview. Raises BadInput, UnknownName."""
    wanted = request.POST.get("metric", "")
    path = safe_next(request, reverse("console:home"))
    services.save_view(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        title=request.POST.get("title", "") or (metric(wanted).name.say(spoken()) if wanted else ""),
        path=path,
        metric=metric(wanted).id if wanted else "",
    )
    return redirect(reverse("console:home") if wanted else path)


@require_POST
@opened_to("insight.read")
def drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a view go. Raises NotThere."""
    services.drop_view(key=form_key(request), actor=request.actor, at=request.at, public_id=public_id)
    return redirect("console:home")


@require_GET
@opened_to()
def palette(request: HttpRequest) -> HttpResponse:
    """Everything that can be gone to, by name: rooms, kept views, metrics, analyses. Fetched when the palette is opened first."""
    language = spoken()
    found = rooms_of(request)
    if request.actor.may("insight.read"):
        found += [_entry("view", view.title, view.path) for view in selectors.list_views(request.actor.id)]
        found += [_entry("analysis", card(id_).name.say(language), reverse("console:analysis", args=[id_])) for id_ in EXPLORERS]
        found += [
            _entry("metric", one.name.say(language), reverse("console:metric", args=[one.id]), one.id) for one in catalogue().values()
        ]
    response = JsonResponse({"entries": found})
    response["Cache-Control"] = "private, max-age=60"
    return response


def rooms_of(request: HttpRequest) -> list[dict[str, str]]:
    """The rooms that are open to this person, and their settings."""
    shown = rooms(request)
    found = [_entry("room", room.name.say(spoken()), room.href) for room in (*shown["loop_rooms"], *shown["other_rooms"])]
    return [*found, _entry("room", Text(zh="设置", en="Settings").say(spoken()), reverse("console:settings"))]


def _entry(kind: str, name: str, href: str, more: str = "") -> dict[str, str]:
    return {
        "kind": KINDS[kind].say(spoken()),
        "name": name,
        "href": href,
        "more": more or urlsplit(href).path.removeprefix("/console/").strip("/"),
    }

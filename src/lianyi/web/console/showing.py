"""How a console page is answered: in the frame, with the navigation of its reader."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lianyi.kernel.actor import ROLE_NAMES
from lianyi.web.console.navigation import shown_to
from lianyi.web.console.team import actor_of


def show(request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, here: str, status: int = 200) -> HttpResponse:
    """A page from `console/<template>.html`. here : the navigation's entry that it belongs to."""
    actor = actor_of(request)
    around = {
        "actor": actor,
        "role_names": [ROLE_NAMES[role] for role in ROLE_NAMES if role in actor.roles],
        "navigation": shown_to(actor, here),
        "here": here,
        "now": request.at,
    }
    return render(request, f"console/{template}.html", {**around, **(context or {})}, status=status)

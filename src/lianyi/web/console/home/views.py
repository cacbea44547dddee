"""The overview."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from lianyi.kernel.clock import date_of
from lianyi.web.console.desk import asked
from lianyi.web.console.home.cockpit import cards, meters, windows
from lianyi.web.console.showing import show
from lianyi.web.console.team import actor_of, team_only


@require_GET
@team_only
def overview(request: HttpRequest) -> HttpResponse:
    """Headline figures and meters for who may read numbers; for everybody, the way to their pages."""
    context: dict[str, Any] = {}
    if actor_of(request).may("insight.read"):
        with asked() as engine:
            if engine is not None and engine.snapshot.last_day is not None:
                now, before = windows(engine.snapshot.last_day)
                context = {
                    "cards": cards(engine, now, before),
                    "meters": meters(engine, now),
                    "from_date": date_of(now.from_day),
                    "to_date": date_of(now.to_day - 1),
                }
    return show(request, "home", context, here="home")

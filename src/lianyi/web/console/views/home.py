"""The cockpit: how it goes, what needs someone, what is to be done today."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lianyi.flows.evaluate_period import stored_evaluation
from lianyi.insight.measure import catalogue
from lianyi.kernel.clock import date_of
from lianyi.kernel.errors import NotThere
from lianyi.ops.review import selectors
from lianyi.ops.team.selectors import list_views
from lianyi.web.console.asking import find_horizon
from lianyi.web.console.cards import cards
from lianyi.web.console.cockpit import KEY_METRICS, cockpit
from lianyi.web.console.gate import opened_to
from lianyi.web.console.windows import PRESETS, chosen_span, spark_grain

MOST_FINDINGS, MOST_TASKS = 4, 6


@require_GET
@opened_to("insight.read")
def home(request: HttpRequest) -> HttpResponse:
    """The first page after the door."""
    horizon = find_horizon()
    tasks = selectors.list_tasks(state="open", limit=MOST_TASKS)
    if horizon is None:
        return render(request, "console/home_empty.html", {"tasks": tasks})
    span = chosen_span(request, horizon.last_day)
    figures = cockpit(horizon, span)
    views = list_views(request.actor.id)
    pinned = [view.metric for view in views if view.metric in catalogue() and view.metric not in KEY_METRICS]
    review = selectors.find_latest_review()
    findings = []
    if review is not None:
        try:
            findings = [f for f in stored_evaluation(settings.WORKSPACE, review.public_id).findings if f.severity != "good"][:MOST_FINDINGS]
        except NotThere:
            review = None
    page = {
        "span": span,
        "presets": PRESETS,
        "horizon_on": date_of(horizon.last_day),
        "cards": figures.cards,
        "pinned": cards(horizon, list(dict.fromkeys(pinned)), span, grain=spark_grain(span.window)) if pinned else [],
        "views": views,
        "meters": figures.meters,
        "review": review,
        "findings": findings,
        "tasks": tasks,
        "today": request.at.astimezone(settings.WORKSPACE.zone).date(),
    }
    return render(request, "console/home.html", page)

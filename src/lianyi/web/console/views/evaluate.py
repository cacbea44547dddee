"""Evaluations: ask for one, follow it, read it, decide about what it suggests."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.evaluate_period import forms, stored_evaluation
from lianyi.flows.jobs import evaluation as evaluation_job
from lianyi.insight.evaluate.result import Evaluation, Finding, Suggestion
from lianyi.insight.measure import catalogue
from lianyi.insight.report.templates import Template, templates
from lianyi.kernel.clock import add_months, date_of
from lianyi.kernel.errors import BadInput, NotThere, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors, services
from lianyi.web.console.asking import find_horizon
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.views.measure_rows import rows_address
from lianyi.web.console.windows import given_date
from lianyi.web.ui.look import safe_next

BASELINES = {
    "previous": Text(zh="与上一段同样长的时间比", en="with the period of equal length before"),
    "year": Text(zh="与去年同期比", en="with the same dates a year before"),
}

CADENCES = {
    "weekly": Text(zh="每周", en="Weekly"),
    "monthly": Text(zh="每月", en="Monthly"),
    "quarterly": Text(zh="每季", en="Quarterly"),
}


def general_templates() -> dict[str, Template]:
    """Report templates for the whole brand; those for one campaign or partner need a scope."""
    return {id_: one for id_, one in templates().items() if one.period not in {"campaign", "partner"}}


@require_GET
@opened_to("insight.read")
def reviews(request: HttpRequest) -> HttpResponse:
    """Every evaluation, newest first, and a form to ask for another."""
    horizon = find_horizon()
    last = date_of(horizon.last_day) if horizon else None
    first_of_month = last.replace(day=1) if last else None
    page = {
        "reviews": selectors.list_reviews(),
        "running": selectors.count_running(),
        "baselines": BASELINES,
        "templates": general_templates(),
        "cadences": CADENCES,
        "schedules": selectors.list_schedules(),
        "may_run": horizon is not None and may(request, "insight.run"),
        "from_on": add_months(first_of_month, -1) if first_of_month else None,
        "last_on": first_of_month - dt.timedelta(days=1) if first_of_month else None,
        "horizon_on": last,
        "first_on": date_of(horizon.first_day) if horizon else None,
    }
    return render(request, "console/evaluate.html", page)


@require_POST
@opened_to("insight.run")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an evaluation; the worker carries it out. The form names the last day meant."""
    baseline = request.POST.get("baseline", "previous")
    if baseline not in BASELINES:
        raise BadInput(reason=Text(zh="请选择与什么比较。", en="Choose what to compare with."))
    template = request.POST.get("template", "full")
    if template not in general_templates():
        raise UnknownName(what="template", given=template, allowed=list(general_templates()))
    public_id = services.ask_review(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        from_on=given_date(request.POST.get("from", "")),
        to_on=given_date(request.POST.get("last", "")) + dt.timedelta(days=1),
        baseline=baseline,
        template=template,
    )
    evaluation_job(public_id)
    return redirect("console:evaluate")


@require_GET
@opened_to("insight.read")
def running(request: HttpRequest) -> HttpResponse:
    """The list again, for the page that waits for a running evaluation."""
    return render(request, "console/parts/reviews.html", {"reviews": selectors.list_reviews(), "running": selectors.count_running()})


@require_GET
@opened_to("insight.read")
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """One evaluation. Raises NotThere."""
    one = selectors.get_review(public_id)
    if one.state != "done":
        return redirect("console:evaluate")
    made = stored_evaluation(settings.WORKSPACE, public_id)
    decisions = selectors.list_decisions(one)
    page = {
        "review": one,
        "made": made,
        "findings": made.findings,
        "suggestions": [(suggestion, decisions.get(suggestion.id), _titles(made, suggestion)) for suggestion in made.suggestions],
        "forms": forms(),
        "may_decide": may(request, "campaign.write"),
        "due_default": (request.at + dt.timedelta(days=14)).date(),
    }
    return render(request, "console/review.html", page)


@require_GET
@opened_to("insight.read")
def finding(request: HttpRequest, public_id: str, finding_id: str) -> HttpResponse:
    """One finding with its evidence: rows, interval, query. Raises NotThere."""
    one = selectors.get_review(public_id)
    made = stored_evaluation(settings.WORKSPACE, public_id)
    found = next((finding for finding in made.findings if finding.id == finding_id), None)
    if found is None:
        raise NotThere(what=Text(zh="发现", en="finding"))
    page = {
        "review": one,
        "made": made,
        "finding": found,
        "rows_href": _rows_of(made, found),
        "columns": found.evidence.columns,
        "rows": [[(unit, row.get(key)) for key, _, unit in found.evidence.columns] for row in found.evidence.rows],
        "suggestions": [suggestion for suggestion in made.suggestions if finding_id in suggestion.finding_ids],
    }
    return render(request, "console/finding.html", page)


@require_POST
@opened_to("campaign.write")
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept a suggestion, so that it becomes a task, or decline it and say why. Raises NotThere, DecidedAlready."""
    made = stored_evaluation(settings.WORKSPACE, public_id)
    suggestion = next((one for one in made.suggestions if one.id == request.POST.get("suggestion", "")), None)
    if suggestion is None:
        raise NotThere(what=Text(zh="建议", en="suggestion"))
    around = {"key": form_key(request), "actor": request.actor, "at": request.at, "public_id": public_id}
    if request.POST.get("decision") == "accept":
        due_on, owner = given_date(request.POST.get("due", "")), request.POST.get("owner", "").strip()[:64] or request.actor.id
        services.accept_suggestion(**around, **as_task(made, suggestion), due_on=due_on, owner=owner)
    else:
        services.decline_suggestion(**around, suggestion_id=suggestion.id, reason=request.POST.get("reason", ""))
    return redirect("console:review", public_id)


@require_POST
@opened_to("campaign.write")
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """A task is done, or dropped, or open again."""
    services.close_task(key=form_key(request), actor=request.actor, at=request.at, public_id=public_id, state=request.POST.get("state", ""))
    return redirect(safe_next(request, reverse("console:home")))


def _rows_of(made: Evaluation, found: Finding) -> str:
    """Where the rows behind a finding's metric are, of its part where it is about one; "" where it has no metric."""
    if found.metric not in catalogue():
        return ""
    by, value = found.where if found.where and found.where[0] in catalogue()[found.metric].dims else (None, None)
    return rows_address(found.metric, f"from={made.window[0]}&to={made.window[1]}", by, value)


def as_task(made: Evaluation, suggestion: Suggestion) -> dict[str, Any]:
    """What a suggestion becomes when it is taken up, but for who does it and until when."""
    figure = made.figure(suggestion.measure)
    return {
        "suggestion_id": suggestion.id,
        "action": {"zh": suggestion.action.zh, "en": suggestion.action.en},
        "metric": suggestion.measure,
        "before": None if figure is None or figure.value is None else float(figure.value),
    }


def _titles(made: Evaluation, suggestion: Suggestion) -> list[Text]:
    return [finding.title for finding in made.findings if finding.id in suggestion.finding_ids]

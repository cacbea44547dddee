"""Evaluations that come by themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lianyi.insight.report.templates import template
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.review import services
from lianyi.web.console.gate import form_key, opened_to
from lianyi.web.console.views.evaluate import BASELINES, general_templates


@require_POST
@opened_to("insight.run")
def add(request: HttpRequest) -> HttpResponse:
    """Have one come by itself. Raises UnknownName, BadInput."""
    chosen, baseline = request.POST.get("template", "full"), request.POST.get("baseline", "previous")
    if template(chosen).id not in general_templates() or baseline not in BASELINES:
        raise BadInput(reason=Text(zh="请选择报告和比较方式。", en="Choose a report and what to compare with."))
    services.add_schedule(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        cadence=request.POST.get("cadence", ""),
        template=chosen,
        baseline=baseline,
    )
    return redirect("console:evaluate")


@require_POST
@opened_to("insight.run")
def switch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Switch one on or off. Raises NotThere."""
    services.switch_schedule(
        key=form_key(request), actor=request.actor, at=request.at, public_id=public_id, is_on=request.POST.get("is_on") == "1"
    )
    return redirect("console:evaluate")

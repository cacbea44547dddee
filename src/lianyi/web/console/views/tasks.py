"""Tasks that came of suggestions, and what followed them: the loop's last step before it begins again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.jobs import effects
from lianyi.insight.measure import catalogue
from lianyi.insight.report.cells import Quantity
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors
from lianyi.web.console.cards import formatter
from lianyi.web.console.gate import form_key, may, opened_to

STATES = {
    "open": Text(zh="进行中", en="Open"),
    "done": Text(zh="已完成", en="Done"),
    "dropped": Text(zh="已放弃", en="Dropped"),
}


@require_GET
@opened_to("insight.read")
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks of one state, with the measured effect of those that are done. Raises UnknownName."""
    state = request.GET.get("state", "open")
    if state not in STATES:
        raise UnknownName(what="state", given=state, allowed=list(STATES))
    page = {
        "states": STATES,
        "state": state,
        "tasks": [(task, catalogue().get(task.metric), effect_of(task.outcome)) for task in selectors.list_tasks(state=state)],
        "today": request.at.date(),
        "may_act": may(request, "campaign.write"),
    }
    return render(request, "console/tasks.html", page)


@require_POST
@opened_to("campaign.write")
def measure_now(request: HttpRequest, public_id: str) -> HttpResponse:
    """Measure what followed a task, with the data of today. Raises NotThere."""
    form_key(request)
    effects(selectors.get_task(public_id).public_id)
    return redirect(f"{request.path.rsplit('/', 3)[0]}/?state=done")


def effect_of(outcome: dict[str, Any]) -> dict[str, Any] | None:
    """A stored outcome in the reader's words; None where nothing was measured yet."""
    if not outcome or "status" not in outcome:
        return None
    words, unit = formatter(), str(outcome["unit"])

    def said(value: object, *, delta: bool = False) -> str:
        return words.short(Quantity(float(str(value)), unit, delta=delta)) if value is not None else "–"

    interval = outcome.get("change_interval")
    return {
        **outcome,
        "before_said": said(outcome["before"]["value"]),
        "after_said": said(outcome["after"]["value"]),
        "change_said": said(outcome.get("change"), delta=True),
        "interval_said": " – ".join(said(end, delta=True) for end in interval) if isinstance(interval, list) else "",
    }

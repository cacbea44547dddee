"""Tasks that came of suggestions, and what followed them: the loop's last step before it begins again."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.jobs import effects
from lianyi.insight.measure import catalogue
from lianyi.insight.report.cells import Quantity
from lianyi.kernel.errors import BadInput
from lianyi.kernel.pages import Page
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors, services
from lianyi.web.console.bulk import Act, Bulk
from lianyi.web.console.bulk_forms import DueForm, OwnerForm, PlanForm
from lianyi.web.console.cards import formatter
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.views.suggestions import list_waiting
from lianyi.web.ui.lists import Asked, Column, Fetch, Filter, Listing, wants_file
from lianyi.web.ui.templatetags.words import spoken

STATES = {
    "open": Text(zh="进行中", en="Open"),
    "done": Text(zh="已完成", en="Done"),
    "dropped": Text(zh="已放弃", en="Dropped"),
}
TONES = {"open": "accent", "done": "good", "dropped": ""}
DUE = {"overdue": Text(zh="已过期", en="Overdue"), "week": Text(zh="七天内", en="Within seven days")}
VERDICTS = {
    "better": Text(zh="变好了", en="Better"),
    "worse": Text(zh="变差了", en="Worse"),
    "unclear": Text(zh="差别未超出偶然", en="Not beyond chance"),
    "too_early": Text(zh="还早", en="Too early"),
    "no_data": Text(zh="没有数据", en="No data"),
}
VERDICT_TONES = {"better": "good", "worse": "bad"}
SAVED = Text(zh="已保存", en="Saved")


def _verdict(task: Any) -> str:
    outcome = task.outcome
    if not outcome or "status" not in outcome:
        return ""
    if outcome["status"] != "measured":
        return "too_early" if outcome["status"] == "too_early" else "no_data"
    return outcome["verdict"] if outcome["verdict"] in VERDICT_TONES else "unclear"


def _change_said(task: Any) -> str:
    effect = effect_of(task.outcome)
    return effect["change_said"] if effect and effect["status"] == "measured" else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the list."""

    task: selectors.Task
    is_overdue: bool


def is_overdue(task: selectors.Task, today: dt.date) -> bool:
    """Whether a task is open and its day is over."""
    return task.state == "open" and task.due_on < today


LIST = Listing(
    name=Text(zh="任务", en="tasks"),
    sort="due",
    icon="list-checks",
    empty=Text(
        zh="采纳评估里的建议，就会成为任务；做完以后，这里会写明它的指标前后怎样变化。",
        en="Accept a suggestion of an evaluation and it becomes a task; once it is done, its metric before and after stands here.",
    ),
    mark=lambda row: row.task.public_id,
    columns=(
        Column(
            id="action", name=Text(zh="任务", en="Task"), value=lambda row: Text(**row.task.action),
            link=lambda row: reverse("console:task", args=[row.task.public_id]),
            under=lambda row: catalogue()[row.task.metric].name if row.task.metric in catalogue() else "",
        ),
        Column(id="state", name=Text(zh="状态", en="State"), value=lambda row: row.task.state, says=STATES.__getitem__, tone=TONES.__getitem__),
        Column(id="owner", name=Text(zh="负责人", en="Owner"), value=lambda row: row.task.owner),
        Column(
            id="due", name=Text(zh="期限", en="Due"), value=lambda row: row.task.due_on, unit="day", sort=True,
            under=lambda row: DUE["overdue"] if row.is_overdue else "",
        ),
        Column(
            id="effect", name=Text(zh="效果", en="Effect"), value=lambda row: _verdict(row.task) or None,
            says=lambda verdict: VERDICTS[verdict] if verdict else Text(zh="–", en="–"),
            tone=lambda verdict: VERDICT_TONES.get(verdict, "") if verdict else None, under=lambda row: _change_said(row.task),
        ),
        Column(id="closed", name=Text(zh="结束", en="Closed"), value=lambda row: row.task.closed_at, unit="day", sort=True),
    ),
    filters=(
        Filter(id="state", name=Text(zh="状态", en="State"), kind="choice", choices=STATES),
        Filter(
            id="owner", name=Text(zh="负责人", en="Owner"), kind="choice",
            choices=lambda: {one: Text(zh=one, en=one) for one in selectors.list_owners()},
        ),
        Filter(id="due", name=Text(zh="期限", en="Due"), kind="choice", choices=DUE),
    ),
)  # fmt: skip


def _fetch(today: dt.date) -> Fetch:
    def fetch(asked: Asked) -> Page[Shown]:
        page = selectors.page_tasks(**asked.given, today=today, sort=asked.sort, number=asked.number, size=asked.size, chosen=asked.chosen)
        return Page([Shown(one, is_overdue(one, today)) for one in page.rows], page.number, page.size, page.total)

    return fetch


def _closes(id_: str, name: Text, says: Text, done: Text) -> Act:
    return Act(
        id=id_, name=name, permission="campaign.write", says=says, done=done,
        does=lambda one: services.close_task(**one.around, public_id=one.row.task.public_id, state=id_),
    )  # fmt: skip


ACTS = (
    Act(
        id="owner",
        name=Text(zh="换负责人", en="Assign"),
        permission="campaign.write",
        says=Text(zh="把 %(n)s 个任务交给他", en="Assign %(n)s {task|tasks}"),
        done=Text(zh="%(n)s 个任务换了负责人", en="%(n)s {task is|tasks are} assigned"),
        does=lambda one: services.change_task(**one.around, public_id=one.row.task.public_id, owner=one.given["owner"]),
        form=OwnerForm,
    ),
    Act(
        id="due",
        name=Text(zh="改期限", en="Change due day"),
        permission="campaign.write",
        says=Text(zh="改 %(n)s 个任务的期限", en="Change the day of %(n)s {task|tasks}"),
        done=Text(zh="%(n)s 个任务改了期限", en="%(n)s {task has|tasks have} another day"),
        does=lambda one: services.change_task(**one.around, public_id=one.row.task.public_id, due_on=one.given["due_on"]),
        form=DueForm,
    ),
    _closes(
        "done",
        Text(zh="完成", en="Done"),
        Text(zh="%(n)s 个任务记为完成", en="Mark %(n)s {task|tasks} as done"),
        Text(zh="%(n)s 个任务已完成", en="%(n)s {task is|tasks are} done"),
    ),
    _closes(
        "dropped",
        Text(zh="放弃", en="Drop"),
        Text(zh="放弃 %(n)s 个任务", en="Drop %(n)s {task|tasks}"),
        Text(zh="%(n)s 个任务已放弃", en="%(n)s {task is|tasks are} dropped"),
    ),
)


def _bulk(request: HttpRequest) -> Bulk:
    return Bulk(listing=LIST, fetch=_fetch(business_day(request.at)), list_route="tasks", act_route="tasks_bulk", acts=ACTS)


def business_day(at: dt.datetime) -> dt.date:
    """The brand's day of a moment."""
    return timezone.localtime(at, settings.WORKSPACE.zone).date()


@require_GET
@opened_to("insight.read")
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks, the next due first, with the measured effect of those that are done. Raises UnknownName."""
    bulked = _bulk(request)
    if wants_file(request):
        return LIST.file(request, bulked.fetch, "tasks")
    page = {"table": LIST.table(request, bulked.fetch, offer=bulked.offer(request)), "here": "tasks", "waiting": len(list_waiting())}
    return render(request, "console/tasks/list.html", page)


@require_POST
@opened_to("insight.read")
def bulk(request: HttpRequest) -> HttpResponse:
    """Many tasks handed to somebody, given another day, or closed. Raises NotAllowed."""
    return _bulk(request).answer(request)


@require_GET
@opened_to("insight.read")
def task(request: HttpRequest, public_id: str) -> HttpResponse:
    """One task: where it came from, who does it, what followed. Raises NotThere."""
    one = selectors.get_task(public_id)
    page = {
        "task": one,
        "state": STATES[one.state],
        "tone": TONES[one.state],
        "metric": catalogue().get(one.metric),
        "effect": effect_of(one.outcome),
        "form": PlanForm(initial={"owner": one.owner, "due_on": one.due_on}),
        "is_overdue": is_overdue(one, business_day(request.at)),
        "may_act": may(request, "campaign.write"),
    }
    return render(request, "console/tasks/task.html", page)


@require_POST
@opened_to("campaign.write")
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another owner, another day. Raises NotThere, TaskClosed, BadInput."""
    due = request.POST.get("due_on", "")
    try:
        due_on = dt.date.fromisoformat(due) if due else None
    except ValueError:
        raise BadInput(reason=Text(zh="日期应写作 2024-05-31，收到的是 %(given)s", en="A date is written 2024-05-31, not %(given)s"), given=due[:40]) from None  # fmt: skip
    services.change_task(
        key=form_key(request), actor=request.actor, at=request.at, public_id=public_id, owner=request.POST.get("owner", ""), due_on=due_on
    )
    messages.success(request, SAVED.say(spoken()))
    return redirect("console:task", public_id)


@require_POST
@opened_to("campaign.write")
def measure_now(request: HttpRequest, public_id: str) -> HttpResponse:
    """Measure what followed a task, with the data of today. Raises NotThere."""
    form_key(request)
    effects(selectors.get_task(public_id).public_id)
    return redirect("console:task", public_id)


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

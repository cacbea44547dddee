"""The plan: goals and how far they are, the calendar, the budget and what is left of it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.clock import add_months
from lianyi.kernel.errors import BadInput, Refusal, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.selectors import list_campaigns
from lianyi.ops.campaigns.selectors.monitor import overviews
from lianyi.ops.plan import services
from lianyi.ops.plan.selectors import get_budget, list_budgets, list_calendar, list_goals
from lianyi.web.console.asking import find_horizon
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.goals import last_day_of, paces_of
from lianyi.web.console.month import month_of
from lianyi.web.console.plan_forms import BudgetForm, DateForm, GoalForm
from lianyi.web.ui.templatetags.words import spoken

SAVED = Text(zh="已保存", en="Saved")
FORMS: dict[str, Any] = {"goal": GoalForm, "budget": BudgetForm, "date": DateForm}


@require_GET
@opened_to("plan.read")
def plan(request: HttpRequest) -> HttpResponse:
    """Goals, calendar, budget. Raises BadInput for a month that is none."""
    return render(request, "console/plan/plan.html", _page(request, {}))


@require_GET
@opened_to("plan.read")
def goals(request: HttpRequest) -> HttpResponse:
    """Goals with how far they are: asked for by the page when it is there, as measuring can take a while."""
    return render(request, "console/plan/goals.html", {"paces": paces_of(list_goals(), find_horizon(), _today(request))})


@require_POST
@opened_to("plan.write")
def add(request: HttpRequest) -> HttpResponse:
    """A goal, a budget or a line of the calendar. Raises UnknownName for anything else."""
    what = request.POST.get("what", "")
    if what not in FORMS:
        raise UnknownName(what="part of the plan", given=what, allowed=list(FORMS))
    form = FORMS[what](request.POST)
    around = {"key": form_key(request), "actor": request.actor, "at": request.at}
    if form.is_valid():
        try:
            if what == "goal":
                services.set_goal(**around, **form.goal())
            elif what == "budget":
                services.set_budget(**around, **form.cleaned_data)
            else:
                starts, ends = (_midnight(form.cleaned_data[name]) for name in ("from_on", "to_on"))
                services.add_to_calendar(**around, title=form.cleaned_data["title"], starts_at=starts, ends_at=ends + dt.timedelta(days=1))
        except (BadInput, Refusal) as fault:
            form.add_error(None, fault.say(spoken()))
        else:
            messages.success(request, SAVED.say(spoken()))
            return redirect("console:plan")
    return render(request, "console/plan/plan.html", _page(request, {what: form}))


@require_POST
@opened_to("plan.write")
def change_budget(request: HttpRequest, public_id: str) -> HttpResponse:
    """More or less money for a line. Raises BudgetUnknown, PlanUnusable, BadInput."""
    budget = get_budget(public_id)
    form = BudgetForm({"title": budget.title, "amount_fen": request.POST.get("amount", "")})
    if not form.is_valid():
        raise BadInput(reason=Text(zh="请写一个金额，例如 8000.00。", en="Give an amount, such as 8000.00."))
    services.change_budget(
        key=form_key(request), actor=request.actor, at=request.at, budget=budget, amount_fen=form.cleaned_data["amount_fen"]
    )
    messages.success(request, SAVED.say(spoken()))
    return redirect(reverse("console:plan") + "#budget")


def _page(request: HttpRequest, forms: dict[str, Any]) -> dict[str, Any]:
    horizon = find_horizon()
    today = _today(request)
    month = _month(request.GET.get("month", ""), today)
    campaigns = {one.public_id: one for one in list_campaigns()}
    rows = [
        row
        for row in list_calendar(_midnight(month - dt.timedelta(days=7)), _midnight(add_months(month, 1) + dt.timedelta(days=7)))
        if row.kind != "campaign" or (row.subject_id in campaigns and campaigns[row.subject_id].state != "dropped")
    ]
    hrefs = {public_id: reverse("console:campaign", args=[public_id]) for public_id in campaigns}
    spent = overviews([one for one in campaigns.values() if one.budget_id])
    return {
        "goals": list_goals(),
        "horizon_on": last_day_of(horizon),
        "month": month,
        "weeks": month_of(month, today, rows, hrefs, settings.WORKSPACE.zone),
        "weekdays": WEEKDAYS,
        "before": add_months(month, -1),
        "after": add_months(month, 1),
        "budgets": [
            (one, one.amount_fen - one.spent_fen, [row for row in spent if row.campaign.budget_id == one.pk]) for one in list_budgets()
        ],
        "may_write": may(request, "plan.write"),
        "goal_form": forms.get("goal")
        or GoalForm(initial={"from_on": today.replace(day=1), "to_on": add_months(today.replace(day=1), 1) - dt.timedelta(days=1)}),
        "budget_form": forms.get("budget") or BudgetForm(),
        "date_form": forms.get("date") or DateForm(),
    }


def _today(request: HttpRequest) -> dt.date:
    return request.at.astimezone(settings.WORKSPACE.zone).date()


WEEKDAYS = (
    Text(zh="一", en="Mon"), Text(zh="二", en="Tue"), Text(zh="三", en="Wed"), Text(zh="四", en="Thu"), Text(zh="五", en="Fri"), Text(zh="六", en="Sat"), Text(zh="日", en="Sun"),
)  # fmt: skip


def _month(given: str, today: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{given}-01") if given else today.replace(day=1)
    except ValueError:
        raise BadInput(reason=Text(zh="月份应写作 2026-10。", en="A month is written 2026-10.")) from None


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), tzinfo=settings.WORKSPACE.zone)

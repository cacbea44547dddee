"""Suggestions of the newest evaluation that nobody decided about: taken up or left, one by one or many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.evaluate_period import stored_evaluation
from lianyi.insight.evaluate.result import Evaluation, Suggestion
from lianyi.insight.measure import catalogue
from lianyi.kernel.errors import NotThere
from lianyi.kernel.pages import Page
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors, services
from lianyi.web.console.bulk import Act, Bulk, One
from lianyi.web.console.bulk_forms import PlanForm, ReasonForm
from lianyi.web.console.gate import opened_to
from lianyi.web.console.views.evaluate import as_task
from lianyi.web.ui.lists import Asked, Column, Listing

EFFORTS = {
    "low": Text(zh="省力", en="little effort"),
    "medium": Text(zh="中等", en="some effort"),
    "high": Text(zh="费力", en="much effort"),
}
ORDERED_BY = {"stake": lambda one: one.suggestion.money_at_stake or 0, "days": lambda one: one.suggestion.due_days}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A suggestion that waits, with the evaluation it stands in."""

    review_id: str
    made: Evaluation
    suggestion: Suggestion


LIST = Listing(
    name=Text(zh="待决定的建议", en="suggestions to decide"),
    sort="-stake",
    icon="list-checks",
    empty=Text(
        zh="最近一次评估的建议都处理过了；下一次评估会再提。", en="Everything the newest evaluation suggested is decided; the next one suggests anew."
    ),
    mark=lambda row: row.suggestion.id,
    columns=(
        Column(
            id="action", name=Text(zh="建议", en="Suggestion"), value=lambda row: row.suggestion.action,
            link=lambda row: reverse("console:review", args=[row.review_id]) + "#suggestions", under=lambda row: row.suggestion.why,
        ),
        Column(id="stake", name=Text(zh="涉及金额", en="At stake"), value=lambda row: row.suggestion.money_at_stake, unit="money", sort=True),
        Column(id="owner", name=Text(zh="建议负责", en="Meant for"), value=lambda row: row.suggestion.owner),
        Column(id="effort", name=Text(zh="工作量", en="Effort"), value=lambda row: row.suggestion.effort, says=EFFORTS.__getitem__),
        Column(id="days", name=Text(zh="宜在几天内", en="Within days"), value=lambda row: row.suggestion.due_days, unit="count", sort=True),
        Column(id="metric", name=Text(zh="看哪个指标", en="Shown by"), value=lambda row: catalogue()[row.suggestion.measure].name if row.suggestion.measure in catalogue() else None),
    ),
)  # fmt: skip


def list_waiting() -> list[Waiting]:
    """Suggestions of the newest evaluation that nobody decided about."""
    review = selectors.find_latest_review()
    if review is None:
        return []
    try:
        made = stored_evaluation(settings.WORKSPACE, review.public_id)
    except NotThere:
        # Its files were taken away; there is nothing to decide about.
        return []
    decided = selectors.list_decisions(review)
    return [Waiting(review.public_id, made, one) for one in made.suggestions if one.id not in decided]


def _page(asked: Asked) -> Page[Waiting]:
    rows: Sequence[Waiting] = [one for one in list_waiting() if asked.chosen is None or one.suggestion.id in asked.chosen]
    rows = sorted(rows, key=ORDERED_BY[asked.sort.removeprefix("-")], reverse=asked.sort.startswith("-"))
    first = (asked.number - 1) * asked.size
    return Page(rows[first : first + asked.size], asked.number, asked.size, len(rows))


def _accept(one: One) -> Any:
    waiting: Waiting = one.row
    return services.accept_suggestion(
        **one.around, public_id=waiting.review_id, **as_task(waiting.made, waiting.suggestion), due_on=one.given["due_on"], owner=one.given["owner"]
    )  # fmt: skip


BULK = Bulk(
    listing=LIST,
    fetch=_page,
    list_route="suggestions",
    act_route="suggestions_bulk",
    acts=(
        Act(
            id="accept",
            name=Text(zh="采纳", en="Accept"),
            permission="campaign.write",
            says=Text(zh="采纳 %(n)s 条，成为任务", en="Accept %(n)s as {a task|tasks}"),
            done=Text(zh="%(n)s 条建议成了任务", en="%(n)s {suggestion is a task|suggestions are tasks} now"),
            does=_accept,
            form=PlanForm,
        ),
        Act(
            id="decline",
            name=Text(zh="不采纳", en="Decline"),
            permission="campaign.write",
            says=Text(zh="不采纳 %(n)s 条", en="Decline %(n)s"),
            done=Text(zh="%(n)s 条建议没有采纳", en="%(n)s {suggestion is|suggestions are} declined"),
            does=lambda one: services.decline_suggestion(
                **one.around, public_id=one.row.review_id, suggestion_id=one.row.suggestion.id, reason=one.given["reason"]
            ),
            form=ReasonForm,
        ),
    ),
)


@require_GET
@opened_to("insight.read")
def suggestions(request: HttpRequest) -> HttpResponse:
    """What waits for a decision."""
    table = LIST.table(request, _page, saves=False, offer=BULK.offer(request))
    return render(request, "console/tasks/list.html", {"table": table, "here": "suggestions", "waiting": table.page.total})


@require_POST
@opened_to("insight.read")
def bulk(request: HttpRequest) -> HttpResponse:
    """Many suggestions taken up or left. Raises NotAllowed."""
    return BULK.answer(request)

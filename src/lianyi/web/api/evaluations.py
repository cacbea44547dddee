"""Evaluations, their findings and suggestions, and the tasks that came of them, over HTTP."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Status

from lianyi.flows.evaluate_period import stored_evaluation
from lianyi.flows.jobs import evaluation as evaluation_job
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors, services
from lianyi.web.api.shapes import EvaluationIn, EvaluationOut, FindingOut, Limit, Offset, Rows, SuggestionOut, TaskOut, rows, words
from lianyi.web.console.views.evaluate import BASELINES, general_templates

router = Router(tags=["Evaluate"])
TASK_STATES = ("", "open", "done", "dropped")


@router.get("/evaluations", response=Rows[EvaluationOut], by_alias=True, summary="Evaluations, newest first")
def list_evaluations(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Every evaluation that was asked for."""
    request.actor.require("insight.read")
    return rows([_evaluation(one) for one in selectors.list_reviews(limit=1000)], limit, offset)


@router.post("/evaluations", response={202: EvaluationOut}, by_alias=True, summary="Ask for an evaluation")
def ask_evaluation(request: HttpRequest, asked: EvaluationIn) -> Status:
    """Ask for an evaluation; the worker carries it out. With the header `Idempotency-Key` the same request is carried out once."""
    key = request.headers.get("Idempotency-Key", "").strip()[:80] or request.request_id
    if asked.baseline not in BASELINES:
        raise UnknownName(what="baseline", given=asked.baseline, allowed=list(BASELINES))
    if asked.template not in general_templates():
        raise UnknownName(what="template", given=asked.template, allowed=list(general_templates()))
    if asked.last < asked.window_from:
        raise BadInput(reason=Text(zh="结束日期要晚于开始日期。", en="The window must end after it begins."))
    public_id = services.ask_review(
        key=f"api:{request.actor.id}:{key}"[:120],
        actor=request.actor,
        at=request.at,
        from_on=asked.window_from,
        to_on=asked.last + dt.timedelta(days=1),
        baseline=asked.baseline,
        template=asked.template,
    )
    evaluation_job(public_id)
    return Status(202, _evaluation(selectors.get_review(public_id)))


@router.get("/evaluations/{evaluation_id}", response=EvaluationOut, by_alias=True, summary="One evaluation")
def get_evaluation(request: HttpRequest, evaluation_id: str) -> dict[str, Any]:
    """One evaluation: where it is, and its summary when it is done."""
    request.actor.require("insight.read")
    return _evaluation(selectors.get_review(evaluation_id))


@router.get("/evaluations/{evaluation_id}/findings", response=Rows[FindingOut], summary="What an evaluation found")
def list_findings(request: HttpRequest, evaluation_id: str, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Findings in the evaluation's order: the most serious first."""
    request.actor.require("insight.read")
    made = stored_evaluation(settings.WORKSPACE, selectors.get_review(evaluation_id).public_id)
    found = [
        {
            "id": one.id,
            "kind": one.kind,
            "severity": one.severity,
            "title": words(one.title),
            "statement": words(one.statement),
            "metric": one.metric,
            "money_at_stake": one.money_at_stake,
            "grade": one.grade,
            "n": one.evidence.n,
            "interval": None if one.evidence.interval is None else list(one.evidence.interval),
        }
        for one in made.findings
    ]
    return rows(found, limit, offset)


@router.get("/evaluations/{evaluation_id}/suggestions", response=Rows[SuggestionOut], summary="What an evaluation suggests")
def list_suggestions(request: HttpRequest, evaluation_id: str, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Suggestions with what was decided about them."""
    request.actor.require("insight.read")
    review = selectors.get_review(evaluation_id)
    made, decisions = stored_evaluation(settings.WORKSPACE, review.public_id), selectors.list_decisions(review)
    found = [
        {
            "id": one.id,
            "findings": list(one.finding_ids),
            "action": words(one.action),
            "why": words(one.why),
            "owner": words(one.owner),
            "effort": one.effort,
            "measure": one.measure,
            "due_days": one.due_days,
            "money_at_stake": one.money_at_stake,
            "decision": decisions[one.id].decision if one.id in decisions else None,
        }
        for one in made.suggestions
    ]
    return rows(found, limit, offset)


@router.get("/tasks", response=Rows[TaskOut], summary="Tasks that came of suggestions")
def list_tasks(request: HttpRequest, state: str = "", limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Tasks, the next due first; of one state where given: open | done | dropped."""
    request.actor.require("insight.read")
    if state not in TASK_STATES:
        raise UnknownName(what="state", given=state, allowed=[name for name in TASK_STATES if name])
    found = [
        {
            "id": one.public_id,
            "state": one.state,
            "action": one.action,
            "owner": one.owner,
            "due_on": one.due_on,
            "metric": one.metric,
            "evaluation": one.decision.review.public_id,
            "made_at": one.made_at,
            "closed_at": one.closed_at,
            "outcome": one.outcome,
        }
        for one in selectors.list_tasks(state=state, limit=1000)
    ]
    return rows(found, limit, offset)


def _evaluation(one: selectors.Review) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "state": one.state,
        "progress": one.progress,
        "from": one.from_on,
        "last": one.last_on,
        "baseline": one.baseline,
        "template": one.template or "full",
        "snapshot": one.snapshot,
        "summary": one.summary,
        "fault": one.fault,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at,
        "ended_at": one.ended_at,
    }

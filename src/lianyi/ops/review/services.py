"""Asking for an evaluation, following it, deciding about what it suggests."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput, NotThere, Refusal
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import execute
from lianyi.ops.review.models import TASK_STATES, Decision, Review, Task

EVALUATION = Text(zh="评估", en="evaluation")
TASK = Text(zh="任务", en="task")


class DecidedAlready(Refusal):
    """A suggestion is decided once."""

    code = "decided_already"
    message = Text(zh="这条建议已经处理过了。", en="This suggestion was decided already.")
    remedy = Text(zh="如需调整，请在任务里修改。", en="Change the task that came of it instead.")


def ask_review(
    *, key: str, actor: Actor, at: dt.datetime, from_on: dt.date, to_on: dt.date, baseline: str = "previous", template: str = ""
) -> str:
    """Ask for an evaluation of a window; answers its public id. The work is done by flows.evaluate_period.

    Raises NotAllowed; BadInput when the window is empty.
    """
    actor.require("insight.run")
    if not from_on < to_on:
        raise BadInput(reason=Text(zh="结束日期要晚于开始日期。", en="The window must end after it begins."))

    def do() -> dict[str, str]:
        review = Review.objects.create(
            public_id=secrets.token_hex(6),
            from_on=from_on,
            to_on=to_on,
            baseline=baseline,
            template=template,
            asked_by=actor.id,
            asked_at=at,
        )
        return {"review": review.public_id}

    payload = {"from": from_on.isoformat(), "to": to_on.isoformat(), "baseline": baseline, "template": template}
    answer = execute(key=key, name="review.ask", actor=actor, at=at, payload=payload, do=do)
    return str(answer["review"])


def begin_review(*, public_id: str) -> bool:
    """Take a waiting evaluation in hand; False when someone else did."""
    return bool(Review.objects.filter(public_id=public_id, state="waiting").update(state="running", progress=1))


def note_progress(*, public_id: str, percent: int) -> None:
    """How far a running evaluation is; anything else is left as it is."""
    Review.objects.filter(public_id=public_id, state="running").update(progress=max(1, min(99, percent)))


def finish_review(*, public_id: str, at: dt.datetime, snapshot: str, summary: Mapping[str, Any]) -> None:
    """The evaluation is written."""
    Review.objects.filter(public_id=public_id, state="running").update(
        state="done", progress=100, snapshot=snapshot, summary=dict(summary), ended_at=at
    )


def fail_review(*, public_id: str, at: dt.datetime, fault: Text) -> None:
    """The evaluation could not be made; `fault` tells the person who asked."""
    Review.objects.filter(public_id=public_id, state__in=["waiting", "running"]).update(
        state="failed", fault={"zh": fault.zh, "en": fault.en}, ended_at=at
    )


def accept_suggestion(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    public_id: str,
    suggestion_id: str,
    action: Mapping[str, str],
    metric: str,
    before: float | None,
    due_on: dt.date,
    owner: str,
) -> str:
    """Turn a suggestion into a task; answers the task's public id. Raises NotAllowed, NotThere, DecidedAlready."""
    actor.require("campaign.write")

    def do() -> dict[str, str]:
        decision = _decide(public_id, suggestion_id, "accepted", "", actor, at)
        task = Task.objects.create(
            public_id=secrets.token_hex(6),
            decision=decision,
            action=dict(action),
            owner=owner,
            due_on=due_on,
            metric=metric,
            before=before,
            made_at=at,
        )
        return {"task": task.public_id}

    payload = {"review": public_id, "suggestion": suggestion_id, "due_on": due_on.isoformat(), "owner": owner}
    return str(execute(key=key, name="review.accept", actor=actor, at=at, payload=payload, do=do)["task"])


def decline_suggestion(*, key: str, actor: Actor, at: dt.datetime, public_id: str, suggestion_id: str, reason: str) -> None:
    """Leave a suggestion undone, and say why: the playbook learns from both. Raises NotAllowed, NotThere, DecidedAlready."""
    actor.require("campaign.write")

    def do() -> dict[str, str]:
        _decide(public_id, suggestion_id, "declined", reason.strip()[:400], actor, at)
        return {"suggestion": suggestion_id}

    execute(
        key=key,
        name="review.decline",
        actor=actor,
        at=at,
        payload={"review": public_id, "suggestion": suggestion_id, "reason": reason},
        do=do,
    )


def close_task(*, key: str, actor: Actor, at: dt.datetime, public_id: str, state: str) -> None:
    """A task is done, or dropped, or open again. Raises NotAllowed, NotThere."""
    actor.require("campaign.write")
    if state not in TASK_STATES:
        raise BadInput(reason=Text(zh="没有这种状态。", en="There is no such state."))

    def do() -> dict[str, str]:
        if not Task.objects.filter(public_id=public_id).update(state=state, closed_at=None if state == "open" else at):
            raise NotThere(what=TASK, given=public_id)
        return {"task": public_id}

    execute(key=key, name="review.close_task", actor=actor, at=at, payload={"task": public_id, "state": state}, do=do)


def _decide(public_id: str, suggestion_id: str, decision: str, reason: str, actor: Actor, at: dt.datetime) -> Decision:
    review = Review.objects.select_for_update().filter(public_id=public_id, state="done").first()
    if review is None:
        raise NotThere(what=EVALUATION, given=public_id)
    if review.decisions.filter(suggestion_id=suggestion_id).exists():
        raise DecidedAlready
    return Decision.objects.create(
        review=review, suggestion_id=suggestion_id, decision=decision, reason=reason, decided_by=actor.id, decided_at=at
    )

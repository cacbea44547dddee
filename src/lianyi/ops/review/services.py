"""Asking for an evaluation, following it, deciding about what it suggests."""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.db.models import F

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput, NotThere, Refusal, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import ShownOnce, execute
from lianyi.ops.review.models import CADENCES, TASK_STATES, TEXT_LABELS, Decision, ReportShare, Review, Schedule, Task, TextLabel

EVALUATION = Text(zh="评估", en="evaluation")
TASK = Text(zh="任务", en="task")
LONGEST_SHARE_DAYS = 90
DIGEST = re.compile("[0-9a-f]{32}")


class DecidedAlready(Refusal):
    """A suggestion is decided once."""

    code = "decided_already"
    message = Text(zh="这条建议已经处理过了。", en="This suggestion was decided already.")
    remedy = Text(zh="如需调整，请在任务里修改。", en="Change the task that came of it instead.")


class TaskClosed(Refusal):
    """A task that is over."""

    code = "task_closed"
    message = Text(zh="这个任务已经结束。", en="This task is over.")
    remedy = Text(zh="请先重新打开它。", en="Open it again first.")


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


def change_task(*, key: str, actor: Actor, at: dt.datetime, public_id: str, owner: str = "", due_on: dt.date | None = None) -> None:
    """Hand an open task to somebody else, or give it another day; what is not given stays. Raises NotAllowed, NotThere, TaskClosed."""
    actor.require("campaign.write")
    given = {name: value for name, value in (("owner", owner.strip()[:64]), ("due_on", due_on)) if value}

    def do() -> dict[str, str]:
        if given and not Task.objects.filter(public_id=public_id, state="open").update(**given):
            raise TaskClosed if Task.objects.filter(public_id=public_id).exists() else NotThere(what=TASK, given=public_id)
        return {"task": public_id}

    payload = {"task": public_id, "owner": owner, "due_on": due_on.isoformat() if due_on else ""}
    execute(key=key, name="review.change_task", actor=actor, at=at, payload=payload, do=do)


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


def label_text(*, key: str, actor: Actor, at: dt.datetime, digest: str, label: str) -> None:
    """Say what a text feels, or with "" take back what was said. Raises NotAllowed, UnknownName, BadInput for a digest that is none."""
    actor.require("member.write")
    if label and label not in TEXT_LABELS:
        raise UnknownName(what="sentiment", given=label, allowed=list(TEXT_LABELS))
    if not DIGEST.fullmatch(digest):
        raise BadInput(reason=Text(zh="没有这条文字。", en="There is no such text."))

    def do() -> dict[str, str]:
        if label:
            TextLabel.objects.update_or_create(digest=digest, defaults={"label": label, "labelled_by": actor.id, "labelled_at": at})
        else:
            TextLabel.objects.filter(digest=digest).delete()
        return {"digest": digest, "label": label}

    execute(key=key, name="review.label_text", actor=actor, at=at, payload={"digest": digest, "label": label}, do=do)


def note_outcome(*, public_id: str, outcome: Mapping[str, Any]) -> None:
    """What followed a task that is done; a task that was opened again meanwhile is left as it is."""
    Task.objects.filter(public_id=public_id, state="done").update(outcome=dict(outcome))


def add_schedule(*, key: str, actor: Actor, at: dt.datetime, cadence: str, template: str, baseline: str) -> str:
    """Have an evaluation come by itself; answers the schedule's public id. Raises NotAllowed, UnknownName."""
    actor.require("insight.run")
    if cadence not in CADENCES:
        raise UnknownName(what="cadence", given=cadence, allowed=list(CADENCES))

    def do() -> dict[str, str]:
        made = Schedule.objects.create(
            public_id=secrets.token_hex(6), cadence=cadence, template=template, baseline=baseline, made_by=actor.id, made_at=at
        )
        return {"schedule": made.public_id}

    payload = {"cadence": cadence, "template": template, "baseline": baseline}
    return str(execute(key=key, name="review.add_schedule", actor=actor, at=at, payload=payload, do=do)["schedule"])


def switch_schedule(*, key: str, actor: Actor, at: dt.datetime, public_id: str, is_on: bool) -> None:
    """Switch a schedule on or off. Raises NotAllowed, NotThere."""
    actor.require("insight.run")

    def do() -> dict[str, str]:
        if not Schedule.objects.filter(public_id=public_id).update(is_on=is_on):
            raise NotThere(what=Text(zh="定期评估", en="schedule"), given=public_id)
        return {"schedule": public_id}

    execute(key=key, name="review.switch_schedule", actor=actor, at=at, payload={"schedule": public_id, "is_on": is_on}, do=do)


def note_scheduled(*, public_id: str, from_on: dt.date) -> None:
    """The period that a schedule has asked for last."""
    Schedule.objects.filter(public_id=public_id).update(last_from_on=from_on)


def share_report(*, key: str, actor: Actor, at: dt.datetime, public_id: str, language: str, days: int) -> str:
    """A secret with which somebody outside reads one report; shown once, here. Raises NotAllowed, NotThere, BadInput for 0 or too many days."""
    actor.require("insight.run")
    if not 1 <= days <= LONGEST_SHARE_DAYS:
        raise BadInput(
            reason=Text(zh="分享期限为 1 到 %(most)s 天。", en="A share lasts from 1 to %(most)s days."), most=LONGEST_SHARE_DAYS
        )
    secret = secrets.token_urlsafe(32)

    made_now: list[bool] = []

    def do() -> dict[str, str]:
        made_now.append(True)
        review = Review.objects.filter(public_id=public_id, state="done").first()
        if review is None:
            raise NotThere(what=EVALUATION, given=public_id)
        made = ReportShare.objects.create(
            review=review,
            public_id=secrets.token_hex(6),
            digest=digest_of(secret),
            language=language,
            made_by=actor.id,
            made_at=at,
            expires_at=at + dt.timedelta(days=days),
        )
        return {"share": made.public_id}

    execute(key=key, name="review.share", actor=actor, at=at, payload={"review": public_id, "language": language, "days": days}, do=do)
    if not made_now:
        raise ShownOnce
    return secret


def revoke_share(*, key: str, actor: Actor, at: dt.datetime, public_id: str) -> None:
    """Take a share back at once. Raises NotAllowed, NotThere."""
    actor.require("insight.run")

    def do() -> dict[str, str]:
        if not ReportShare.objects.filter(public_id=public_id, revoked_at=None).update(revoked_at=at):
            raise NotThere(what=Text(zh="分享", en="share"), given=public_id)
        return {"share": public_id}

    execute(key=key, name="review.revoke_share", actor=actor, at=at, payload={"share": public_id}, do=do)


def count_opening(*, public_id: str) -> None:
    """A share was opened once more."""
    ReportShare.objects.filter(public_id=public_id).update(times=F("times") + 1)


def digest_of(secret: str) -> str:
    """What is kept of a share's secret; it has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _decide(public_id: str, suggestion_id: str, decision: str, reason: str, actor: Actor, at: dt.datetime) -> Decision:
    review = Review.objects.select_for_update().filter(public_id=public_id, state="done").first()
    if review is None:
        raise NotThere(what=EVALUATION, given=public_id)
    if review.decisions.filter(suggestion_id=suggestion_id).exists():
        raise DecidedAlready
    return Decision.objects.create(
        review=review, suggestion_id=suggestion_id, decision=decision, reason=reason, decided_by=actor.id, decided_at=at
    )

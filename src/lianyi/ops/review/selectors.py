"""Reading about evaluations, decisions, tasks, schedules and shares."""

import datetime as dt
from collections.abc import Sequence

from lianyi.kernel.errors import NotThere
from lianyi.kernel.pages import PER_PAGE, Page, order_of, page_of
from lianyi.kernel.text import Text
from lianyi.ops.review.models import CADENCES, TEXT_LABELS, Decision, ReportShare, Review, Schedule, Task, TextLabel

__all__ = ["CADENCES", "TEXT_LABELS", "Decision", "ReportShare", "Review", "Schedule", "Task"]


def list_reviews(limit: int = 50) -> list[Review]:
    """The newest evaluations."""
    return list(Review.objects.all()[:limit])


def get_review(public_id: str) -> Review:
    """One evaluation. Raises NotThere."""
    review = Review.objects.filter(public_id=public_id).first()
    if review is None:
        raise NotThere(what=Text(zh="评估", en="evaluation"), given=public_id)
    return review


def find_latest_review() -> Review | None:
    """The newest evaluation that is done, or None."""
    return Review.objects.filter(state="done").first()


def list_decisions(review: Review) -> dict[str, Decision]:
    """What was decided, by suggestion id."""
    return {decision.suggestion_id: decision for decision in Decision.objects.select_related("task").filter(review=review)}


def list_tasks(*, state: str = "", limit: int = 200) -> list[Task]:
    """Tasks, the next due first; of one state when given."""
    tasks = Task.objects.select_related("decision__review")
    return list((tasks.filter(state=state) if state else tasks)[:limit])


def text_labels() -> dict[str, str]:
    """What people said of texts: digest -> positive | neutral | negative."""
    return dict(TextLabel.objects.values_list("digest", "label"))


TASKS_BY = {"due": "due_on", "made": "made_at", "closed": "closed_at"}


def page_tasks(
    *,
    state: str = "",
    owner: str = "",
    due: str = "",
    today: dt.date,
    sort: str = "due",
    number: int = 1,
    size: int = PER_PAGE,
    chosen: Sequence[str] | None = None,
) -> Page[Task]:
    """Tasks with the evaluation they came of.

    due : overdue (open, and its day is over) | week (open, due within seven days) | "" for any; chosen : ids of these only
    Raises UnknownName for an order that the list does not have.
    """
    tasks = Task.objects.select_related("decision__review").order_by(order_of(TASKS_BY, sort), "id")
    if state:
        tasks = tasks.filter(state=state)
    if owner:
        tasks = tasks.filter(owner=owner)
    if due == "overdue":
        tasks = tasks.filter(state="open", due_on__lt=today)
    if due == "week":
        tasks = tasks.filter(state="open", due_on__gte=today, due_on__lt=today + dt.timedelta(days=7))
    if chosen is not None:
        tasks = tasks.filter(public_id__in=chosen)
    return page_of(tasks, number, size)


def list_owners() -> list[str]:
    """Everybody who has or had a task, in order of the alphabet."""
    return sorted(set(Task.objects.exclude(owner="").values_list("owner", flat=True)))


def count_running() -> int:
    """Evaluations that wait or run."""
    return Review.objects.filter(state__in=["waiting", "running"]).count()


def list_in_hand() -> list[Review]:
    """Evaluations that a worker carries out."""
    return list(Review.objects.filter(state="running"))


def get_task(public_id: str) -> Task:
    """One task. Raises NotThere."""
    task = Task.objects.select_related("decision__review").filter(public_id=public_id).first()
    if task is None:
        raise NotThere(what=Text(zh="任务", en="task"), given=public_id)
    return task


def list_unmeasured(limit: int = 100) -> list[Task]:
    """Tasks that are done and whose outcome is not final, the oldest first."""
    # Judged here: where the key is absent the database knows no answer, and would leave the row out of both sides.
    done = Task.objects.filter(state="done").order_by("closed_at")
    return [task for task in done.iterator() if task.outcome.get("status") != "measured"][:limit]


def list_schedules(*, on: bool | None = None) -> list[Schedule]:
    """Evaluations that come by themselves; only those switched on or off where asked."""
    return list(Schedule.objects.all() if on is None else Schedule.objects.filter(is_on=on))


def list_shares(at: dt.datetime) -> dict[int, list[ReportShare]]:
    """Links that still open a report, by the evaluation's key."""
    found: dict[int, list[ReportShare]] = {}
    for share in ReportShare.objects.filter(revoked_at=None, expires_at__gt=at):
        found.setdefault(share.review_id, []).append(share)
    return found


def find_share(digest: str, at: dt.datetime) -> ReportShare | None:
    """The share that a link stands for; None when it was never made, is over or was taken back."""
    return ReportShare.objects.select_related("review").filter(digest=digest, revoked_at=None, expires_at__gt=at).first()

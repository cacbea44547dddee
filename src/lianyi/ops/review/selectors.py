"""Reading about evaluations, decisions and tasks."""

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.review.models import Decision, Review, Task


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


def count_running() -> int:
    """Evaluations that wait or run."""
    return Review.objects.filter(state__in=["waiting", "running"]).count()

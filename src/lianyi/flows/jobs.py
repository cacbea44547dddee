"""Work that is done aside, and the clock: a queue in the workspace, emptied by one worker process (server.worker)."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from huey import SqliteHuey, crontab

from lianyi.flows.day_check import check_books
from lianyi.flows.evaluate_period import evaluate_period
from lianyi.flows.import_upload import Advance, check_upload, drop_forgotten, import_upload
from lianyi.flows.measure_effect import measure_effects
from lianyi.flows.scheduled_reviews import ask_due
from lianyi.flows.take_over import take_over
from lianyi.flows.tidy_history import LARGE_IMPORT_FACTS, tidy
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.intake.selectors import get_upload
from lianyi.stream.intake import WITH_PEOPLE_OR_GOODS
from lianyi.stream.workspace import Workspace, load

log = logging.getLogger("lianyi.jobs")
# A file of its own: waiting jobs must never make a sale wait for the operational database.
# Hours are the brand's: what is done at night is done in its night.
queue = SqliteHuey(
    name="lianyi", filename=str(settings.WORKSPACE.path / "jobs.sqlite3"), fsync=True, immediate=settings.JOBS_AT_ONCE, utc=False
)


def here() -> Workspace:
    """The workspace as it is now: the worker outlives a change of the brand's name."""
    return load(settings.WORKSPACE.path)


def now() -> dt.datetime:
    """The brand's clock at the moment of work."""
    return settings.WORKSPACE.at(timezone.now())


@queue.task()  # type: ignore[untyped-decorator]
def evaluation(public_id: str) -> None:
    """Carry out an evaluation that was asked for."""
    evaluate_period(here(), public_id=public_id, now=now)
    measure_effects(here(), at=now())


@queue.task()  # type: ignore[untyped-decorator]
def upload_check(public_id: str) -> None:
    """Look at a file that was brought in."""
    check_upload(here(), public_id=public_id, now=now)


@queue.task()  # type: ignore[untyped-decorator]
def upload_import(public_id: str, actor: Actor) -> None:
    """Import a file that was checked, for who asked; what the operations can use is taken over, and what people look at next is worked out, before it is said to be done."""
    written = import_string(settings.AFTER_IMPORT) if settings.AFTER_IMPORT else None

    def taken_over(kind: str, advance: Advance) -> Mapping[str, Any]:
        return asdict(take_over(here(), actor=actor, at=now(), progress=advance)) if kind in WITH_PEOPLE_OR_GOODS else {}

    if import_upload(here(), public_id=public_id, now=now, taken_over=taken_over, written=written):
        report = get_upload(public_id).report
        if report.get("written", 0) >= LARGE_IMPORT_FACTS:
            tidying()


@queue.task()  # type: ignore[untyped-decorator]
def taking_over(actor: Actor) -> None:
    """Take over what the history knows and the operations do not, because someone asked."""
    take_over(here(), actor=actor, at=now())


@queue.task()  # type: ignore[untyped-decorator]
def tidying() -> None:
    """Tidy the history."""
    tidy(here(), at=timezone.now())


@queue.periodic_task(crontab(hour="3", minute="10"))  # type: ignore[untyped-decorator]
def tidying_by_itself() -> None:
    """Tidy the history once a night."""
    tidy(here(), at=timezone.now())


@queue.task()  # type: ignore[untyped-decorator]
def effects(task: str) -> None:
    """Measure what followed a task that is done."""
    measure_effects(here(), at=now(), only=task)


@queue.periodic_task(crontab(minute="7"))  # type: ignore[untyped-decorator]
def scheduled_reviews() -> None:
    """Ask for the evaluations whose time has come."""
    for public_id in ask_due(here(), at=now()):
        evaluation(public_id)


@queue.periodic_task(crontab(minute="37", hour="4"))  # type: ignore[untyped-decorator]
def nightly() -> None:
    """What is done once a day: effects of what was done, uploads that nobody went on with."""
    measure_effects(here(), at=now())
    drop_forgotten(here(), actor=SYSTEM, at=now())


@queue.task()  # type: ignore[untyped-decorator]
def day_check() -> None:
    """Check the books because someone asked."""
    check_books(here(), at=now())


@queue.periodic_task(crontab(hour="4", minute="20"))  # type: ignore[untyped-decorator]
def day_check_by_itself() -> None:
    """Check the books once a day, when few people buy."""
    check_books(here(), at=now())

"""Work that is done aside, and the clock: a queue in the workspace, emptied by one worker process (server.worker)."""

import logging

from django.conf import settings
from django.utils import timezone
from huey import SqliteHuey

from lianyi.flows.evaluate_period import evaluate_period
from lianyi.flows.import_upload import check_upload, import_upload

log = logging.getLogger("lianyi.jobs")
# A file of its own: waiting jobs must never make a sale wait for the operational database.
queue = SqliteHuey(name="lianyi", filename=str(settings.WORKSPACE.path / "jobs.sqlite3"), fsync=True, immediate=settings.JOBS_AT_ONCE)


@queue.task()  # type: ignore[untyped-decorator]
def evaluation(public_id: str) -> None:
    """Carry out an evaluation that was asked for."""
    evaluate_period(settings.WORKSPACE, public_id=public_id, now=timezone.now)


@queue.task()  # type: ignore[untyped-decorator]
def upload_check(public_id: str) -> None:
    """Look at a file that was brought in."""
    check_upload(settings.WORKSPACE, public_id=public_id, now=timezone.now)


@queue.task()  # type: ignore[untyped-decorator]
def upload_import(public_id: str) -> None:
    """Import a file that was checked."""
    import_upload(settings.WORKSPACE, public_id=public_id, now=timezone.now)

"""What a worker left unfinished when it was ended in the middle: said to be so, and free to be asked for again."""

import datetime as dt

from lianyi.flows import take_over, tidy_history
from lianyi.kernel.text import Text
from lianyi.ops.intake import selectors as uploads
from lianyi.ops.intake.services import fail_import, refuse_check
from lianyi.ops.review import selectors as reviews
from lianyi.ops.review.services import fail_review
from lianyi.stream.workspace import Workspace

STOPPED = Text(
    zh="后台进程中途停止，没有做完；请再来一次，已入库的不会重复入库。",
    en="The worker was stopped in the middle of it. Do it once more: what is stored already is not stored twice.",
)


def note_interrupted(workspace: Workspace, *, at: dt.datetime) -> int:
    """Take everything out of the hands of a worker that is no more; says how many. For the one worker, before it begins.

    Nothing is begun again by itself: what ended one worker would end the next.
    """
    stopped = [tidy_history.note_stopped(workspace), take_over.note_stopped(workspace)]
    for upload in uploads.list_in_hand():
        if upload.state == "checking":
            refuse_check(public_id=upload.public_id, fault=STOPPED)
        else:
            fail_import(public_id=upload.public_id, at=at, fault=STOPPED)
        stopped.append(True)
    for review in reviews.list_in_hand():
        fail_review(public_id=review.public_id, at=at, fault=STOPPED)
        stopped.append(True)
    return sum(stopped)

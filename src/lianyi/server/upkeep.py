"""What time alone asks for, done every second beside the jobs: facts to the history, orders whose time is over, campaigns, points."""

import datetime as dt
import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from lianyi.flows.campaign_clock import tick
from lianyi.flows.settle_order import send_refunds, sweep
from lianyi.kernel.errors import LianyiError
from lianyi.ops.journal.relay import relay
from lianyi.ops.journal.services import reach_stream_with_erasures
from lianyi.ops.ledger.services import expire_points
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

log = logging.getLogger("lianyi.upkeep")
EVERY_SECONDS = 1.0


def keep(workspace: Workspace) -> None:
    """Go round without end; a round that fails is logged, and the next one does its work."""
    while True:
        go_round(workspace, workspace.at(timezone.now()))
        time.sleep(EVERY_SECONDS)


def go_round(workspace: Workspace, at: dt.datetime) -> None:
    """Do what is due at an instant, each part by itself: one that fails holds up no other. Late, it delays and breaks nothing."""
    history = EventLog(workspace)
    for name, part in parts(history, at).items():
        try:
            part()
        except (LianyiError, Error, OSError):
            log.exception("%s failed", name)
            connection.close()


def parts(history: EventLog, at: dt.datetime) -> dict[str, Callable[[], object]]:
    """What a round consists of, in order: what is told last is what was just done."""
    return {
        "closing expired orders": lambda: sweep(at=at),
        "campaigns": lambda: tick(at),
        "expiring points": lambda: expire_points(at=at),
        "sending refunds": lambda: send_refunds(tenders=settings.TENDERS, at=at),
        "the relay": lambda: relay(history),
        "erasures": lambda: reach_stream_with_erasures(history.workspace, at=at),
    }

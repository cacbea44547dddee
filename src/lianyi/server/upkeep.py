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
from lianyi.ops.campaigns.services import forget_traits
from lianyi.ops.journal.relay import relay
from lianyi.ops.journal.services import reach_stream_with_erasures
from lianyi.ops.ledger.services import expire_points
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace
from lianyi.web.console.cockpit import warm

log = logging.getLogger("lianyi.upkeep")
EVERY_SECONDS = 1.0
WARM_EVERY_SECONDS = 30.0
REST_PER_SECOND_SPENT = 20
"""After a second of working answers out come twenty without: a large history is never worked through all the time."""


def keep(workspace: Workspace) -> None:
    """Go round without end; a round that fails is logged, and the next one does its work."""
    while True:
        go_round(workspace, workspace.at(timezone.now()))
        time.sleep(EVERY_SECONDS)


def keep_warm(workspace: Workspace) -> None:
    """Work out the cockpit on each new snapshot before anybody waits for it, without end; a failure is logged, and the next time comes."""
    while True:
        begun = time.monotonic()
        try:
            warm(workspace.at(timezone.now()))
        except (LianyiError, Error, OSError):
            log.exception("the cockpit was not worked out")
            connection.close()
        time.sleep(max(WARM_EVERY_SECONDS, REST_PER_SECOND_SPENT * (time.monotonic() - begun)))


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
        "traits that have served": lambda: forget_traits(at=at),
        "the relay": lambda: relay(history),
        "erasures": lambda: reach_stream_with_erasures(history.workspace, at=at),
    }

"""Asking the history from a page: one engine kept open on a recent snapshot, one question at a time, answers remembered."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings

from lianyi.insight.measure import measure
from lianyi.insight.measure.values import MetricValue
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import TryLater
from lianyi.stream.engines import open_engine
from lianyi.stream.engines.base import Engine
from lianyi.stream.log.table import EventLog

FRESH_SECONDS = 60
"""How old a snapshot may be that pages are answered from: facts arrive all day, numbers need not jump at every one."""
PATIENCE_SECONDS = 20
REMEMBERED = 400


@dataclass
class Desk:
    """What is kept between questions. opened : by the clock of this process; 0 when nothing is."""

    engine: Engine | None = None
    opened: float = 0.0
    answers: "OrderedDict[tuple[object, ...], list[MetricValue]]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """Let go of the engine and of what was remembered with it."""
        if self.engine is not None:
            self.engine.close()
        self.engine, self.opened = None, 0.0
        self.answers.clear()


DESK = Desk()


@contextmanager
def asked() -> Iterator[Engine | None]:
    """An engine on a snapshot that is at most a minute old, for as long as the block runs; None while there are no facts.

    Raises TryLater when others' questions take too long.
    """
    if not DESK.lock.acquire(timeout=PATIENCE_SECONDS):
        raise TryLater(retry_after_seconds=PATIENCE_SECONDS)
    try:
        yield _engine(DESK)
    finally:
        DESK.lock.release()


def _engine(desk: Desk) -> Engine | None:
    now = time.monotonic()
    if desk.engine is not None and now - desk.opened < FRESH_SECONDS:
        return desk.engine
    snapshot = EventLog(settings.WORKSPACE).snapshot()
    if desk.engine is None or desk.engine.snapshot.version != snapshot.version:
        desk.close()
        desk.engine = open_engine(settings.WORKSPACE, snapshot) if snapshot.files else None
    desk.opened = now
    return desk.engine


def measured(engine: Engine, names: tuple[str, ...], window: Window, *, by: str | None = None, grain: str = "total") -> list[MetricValue]:
    """Metrics as `measure` gives them, remembered for as long as the snapshot is. Ask inside `asked`."""
    key = (names, window, by, grain)
    if key not in DESK.answers:
        DESK.answers[key] = measure(engine, names, window, by=by, grain=grain, zone=settings.WORKSPACE.zone)
        while len(DESK.answers) > REMEMBERED:
            DESK.answers.popitem(last=False)
    DESK.answers.move_to_end(key)
    return DESK.answers[key]

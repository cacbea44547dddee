"""Questions to the history, answered once for each snapshot: a snapshot never changes, so its answers can be kept."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from filelock import FileLock

from lianyi.insight.measure import MetricValue, measure
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import TryLater
from lianyi.stream.engines.base import Engine
from lianyi.stream.log.delta import SnapshotGone
from lianyi.stream.log.table import EventLog
from lianyi.stream.opening import opened
from lianyi.stream.workspace import Workspace
from lianyi.web.console.aside import worked_out
from lianyi.web.console.patience import StillWorking, awaited

KEPT_SECONDS = 14 * 24 * 3600
HELD_SECONDS = 60
WAITED_SECONDS = 20
Answer = TypeVar("Answer")
VERSION = version("lianyi")
"""Another version of the product may answer otherwise."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """What the history holds at this moment."""

    snapshot: int
    first_day: int
    last_day: int


def find_horizon() -> Horizon | None:
    """The snapshot that pages stand on, and its days; None for an empty workspace.

    A shop that sells makes a snapshot every second; pages stay on one for a while, or no answer would ever be used twice. The worker
    moves them on to a newer one once its first answers are there (warming). Cost: where nothing is held, reads the table's log, 10 ms.
    """
    held = find_held()
    if held is not None:
        return held
    found = find_newest()
    if found is not None:
        stand_on(found)
    return found


def find_held() -> Horizon | None:
    """What pages stand on, None where nothing is held."""
    held: Horizon | None = caches["answers"].get(_held())
    return held


def find_newest() -> Horizon | None:
    """The newest snapshot, None for an empty workspace."""
    snapshot = EventLog(settings.WORKSPACE).snapshot(None)
    if not snapshot.files or snapshot.first_day is None or snapshot.last_day is None:
        return None
    return Horizon(snapshot.version, snapshot.first_day, snapshot.last_day)


def stand_on(horizon: Horizon, seconds: float = HELD_SECONDS) -> None:
    """Let pages stand on a snapshot for a while."""
    caches["answers"].set(_held(), horizon, seconds)


def move_on() -> None:
    """Leave the snapshot that pages stand on: whoever asks next looks for the newest."""
    caches["answers"].delete(_held())


def is_waited_for() -> bool:
    """Whether somebody waits for an answer on the snapshot that pages stand on."""
    return caches["answers"].get(_waited_for()) is not None


def _waited_for() -> str:
    return f"waited:{_held()}"


def _held() -> str:
    return "horizon:" + hashlib.sha256(str(settings.WORKSPACE.path).encode()).hexdigest()


def kept(horizon: Horizon, question: str, ask: Callable[[Engine], Answer]) -> Answer:
    """The answer to a question on a snapshot, from the cache or asked now: once, however many threads and processes ask.

    question : names it completely
    ask      : a function of a module with its arguments (functools.partial), for another process works it out (aside.py)
    Raises StillWorking where a page's patience ends first (patience.py), AnswerLost, TryLater when the snapshot is gone.
    """
    digest = hashlib.sha256(f"{VERSION} {settings.WORKSPACE.path} {horizon.snapshot} {question}".encode()).hexdigest()
    key, cache = f"asked:{digest}", caches["answers"]
    answer: Answer | None = cache.get(key)
    if answer is not None:
        return answer

    def asked() -> Answer:
        with _alone(digest):
            found: Answer | None = cache.get(key)
            if found is None:
                try:
                    found = worked_out(partial(_asked, settings.WORKSPACE, horizon.snapshot, ask))
                except SnapshotGone:
                    # Somebody was erased meanwhile, and old snapshots with them.
                    move_on()
                    raise TryLater(retry_after_seconds=1) from None
                cache.set(key, found, KEPT_SECONDS)
        return found

    try:
        return awaited(key, asked)
    except StillWorking:
        # Pages stay on this snapshot until it is answered: on a newer one, everything would have to be asked anew.
        cache.set(_waited_for(), horizon, WAITED_SECONDS)
        stand_on(horizon)
        raise


def _asked(workspace: Workspace, snapshot: int, ask: Callable[[Engine], Answer]) -> Answer:
    with opened(workspace, snapshot) as engine:
        return ask(engine)


@contextmanager
def _alone(digest: str) -> Iterator[None]:
    """One after the other, in whatever process: the system lets go for who dies. The others then find the answer."""
    place = settings.WORKSPACE.answers_path / f"{digest}.lock"
    with FileLock(place):
        try:
            yield
        finally:
            # Who waits for it takes another of this name.
            place.unlink(missing_ok=True)


def values(horizon: Horizon, metrics: Sequence[str], window: Window, *, grain: str = "total", by: str | None = None) -> list[MetricValue]:
    """Values of metrics, kept for the snapshot."""
    question = f"measure {','.join(metrics)} {window} {grain} {by or ''}"
    zone = settings.WORKSPACE.zone
    return kept(horizon, question, partial(measure, metrics=list(metrics), window=window, grain=grain, by=by, zone=zone))

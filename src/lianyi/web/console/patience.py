"""A page waits a moment for an answer of the history; what takes longer goes on without it, and the page comes back."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Thread
from typing import Any, TypeVar

from django.utils import translation

from lianyi.kernel.errors import TryLater
from lianyi.kernel.text import Text

Answer = TypeVar("Answer")


class StillWorking(TryLater):
    """The answer takes longer than a page waits; it is being worked out.

    spent_seconds : since it was first asked, whole seconds
    """

    code = "still_working"
    message = Text(
        zh="要读的事实很多，正在计算（已用 %(spent_seconds)s 秒）。",
        en="There are many facts to read; working it out (%(spent_seconds)s s so far).",
    )


_until: ContextVar[float | None] = ContextVar("until", default=None)
_under_way: dict[str, tuple[float, Future[Any]]] = {}
_looking = Lock()


@contextmanager
def patient_for(seconds: float | None) -> Iterator[None]:
    """What is asked inside waits so long altogether, counted from now; None: to the end."""
    before = _until.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(before)


def awaited(key: str, work: Callable[[], Answer]) -> Answer:
    """What `work` answers, to the end or until patience ends; it then goes on: once for a key, however many ask.

    Raises StillWorking when patience ends first, and whatever `work` raises, to the first who asks after that.
    """
    until = _until.get()
    if until is None:
        return work()
    with _looking:
        if key not in _under_way:
            _under_way[key] = time.monotonic(), Future()
            Thread(target=_work, args=(key, work, translation.get_language()), name=f"answers {key}", daemon=True).start()
        begun, coming = _under_way[key]
    try:
        answer: Answer = coming.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        if coming.done():
            _drop(key)
            raise
        spent = time.monotonic() - begun
        # Not every second for an answer of minutes.
        raise StillWorking(spent_seconds=round(spent), retry_after_seconds=min(10, 1 + round(spent / 10))) from None
    except BaseException:
        _drop(key)
        raise
    return answer


def _work(key: str, work: Callable[[], Any], language: str | None) -> None:
    coming = _under_way[key][1]
    with translation.override(language):
        try:
            answer = work()
        except Exception as fault:  # noqa: BLE001 - told to whoever asks next
            # Stays until somebody has been told.
            coming.set_exception(fault)
            return
    _drop(key)
    coming.set_result(answer)


def _drop(key: str) -> None:
    with _looking:
        _under_way.pop(key, None)

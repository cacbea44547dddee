"""Answers worked out in processes beside the server: Python runs one thread at a time, and a large sort keeps all others waiting for seconds."""

import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import BoundedSemaphore, Thread
from typing import Any, TypeVar

import django
from django.conf import settings
from django.urls import get_resolver
from django.utils import translation

from lianyi.kernel.errors import LianyiError, TryLater
from lianyi.kernel.text import Text

Answer = TypeVar("Answer")
AT_ONCE = 2
"""Questions worked out at the same time for one server; the others wait their turn, or memory would be the answers' price."""
POLITE = 5
"""How much a helper stands back (nice) where pages want the processor too."""


class AnswerLost(TryLater):
    """The process that worked an answer out ended before it was done."""

    code = "answer_lost"
    message = Text(
        zh="计算还没有完成，所在的进程就结束了：它被终止，或内存不够。",
        en="The process that was working it out ended before it was done: it was stopped, or memory was short.",
    )


class Helper:
    """A process that works out one question at a time.

    It is spawned, for a fork would share the connections that the server holds open. It ends with the process that started it, in whatever way that ends.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, its_end = context.Pipe()
        self.process = context.Process(target=_help, args=(its_end,), name="answers", daemon=True)
        self.process.start()
        # The line then breaks when the process ends: nobody waits for an answer that cannot come.
        its_end.close()

    def work_out(self, work: Callable[[], Any]) -> tuple[bool, Any]:
        """Whether it went well, and the answer or the fault. Raises AnswerLost."""
        question = pickle.dumps((work, settings.WORKSPACE, translation.get_language()))
        try:
            self._line.send_bytes(question)
            answered = self._line.recv_bytes()
        except (EOFError, OSError):
            self._line.close()
            raise AnswerLost(retry_after_seconds=1) from None
        found: tuple[bool, Any] = pickle.loads(answered)  # noqa: S301 - from our own process
        return found


class Helpers:
    """As many processes as there are questions at once; one is kept ready, and one that was lost is replaced when the next question comes."""

    def __init__(self) -> None:
        self._idle: list[Helper] = [Helper()]

    def work_out(self, work: Callable[[], Answer]) -> Answer:
        """What `work` answers there. Raises what it raises, and AnswerLost."""
        helper = self._take()
        is_answer, found = helper.work_out(work)
        self._idle.append(helper)
        if not is_answer:
            raise found
        answer: Answer = found
        return answer

    def _take(self) -> Helper:
        while self._idle:
            # The last one that worked: what it read is still at hand.
            helper = self._idle.pop()
            if helper.process.is_alive():
                return helper
        return Helper()

    def stop(self) -> None:
        """End the processes that wait."""
        while self._idle:
            self._idle.pop().process.kill()


_turns = BoundedSemaphore(AT_ONCE)
_helpers: Helpers | None = None


def work_beside() -> Helpers:
    """Have everything worked out beside this process from now on; the server does so when it starts."""
    global _helpers  # noqa: PLW0603 - of the process, as its processes are
    _helpers = Helpers()
    return _helpers


def worked_out(work: Callable[[], Answer]) -> Answer:
    """What `work` answers, when its turn has come: beside the server, or here in a process that is none (a command, the worker).

    work : may be pickled, as may its answer: a function of a module with its arguments (functools.partial)
    Raises what it raises, and AnswerLost.
    """
    with _turns:
        return work() if _helpers is None else _helpers.work_out(work)


def _help(line: Connection) -> None:
    """What a helper does until its parent is gone."""
    # At a keyboard everybody hears the interruption; the server says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    django.setup()
    # Every question is imported before the first is asked.
    get_resolver().url_patterns  # noqa: B018 - looking at them imports them
    os.nice(POLITE)
    while True:
        try:
            question = line.recv_bytes()
        except EOFError:
            # The server is gone, and it was not doing anything.
            return
        # Brand and language as the server has them at this moment.
        work, settings.WORKSPACE, language = pickle.loads(question)  # noqa: S301 - from our own process
        with translation.override(language):
            line.send_bytes(_told(work))


def _told(work: Callable[[], Any]) -> bytes:
    """Whether it went well, and the answer or the fault."""
    try:
        return pickle.dumps((True, work()))
    except LianyiError as fault:
        return pickle.dumps((False, fault))
    except Exception:  # noqa: BLE001 - told to whoever asked
        # Others' errors need not survive the way; where it went wrong must be in the server's log.
        return pickle.dumps((False, RuntimeError(traceback.format_exc())))


def _leave_with_parent() -> None:
    """Stop in the middle of whatever it is: nobody waits for it any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)

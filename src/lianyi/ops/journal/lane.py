"""The hot lane: what waits while the last commit runs is the next batch.

For a thing that thousands want at the same moment. Threads of this process ask; one worker carries out what has gathered, at most
`at_once` together, and each asker gets its own verdict. No lingering: a lone request is served at once.
"""

import math
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from functools import partial

from django.db import connection

from lianyi.kernel.errors import TryLater
from lianyi.kernel.text import Text
from lianyi.ops.journal.batch import Asked, Lock, Verdict, Work, execute_batch, execute_here
from lianyi.ops.journal.commands import Result

AT_ONCE = 64
# Below the threads of a server (40): what comes on top finds one that says come again, and pages are answered while a lane is full.
CAPACITY = 32
PATIENCE_SECONDS = 10.0
IDLE_SECONDS = 10.0
FRESH_SECONDS = 1.0


class LaneFull(TryLater):
    """So many wait already that one more would wait too long."""

    code = "lane_full"
    message = Text(zh="抢购的人太多，您还没有排上队。", en="Too many people want this at the same moment; you are not in the queue yet.")


class LaneSlow(TryLater):
    """The queue was too slow for this request; whether it was carried out, the same request will tell."""

    code = "lane_slow"
    message = Text(zh="排队时间过长，结果尚不确定。", en="The queue was too slow, and the outcome is not known yet.")
    remedy = Text(
        zh="请 %(retry_after_seconds)s 秒后在同一页面重试，不会重复下单。",
        en="Try again from the same page in %(retry_after_seconds)s seconds; nothing is ordered twice.",
    )


class Lane:
    """A queue in front of one worker thread, which lives while there is work.

    lock, work : do a batch, as for `execute_batch`
    at_once    : most requests in a batch; 64 is the knee: more wait longer for little
    capacity   : most requests in it, waiting or being carried out
    """

    def __init__(
        self,
        name: str,
        lock: Lock,
        work: Work,
        *,
        at_once: int = AT_ONCE,
        capacity: int = CAPACITY,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.name = name
        self.carry_out = partial(execute_batch, lock=lock, work=work)
        self._here = partial(execute_here, lock=lock, work=work)
        self.at_once = at_once
        self.capacity = capacity
        self.patience_seconds = patience_seconds
        self._restart()
        # A child process has none of its parent's threads.
        os.register_at_fork(after_in_child=self._restart)

    def _restart(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Asked, Future[Verdict]]] = deque()
        self._worker: threading.Thread | None = None
        self._closing = False
        self._under_way = 0
        self._batch_seconds = 0.01
        self._answered_at = -math.inf

    def require_room(self) -> None:
        """Raises LaneFull when the lane is full: cheap enough to ask before a request is even read."""
        inside = len(self._waiting) + self._under_way
        if inside >= self.capacity:
            raise LaneFull(retry_after_seconds=min(30, math.ceil(inside / self.at_once * self._batch_seconds)))

    def ask(self, asked: Asked) -> Result:
        """Queue one command and wait for its answer; inside a transaction, which the lane cannot join, it is carried out there.

        Raises what its verdict is, LaneFull (not queued), LaneSlow (not answered in time: ask again under the same key).
        """
        if connection.in_atomic_block:
            return self._here(asked)
        verdict: Future[Verdict] = Future()
        with self._changed:
            self.require_room()
            self._waiting.append((asked, verdict))
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, name=f"lane {self.name}", daemon=True)
                self._worker.start()
            self._changed.notify()
        try:
            answer = verdict.result(self.patience_seconds)
        except NotInTime:
            # One that was not begun is taken back; of one that was, the log knows.
            verdict.cancel()
            raise LaneSlow(retry_after_seconds=3) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Carry out what waits, and let the worker and its connection go; a later request starts another."""
        with self._changed:
            worker, self._closing = self._worker, True
            self._changed.notify()
        if worker is not None:
            worker.join()
        self._closing = False

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                started = time.monotonic()
                self._serve(batch)
                self._batch_seconds = 0.8 * self._batch_seconds + 0.2 * (time.monotonic() - started)
        finally:
            connection.close()

    def _next_batch(self) -> list[tuple[Asked, Future[Verdict]]]:
        """What waits, at most `at_once`; empty, and the worker done, when nothing comes for a while."""
        with self._changed:
            while True:
                while self._waiting:
                    taken = [self._waiting.popleft() for _ in range(min(self.at_once, len(self._waiting)))]
                    if batch := [(asked, verdict) for asked, verdict in taken if verdict.set_running_or_notify_cancel()]:
                        self._under_way = len(batch)
                        return batch
                if self._closing or (not self._changed.wait(IDLE_SECONDS) and not self._waiting):
                    self._worker = None
                    return []

    def _serve(self, batch: Sequence[tuple[Asked, Future[Verdict]]]) -> None:
        connection.close_if_unusable_or_obsolete()
        # A database that answered a moment ago is not asked whether it is there.
        connection.health_check_done = time.monotonic() - self._answered_at < FRESH_SECONDS
        try:
            verdicts = self.carry_out([asked for asked, _ in batch])
        except BaseException as fault:
            self._under_way = 0
            for _, verdict in batch:
                verdict.set_exception(fault)
            if not isinstance(fault, Exception):
                raise
            return
        self._answered_at = time.monotonic()
        # First, so that who is answered and asks again finds the room that they left.
        self._under_way = 0
        for (_, verdict), answer in zip(batch, verdicts, strict=True):
            verdict.set_result(answer)

"""Whose turn it is to write. SQLite's own busy handler starves waiting writers; this lock serves them in order.

Threads of one process queue first come, first served; the head of each process's queue draws a number in the file beside the
database and waits for whoever drew the one before. A lock that is only free or taken would not do: who has just let it go is running
and takes it again, while the one it was left to is still being woken.
The system releases what a process holds when it dies, however it dies; and a process that it forks meanwhile holds none of it.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections import deque
from pathlib import Path

# In the file: the number drawn last, in its first bytes; then a byte to lock for the turn itself, and one for each number.
NUMBER_BYTES = 8
TURN_BYTE = 8
FIRST_BYTE = 16


class Queue:
    """A lock that threads get in the order in which they asked for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def acquire(self, timeout_seconds: float) -> bool:
        """Wait for the turn; False when it did not come in time."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout_seconds):
            return True
        with self._guard:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
            return False

    def release(self) -> None:
        """Hand the turn to who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


_queues: dict[str, Queue] = {}
_queues_guard = threading.Lock()


def _queue_of(path: str) -> Queue:
    with _queues_guard:
        return _queues.setdefault(path, Queue())


def _forget_after_fork() -> None:
    """A child inherits no turn: its threads are gone, and files are locked by the parent."""
    _queues.clear()


os.register_at_fork(after_in_child=_forget_after_fork)


class Turn:
    """One connection's claim to write to a database file.

    path : the database; the lock is a file beside it
    """

    def __init__(self, path: Path, timeout_seconds: float) -> None:
        self.path = f"{path}-turn"
        self.timeout_seconds = timeout_seconds
        self.held = False
        self.kept = False
        self._file: int | None = None
        self._queue: Queue | None = None

    def take(self) -> None:
        """Wait for the turn. Raises sqlite3.OperationalError "database is locked" when it does not come in time."""
        if self.held:
            return
        until = time.monotonic() + self.timeout_seconds
        queue = _queue_of(self.path)
        if not queue.acquire(self.timeout_seconds):
            raise sqlite3.OperationalError("database is locked")
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._wait_in(self._file, until)
        except BaseException:
            self._close()
            queue.release()
            raise
        self._queue = queue
        self.held = True

    def _wait_in(self, file: int, until: float) -> None:
        """Draw a number, wait for the number before, and lock the file."""
        fcntl.lockf(file, fcntl.LOCK_EX, NUMBER_BYTES)
        number = int.from_bytes(os.pread(file, NUMBER_BYTES, 0), "little") + 1
        # Ours before anybody can draw the next one: who does waits for this byte, which is let go with the file.
        fcntl.lockf(file, fcntl.LOCK_EX, 1, FIRST_BYTE + number)
        os.pwrite(file, number.to_bytes(NUMBER_BYTES, "little"), 0)
        fcntl.lockf(file, fcntl.LOCK_UN, NUMBER_BYTES)
        fcntl.lockf(file, fcntl.LOCK_EX, 1, FIRST_BYTE + number - 1)
        # The order is settled above; this keeps out others when the one before died while it waited itself.
        fcntl.lockf(file, fcntl.LOCK_EX, 1, TURN_BYTE)
        if time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    def keep(self) -> None:
        """Take the turn and hold it over several transactions, until `let_go`."""
        self.take()
        self.kept = True

    def let_go(self) -> None:
        """End what `keep` began."""
        if self.kept:
            self.kept = False
            self.give_up()

    def give_up(self) -> None:
        """Let the next one write, unless the turn is kept."""
        if not self.held or self.kept:
            return
        self.held = False
        queue, self._queue = self._queue, None
        self._close()
        if queue is not None:
            queue.release()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

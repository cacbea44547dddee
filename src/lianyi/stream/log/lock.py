"""One writer at a time. Readers never lock: a snapshot's files do not change."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text


class WriterBusy(Refusal):
    """Another process has been writing to the workspace for too long."""

    code = "writer_busy"
    message = Text(zh="另一个进程正在写入 %(path)s，等了 %(seconds)s 秒仍未结束。", en="Another process is writing to %(path)s; still not done after %(seconds)s s.")
    remedy = Text(zh="什么也没写入，请稍后再试。", en="Nothing was written; try again later.")


@contextmanager
def writing(path: Path, *, patience_seconds: float = 600) -> Iterator[None]:
    """Hold the workspace's write lock. The system releases it when the process dies, however it dies.

    Raises WriterBusy after `patience_seconds`.
    """
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / "write.lock")
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout:
        raise WriterBusy(path=str(path), seconds=round(patience_seconds)) from None
    try:
        yield
    finally:
        lock.release()

"""Taking turns. Readers never lock: a snapshot's files do not change."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text


class WriterBusy(Refusal):
    """Another process has been writing to the workspace for too long."""

    code = "writer_busy"
    message = Text(
        zh="另一个进程正在写入 %(path)s，等了 %(seconds)s 秒仍未结束。",
        en="Another process is writing to %(path)s; still not done after %(seconds)s s.",
    )
    remedy = Text(zh="什么也没写入，请稍后再试。", en="Nothing was written; try again later.")


class MaintenanceBusy(Refusal):
    """Another process is tidying the workspace already."""

    code = "maintenance_busy"
    message = Text(zh="另一个进程正在维护 %(path)s。", en="Another process is maintaining %(path)s already.")
    remedy = Text(zh="无需再做，等它结束即可。", en="There is nothing to do but wait for it.")


@contextmanager
def writing(path: Path, *, patience_seconds: float = 600) -> Iterator[None]:
    """Hold the workspace's write lock. The system releases it when the process dies, however it dies.

    Raises WriterBusy after `patience_seconds`.
    """
    with _holding(path, "write.lock", patience_seconds, WriterBusy(path=str(path), seconds=round(patience_seconds))):
        yield


@contextmanager
def maintaining(path: Path, *, patience_seconds: float = 0) -> Iterator[None]:
    """Hold the workspace's maintenance lock; appends go on meanwhile. Raises MaintenanceBusy."""
    with _holding(path, "maintain.lock", patience_seconds, MaintenanceBusy(path=str(path))):
        yield


@contextmanager
def citing(path: Path) -> Iterator[None]:
    """Hold the lock of the list of cited versions, for a moment."""
    with _holding(path, "cited.lock", 60, WriterBusy(path=str(path), seconds=60)):
        yield


@contextmanager
def _holding(path: Path, name: str, patience_seconds: float, refusal: Refusal) -> Iterator[None]:
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / name)
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout:
        raise refusal from None
    try:
        yield
    finally:
        lock.release()

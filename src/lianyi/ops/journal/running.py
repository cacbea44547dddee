"""Which command is being carried out in this thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_key: ContextVar[str] = ContextVar("lianyi_command", default="")


def running_key() -> str:
    """The key of the outermost command that is being carried out; empty outside one."""
    return _key.get()


@contextmanager
def carrying_out(key: str) -> Iterator[None]:
    """What is done inside is done for this command."""
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)

"""Which command is being carried out in this thread."""

from contextvars import ContextVar

_key: ContextVar[str] = ContextVar("lianyi_command", default="")


def running_key() -> str:
    """The key of the outermost command that is being carried out; empty outside one."""
    return _key.get()


begin = _key.set
end = _key.reset

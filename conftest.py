"""What every test and doctest lives under: no network beyond this machine, and properties that do not race a clock."""

import gc
import ipaddress
import os
import socket
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

# Examples are drawn anew on a person's machine, where a find is welcome, and the same each time in CI, where a landing must not hang on luck.
# A few in the default suite, many where `make slow` goes through the properties once more (--hypothesis-profile=many).
settings.register_profile("few", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")), max_examples=25)
settings.register_profile("many", settings.get_profile("few"), max_examples=250)
settings.load_profile("few")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: the garbage collector does not look for garbage in it, then or during any test."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


class NetworkTouchedError(RuntimeError):
    """A test reached for another machine."""


def is_on_this_machine(host: object) -> bool:
    """Whether a host, as the socket module is given it, is loopback; no name is looked up."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost", socket.gethostname()}:
        return True
    try:
        address = ipaddress.ip_address(str(name).split("%", maxsplit=1)[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def keep_to_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: Python itself calls it before any socket connects, sends or looks up a name; it cannot be patched away."""
    # Python asks for nearly everything that it does: what is none of ours has to be quick.
    if not event.startswith("socket."):
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        if getattr(arguments[0], "family", socket.AF_INET) not in {socket.AF_INET, socket.AF_INET6}:
            return
        host = arguments[1][0]
    else:
        return
    if not is_on_this_machine(host):
        raise NetworkTouchedError(f"tests stay on this machine, but one reached for {host!r} ({event})")


sys.addaudithook(keep_to_this_machine)

"""The guard that keeps tests on this machine. Python's audit event is raised by hand: nothing is ever sent."""

import socket
import sys

import pytest


class Unopened:
    """Stands for a socket of one family."""

    def __init__(self, family: socket.AddressFamily) -> None:
        self.family = family


IPV4, IPV6 = Unopened(socket.AF_INET), Unopened(socket.AF_INET6)


@pytest.mark.parametrize(
    "event,arguments",
    [
        ("socket.connect", (IPV4, ("192.0.2.1", 80))),
        ("socket.connect", (IPV6, ("2001:db8::1", 80, 0, 0))),
        ("socket.sendto", (IPV4, ("198.51.100.7", 53))),
        ("socket.getaddrinfo", ("example.com", 443, 0, 0, 0)),
    ],
)
def test_reaching_for_another_machine_fails(event, arguments):
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        sys.audit(event, *arguments)


@pytest.mark.parametrize("address", [("127.0.0.1", 80), ("127.8.8.8", 80), ("localhost", 80), ("::1", 80, 0, 0)])
def test_loopback_is_free(address):
    sys.audit("socket.connect", IPV6 if ":" in address[0] else IPV4, address)


def test_a_real_loopback_connection_works():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5) as client:
        assert client.getpeername() == server.getsockname()

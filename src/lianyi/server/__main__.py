"""python -m lianyi.server HOST PORT: what `lianyi serve` runs. Settings come from the environment (lianyi.server.options)."""

import os
import socket
import sys
from contextlib import closing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")

from lianyi.server.serve import PortTaken, prepare, serve


def is_taken(host: str, port: int) -> bool:
    """Whether something listens at an address of this machine."""
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def main(host: str, port: int) -> None:
    """Make everything ready, then serve until interrupted."""
    if is_taken(host, port):
        raise PortTaken(host=host, port=port, other=port + 1)
    prepare()
    serve(host, port)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

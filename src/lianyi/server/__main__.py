"""python -m lianyi.server HOST PORT: what `lianyi serve` runs. Settings come from the environment (lianyi.server.options)."""

import os
import socket
import sys
from contextlib import closing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")

from django.conf import settings

from lianyi.kernel.text import Text
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
    tell_entry(f"http://{host}:{port}")
    serve(host, port)


def tell_entry(origin: str) -> None:
    """At the first start there is no password yet: say the link by which the owner comes in, once."""
    from django.utils import timezone

    from lianyi.ops.team.services import found_owner
    from lianyi.web.console.doors import entry_url

    owner = found_owner(at=settings.WORKSPACE.at(timezone.now()))
    if not owner.has_usable_password():
        sentence = Text(
            zh="第一次进入工作台，请打开（只能用一次）：%(url)s",
            en="To enter the console for the first time, open (it works once): %(url)s",
        )
        print(sentence.say(settings.WORKSPACE.language, url=entry_url(origin, owner)), flush=True)  # noqa: T201 - for who started it


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""python -m lianyi.server HOST PORT: what `lianyi serve` runs. Settings come from the environment (lianyi.server.options)."""

import datetime as dt
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
    announce(host, port)
    serve(host, port)


def announce(host: str, port: int) -> None:
    """Say where the pages are; and, before there is a team, where the owner makes the first account."""
    from lianyi.web.console.entry.links import first_path

    at = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    tell(
        Text(zh="%(brand)s：会员页面 %(at)s/ ，后台 %(at)s/console/", en="%(brand)s: members at %(at)s/, the team at %(at)s/console/"),
        brand=settings.WORKSPACE.brand,
        at=at,
    )
    first = first_path(at=dt.datetime.now(dt.UTC))
    if first:
        tell(
            Text(
                zh="还没有账号。负责人请在 12 小时内打开：%(url)s", en="No account yet. The owner makes one here within 12 hours: %(url)s"
            ),
            url=at + first,
        )


def tell(text: Text, **said: object) -> None:
    """Say something to who started the server."""
    print(text.say("en" if os.environ.get("LANG", "").startswith("en") else "zh", **said), file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

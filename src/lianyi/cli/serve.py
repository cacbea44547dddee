"""`lianyi serve`: the web server for members and the team."""

import importlib
import os

import click

from lianyi.cli.options import opened_workspace
from lianyi.cli.speech import say, tell
from lianyi.kernel.text import Text


@click.command(
    "serve",
    help=say(
        "启动网站：会员页面与团队后台。首次启动会自动建库；用 Ctrl-C 停止。",
        "Serve the pages for members and the team. The first start makes the database; stop it with Ctrl-C.",
    ),
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help=say("监听地址", "the address to listen at"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=say("监听端口", "the port"))
def command(host: str, port: int) -> None:
    workspace = opened_workspace()
    os.environ["LIANYI_HOME"] = str(workspace.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    # The server is the composition root, above this floor: it is started by name, as `python -m lianyi.server` would.
    server = importlib.import_module("lianyi.server.__main__")
    tell(Text(zh="%(brand)s：http://%(at)s", en="%(brand)s: http://%(at)s"), brand=workspace.brand, at=f"{host}:{port}")
    server.main(host, port)

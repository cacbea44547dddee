"""`lianyi migrate`: bring the operational database to the present."""

import click

from lianyi.cli.operations import operations
from lianyi.cli.speech import say, tell
from lianyi.kernel.text import Text


@click.command(
    "migrate",
    help=say(
        "建立或更新业务数据库，并重新安装、核对其保护规则。",
        "Make the operational database, or bring it to the present; install and verify its guards.",
    ),
)
def command() -> None:
    operations(migrated=False)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    tell(Text(zh="业务数据库已就绪。", en="The operational database is ready."))

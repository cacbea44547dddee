"""`lianyi forget`: erase one member."""

import time

import click

from lianyi.cli.options import opened_workspace
from lianyi.cli.speech import say, tell
from lianyi.kernel.text import Text
from lianyi.stream.log.forget import forget


@click.command(
    "forget",
    help=say(
        "删除一位会员：立即从所有结果中消失，下次 lianyi maintain 时从所有文件中物理清除。",
        "Erase one member: gone from every result at once, removed from every file by the next lianyi maintain.",
    ),
)
@click.argument("member_id", metavar="MEMBER")
def command(member_id: str) -> None:
    forget(opened_workspace(), member_id, now_us=time.time_ns() // 1000)
    tell(
        Text(
            zh="该会员已从所有结果中移除；运行 lianyi maintain 后将从所有文件中清除。",
            en="The member is gone from every result; lianyi maintain removes the data from every file.",
        )
    )

"""`lianyi forget`: erase one member."""

import datetime as dt
import time

import click

from lianyi.cli.operations import find_operations
from lianyi.cli.options import opened_workspace
from lianyi.cli.speech import say, tell
from lianyi.kernel.actor import SYSTEM
from lianyi.kernel.text import Text
from lianyi.stream.log.forget import forget


@click.command(
    "forget",
    help=say(
        "抹除一位会员：业务库里的身份、事实、命令与他人订单上的推荐人，并立即从所有结果中消失，下次 lianyi maintain 时从所有文件中物理清除。",
        "Erase one member: identities, facts, commands and others' orders in the operations; gone from every result at once, removed from every file by the next lianyi maintain.",
    ),
)
@click.argument("member_id", metavar="MEMBER")
def command(member_id: str) -> None:
    operations = find_operations()
    if operations is not None:
        from lianyi.flows.erase_member import erase_named

        erase_named(actor=SYSTEM, at=operations.at(dt.datetime.now(dt.UTC)), member_id=member_id)
    forget(opened_workspace(), member_id, now_us=time.time_ns() // 1000)
    tell(
        Text(
            zh="该会员已从所有结果中移除；运行 lianyi maintain 后将从所有文件中清除。",
            en="The member is gone from every result; lianyi maintain removes the data from every file.",
        )
    )

"""`lianyi maintain`: tidy the store."""

import json
import time

import click

from lianyi.cli.options import json_option, opened_workspace
from lianyi.cli.speech import language, say
from lianyi.stream.log.maintain import maintain


@click.command(
    "maintain",
    help=say(
        "合并小文件、清除已申请删除的会员、刷新投影、回收旧版本。可与读写同时运行，可随时中断。",
        "Compact small files, remove erased members, refresh projections, reclaim old versions. Safe beside readers and writers, and safe to interrupt.",
    ),
)
@json_option
def command(as_json: bool) -> None:
    report = maintain(opened_workspace(), now_us=time.time_ns() // 1000)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        for line in report.lines():
            click.echo(line.say(language()))

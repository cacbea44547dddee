"""`lianyi maintain`: tidy the store."""

import dataclasses
import json
import time

import click

from lianyi.cli.options import json_option, opened_workspace
from lianyi.cli.speech import language, say
from lianyi.kernel.text import Text
from lianyi.stream.log.maintain import maintain

DONE = {
    "months_compacted": Text(zh="合并了 %(n)s 个月的文件", en="files of %(n)s {month|months} compacted"),
    "doubles_dropped": Text(zh="去掉重复事实 %(n)s 条", en="%(n)s {fact dropped that was|facts dropped that were} there twice"),
    "members_erased": Text(zh="物理清除会员 %(n)s 位", en="%(n)s {member|members} erased for good"),
    "facts_erased": Text(zh="随之清除事实 %(n)s 条", en="%(n)s {fact|facts} erased with them"),
    "projections_built": Text(zh="更新投影 %(n)s 份", en="%(n)s {projection|projections} built"),
    "files_removed": Text(zh="移除无用文件 %(n)s 个", en="%(n)s {file|files} removed that nobody needs"),
    "bytes_freed": Text(zh="释放 %(n)s 字节", en="%(n)s {byte|bytes} freed"),
    "scratch_removed": Text(zh="清理中断留下的 %(n)s 处", en="%(n)s leftovers of interrupted work removed"),
}


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
        click.echo(json.dumps(dataclasses.asdict(report), ensure_ascii=False))
        return
    done = [label.say(language(), n=f"{getattr(report, field):,}") for field, label in DONE.items() if getattr(report, field)]
    click.echo("\n".join(done) if done else say("已经很整齐，无事可做。", "Tidy already; there was nothing to do."))

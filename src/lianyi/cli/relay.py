"""`lianyi relay`: from the operations' journal to the history."""

import time

import click

from lianyi.cli.operations import operations
from lianyi.cli.speech import say, tell
from lianyi.kernel.text import Text
from lianyi.stream.log.table import EventLog

MOVED = Text(zh="搬运 %(n)s 条，历史到第 %(last)s 条。", en="%(n)s {fact|facts} moved; the history is at fact %(last)s.")
ELSEWHERE = Text(zh="另一个进程正在搬运。", en="Another process is moving them.")


@click.command(
    "relay",
    help=say(
        "把业务中发生的事实搬到历史，恰好一次；可随时中断。lianyi serve 会自己做，单独运行用于定时任务。",
        "Move what happened in the operations to the history, exactly once; safe to interrupt. lianyi serve does it by itself.",
    ),
)
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=None, metavar="SECONDS", help=say("每隔几秒一次，直到中断", "again and again")
)
def command(every: float | None) -> None:
    workspace = operations()
    from lianyi.ops.journal.relay import relay

    log = EventLog(workspace)
    while True:
        moved = relay(log)
        if every is None:
            tell(MOVED if moved.leads else ELSEWHERE, n=f"{moved.delivered:,}", last=f"{moved.last:,}")
            return
        time.sleep(every)

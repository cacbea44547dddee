"""`lianyi check`: the books, checked."""

import datetime as dt
import json
import sys

import click

from lianyi.cli.operations import operations
from lianyi.cli.options import json_option
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text
from lianyi.stream.log.table import EventLog

STATUS = {
    "ok": Text(zh="通过", en="ok"),
    "empty": Text(zh="尚无可查", en="nothing yet"),
    "late": Text(zh="滞后", en="late"),
    "broken": Text(zh="不成立", en="BROKEN"),
}


class BooksBroken(Broken):
    """An invariant does not hold."""

    code = "books_broken"
    message = Text(zh="%(n)s 条不变量不成立，见上表。", en="%(n)s {invariant does|invariants do} not hold; see the table.")
    remedy = Text(
        zh="请停止写入，保留现场，并从最近的备份核对。", en="Stop writing, keep everything as it is, and compare with the latest backup."
    )


@click.command(
    "check",
    help=say(
        "逐条核对：库存、订单、付款、积分与佣金、账簿与历史、数据库的保护规则。有一条不成立即以状态 2 结束。",
        "Check every invariant: stock, orders, payments, points and commission, journal and history, the database's guards. Ends with status 2 when one does not hold.",
    ),
)
@click.option(
    "--only", "numbers", multiple=True, type=int, metavar="NUMBER", help=say("只查这些编号（可多次）", "only these numbers (repeatable)")
)
@json_option
def command(numbers: tuple[int, ...], as_json: bool) -> None:
    workspace = operations()
    from lianyi.ops.journal.checking import Scope, check_all

    scope = Scope(EventLog(workspace), workspace.at(dt.datetime.now(dt.UTC)))
    checked = list(check_all(scope, numbers=numbers))
    if as_json:
        rows = [
            {
                "number": one.invariant.number, "app": one.app, "says": one.invariant.says.say(language()), "status": one.status,
                "checked": one.found.checked, "wrong": one.found.wrong, "examples": one.found.examples,
            }
            for one in checked
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        heading = ["#", say("范围", "Part"), say("应当成立", "What must hold"), say("查了", "Checked"), say("不符", "Wrong"), ""]
        table = [
            [
                str(one.invariant.number), one.app, one.invariant.says.say(language()), f"{one.found.checked:,}", f"{one.found.wrong:,}",
                STATUS[one.status].say(language()),
            ]
            for one in checked
        ]  # fmt: skip
        click.echo(drawn(heading, table, right=[0, 3, 4]))
        for one in checked:
            for example in one.found.examples:
                click.echo(f"  {one.invariant.number} {one.app}: {example}")
    sys.stdout.flush()
    if broken := sum(one.status == "broken" for one in checked):
        raise BooksBroken(n=broken)

"""`lianyi take-over`: what the imported history knows becomes rows of the operations."""

import dataclasses
import datetime as dt
import json

import click

from lianyi.cli.operations import operations
from lianyi.cli.options import json_option
from lianyi.cli.progress import shown
from lianyi.cli.speech import language, say
from lianyi.kernel.actor import SYSTEM
from lianyi.kernel.text import Text

TAKEN = Text(
    zh="新会员 %(members)s，新社群 %(groups)s，入群 %(seats)s，退群 %(left)s，新商品 %(products)s。",
    en="New members %(members)s, groups %(groups)s, came into groups %(seats)s, left groups %(left)s, products %(products)s.",
)
LEFT = Text(zh="没有接入：%(reason)s %(n)s", en="Left out: %(reason)s %(n)s")


@click.command(
    "take-over",
    help=say(
        "把导入的历史里已有、运营里还没有的会员、社群、入群退群和商品接入运营，控制台里就能看到。可重复运行；已抹除的会员不会回来。",
        "Take over members, groups, who is in them and products that the imported history knows and the operations do not, so that the console shows them. "
        "Safe to repeat; erased members do not come back.",
    ),
)
@json_option
def command(as_json: bool) -> None:
    workspace = operations()
    from lianyi.flows.take_over import LEFT_OUT, take_over

    with shown(say("接入", "Taking over")) as report:

        def advance(done: int, total: int) -> None:
            report(done / max(total, 1), f"{done:,} " + say("行", "rows"))

        taken = take_over(workspace, actor=SYSTEM, at=workspace.at(dt.datetime.now(dt.UTC)), progress=advance)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(taken)))
        return
    numbers = {name: f"{n:,}" for name, n in dataclasses.asdict(taken).items() if name != "left_out"}
    click.echo(TAKEN.say(language(), **numbers))
    for reason, n in taken.left_out.items():
        click.echo(LEFT.say(language(), reason=LEFT_OUT[reason].say(language()), n=f"{n:,}"))

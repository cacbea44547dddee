"""`lianyi analyse paths`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.paths.paths import paths


@click.command(
    "paths",
    help=say(
        "路径：会话里什么之后是什么，多少会话到达目标、走得直不直、在哪里离开。",
        "Paths: what follows what inside sessions, how many reach the goal, how straight, and where they leave.",
    ),
)
@click.option("--goal", default="order_paid", show_default=True, metavar="EVENT", help=say("目标事件", "the event a session should reach"))
@click.option("--depth", type=click.IntRange(2, 20), default=6, show_default=True, help=say("看前多少步", "steps to look at"))
@click.option(
    "--every-event",
    is_flag=True,
    help=say("看所有事件，不只访问、互动与付款", "look at every event, not only visits, interactions and payment"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(goal: str, depth: int, every_event: bool, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = paths(engine, chosen_window(start, end, engine), goal=goal, depth=depth, every_event=every_event)
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        rows = [
            [
                row["event"],
                f"{row['visits']:,}",
                share_text(row["success_chance"]),
                "–" if row["steps_to_go"] is None else f"{row['steps_to_go']:.1f}",
                f"{row['drops']:,}",
                share_text(row["drop_share"]),
            ]
            for row in found.to_table().to_pylist()
        ]
        heading = [
            say("事件", "Event"),
            say("次数", "Visits"),
            say("成功机会", "Chance"),
            say("还需步数", "Steps to go"),
            say("离开", "Left"),
            say("离开占比", "Left share"),
        ]
        click.echo(drawn(heading, rows, right=range(1, 6)))
        click.echo("\n" + say("最常见的开头：", "The most frequent beginnings:"))
        click.echo(drawn([say("会话", "Sessions"), ""], [[f"{n:,}", " > ".join(path)] for path, n in found.top[:10]], right=[0]))

"""`lianyi analyse sessions`."""

import json

import click

from lianyi.cli.analyse.estimates import shown
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.paths.visits import visits


@click.command(
    "sessions",
    help=say(
        "会话：有多少次，平均几步，要多久，多少只有一步。",
        "Sessions: how many, of how many steps, how long they take, how many have a single step.",
    ),
)
@click.option("--every-event", is_flag=True, help=say("把所有事实都算作会话的步骤", "every fact is a step of its session"))
@window_options(required=False)
@snapshot_option
@json_option
def command(every_event: bool, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = visits(engine, chosen_window(start, end, engine), every_event=every_event)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [
        [say("平均步数", "Mean steps"), *shown(found.steps, share=False)],
        [say("只有一步", "Single step"), *shown(found.bounce)],
        [say("时长中位（秒）", "Median seconds"), *shown(found.median_seconds, share=False)],
        [say("时长九成（秒）", "90th percentile, seconds"), *shown(found.p90_seconds, share=False)],
    ]
    click.echo(drawn([say("指标", "Figure"), say("值", "Value"), say("区间", "Interval"), "n"], rows, right=[1, 3]))

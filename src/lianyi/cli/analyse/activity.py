"""`lianyi analyse activity`."""

import json

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.activity import ACTIVITIES, activity

SHOWN_DAYS = 14


@click.command(
    "activity",
    help=say(
        "活跃：每天、近 7 天、近 30 天各有多少人活跃，粘性多高。",
        "Activity: how many people are active on a day, in 7 and in 30 days, and how sticky that is.",
    ),
)
@click.option(
    "--active",
    type=click.Choice(list(ACTIVITIES)),
    default="engaged",
    show_default=True,
    help=say("怎样算活跃：有互动或购买、有购买、有任何行为", "what counts as active"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(active: str, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = activity(engine, chosen_window(start, end, engine), active=active)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [
        [row["date"].isoformat(), *("–" if row[name] is None else f"{row[name]:,}" for name in ("daily", "weekly", "monthly"))]
        for row in found.to_table().to_pylist()[-SHOWN_DAYS:]
    ]
    heading = [say("日期", "Day"), say("当日", "Daily"), say("近 7 天", "7 days"), say("近 30 天", "30 days")]
    click.echo(drawn(heading, rows, right=[1, 2, 3]))

"""`lianyi analyse anomalies`."""

import json

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn, written
from lianyi.insight.analyse.anomalies.daily import METRICS, daily_anomalies
from lianyi.insight.analyse.calendar.events import events
from lianyi.insight.measure import catalogue


@click.command(
    "anomalies",
    help=say(
        "异常：计入星期、季节、节假日与大促之后，哪些日子仍然反常，哪里发生了持续变化。",
        "Anomalies: days that stand out once weekdays, seasons, holidays and sales days are accounted for, and lasting changes.",
    ),
)
@click.option("--metrics", default=",".join(METRICS), metavar="A,B", help=say("指标，逗号分隔", "metrics, separated by commas"))
@click.option("--no-calendar", is_flag=True, help=say("不计入中国节假日与大促", "leave Chinese holidays and sales days out"))
@window_options(required=False)
@snapshot_option
@json_option
def command(metrics: str, no_calendar: bool, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        found = daily_anomalies(
            engine,
            chosen_window(start, end, engine),
            metrics=[m.strip() for m in metrics.split(",") if m.strip()],
            with_calendar=not no_calendar,
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        if not found.days:
            return
        units = {m: catalogue()[m].unit for m in found.metrics}
        rows = [
            [
                d.date.isoformat(),
                catalogue()[d.metric].name.say(language()),
                written(d.value, units[d.metric], workspace.currency),
                written(d.expected, units[d.metric], workspace.currency),
                f"{d.score:+.1f}",
                ", ".join(events()[e].name.say(language()) for e in d.events),
                say("首次出现，说不准", "first occurrence, unsure") if d.unsure else "",
            ]
            for d in found.days
        ]
        heading = [say("日期", "Day"), say("指标", "Metric"), say("实际", "Value"), say("预期", "Expected"), "z", say("节日", "Events"), ""]
        click.echo(drawn(heading, rows, right=[2, 3, 4]))

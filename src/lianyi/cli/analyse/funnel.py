"""`lianyi analyse funnel`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.funnel import funnel
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

DAYS = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0}


@click.command(
    "funnel",
    help=say("有序漏斗：按先后走过各步的人数（或会话数）。", "Ordered funnel: how many actors (or sessions) pass the steps in order."),
)
@click.option("--steps", required=True, metavar="A,B,C", help=say("步骤：事件名，逗号分隔", "steps: event names, separated by commas"))
@click.option(
    "--within", default=None, metavar="7d", help=say("从第一步起的时限：30m、24h、7d", "time allowed from the first step: 30m, 24h, 7d")
)
@click.option(
    "--per",
    type=click.Choice(["actor", "session"]),
    default="actor",
    show_default=True,
    help=say("按人还是按会话", "count people or sessions"),
)
@click.option("--by", default=None, metavar="DIM", help=say("按维度拆分", "split by a dimension"))
@window_options(required=False)
@snapshot_option
@json_option
def command(
    steps: str, within: str | None, per: str, by: str | None, start: str | None, end: str | None, snapshot: int | None, as_json: bool
) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = funnel(
            engine,
            [step.strip() for step in steps.split(",") if step.strip()],
            chosen_window(start, end, engine),
            within_days=None if within is None else duration_days(within),
            per=per,
            by=by,
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        rows = [
            [row["by"] or "", row["name"], f"{row['actors']:,}", share_text(row["share_of_first"]), share_text(row["share_of_previous"])]
            for row in found.to_table().to_pylist()
        ]
        click.echo(found.explain().say(language()))
        click.echo(
            drawn(
                [
                    say("维度", "Split"),
                    say("步骤", "Step"),
                    say("人数", "Number"),
                    say("占首步", "Of first"),
                    say("占上一步", "Of previous"),
                ],
                rows,
                right=[2, 3, 4],
            )
        )


def duration_days(text: str) -> float:
    """Days of a duration with its unit: 30m, 24h, 7d.

    >>> duration_days("36h")
    1.5
    """
    number, unit = text[:-1], text[-1:]
    if unit not in DAYS or not number.replace(".", "", 1).isdigit() or not float(number):
        raise BadInput(
            reason=Text(zh="时限写作 30m、24h 或 7d，收到的是 %(given)s", en="A duration is written 30m, 24h or 7d, not %(given)s"),
            given=text,
        )
    return float(number) * DAYS[unit]

"""`lianyi analyse tiers`."""

import json

import click

from lianyi.cli.analyse.rfm import points
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.segments.rfm import member_tiers
from lianyi.kernel.clock import date_of
from lianyi.kernel.money import minor_digits


@click.command(
    "tiers",
    help=say(
        "等级：按近 12 个月净消费每月评一次，达标即升，跌破门槛八成才降。",
        "Tiers: by net spending of 12 months, reviewed monthly; up at the threshold, down only below 80% of it.",
    ),
)
@click.option("--thresholds", required=True, metavar="A,B,C", help=say("各级门槛（元），由低到高", "threshold of each tier, ascending"))
@click.option(
    "--down",
    "down_share",
    type=click.FloatRange(0, 1),
    default=0.8,
    show_default=True,
    help=say("保级比例", "share of the threshold that keeps a tier"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(thresholds: str, down_share: float, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        minor = 10 ** minor_digits(workspace.currency)
        found = member_tiers(
            engine, chosen_window(start, end, engine), [round(p * minor) for p in points(thresholds)], down_share=down_share
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        rows = [
            [date_of(day).isoformat(), *(f"{c:,}" for c in counts), f"{up:,}", f"{down:,}"]
            for day, counts, up, down in zip(found.reviews, found.counts, found.risen, found.fallen, strict=True)
        ]
        heading = [
            say("评定日", "Review"),
            say("无等级", "None"),
            *(str(k + 1) for k in range(len(found.thresholds_fen))),
            say("升", "Up"),
            say("降", "Down"),
        ]
        click.echo(drawn(heading, rows, right=range(1, len(heading))))

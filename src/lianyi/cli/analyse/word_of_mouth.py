"""`lianyi analyse word-of-mouth`."""

import json

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.word_of_mouth.word_of_mouth import WITHIN_DAYS, word_of_mouth

ARMS = {"shown": say("看到", "Shown"), "withheld": say("随机隐去", "Withheld at random")}


@click.command(
    "word-of-mouth",
    help=say(
        "口碑：好友的分享真的带来购买，还是好友只是相像；要随机隐去一部分分享才看得出。",
        "Word of mouth: do friends' shares make people buy, or are friends merely alike; seen where a random part of shares is withheld.",
    ),
)
@click.option(
    "--within",
    "within_days",
    type=click.IntRange(1, 30),
    default=WITHIN_DAYS,
    show_default=True,
    metavar="DAYS",
    help=say("分享后多少天内的订单算数", "how many days after a share orders count"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(within_days: int, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = word_of_mouth(engine, chosen_window(start, end, engine), within_days=within_days)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [[ARMS[row["arm"]], f"{row['shares']:,}", f"{100 * row['orders']:.2f}"] for row in found.to_table().to_pylist()]
    if rows:
        click.echo(drawn([say("分享", "Share"), say("次数", "Times"), say("其后每百次订单", "Orders after a hundred")], rows, right=[1, 2]))

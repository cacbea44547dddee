"""`lianyi analyse fission`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn, written
from lianyi.insight.analyse.fission.fission import fission
from lianyi.kernel.money import minor_digits


@click.command(
    "fission",
    help=say(
        "裂变：会员由谁带来，裂变系数（补上还没到的人），各代值多少，邀请奖励该停在哪一代。",
        "Fission: who brought whom, the K-factor with those still to come, what each generation is worth, where rewards should end.",
    ),
)
@click.option(
    "--margin",
    "margin_share",
    type=click.FloatRange(0, 1),
    default=None,
    metavar="SHARE",
    help=say("毛利率，没有单位成本时用", "gross margin, where unit costs are not known"),
)
@click.option(
    "--reward",
    "reward",
    type=float,
    default=0.0,
    metavar="MONEY",
    help=say("每带来一人的奖励（元），没有按会员记账时用", "reward for each member brought, where it is not booked as a cost"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(margin_share: float | None, reward: float, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        minor = 10 ** minor_digits(workspace.currency)
        found = fission(engine, chosen_window(start, end, engine), margin_share=margin_share, reward_fen=round(reward * minor))
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        if not found.members:
            return
        rows = [
            [
                str(g.generation),
                f"{g.members:,}",
                share_text(g.retention.value),
                written(g.contribution_fen.value, "money", workspace.currency),
                written(g.cost_fen, "money", workspace.currency),
                written(g.net_fen.value, "money", workspace.currency),
            ]
            for g in found.generations
        ]
        heading = [
            say("代", "Generation"),
            say("人数", "Members"),
            say("30 日留存", "Back on day 30"),
            say("人均贡献", "Contribution each"),
            say("人均成本", "Cost each"),
            say("人均净额", "Net each"),
        ]
        click.echo(drawn(heading, rows, right=range(1, 6)))

"""`lianyi analyse economics`."""

import json

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn, written
from lianyi.insight.analyse.economics.economics import GRID_DAYS, economics
from lianyi.kernel.clock import date_of


@click.command(
    "economics",
    help=say(
        "单位经济：贡献毛利一二三，获客成本，各批次的回本曲线；退款记回原订单。",
        "Unit economics: contribution margins 1 to 3, cost of a new member, payback of each cohort; refunds go back to their order.",
    ),
)
@click.option(
    "--start",
    "begins",
    type=click.Choice(["auto", "joined", "first_purchase"]),
    default="auto",
    show_default=True,
    help=say("批次从加入还是首购算起", "cohorts by joining or by first purchase"),
)
@click.option("--loaded", is_flag=True, help=say("把全部营销投入算作获客成本", "count all marketing cost as the cost of winning members"))
@click.option(
    "--margin",
    "margin_share",
    type=click.FloatRange(0, 1),
    default=None,
    metavar="SHARE",
    help=say("不知道单位成本的商品按此毛利率", "gross margin where unit costs are not known"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(
    begins: str, loaded: bool, margin_share: float | None, start: str | None, end: str | None, snapshot: int | None, as_json: bool
) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        found = economics(
            engine, chosen_window(start, end, engine), start=begins, loaded=loaded, margin_share=margin_share, currency=workspace.currency
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        if not found.cohorts:
            return

        def money(fen: float | None) -> str:
            return written(fen, "money", workspace.currency)

        longest = max(len(c.curve) for c in found.cohorts)
        rows = [
            [
                date_of(c.from_day).isoformat(),
                f"{c.size:,}",
                money(c.cac_fen.value),
                "–" if c.payback_days.value is None else f"{c.payback_days.value:,.0f}",
                *(money(e.value) for e in c.curve),
                *[""] * (longest - len(c.curve)),
            ]
            for c in found.cohorts
        ]
        ages = [say(f"{k * GRID_DAYS} 天", f"{k * GRID_DAYS} d") for k in range(longest)]
        heading = [say("批次", "Cohort"), say("人数", "Members"), say("获客成本", "CAC"), say("回本天数", "Payback days"), *ages]
        click.echo(drawn(heading, rows, right=range(1, len(heading))))

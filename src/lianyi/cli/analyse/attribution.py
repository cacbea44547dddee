"""`lianyi analyse attribution`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.attribution.attribution import Attribution, attribution
from lianyi.insight.analyse.attribution.credit import MODELS
from lianyi.kernel.money import written


@click.command(
    "attribution",
    help=say(
        "归因：订单之前接触过哪些渠道，各模型怎样分功劳；用于佣金记账与看路径，不是增量。",
        "Attribution: which channels came before orders, and how each model shares the credit; bookkeeping, not incrementality.",
    ),
)
@click.option("--by", default="channel", show_default=True, metavar="DIM", help=say("按哪个维度算触点", "the dimension of a touch"))
@click.option(
    "--lookback", "lookback_days", type=float, default=7.0, show_default=True, metavar="DAYS", help=say("回溯天数", "days to look back")
)
@click.option(
    "--half-life",
    "half_life_days",
    type=float,
    default=7.0,
    show_default=True,
    metavar="DAYS",
    help=say("时间衰减的半衰期", "half-life of time decay"),
)
@click.option(
    "--models",
    default=",".join(MODELS),
    metavar="A,B",
    help=say("模型，逗号分隔（默认全部）", "models, separated by commas (default: all)"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(
    by: str,
    lookback_days: float,
    half_life_days: float,
    models: str,
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        found = attribution(
            engine,
            chosen_window(start, end, engine),
            by=by,
            lookback_days=lookback_days,
            models=[m.strip() for m in models.split(",") if m.strip()],
            half_life_days=half_life_days,
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        if not found.models:
            return
        rows = [
            [
                r["model"],
                r["channel"],
                f"{r['orders']:,.1f}",
                share_text(r["share"]),
                "–" if r["low"] is None else f"{share_text(r['low'])} – {share_text(r['high'])}",
                written(r["value_fen"], workspace.currency, language()),
            ]
            for r in found.to_table().to_pylist()
        ]
        heading = [
            say("模型", "Model"),
            say("渠道", "Channel"),
            say("订单", "Orders"),
            say("占比", "Share"),
            say("区间", "Interval"),
            say("净额", "Net value"),
        ]
        click.echo(drawn(heading, rows, right=[2, 3, 5]))
        _tell_over_credit(found)


def _tell_over_credit(found: Attribution) -> None:
    """How many times over each model credits the channels that an experiment knows."""
    rows = [
        [model, channel, f"{factor.value:.1f}", f"{factor.interval[0]:.1f} – {factor.interval[1]:.1f}"]
        for model, of in found.over_credit.items()
        for channel, factor in of.items()
        if factor.value is not None and factor.interval is not None
    ]
    if rows:
        heading = [say("模型", "Model"), say("渠道", "Channel"), say("记账是增量的倍数", "Credited over brought"), say("区间", "Interval")]
        click.echo(drawn(heading, rows, right=[2]))

"""`lianyi analyse content`."""

import json

import click

from lianyi.cli.analyse.estimates import figure_text, shown
from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.content.performance import METRICS, RATES, performance
from lianyi.insight.analyse.content.posts import DIMENSIONS


@click.command(
    "content",
    help=say(
        "内容效果：各形式、主题、时段的内容表现，小样本向整体收缩，并控制误报。",
        "Content: what posts of each format, topic or hour draw; small groups are shrunken, false discoveries held down.",
    ),
)
@click.option("--by", type=click.Choice(DIMENSIONS), default="format", show_default=True, help=say("按什么分组", "how to group posts"))
@click.option("--metric", type=click.Choice(METRICS), default="interactions", show_default=True, help=say("看哪个指标", "which metric"))
@click.option(
    "--within",
    "within_days",
    type=click.IntRange(0),
    default=7,
    show_default=True,
    metavar="DAYS",
    help=say("发布后多少天内计入，0 为不限", "days after publishing that count; 0 for all"),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(by: str, metric: str, within_days: int, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        found = performance(
            engine, chosen_window(start, end, engine), zone=workspace.zone, by=by, metric=metric, within_days=within_days or None
        )
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rate = metric in RATES
    write = share_text if rate else figure_text
    rows = [
        [
            g.value or "?",
            f"{g.posts:,}",
            write(g.mean.value),
            "" if g.median is None else write(g.median.value),
            *shown(g.typical, share=rate)[:2],
            "–" if g.q is None else f"{g.q:.3f}",
        ]
        for g in found.groups
    ]
    if rows:
        heading = [
            by,
            say("篇数", "Posts"),
            say("平均", "Mean"),
            say("中位", "Median"),
            say("典型", "Typical"),
            say("区间", "Interval"),
            "q",
        ]
        click.echo(drawn(heading, rows, right=[1, 2, 3, 4, 6]))
    if found.leaders:
        click.echo("")
        leaders = [[x.content_id, share_text(x.raw), *shown(x.shrunken)] for x in found.leaders]
        heading = [say("内容", "Post"), say("原始", "Raw"), say("收缩后", "Shrunken"), say("区间", "Interval"), "n"]
        click.echo(drawn(heading, leaders, right=[1, 2, 4]))

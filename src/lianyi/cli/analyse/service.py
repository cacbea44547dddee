"""`lianyi analyse service`."""

import json

import click

from lianyi.cli.analyse.estimates import shown
from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.care.service import ANSWERS, service


@click.command(
    "service",
    help=say(
        "服务时效：首次答复和投诉处理要等多久，未答复的也计入；投诉集中在哪些原因。",
        "Service times: how long first answers and complaints take, the unanswered included; what complaints are about.",
    ),
)
@click.option("--answers", type=click.Choice(ANSWERS), default="any", show_default=True, help=say("哪些答复算数", "which answers count"))
@window_options(required=False)
@snapshot_option
@json_option
def command(answers: str, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        found = service(engine, chosen_window(start, end, engine), zone=workspace.zone, answers=answers)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    names = {
        "replies": say("首次答复", "First answers"),
        "negative": say("其中负面", "To negative ones"),
        "complaints": say("投诉处理", "Complaints"),
    }
    rows = [
        [names[kind], limit, *shown(share)]
        for kind, waiting in (("replies", found.replies), ("negative", found.negative), ("complaints", found.complaints))
        if waiting.n
        for limit, share in waiting.within.items()
    ]
    if rows:
        click.echo(
            drawn([say("类别", "Kind"), say("时限", "Within"), say("占比", "Share"), say("区间", "Interval"), "n"], rows, right=[2, 4])
        )
    if found.causes:
        causes = [[c.cause or "?", f"{c.count:,}", share_text(c.share), share_text(c.cumulated)] for c in found.causes]
        click.echo("")
        click.echo(
            drawn([say("投诉原因", "Cause"), say("起数", "Number"), say("占比", "Share"), say("累计", "Running")], causes, right=[1, 2, 3])
        )

"""`lianyi analyse community`."""

import json

import click

from lianyi.cli.analyse.estimates import shown
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.community.health import health

NAMES = {
    "power_users": say("高频用户占比", "Power users"),
    "creators": say("发言者", "Creators"),
    "reactors": say("互动者", "Reactors"),
    "watchers": say("浏览者", "Watchers"),
    "gini": say("发言集中度（基尼）", "Concentration of posts (Gini)"),
    "reciprocity": say("互相回复", "Replies returned"),
    "isolates": say("无人往来", "Isolates"),
    "silent_groups": say("沉默群", "Silent groups"),
    "second_post": say("新人 7 天内再发言", "Newcomers posting again in 7 days"),
    "reply_rate": say("24 小时内有回应", "Answered within 24 hours"),
}


@click.command(
    "community",
    help=say(
        "社群健康：谁常来、谁发言、谁回应谁、哪些群沉默、新人留不留得住。",
        "Community health: who comes often, who posts, who answers whom, which groups are silent, whether newcomers stay.",
    ),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = health(engine, chosen_window(start, end, engine))
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [[NAMES[name], *shown(value, share=name != "gini")] for name, value in found.figures().items()]
    click.echo(drawn([say("指标", "Figure"), say("值", "Value"), say("区间", "Interval"), "n"], rows, right=[1, 3]))

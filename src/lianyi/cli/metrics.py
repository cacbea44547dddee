"""`lianyi metrics`: list metrics, or explain some."""

import json

import click

from lianyi.cli.options import json_option
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.measure import catalogue, explain


@click.command(
    "metrics",
    help=say(
        "列出全部指标；给出名字则解释其定义、SQL、所需数据和出处。",
        "List every metric; with names, explain definition, SQL, inputs and source.",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME...]")
@json_option
def command(names: tuple[str, ...], as_json: bool) -> None:
    if names or as_json:
        explained = [explain(name) for name in names or catalogue()]
        if as_json:
            click.echo(json.dumps([entry.to_json() for entry in explained], ensure_ascii=False))
        else:
            click.echo("\n\n".join(entry.text(language()) for entry in explained))
        return
    rows = [[entry.id, entry.name.say(language()), entry.unit, entry.says.say(language())] for entry in catalogue().values()]
    click.echo(drawn(["ID", say("指标", "Metric"), say("单位", "Unit"), say("含义", "Meaning")], rows))

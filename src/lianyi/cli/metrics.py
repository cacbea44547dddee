"""`lianyi metrics`: list metrics, or explain some."""

import json
from typing import Any

import click

from lianyi.cli.options import json_option
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.measure import Explanation, catalogue, explain


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
            click.echo(json.dumps([_plain(entry) for entry in explained], ensure_ascii=False))
        else:
            click.echo("\n\n".join(_told(entry) for entry in explained))
        return
    rows = [[entry.id, entry.name.say(language()), entry.unit, entry.says.say(language())] for entry in catalogue().values()]
    click.echo(drawn(["ID", say("指标", "Metric"), say("单位", "Unit"), say("含义", "Meaning")], rows))


def _plain(entry: Explanation) -> dict[str, Any]:
    one = entry.metric
    return {
        "metric": one.id,
        "name": {"zh": one.name.zh, "en": one.name.en},
        "says": {"zh": one.says.zh, "en": one.says.en},
        "unit": one.unit,
        "better": one.better,
        "band": one.band,
        "dimensions": list(one.dims),
        "adds_over": list(one.adds_over),
        "adds_in_time": one.adds_in_time,
        "interval": one.interval,
        "needs": [{"zh": wanted.says.zh, "en": wanted.says.en} for wanted in entry.needs],
        "formula": one.formula,
        "of": list(entry.parts),
        "version": one.version,
        "source": one.source,
        "sql": entry.sql,
    }


def _told(entry: Explanation) -> str:
    one = entry.metric
    lines = [
        f"{one.name.say(language())}  {one.id}",
        one.says.say(language()),
        "",
        say("单位：", "Unit: ") + one.unit + say("；方向：", "; better: ") + one.better + (f" {one.band}" if one.band else ""),
        say("所需数据：", "Needs: ") + say("、", ", ").join(wanted.says.say(language()) for wanted in entry.needs),
        say("可按维度：", "Split by: ") + ", ".join(one.dims),
        say("区间：", "Interval: ")
        + one.interval
        + say("；版本：", "; version: ")
        + str(one.version)
        + say("；出处：", "; source: ")
        + one.source,
    ]
    if one.formula:
        lines.append(say("公式：", "Formula: ") + one.formula)
    return "\n".join([*lines, "", entry.sql])

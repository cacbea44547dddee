"""`lianyi analyse group-buy`."""

import json
from pathlib import Path

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.columns import columns_of, number_of
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.group_buy.teams import SAMPLES, group_buy, team_sizes


@click.command(
    "group-buy",
    help=say(
        "拼团：团的大小、成团率、成团时长。用文件时必须说明样本是怎样取的，部分样本不能算成团率。",
        "Group buys: team sizes, success rate, time to fill. With a file, say what sample it is: a slice has no success rate.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--participants", metavar="COL", help=say("参团人数（不含团长）", "column of participants besides the initiator"))
@click.option("--completed", metavar="COL", help=say("是否成团（1 或 0）", "column: completed or not (1 or 0)"))
@click.option("--sample", type=click.Choice(SAMPLES), help=say("样本是怎样取的", "what sample the file is"))
@window_options(required=False)
@snapshot_option
@json_option
def command(
    file: Path | None,
    participants: str | None,
    completed: str | None,
    sample: str | None,
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    if file is None:
        with asked(snapshot=snapshot) as (workspace, engine):
            found = group_buy(engine, chosen_window(start, end, engine), zone=workspace.zone)
    elif participants is None or completed is None or sample is None:
        raise click.UsageError(
            say("给了文件就要给 --participants、--completed 和 --sample", "with a file, give --participants, --completed and --sample")
        )
    else:
        sizes, outcomes = columns_of(file, [participants, completed])
        found = team_sizes([int(number_of(x)) for x in sizes], [number_of(x) > 0 for x in outcomes], sample=sample)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [[str(r["participants"]), f"{r['teams']:,}", share_text(r["share"])] for r in found.to_table().to_pylist()]
    if rows:
        click.echo(drawn([say("参团人数", "Participants"), say("团数", "Teams"), say("占成团", "Of successful")], rows, right=[0, 1, 2]))

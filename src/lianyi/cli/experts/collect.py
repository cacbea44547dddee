"""`lianyi experts collect`."""

import json
from pathlib import Path

import click

from lianyi.cli.options import json_option, opened_workspace
from lianyi.cli.speech import say, tell
from lianyi.insight.evaluate.experts.filled import read_sheet, table_of
from lianyi.kernel.text import Text
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT


@click.command(
    "collect",
    help=say(
        "收回填好的打分表（一位专家一个文件）；全部读得通才写入，同一专家再交一次即为修改。",
        "Bring filled sheets back (a file for each expert); nothing is written unless all can be read, and a sheet handed in again corrects the first.",
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def command(files: tuple[Path, ...], as_json: bool) -> None:
    sheets = [read_sheet(file) for file in files]
    rows = table_of(sheets)
    done = EventLog(opened_workspace()).append(FACT.empty_table(), tables={"expert_scores": rows}, source="expert review")
    if as_json:
        click.echo(json.dumps({"sheets": len(sheets), "scores": rows.num_rows, "snapshot": done.version}, ensure_ascii=False))
        return
    for sheet in sheets:
        tell(
            Text(zh="%(expert)s：%(n)s 项（评审 %(review)s）", en="%(expert)s: %(n)s criteria (review %(review)s)"),
            expert=sheet.expert,
            n=len(sheet.scores),
            review=sheet.review,
        )

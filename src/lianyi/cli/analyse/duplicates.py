"""`lianyi analyse duplicates`."""

import json
from pathlib import Path

import click

from lianyi.cli.columns import columns_of
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.insight.analyse.content.duplicates import duplicates
from lianyi.insight.analyse.content.wording import content_duplicates

SHOWN = 20


@click.command(
    "duplicates",
    help=say("同质化：找出内容大体重复的文字。", "Near duplicates: texts that mostly repeat each other."),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--text", "text_column", metavar="COL", help=say("文字所在的列", "column of the text"))
@click.option("--id", "id_column", metavar="COL", help=say("编号所在的列", "column of its name"))
@click.option("--threshold", type=click.FloatRange(0.4, 1), default=0.6, show_default=True, help=say("相似度", "similarity"))
@window_options(required=False)
@snapshot_option
@json_option
def command(
    file: Path | None,
    text_column: str | None,
    id_column: str | None,
    threshold: float,
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    if file is None:
        with asked(snapshot=snapshot) as (_, engine):
            found = content_duplicates(engine, chosen_window(start, end, engine), threshold=threshold)
    elif text_column is None:
        raise click.UsageError(say("给了文件就要用 --text 说明文字在哪一列", "with a file, --text names the column of the text"))
    else:
        texts, *named = columns_of(file, [text_column, *([id_column] if id_column else [])])
        ids = named[0] if named else [str(i + 2) for i in range(len(texts))]
        found = duplicates(texts, ids=ids, threshold=threshold)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    for group in found.groups[:SHOWN]:
        click.echo("  " + ", ".join(group[:12]) + (" ..." if len(group) > 12 else ""))

"""`lianyi analyse originality`."""

import json
from pathlib import Path

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.columns import columns_of
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.content.originality import Originality, originality, originality_in_order
from lianyi.insight.analyse.content.wording import content_originality

SHOWN = 20


@click.command(
    "originality",
    help=say(
        "原创度：内容有多大比例与此前的内容（或另一份文件）雷同。不给文件时看工作区里的内容。",
        "Originality: how much of each text is in earlier ones (or in another file). Without a file, the contents of the workspace.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--text", "text_column", metavar="COL", help=say("文字所在的列", "column of the text"))
@click.option("--id", "id_column", metavar="COL", help=say("编号所在的列", "column of its name"))
@click.option("--corpus", type=click.Path(path_type=Path), help=say("与哪份文件比（列名相同）", "compare with this file (same column)"))
@window_options(required=False)
@snapshot_option
@json_option
def command(
    file: Path | None,
    text_column: str | None,
    id_column: str | None,
    corpus: Path | None,
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    if file is None:
        with asked(snapshot=snapshot) as (_, engine):
            found = content_originality(engine, chosen_window(start, end, engine))
    else:
        found = _of_file(file, text_column, id_column, corpus)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    worst = sorted((t for t in found.texts if t.copied), key=lambda t: -(t.copied or 0.0))[:SHOWN]
    if worst:
        rows = [[t.id, share_text(t.originality), share_text(t.copied_union), t.source or ""] for t in worst]
        click.echo(
            drawn(
                [say("内容", "Text"), say("原创度", "Original"), say("各来源合计", "In all sources"), say("最像", "Most like")],
                rows,
                right=[1, 2],
            )
        )


def _of_file(file: Path, text_column: str | None, id_column: str | None, corpus: Path | None) -> Originality:
    if text_column is None:
        raise click.UsageError(say("给了文件就要用 --text 说明文字在哪一列", "with a file, --text names the column of the text"))
    texts, *named = columns_of(file, [text_column, *([id_column] if id_column else [])])
    ids = named[0] if named else [str(i + 2) for i in range(len(texts))]
    if corpus is None:
        return originality_in_order(texts, ids=ids)
    return originality(texts, columns_of(corpus, [text_column])[0], ids=ids)

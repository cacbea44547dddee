"""`lianyi analyse topics`."""

import json
from pathlib import Path

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.columns import columns_of
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.text.opinion import SOURCES
from lianyi.insight.analyse.text.topics import topics, window_topics


@click.command(
    "topics",
    help=say(
        "话题：大家在说什么，每个话题给关键词、占比和稳定性。", "Topics: what people write about, with keywords, shares and stability."
    ),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--text", "text_column", metavar="COL", help=say("文件中文字所在的列", "column of the text in the file"))
@click.option("--count", type=click.IntRange(2, 40), default=8, show_default=True, help=say("话题数", "how many topics"))
@click.option(
    "--source", "sources", multiple=True, type=click.Choice(list(SOURCES)), help=say("看哪些文字（默认全部）", "which texts (default: all)")
)
@window_options(required=False)
@snapshot_option
@json_option
def command(
    file: Path | None,
    text_column: str | None,
    count: int,
    sources: tuple[str, ...],
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    if file is None:
        with asked(snapshot=snapshot) as (_, engine):
            found = window_topics(engine, chosen_window(start, end, engine), count=count, sources=sources or tuple(SOURCES))
    elif text_column is None:
        raise click.UsageError(say("给了文件就要用 --text 说明文字在哪一列", "with a file, --text names the column of the text"))
    else:
        found = topics(columns_of(file, [text_column])[0], count=count)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [[" ".join(t.keywords[:6]), f"{t.texts:,}", share_text(t.share), share_text(t.stability)] for t in found.topics]
    if rows:
        click.echo(
            drawn(
                [say("关键词", "Keywords"), say("条数", "Texts"), say("占比", "Share"), say("稳定性", "Stability")], rows, right=[1, 2, 3]
            )
        )

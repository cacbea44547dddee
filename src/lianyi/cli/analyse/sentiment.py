"""`lianyi analyse sentiment`."""

import json
from pathlib import Path

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.columns import columns_of
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.text.model import read_model
from lianyi.insight.analyse.text.opinion import SOURCES, read, sentiment, summed


@click.command(
    "sentiment",
    help=say(
        "情感：评论、咨询、评价、提及是正面还是负面。用 lianyi train sentiment 训练的模型；不给模型时用词典，只作起步。",
        "Sentiment of comments, messages, reviews and mentions, by a model from lianyi train sentiment; by lexicon without one, as a start.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--text", "text_column", metavar="COL", help=say("文件中文字所在的列", "column of the text in the file"))
@click.option("--model", "model_path", type=click.Path(path_type=Path), help=say("模型文件", "model file"))
@click.option(
    "--source", "sources", multiple=True, type=click.Choice(list(SOURCES)), help=say("看哪些文字（默认全部）", "which texts (default: all)")
)
@window_options(required=False)
@snapshot_option
@json_option
def command(
    file: Path | None,
    text_column: str | None,
    model_path: Path | None,
    sources: tuple[str, ...],
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    model = None if model_path is None else read_model(model_path)
    if file is None:
        with asked(snapshot=snapshot) as (_, engine):
            found = sentiment(engine, chosen_window(start, end, engine), sources=sources or tuple(SOURCES), model=model)
    elif text_column is None:
        raise click.UsageError(say("给了文件就要用 --text 说明文字在哪一列", "with a file, --text names the column of the text"))
    else:
        texts = [text for text in columns_of(file, [text_column])[0] if text.strip()]
        found = summed(read(texts, model), texts, [None] * len(texts), model)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [[row["label"], f"{row['texts']:,}", share_text(row["share"])] for row in found.to_table().to_pylist()]
    click.echo(drawn([say("情感", "Sentiment"), say("条数", "Texts"), say("占比", "Share")], rows, right=[1, 2]))
    for heading, words in ((say("好在", "Praised"), found.positive_words), (say("差在", "Blamed"), found.negative_words)):
        if words:
            click.echo(f"{heading}: " + ", ".join(f"{word} ({n})" for word, n in words))

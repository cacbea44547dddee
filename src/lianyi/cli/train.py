"""`lianyi train`: models learnt from the operator's own labels."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.columns import columns_of
from lianyi.cli.options import json_option
from lianyi.cli.speech import say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.text.training import label_of, train


@click.group("train", help=say("用自己的标注训练模型。", "Train a model on your own labels."))
def command() -> None:
    pass


@command.command(
    "sentiment",
    help=say(
        "训练情感模型：FILE 里有文字和标签（1 正面，0 负面，空或 2 中性不学）。",
        "Train a sentiment model: FILE holds texts and labels (1 positive, 0 negative; empty or 2, neutral, are not learnt).",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--text", "text_column", required=True, metavar="COL", help=say("文字所在的列", "column of the text"))
@click.option("--label", "label_column", required=True, metavar="COL", help=say("标签所在的列", "column of the label"))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="MODEL", help=say("模型写到哪里", "where the model goes"))
@json_option
def sentiment(file: Path, text_column: str, label_column: str, out: Path, as_json: bool) -> None:
    texts, labels = columns_of(file, [text_column, label_column])
    model = train(texts, [label_of(label) for label in labels], source=file.name)
    model.write(out)
    card = model.card
    if as_json:
        click.echo(json.dumps({"schema": "lianyi.sentiment-card/1", "model": str(out), **asdict(card)}, ensure_ascii=False))
        return
    rows = [
        [say("去重后文字", "Distinct texts"), f"{card.texts:,}"],
        [say("重复、矛盾、空", "Repeated, conflicting, empty"), f"{card.repeated:,}, {card.conflicting:,}, {card.empty:,}"],
        [
            say("准确率（五折）", "Accuracy (five folds)"),
            f"{share_text(card.accuracy)} ({share_text(card.accuracy_low)} – {share_text(card.accuracy_high)})",
        ],
        [say("宏平均 F1", "Macro F1"), share_text(card.macro_f1)],
        [say("只猜多数", "Always the commoner"), share_text(card.majority)],
        [say("词典", "Lexicon"), share_text(card.lexicon)],
        [say("概率平均偏差", "Calibration gap"), share_text(card.calibration_gap)],
    ]
    click.echo(drawn([say("模型", "Model"), str(out)], rows, right=[1]))

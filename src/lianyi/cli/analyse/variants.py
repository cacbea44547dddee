"""`lianyi analyse variants`."""

import json
from pathlib import Path

import click

from lianyi.cli.columns import columns_of, number_of
from lianyi.cli.options import json_option
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.content.discovery import variant_tests

SHOWN = 20


@click.command(
    "variants",
    help=say(
        "多组标题或素材对比：哪些差别在控制误报率后仍成立。",
        "Many tests of headlines or pictures: which differences stand when false discoveries are held down.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--test", required=True, metavar="COL", help=say("哪一列是对比编号", "column of the test"))
@click.option("--trials", required=True, metavar="COL", help=say("展示数", "column of times shown"))
@click.option("--hits", required=True, metavar="COL", help=say("点击数", "column of clicks"))
@click.option("--alpha", type=click.FloatRange(0.0001, 0.5), default=0.05, show_default=True, help=say("误报率", "false-discovery rate"))
@json_option
def command(file: Path, test: str, trials: str, hits: str, alpha: float, as_json: bool) -> None:
    names, shown, clicked = columns_of(file, [test, trials, hits])
    found = variant_tests(names, [number_of(x) for x in shown], [number_of(x) for x in clicked], alpha=alpha)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    standing = sorted((t for t in found.tests if t.q is not None and t.q <= alpha), key=lambda t: t.q or 0.0)[:SHOWN]
    rows = [[t.id, str(t.variants), f"{t.trials:,}", f"{t.hits:,}", f"{t.p:.2g}", f"{t.q:.2g}"] for t in standing]
    if rows:
        click.echo(
            drawn(
                [say("对比", "Test"), say("版本", "Variants"), say("展示", "Shown"), say("点击", "Clicked"), "p", "q"],
                rows,
                right=range(1, 6),
            )
        )

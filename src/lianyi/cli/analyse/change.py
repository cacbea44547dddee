"""`lianyi analyse change`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn, written
from lianyi.insight.analyse.change import explain_change
from lianyi.insight.evaluate.windows import asked_baseline
from lianyi.insight.measure import dimensions


@click.command(
    "change",
    help=say(
        "变化分解：净销售额从基期到本期为什么变，各因素的影响加起来恰好等于总变化；再按维度看变在哪里。",
        "Change: why net sales moved from the baseline; the effects add up to the whole change. And where, by dimension.",
    ),
)
@click.option(
    "--baseline", default="previous", show_default=True, metavar="previous|year|FROM:TO", help=say("与哪段时间比较", "what to compare with")
)
@window_options(required=False)
@snapshot_option
@json_option
def command(baseline: str, start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        window = chosen_window(start, end, engine)
        _, before = asked_baseline(baseline, window)
        found = explain_change(engine, window, before)
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        if found.status != "ok":
            return

        def money(value: float) -> str:
            return written(value, "money", workspace.currency)

        rows = [
            [
                factor.name.say(language()),
                written(factor.baseline, factor.unit, workspace.currency),
                written(factor.current, factor.unit, workspace.currency),
                money(factor.effect),
                share_text(factor.effect / found.change if found.change else None),
            ]
            for factor in found.factors
        ]
        heading = [
            say("因素", "Factor"),
            say("基期", "Before"),
            say("本期", "Now"),
            say("影响", "Effect"),
            say("占变化", "Share of change"),
        ]
        click.echo(drawn(heading, rows, right=range(1, 5)))
        for dimension, parts in found.parts.items():
            lines = [[part.value or say("其余", "others"), money(part.baseline), money(part.current), money(part.effect)] for part in parts]
            click.echo(drawn([dimensions()[dimension].name.say(language()), *heading[1:4]], lines, right=range(1, 4)))

"""`lianyi analyse index`."""

import json
from pathlib import Path

import click

from lianyi.cli.columns import number_of, table_of
from lianyi.cli.options import json_option
from lianyi.cli.speech import language, say, tell
from lianyi.cli.tables import drawn
from lianyi.insight.evaluate.index.composite import composite
from lianyi.insight.evaluate.index.frozen import read_frozen
from lianyi.insight.evaluate.index.plan import read_plan
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text


@click.command(
    "index",
    help=say(
        "综合指数：按方案文件（TOML）给各期、渠道或达人打分排名。VALUES 是表格：第一列名称，其余各列为指标。",
        "Composite index: scores and ranks periods, channels or partners by a plan (TOML). VALUES is a table: a name, then the indicators.",
    ),
)
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("values", type=click.Path(path_type=Path))
@click.option("--weights", type=click.Path(path_type=Path), help=say("用这份冻结的权重", "use these frozen weights"))
@click.option(
    "--freeze", "freeze_to", type=click.Path(path_type=Path), help=say("把权重冻结到这个文件", "freeze the weights into this file")
)
@json_option
def command(plan: Path, values: Path, weights: Path | None, freeze_to: Path | None, as_json: bool) -> None:
    declared = read_plan(plan)
    names, rows = table_of(values)
    for indicator in declared.indicators:
        if indicator.id not in names[1:]:
            raise UnknownName(what="column", given=indicator.id, allowed=list(names[1:]))
    places = [names.index(indicator.id) for indicator in declared.indicators]
    table = [[number_of(row[place]) for place in places] for row in rows]
    found = composite(declared, [row[0] for row in rows], table, frozen=None if weights is None else read_frozen(weights, declared))
    if freeze_to is not None:
        found.frozen.write(freeze_to)
        tell(
            Text(zh="权重已冻结：%(path)s（%(hash)s）", en="Weights frozen: %(path)s (%(hash)s)"),
            path=freeze_to,
            hash=found.frozen.hash[:12],
        )
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    click.echo(found.formula.say(language()))
    shown = [
        [
            "–" if a.rank is None else f"{a.rank:g}",
            a.id,
            "–" if a.index.value is None else f"{a.index.value:.1f}",
            "" if a.index.interval is None else f"{a.index.interval[0]:.1f} – {a.index.interval[1]:.1f}",
            f"{a.first_share:.0%}",
            "–" if a.rank_topsis is None else f"{a.rank_topsis:g}",
            "" if a.index.because is None else a.index.because.say(language()),
        ]
        for a in sorted(found.alternatives, key=lambda a: (a.rank is None, a.rank or 0.0, a.id))
    ]
    heading = [
        say("名次", "Rank"),
        say("名称", "Name"),
        say("指数", "Index"),
        say("权重扰动下", "Under other weights"),
        say("居首占比", "First in"),
        "TOPSIS",
        "",
    ]
    click.echo(drawn(heading, shown, right=[0, 2, 4, 5]))

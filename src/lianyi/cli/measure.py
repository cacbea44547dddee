"""`lianyi measure`: compute metrics."""

import json

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import shown_values
from lianyi.insight.measure import catalogue, measure, to_csv, to_json
from lianyi.kernel.clock import GRAINS


@click.command(
    "measure",
    help=say(
        "计算一个或多个指标（all 为全部）。区间按业务日，含起不含止。",
        "Compute metrics (all: the whole catalogue). The window is business days, the second excluded.",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@window_options(required=True)
@click.option("--by", default=None, metavar="DIM", help=say("按维度拆分", "split by a dimension"))
@click.option("--grain", type=click.Choice(GRAINS), default="total", show_default=True, help=say("时间粒度", "period length"))
@click.option(
    "--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help=say("区间的置信水平", "level of the intervals")
)
@snapshot_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help=say("以 CSV 输出", "print CSV"))
def command(
    names: tuple[str, ...],
    start: str,
    end: str,
    by: str | None,
    grain: str,
    level: float,
    snapshot: int | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        window = chosen_window(start, end, engine)
        wanted = list(catalogue()) if names == ("all",) else list(names)
        values = measure(engine, wanted, window, by=by, grain=grain, level=level, zone=workspace.zone)
        if as_json:
            answer = to_json(values, window, zone_name=workspace.zone_name, language=language())
            click.echo(json.dumps({**answer, "snapshot": engine.snapshot.version}, ensure_ascii=False))
        elif as_csv:
            click.echo(to_csv(values, language=language()), nl=False)
        else:
            click.echo(shown_values(values, currency=workspace.currency, language=language()))

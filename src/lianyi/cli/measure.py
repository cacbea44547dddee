"""`lianyi measure`: compute metrics."""

import json
from collections.abc import Sequence

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn, written
from lianyi.insight.measure import MetricValue, catalogue, measure, to_csv, to_json
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


def shown_values(values: Sequence[MetricValue], *, currency: str, language: str) -> str:
    """Metric values as a table for people: name, value, interval, n, and why a value is missing."""
    zh = language != "en"
    entries = catalogue()
    split = any(value.by for value in values)
    timed = any(value.at for value in values)
    heading = ["指标" if zh else "Metric"]
    heading += (["期间" if zh else "Period"] if timed else []) + (["维度" if zh else "Split"] if split else [])
    heading += ["值" if zh else "Value", "区间" if zh else "Interval", "n", "说明" if zh else "Note"]
    rows = []
    for value in values:
        name = entries[value.metric].name.say(language)
        row = [f"{name} {value.metric}" if zh else f"{value.metric}"]
        if timed:
            row.append(str(value.at or ""))
        if split:
            row.append(
                ", ".join(str(member) if member is not None else ("未知" if zh else "unknown") for member in (value.by or {}).values())
            )
        row.append(written(value.value, value.unit, currency))
        row.append(
            ""
            if value.interval is None
            else f"{written(value.interval[0], value.unit, currency)} – {written(value.interval[1], value.unit, currency)}"
        )
        row.append("" if value.n is None else f"{value.n:,}")
        row.append(_why(value, zh=zh))
        rows.append(row)
    first = len(heading) - 4
    return drawn(heading, rows, right=[first, first + 2])


def _why(value: MetricValue, *, zh: bool) -> str:
    if value.status == "no_data":
        return ("缺数据：" if zh else "no data: needs ") + ("、" if zh else ", ").join(
            text.say("zh" if zh else "en") for text in value.missing
        )
    if value.status == "undefined":
        return "无定义：分母为空" if zh else "undefined: nothing to divide by"
    if value.excluded:
        return f"{value.excluded:,} " + ("尚未到观察期，未计入" if zh else "not yet due, left out")
    return ""

"""`lianyi demo`: evaluate the bundled example."""

import time
from importlib.resources import as_file, files
from pathlib import Path

import click

from lianyi.cli.evaluate import report
from lianyi.cli.speech import language, say, tell
from lianyi.kernel.text import Text
from lianyi.stream import workspace as workspaces
from lianyi.stream.intake import import_files


@click.command(
    "demo",
    help=say(
        "用内置示例（一家英国礼品店 609 位顾客一年的订单）走一遍：导入、评估、写报告。",
        "Walk through the bundled example (a year of orders of 609 customers of a British gift shop): import, evaluate, report.",
    ),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-report"),
    show_default=True,
    metavar="DIR",
    help=say("报告写到哪里", "where to write the report"),
)
def command(out: Path) -> None:
    # The example is a British shop's: it keeps its own clock and currency, in a workspace of its own.
    workspace = workspaces.create(
        Path("lianyi-data") / "demo",
        brand=say("示例礼品店", "The example gift shop"),
        zone_name="Europe/London",
        currency="GBP",
        language=language(),
    )
    with as_file(files("lianyi.cli").joinpath("example", "orders.csv.gz")) as orders:
        done = import_files(workspace, [orders], kind="order_lines", received_t=time.time_ns() // 1000)
    for line in done.summary():
        click.echo(line.say(language()))
    made = report(workspace, start="2011-06-01", end="2011-12-01", baseline="previous", out=out, language=language())
    for text in made.summary:
        click.echo(text.say(language()))
    tell(
        Text(zh="报告在 %(path)s，用浏览器打开即可。", en="The report is at %(path)s; open it in a browser."),
        path=(out / "report.html").resolve(),
    )

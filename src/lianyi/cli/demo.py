"""`lianyi demo`: the demo brand, built and evaluated; or a real shop's order export, imported and evaluated."""

import datetime as dt
import os
import time
from importlib.resources import as_file, files
from pathlib import Path

import click
import django
from django.core.management import call_command

from lianyi.cli.demo_shop import LEAD, TODAY, live
from lianyi.cli.evaluate import report
from lianyi.cli.simulate import fill
from lianyi.cli.speech import language, say, tell
from lianyi.insight.evaluate.result import Evaluation
from lianyi.kernel.text import Text
from lianyi.lab.brand import brand_name
from lianyi.lab.worlds import read_world
from lianyi.stream import workspace as workspaces
from lianyi.stream.intake import import_files
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

HOME = Path("lianyi-data")
# The last quarter of the demo brand's half year, against the one before it.
QUARTER = ("2026-07-01", "2026-10-01")


@click.command(
    "demo",
    help=say(
        "建一个演示品牌（一家护肤品牌半年的社群、内容、活动和订单，模拟而成），评估最近一季并写报告。"
        "加 --shop 则改用一份真实的订单导出（一家英国礼品店 609 位顾客的一年）走一遍导入。",
        "Build the demo brand (half a year of a skincare brand's community, contents, campaigns and orders, simulated), evaluate its last "
        "quarter and write the report. With --shop walk through importing a real export instead: a year of orders of a British gift shop.",
    ),
)
@click.option("--shop", is_flag=True, help=say("改用真实的订单导出", "use the real order export instead"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-report"),
    show_default=True,
    metavar="DIR",
    help=say("报告写到哪里", "where to write the report"),
)
def command(shop: bool, out: Path) -> None:
    made = _shop(out) if shop else _brand(out)
    for text in made.summary:
        click.echo(text.say(language()))
    tell(
        Text(zh="报告在 %(path)s，用浏览器打开即可。", en="The report is at %(path)s; open it in a browser."),
        path=(out / "report.html").resolve(),
    )


def _brand(out: Path) -> Evaluation:
    # The brand's clock goes on from the last day of its history, so that "today" is a day on which something happened.
    behind = max(0, (dt.datetime.now(dt.UTC).date() - TODAY).days)
    workspace = workspaces.create(HOME / "demo-brand", brand=brand_name(), language=language(), days_back=behind)
    if not EventLog(workspace).snapshot().files:
        world = read_world("brand")
        fill(workspace, world, members=world.members, days=world.days, seed=1, twins=False)
    made = report(workspace, start=QUARTER[0], end=QUARTER[1], baseline="previous", out=out, language=language())
    _operations(workspace, made)
    tell(
        Text(zh="进入工作台：lianyi --workspace %(path)s serve", en="To enter the console: lianyi --workspace %(path)s serve"),
        path=workspace.path,
    )
    return made


def _operations(workspace: Workspace, made: Evaluation) -> None:
    """The team's own weeks and the evaluation, behind the console. Django is set up for this workspace, once in this process."""
    os.environ["LIANYI_HOME"] = str(workspace.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    now = workspace.at(dt.datetime.now(dt.UTC))
    live(workspace, now)
    from lianyi.flows.evaluate_period import keep_evaluation

    keep_evaluation(workspace, made, key=f"demo:evaluation:{made.snapshot}", actor=LEAD, at=now)


def _shop(out: Path) -> Evaluation:
    # The example is a British shop's: it keeps its own clock and currency, in a workspace of its own.
    workspace = workspaces.create(
        HOME / "demo-shop",
        brand=say("示例礼品店", "The example gift shop"),
        zone_name="Europe/London",
        currency="GBP",
        language=language(),
    )
    with as_file(files("lianyi.cli").joinpath("example", "orders.csv.gz")) as orders:
        done = import_files(workspace, [orders], kind="order_lines", received_t=time.time_ns() // 1000)
    for line in done.summary():
        click.echo(line.say(language()))
    return report(workspace, start="2011-06-01", end="2011-12-01", baseline="previous", out=out, language=language())

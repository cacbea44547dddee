"""`lianyi init`: make a workspace."""

from pathlib import Path

import click

from lianyi.cli.speech import say, tell
from lianyi.kernel.text import Text
from lianyi.stream import workspace


@click.command(
    "init",
    help=say(
        "新建一个工作区（一个品牌一个目录）。已存在则核对设置。",
        "Make a workspace: one folder a brand. An existing one is checked against the settings given.",
    ),
)
@click.argument("path", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--brand", default="", help=say("品牌名", "the brand's name"))
@click.option("--time-zone", default="", metavar="ZONE", help=say("时区，默认 Asia/Shanghai", "time zone, default Asia/Shanghai"))
@click.option("--currency", default="", metavar="CODE", help=say("币种，默认 CNY", "currency, default CNY"))
@click.option("--language", type=click.Choice(["zh", "en"]), default=None, help=say("报告语言，默认 zh", "language of reports, default zh"))
def command(path: Path, brand: str, time_zone: str, currency: str, language: str | None) -> None:
    made = workspace.create(path, brand=brand, zone_name=time_zone, currency=currency.upper(), language=language or "")
    tell(
        Text(
            zh="工作区 %(path)s：%(brand)s，%(zone)s，%(currency)s。下一步：lianyi --workspace %(path)s import 订单.csv --as orders",
            en="Workspace %(path)s: %(brand)s, %(zone)s, %(currency)s. Next: lianyi --workspace %(path)s import orders.csv --as orders",
        ),
        path=made.path,
        brand=made.brand,
        zone=made.zone_name,
        currency=made.currency,
    )

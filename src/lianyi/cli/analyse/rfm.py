"""`lianyi analyse rfm`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn, written
from lianyi.insight.analyse.segments.rfm import rfm
from lianyi.insight.analyse.segments.scores import Cuts
from lianyi.kernel.errors import BadInput
from lianyi.kernel.money import minor_digits
from lianyi.kernel.text import Text


@click.command(
    "rfm", help=say("RFM：按最近、次数、金额把买家分成八群。", "RFM: buyers by recency, frequency and money, in eight segments.")
)
@click.option(
    "--recency-days", default=None, metavar="A,B,C,D", help=say("给定切点：距末次购买天数", "given cut points: days since the last order")
)
@click.option("--orders", default=None, metavar="A,B,C,D", help=say("给定切点：订单数", "given cut points: orders"))
@click.option("--money", default=None, metavar="A,B,C,D", help=say("给定切点：净额（元）", "given cut points: net sales"))
@window_options(required=False)
@snapshot_option
@json_option
def command(
    recency_days: str | None, orders: str | None, money: str | None, start: str | None, end: str | None, snapshot: int | None, as_json: bool
) -> None:
    with asked(snapshot=snapshot) as (workspace, engine):
        texts = (recency_days, orders, money)
        cuts = None
        if any(texts):
            if not all(texts):
                raise BadInput(reason=Text(zh="切点要么三项都给，要么都不给", en="Give the cut points of all three, or of none"))
            minor = 10 ** minor_digits(workspace.currency)
            r, f, m = (points(text or "") for text in texts)
            cuts = Cuts(r, f, tuple(p * minor for p in m))
        found = rfm(engine, chosen_window(start, end, engine), cuts=cuts)
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        click.echo(found.explain().say(language()))
        if not found.sizes:
            return
        rows = [
            [
                s.name.say(language()),
                f"{s.buyers:,}",
                share_text(s.share),
                written(s.net_fen, "money", workspace.currency),
                share_text(s.net_share),
                s.says.say(language()),
            ]
            for s in found.sizes
        ]
        heading = [
            say("分群", "Segment"),
            say("人数", "Buyers"),
            say("占比", "Share"),
            say("净销售额", "Net sales"),
            say("占比", "Share"),
            say("怎样对待", "What to do"),
        ]
        click.echo(drawn(heading, rows, right=range(1, 5)))


def points(text: str) -> tuple[float, ...]:
    """Cut points as typed.

    >>> points("7, 30,90,180")
    (7.0, 30.0, 90.0, 180.0)
    """
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(
            reason=Text(zh="切点写作 7,30,90,180，收到 %(given)s", en="Cut points are written 7,30,90,180, not %(given)s"), given=text
        ) from None

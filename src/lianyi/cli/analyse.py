"""`lianyi analyse NAME`: analyses beyond single figures."""

import json

import click

from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.retention import retention
from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import percent
from lianyi.kernel.text import Text

UNITS = {"s": US_PER_SECOND, "m": 60 * US_PER_SECOND, "h": 3600 * US_PER_SECOND, "d": US_PER_DAY}


@click.group("analyse", help=say("漏斗、留存等分析。", "Funnel, retention and other analyses."))
def command() -> None:
    pass


@command.command("funnel", help=say("有序漏斗：按先后走过各步的人数（或会话数）。", "Ordered funnel: how many actors (or sessions) pass the steps in order."))
@click.option("--steps", required=True, metavar="A,B,C", help=say("步骤：事件名，逗号分隔", "steps: event names, separated by commas"))
@click.option("--within", default=None, metavar="7d", help=say("从第一步起的时限：30m、24h、7d", "time allowed from the first step: 30m, 24h, 7d"))
@click.option("--per", type=click.Choice(["actor", "session"]), default="actor", show_default=True, help=say("按人还是按会话", "count people or sessions"))
@click.option("--by", default=None, metavar="DIM", help=say("按维度拆分", "split by a dimension"))
@window_options(required=False)
@snapshot_option
@json_option
def funnel_command(
    steps: str, within: str | None, per: str, by: str | None, start: str | None, end: str | None, snapshot: int | None, as_json: bool
) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = funnel(
            engine,
            [step.strip() for step in steps.split(",") if step.strip()],
            chosen_window(start, end, engine),
            within_us=None if within is None else duration_us(within),
            per=per,
            by=by,
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        rows = [
            [row["by"] or "", row["name"], f"{row['actors']:,}", _share(row["share_of_first"]), _share(row["share_of_previous"])]
            for row in found.to_table().to_pylist()
        ]
        click.echo(found.explain().say(language()))
        click.echo(drawn([say("维度", "Split"), say("步骤", "Step"), say("人数", "Number"), say("占首步", "Of first"), say("占上一步", "Of previous")], rows, right=[2, 3, 4]))


@command.command("retention", help=say("留存：各批次加入（或首购）的人，之后各期还有多少回来；未完结的期间不给数。", "Retention: of each joining (or first-purchase) cohort, how many come back in later periods; unfinished periods have no figure."))
@click.option("--cohort", type=click.Choice(["week", "month"]), default="month", show_default=True, help=say("批次长度", "cohort length"))
@click.option("--horizon", type=click.IntRange(1, 120), default=12, show_default=True, help=say("看多少期", "periods to follow"))
@click.option("--start", "begins", type=click.Choice(["auto", "joined", "first_purchase"]), default="auto", show_default=True, help=say("从加入还是首购算起", "begin at joining or first purchase"))
@click.option("--active", type=click.Choice(["auto", "engaged", "purchase", "any"]), default="auto", show_default=True, help=say("怎样算回来", "what counts as coming back"))
@window_options(required=False)
@snapshot_option
@json_option
def retention_command(
    cohort: str, horizon: int, begins: str, active: str, start: str | None, end: str | None, snapshot: int | None, as_json: bool
) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = retention(engine, chosen_window(start, end, engine), cohort=cohort, horizon=horizon, start=begins, active=active)
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        answer = found.to_json()["cohorts"]
        rows = [[row["start"], f"{row['size']:,}", *(_share(share) for share in row["share"])] for row in answer]
        longest = max((len(row) for row in rows), default=2)
        heading = [say("批次", "Cohort"), say("人数", "Size"), *(str(k) for k in range(longest - 2))]
        click.echo(found.explain().say(language()))
        click.echo(drawn(heading, [row + [""] * (longest - len(row)) for row in rows], right=range(1, longest)))


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)


def duration_us(text: str) -> int:
    """Microseconds of a duration with its unit: 30m, 24h, 7d.

    >>> duration_us("7d") == 7 * US_PER_DAY
    True
    """
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.replace(".", "", 1).isdigit():
        raise BadInput(reason=Text(zh="时限写作 30m、24h 或 7d，收到的是 %(given)s", en="A duration is written 30m, 24h or 7d, not %(given)s"), given=text)
    return round(float(number) * UNITS[unit])

"""`lianyi analyse retention`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.retention import retention


@click.command(
    "retention",
    help=say(
        "留存：各批次加入（或首购）的人，之后各期还有多少回来；未完结的期间不给数。",
        "Retention: of each joining (or first-purchase) cohort, how many come back in later periods; unfinished periods have no figure.",
    ),
)
@click.option("--cohort", type=click.Choice(["week", "month"]), default="month", show_default=True, help=say("批次长度", "cohort length"))
@click.option("--horizon", type=click.IntRange(1, 120), default=12, show_default=True, help=say("看多少期", "periods to follow"))
@click.option(
    "--start",
    "begins",
    type=click.Choice(["auto", "joined", "first_purchase", "first_seen"]),
    default="auto",
    show_default=True,
    help=say("从加入还是首购算起", "begin at joining or first purchase"),
)
@click.option(
    "--active",
    type=click.Choice(["auto", "engaged", "purchase", "any"]),
    default="auto",
    show_default=True,
    help=say("怎样算回来", "what counts as coming back"),
)
@click.option("--unbounded", is_flag=True, help=say("当期或之后任一期回来都算", "count who comes back in that period or any later one"))
@window_options(required=False)
@snapshot_option
@json_option
def command(
    cohort: str,
    horizon: int,
    begins: str,
    active: str,
    unbounded: bool,
    start: str | None,
    end: str | None,
    snapshot: int | None,
    as_json: bool,
) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = retention(
            engine, chosen_window(start, end, engine), cohort=cohort, horizon=horizon, start=begins, active=active, unbounded=unbounded
        )
        if as_json:
            click.echo(json.dumps(found.to_json(), ensure_ascii=False))
            return
        answer = found.to_json()["cohorts"]
        rows = [[row["start"], f"{row['size']:,}", *(share_text(share) for share in row["share"])] for row in answer]
        longest = max((len(row) for row in rows), default=2)
        heading = [say("批次", "Cohort"), say("人数", "Size"), *(str(k) for k in range(longest - 2))]
        click.echo(found.explain().say(language()))
        click.echo(drawn(heading, [row + [""] * (longest - len(row)) for row in rows], right=range(1, longest)))

"""`lianyi analyse keywords`."""

import json

import click

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.search.keywords import Place, keywords

SHOWN = 30


@click.command(
    "keywords",
    help=say(
        "关键词：在各平台站内搜索的名次、搜索量，以及由此而来的可见度。",
        "Keywords: their places in the search of each platform, how much they are searched for, and the visibility that makes.",
    ),
)
@window_options(required=False)
@snapshot_option
@json_option
def command(start: str | None, end: str | None, snapshot: int | None, as_json: bool) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = keywords(engine, chosen_window(start, end, engine))
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    rows = [
        [t.keyword, t.platform, _place(t.first), _place(t.last), "–" if t.searches is None else f"{t.searches:,}", str(t.looks)]
        for t in found.terms[:SHOWN]
    ]
    if rows:
        heads = [say("关键词", "Keyword"), say("平台", "Platform"), say("期初", "First"), say("期末", "Last"), say("搜索量", "Searches"), say("查询次数", "Looks")]  # fmt: skip
        click.echo(drawn(heads, rows, right=[2, 3, 4, 5]))
    if found.visibility.interval is not None and found.visibility.interval[0] < found.visibility.interval[1]:
        low, high = found.visibility.interval
        click.echo(
            say("没有找到的关键词名次未知，可见度在 {low} 到 {high} 之间。", "Keywords that were not found stand somewhere behind: visibility lies between {low} and {high}.").format(
                low=share_text(low), high=share_text(high)
            )
        )  # fmt: skip


def _place(place: Place) -> str:
    return f">{place.beyond}" if place.place is None else str(place.place)

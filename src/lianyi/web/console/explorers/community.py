"""The community explorer: who comes, who posts, who answers whom, which groups are silent."""

from lianyi.insight.analyse.community.health import health
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn, said
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Shown, Table, figure
from lianyi.web.ui.templatetags.words import spoken

NAMES = {
    "power_users": Text(zh="高频用户占比", en="Power users"),
    "creators": Text(zh="发言者", en="Creators"),
    "reactors": Text(zh="互动者", en="Reactors"),
    "watchers": Text(zh="浏览者", en="Watchers"),
    "gini": Text(zh="发言集中度（基尼）", en="Concentration of posts (Gini)"),
    "reciprocity": Text(zh="互相回复", en="Replies returned"),
    "isolates": Text(zh="无人往来", en="Isolates"),
    "silent_groups": Text(zh="沉默群", en="Silent groups"),
    "second_post": Text(zh="新人 7 天内再发言", en="Newcomers posting again in 7 days"),
    "reply_rate": Text(zh="24 小时内有回应", en="Answered within 24 hours"),
}
HEADLINES = ("reply_rate", "second_post", "creators", "silent_groups")
MOST_GROUPS = 15


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """How alive the community is."""
    found = health(engine, window)
    figures = found.figures()
    table = Table(
        "figures",
        Text(zh="全部数字", en="Every figure"),
        (
            Column(Text(zh="指标", en="Figure")),
            Column(Text(zh="值", en="Value"), "ratio"),
            Column(Text(zh="下限", en="Low"), "ratio"),
            Column(Text(zh="上限", en="High"), "ratio"),
            Column(Text(zh="样本", en="n"), "count"),
        ),
        tuple((NAMES[name], e.value, *(e.interval or (None, None)), e.n) for name, e in figures.items()),
    )
    bars = tuple(
        pictures.Bar(NAMES[name].say(spoken()), e.value, *(e.interval or (None, None)))
        for name, e in figures.items()
        if e.value is not None
    )
    names = names_of(engine, "group", [g.group_id for g in found.groups])
    rows = tuple(
        (names.get(g.group_id, g.group_id), g.members, g.active, g.active / g.members if g.members else None) for g in found.groups
    )
    groups = Table(
        "groups",
        Text(zh="各群", en="Groups"),
        (
            Column(Text(zh="群", en="Group")),
            Column(Text(zh="成员", en="Members"), "count"),
            Column(Text(zh="活跃", en="Active"), "count"),
            Column(Text(zh="活跃占比", en="Share active"), "ratio"),
        ),
        rows,
    )
    liveliest = sorted((row for row in rows if row[3] is not None), key=lambda row: -float(row[3] or 0))[:MOST_GROUPS]
    group_bars = tuple(pictures.Bar(said(row[0]), float(row[3] or 0)) for row in liveliest)
    return Shown(
        found.explain().say(spoken()),
        tuple(figure(NAMES[name], figures[name], "ratio") for name in HEADLINES),
        (
            Drawing(Text(zh="社群的样子", en="The community at a glance"), drawn(pictures.Ranking("ratio", bars)) if bars else "", table),
            Drawing(
                Text(zh="各群活跃占比", en="Share active, by group"),
                drawn(pictures.Ranking("ratio", group_bars)) if group_bars else "",
                groups,
            ),
        ),
    )


EXPLORER = Explorer("community", "messages-square", (), show)

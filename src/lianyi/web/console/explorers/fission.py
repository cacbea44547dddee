"""The fission explorer: does inviting grow by itself, which generation still pays, and the tree of any family."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.analyse.fission.family import Family
from lianyi.insight.analyse.fission.fission import fission
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.money import minor_digits
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Parameter, Shown, Table, figure
from lianyi.web.console.explorers.trees import tree_svg
from lianyi.web.ui.templatetags.words import spoken

GENERATION = Text(zh="第 %(g)s 代", en="generation %(g)s")
SELF = Text(zh="自己来的", en="came by themselves")
DRAWN = {"wide": (860, 60), "narrow": (350, 26)}


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """Who brought whom among those who joined in a window."""
    reward = round(float(chosen["reward"]) * 10 ** minor_digits(workspace.currency))
    margin = float(chosen["margin"]) / 100 if float(chosen["margin"]) else None
    found = fission(engine, window, margin_share=margin, reward_fen=reward)
    generations = Table(
        "generations",
        Text(zh="各代", en="Generations"),
        (
            Column(Text(zh="代", en="Generation")),
            Column(Text(zh="人数", en="Members"), "count"),
            Column(Text(zh="30 日留存", en="Back on day 30"), "ratio"),
            Column(Text(zh="人均贡献", en="Contribution each"), "money"),
            Column(Text(zh="人均成本", en="Cost each"), "money"),
            Column(Text(zh="人均净额", en="Net each"), "money"),
            Column(Text(zh="下限", en="Low"), "money"),
            Column(Text(zh="上限", en="High"), "money"),
        ),
        tuple(
            (
                _generation(g.generation),
                g.members,
                g.retention.value,
                g.contribution_fen.value,
                g.cost_fen,
                g.net_fen.value,
                *(g.net_fen.interval or (None, None)),
            )
            for g in found.generations
        ),
    )
    bars = tuple(
        pictures.Bar(
            _generation(g.generation).say(spoken()),
            g.net_fen.value,
            *(g.net_fen.interval or (None, None)),
            tone="bad" if g.net_fen.value < 0 else "plain",
        )
        for g in found.generations
        if g.net_fen.value is not None
    )
    spreaders = Table(
        "spreaders",
        Text(zh="带来最多的人", en="Who brought most"),
        (
            Column(Text(zh="会员", en="Member")),
            Column(Text(zh="直接带来", en="Brought"), "count"),
            Column(Text(zh="连同其后", en="With all that followed"), "count"),
            Column(Text(zh="直接带来的人 30 天净额", en="Paid by those brought, 30 days"), "money"),
        ),
        tuple((s.member, s.invited, s.descendants, s.net_fen) for s in found.spreaders),
    )
    growth = found.growth
    return Shown(
        found.explain().say(spoken()),
        (
            figure(Text(zh="裂变系数", en="K-factor"), growth.k_factor, "times"),
            figure(Text(zh="一代要多久", en="Days a generation takes"), growth.cycle_days, "days"),
            figure(Text(zh="家族断绝的机会", en="Chance that a family ends"), growth.extinct, "ratio"),
        ),
        (
            Drawing(
                Text(zh="每代人均净额", en="Net value of a member, by generation"),
                drawn(pictures.Ranking("money", bars)) if bars else "",
                generations,
                Text(
                    zh="邀请来的人值多少，不等于邀请的效果：有些人本来也会来。",
                    en="What invitees are worth is not the effect of inviting: some would have come anyway.",
                ),
            ),
            Drawing(spreaders.title, "", spreaders),
        ),
    )


def _generation(g: int) -> Text:
    return SELF if g == 0 else Text(zh=GENERATION.say("zh", g=g), en=GENERATION.say("en", g=g))


def family_picture(family: Family) -> SafeString:
    """The tree of a family in both widths."""

    def href(member: str) -> str:
        return f"{reverse('console:family')}?{urlencode({'root': member})}"

    both = "".join(tree_svg(family, width, name, href, most=most) for name, (width, most) in DRAWN.items())
    return mark_safe(both)  # noqa: S308 - drawn and escaped by us


EXPLORER = Explorer(
    "fission",
    "share-2",
    (
        Parameter("margin", Text(zh="毛利率 %（0 不用）", en="Gross margin % (0: unused)"), {}, "0", 0, 100),
        Parameter("reward", Text(zh="每带来一人的奖励", en="Reward for each member brought"), {}, "0", 0, 10000),
    ),
    show,
)

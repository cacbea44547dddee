"""The paths explorer: what sessions do one after the other, how many reach a goal, and where the others leave."""

from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.analyse.paths.paths import paths
from lianyi.insight.report import pictures
from lianyi.insight.report.charts import Slot, svg
from lianyi.insight.report.html.drawing import NARROW, page_svg
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.cards import formatter
from lianyi.web.console.explorers.drawing import drawn, event_name, event_names, event_text, in_event_words
from lianyi.web.console.explorers.ribbons import ribbons_svg
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Parameter, Shown, Table, choices, figure, plain_figure
from lianyi.web.ui.templatetags.words import spoken

GOALS = ("order_paid", "cart_added", "checkout_started", "campaign_joined", "group_joined", "content_shared", "member_joined")
MOST_BARS = 10


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """The ways through the sessions of a window."""
    goal = chosen["goal"]
    found = paths(engine, window, goal=goal, depth=int(float(chosen["depth"])), every_event=chosen["look_at"] == "everything")
    ways = Table(
        "beginnings",
        Text(zh="最常见的开头", en="The most frequent beginnings"),
        (Column(Text(zh="经过", en="Way")), Column(Text(zh="会话", en="Sessions"), "count")),
        tuple((_way(path), n) for path, n in found.top),
    )
    places = Table(
        "places",
        Text(zh="在哪里离开", en="Where they leave"),
        (
            Column(Text(zh="事件", en="Event")),
            Column(Text(zh="次数", en="Visits"), "count"),
            Column(Text(zh="到达目标的机会", en="Chance to reach the goal"), "ratio"),
            Column(Text(zh="还需步数", en="Steps to go"), "times"),
            Column(Text(zh="离开", en="Left"), "count"),
            Column(Text(zh="占其到访", en="Of its visits"), "ratio"),
        ),
        tuple(
            (event_text(r["event"]), r["visits"], r["success_chance"], r["steps_to_go"], r["drops"], r["drop_share"])
            for r in found.to_table().to_pylist()
        ),
    )
    drops = tuple(pictures.Bar(event_name(r["event"]), float(r["drops"])) for r in found.to_table().to_pylist()[:MOST_BARS] if r["drops"])
    note = Text(zh="深色为到达目标，红色为离开。", en="Strong: reaches the goal. Red: leaves.")
    return Shown(
        in_event_words(found.explain().say(spoken())),
        (
            plain_figure(Text(zh="会话", en="Sessions"), found.sessions, "count"),
            figure(Text(zh="到达目标", en="Reach the goal"), found.success.share, "ratio"),
            figure(Text(zh="路径指数", en="Path index"), found.success.index, "times"),
        ),
        (
            Drawing(Text(zh="会话怎样走", en="How sessions go"), _both(found.links, found.top, goal), ways, note),
            Drawing(places.title, drawn(pictures.Ranking("count", drops)) if drops else "", places),
        ),
    )


def _both(links: tuple[tuple[int, str, str | None, int], ...], top: tuple[tuple[tuple[str, ...], int], ...], goal: str) -> SafeString:
    if not links:
        return SafeString("")
    bars = tuple(pictures.Bar(_way(path).say(spoken()), float(n)) for path, n in top[:8])
    narrow = page_svg(svg(pictures.Ranking("count", bars), Slot(NARROW, formatter())), "narrow")
    return mark_safe(ribbons_svg(links, goal) + narrow)  # noqa: S308 - both drawn by us


def _way(path: tuple[str, ...]) -> Text:
    names = [event_text(name) for name in path]
    return Text(zh=_joined([name.zh for name in names]), en=_joined([name.en for name in names]))


def _joined(names: list[str]) -> str:
    """A way in words; the same thing several times in a row is said once.

    >>> _joined(["a", "a", "b"])
    'a ×2 → b'
    """
    runs: list[tuple[str, int]] = []
    for name in names:
        runs = [*runs[:-1], (name, runs[-1][1] + 1)] if runs and runs[-1][0] == name else [*runs, (name, 1)]
    return " → ".join(name if n == 1 else f"{name} ×{n}" for name, n in runs)


EXPLORER = Explorer(
    "paths",
    "route",
    (
        choices("goal", Text(zh="目标", en="Goal"), tuple((name, event_names()[name]) for name in GOALS)),
        Parameter("depth", Text(zh="看前几步", en="Steps"), {}, "5", 2, 8),
        choices(
            "look_at",
            Text(zh="看什么", en="Look at"),
            (
                ("visits", Text(zh="访问、互动与付款", en="visits, interactions, payment")),
                ("everything", Text(zh="所有行为", en="everything")),
            ),
        ),
    ),
    show,
)

"""The retention explorer: cohorts as a heat map and the curve of all of them together."""

from lianyi.insight.analyse.retention import SMALL_COHORT, retention
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Parameter, Shown, Table, choices, figure
from lianyi.web.ui.templatetags.words import spoken

NEXT = {"week": Text(zh="一周后回来", en="Back a week later"), "month": Text(zh="一个月后回来", en="Back a month later")}


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """Retention of the cohorts of a window."""
    found = retention(
        engine,
        window,
        cohort=chosen["cohort"],
        horizon=int(float(chosen["horizon"])),
        start=chosen["start"],
        active=chosen["active"],
        unbounded=chosen["counted"] == "or_later",
    )
    ages = tuple(range(found.horizon + 1))
    picture = ""
    if found.cohorts and any(share is not None for cohort in found.cohorts for share in cohort.share[1:]):
        picture = drawn(
            pictures.Cohorts(
                starts=tuple(c.start.isoformat() for c in found.cohorts),
                grain=found.grain,
                sizes=tuple(c.size for c in found.cohorts),
                offsets=ages,
                shares=tuple(c.share for c in found.cohorts),
            )
        )
    table = Table(
        "cohorts",
        Text(zh="各批次", en="Cohorts"),
        (
            Column(Text(zh="批次", en="Cohort"), "date"),
            Column(Text(zh="人数", en="Size"), "count"),
            *(Column(Text(zh=str(k), en=str(k)), "ratio") for k in ages[1:]),
        ),
        tuple((c.start.isoformat(), c.size, *c.share[1:]) for c in found.cohorts),
    )
    overall = Table(
        "overall",
        Text(zh="合计", en="Together"),
        (
            Column(Text(zh="期数", en="Period"), "count"),
            Column(Text(zh="占比", en="Share"), "ratio"),
            Column(Text(zh="下限", en="Low"), "ratio"),
            Column(Text(zh="上限", en="High"), "ratio"),
        ),
        tuple((k, found.overall[k], *(found.overall_interval[k] or (None, None))) for k in ages[1:]),
    )
    bars = tuple(
        pictures.Bar(_period(k, found.grain), share, *(found.overall_interval[k] or (None, None)))
        for k in ages[1:]
        if (share := found.overall[k]) is not None
    )
    small = Text(
        zh="斜线：该期还没过完。红色人数：不足 %(n)s 人，勿比较。",
        en="Hatched: not over yet. A red size: fewer than %(n)s people, do not compare.",
    )
    return Shown(
        found.explain().say(spoken()),
        (figure(NEXT[found.grain], found.next_period, "ratio"),),
        (
            Drawing(Text(zh="各批次之后各期", en="Each cohort, period by period"), picture, table, _filled(small)),
            Drawing(Text(zh="所有批次合计", en="All cohorts together"), drawn(pictures.Ranking("ratio", bars)) if bars else "", overall),
        ),
    )


def _filled(text: Text) -> Text:
    return Text(zh=text.say("zh", n=SMALL_COHORT), en=text.say("en", n=SMALL_COHORT))


def _period(k: int, grain: str) -> str:
    names = {"week": Text(zh="第 %(k)s 周", en="week %(k)s"), "month": Text(zh="第 %(k)s 个月", en="month %(k)s")}
    return names[grain].say(spoken(), k=k)


EXPLORER = Explorer(
    "retention",
    "repeat",
    (
        choices(
            "cohort", Text(zh="批次", en="Cohort"), (("month", Text(zh="按月", en="by month")), ("week", Text(zh="按周", en="by week")))
        ),
        Parameter("horizon", Text(zh="看多少期", en="Periods"), {}, "6", 1, 24),
        choices(
            "start",
            Text(zh="从何时算起", en="Begins at"),
            (
                ("auto", Text(zh="自动", en="automatic")),
                ("joined", Text(zh="成为会员", en="joining")),
                ("first_purchase", Text(zh="首次购买", en="first purchase")),
                ("first_seen", Text(zh="首次出现", en="first seen")),
            ),
        ),
        choices(
            "active",
            Text(zh="怎样算回来", en="Counts as back"),
            (
                ("auto", Text(zh="自动", en="automatic")),
                ("engaged", Text(zh="有互动", en="engaged")),
                ("purchase", Text(zh="再次购买", en="bought again")),
                ("any", Text(zh="任何行为", en="anything")),
            ),
        ),
        choices(
            "counted",
            Text(zh="计法", en="Counting"),
            (
                ("in_period", Text(zh="当期回来", en="back in that period")),
                ("or_later", Text(zh="当期或之后回来", en="in that period or later")),
            ),
        ),
    ),
    show,
)

"""Findings about contents: where they fit, when they are published, and whether the plan is kept."""

from collections.abc import Iterator, Sequence

import numpy as np

from lianyi.insight.analyse.content.groups import Group, count_groups
from lianyi.insight.analyse.content.performance import COUNTS, TIMES
from lianyi.insight.analyse.content.posts import Posts, posts
from lianyi.insight.analyse.content.timing import best_time
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import of_figure
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.measure import dimensions
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

WITHIN_DAYS = 7
LEAST_POSTS = 10
# Platform, format, topic and hour are four looks at the same posts: each takes a quarter of the 5%.
LOOKS = 4
FALSE_DISCOVERY_RATE = 0.05 / LOOKS
FAR_BELOW, MUCH_OF_IT, LITTLE_OF_IT = 0.6, 0.15, 0.25
PLAN_KEPT = 0.8
KINDS = {"platform": "platform_fit", "format": "format_fit", "topic": "topic_fit"}


def findings(case: Case, withheld: frozenset[str]) -> Iterator[Finding]:
    """Platforms, formats and topics whose posts draw far less than the others', a better hour, a plan not kept.

    withheld : metrics whose records broke; then nothing is said about what posts draw
    """
    yield from _plan(case)
    if "interactions" in withheld or "reads" in withheld:
        return
    found = posts(case.engine, case.window, within_days=WITHIN_DAYS)
    if found.n < 2 * LEAST_POSTS:
        return
    metric = "interactions" if any(name in found.seen for name in COUNTS["interactions"]) else "reads"
    drawn = np.sum([found.drawn[name] for name in COUNTS[metric]], axis=0)
    if float(drawn.sum()) <= 0:
        return
    for dimension, kind in KINDS.items():
        groups = count_groups(drawn, found.by(dimension, case.zone))
        yield from _unfit(case, dimension, kind, groups, found)
    yield from _hour(case, drawn, found)


def _unfit(case: Case, dimension: str, kind: str, groups: Sequence[Group], found: Posts) -> Iterator[Finding]:
    """The group that takes much of the work and draws far less than the rest, beyond chance."""
    known = [g for g in groups if g.value is not None and g.posts >= LEAST_POSTS and g.median is not None]
    if len(known) < 2:
        return
    total = sum(g.posts for g in known)
    worst = min(known, key=lambda g: g.typical.value or 0.0)
    rest = [g for g in known if g is not worst]
    usual = sum((g.typical.value or 0.0) * g.posts for g in rest) / sum(g.posts for g in rest)
    low = worst.typical.value
    if worst.q is None or worst.q > FALSE_DISCOVERY_RATE or low is None or usual <= 0:
        return
    if low > FAR_BELOW * usual or worst.posts < MUCH_OF_IT * total:
        return
    id_ = f"content_{dimension}" if f"content_{dimension}" in dimensions() else dimension
    name = dimensions()[id_].name
    said = {
        "name": Text(zh=name.zh, en=name.en.lower()),
        "value": worst.value or "",
        "low": Count(low),
        "usual": Count(usual),
        "n": Count(worst.posts),
        "share": Share(worst.posts / total),
    }
    yield Finding(
        id=kind,
        kind=kind,
        severity="medium",
        title=sentence(
            "%(name)s“%(value)s”的内容不吃香：每篇约 %(low)s 次互动，其余约 %(usual)s",
            "Posts of %(name)s “%(value)s” draw little: about %(low)s interactions each, %(usual)s elsewhere",
            **said,
        ),
        statement=sentence(
            "发布后 7 天内，%(name)s“%(value)s”的 %(n)s 篇（占 %(share)s）典型互动约 %(low)s，其余约 %(usual)s，差距超出偶然。"
            "内容与受众不同，不等于形式本身的作用。",
            "Within 7 days of publishing, the %(n)s posts of %(name)s “%(value)s” (%(share)s of all) typically draw about %(low)s interactions "
            "against %(usual)s elsewhere, beyond chance. Contents and readers differ too: it is not the effect of the form.",
            **said,
        ),
        metric="interactions_per_post",
        money_at_stake=None,
        grade="D",
        evidence=Evidence(
            sql=case.sql_of("interactions_per_post"),
            columns=(
                ("value", name, "text"),
                ("posts", Text(zh="篇数", en="Posts"), "count"),
                ("typical", Text(zh="典型互动", en="Typical"), "count"),
                ("low", Text(zh="下限", en="Low"), "count"),
                ("high", Text(zh="上限", en="High"), "count"),
                ("q", Text(zh="误报率 q", en="q"), "score"),
            ),
            rows=tuple(_row(g) for g in known),
            n=found.n,
            interval=worst.typical.interval,
            unit="count",
        ),
        area="content",
        where=(id_, worst.value or ""),
        q=worst.q,
    )


def _row(group: Group) -> dict[str, object]:
    low, high = group.typical.interval or (None, None)
    return {"value": group.value, "posts": group.posts, "typical": group.typical.value, "low": low, "high": high, "q": group.q}


def _hour(case: Case, drawn: np.ndarray[tuple[int], np.dtype[np.float64]], found: Posts) -> Iterator[Finding]:
    """An hour that is better than the others beyond doubt, and little used."""
    hours = found.by("hour", case.zone)
    timing = best_time(drawn, hours, every=TIMES["hour"])
    if timing.best is None:
        return
    best = next((g for g in count_groups(drawn, hours) if g.value == timing.best), None)
    used = sum(hour == timing.best for hour in hours) / len(hours)
    if best is None or best.q is None or best.q > FALSE_DISCOVERY_RATE or used > LITTLE_OF_IT or best.typical.value is None:
        return
    yield Finding(
        id="publishing_time",
        kind="publishing_time",
        severity="low",
        title=sentence(
            "%(hour)s 点发布的内容更受欢迎，却只占 %(share)s",
            "Posts at %(hour)s o'clock draw more, but are only %(share)s of all",
            hour=timing.best,
            share=Share(used),
        ),
        statement=sentence(
            "%(hour)s 点发布的 %(n)s 篇典型互动约 %(value)s，是各时段中最好的可能有 %(chance)s；这一时段目前只占 %(share)s。先做对照测试再调整。",
            "The %(n)s posts at %(hour)s o'clock typically draw about %(value)s interactions; the chance that it is the best hour is %(chance)s, "
            "and only %(share)s are published then. Test before moving.",
            hour=timing.best,
            n=Count(best.posts),
            value=Count(best.typical.value),
            chance=Share(timing.chance.get(timing.best, 0.0)),
            share=Share(used),
        ),
        metric="interactions_per_post",
        money_at_stake=None,
        grade="D",
        evidence=Evidence(sql=case.sql_of("interactions_per_post"), n=found.n, interval=best.typical.interval, unit="count"),
        area="content",
        q=best.q,
    )


def _plan(case: Case) -> Iterator[Finding]:
    figure = case.figures.get("plan_adherence")
    if figure is None or figure.value is None or figure.interval is None or figure.interval[1] >= PLAN_KEPT:
        return
    yield Finding(
        id="plan_not_kept",
        kind="plan_not_kept",
        severity="medium" if figure.interval[1] < 0.6 else "low",
        title=sentence("发布计划只执行了 %(share)s", "%(share)s of the publishing plan was kept", share=Share(figure.value)),
        statement=sentence(
            "计划发布的 %(n)s 篇里，%(share)s（%(low)s 至 %(high)s）在计划时间 30 分钟内发出，低于约定的 %(kept)s。",
            "Of %(n)s posts planned, %(share)s (%(low)s to %(high)s) came out within 30 minutes of the plan, below the agreed %(kept)s.",
            n=Count(figure.n or 0),
            share=Share(figure.value),
            low=Share(figure.interval[0]),
            high=Share(figure.interval[1]),
            kept=Share(PLAN_KEPT),
        ),
        metric="plan_adherence",
        money_at_stake=None,
        grade="B",
        evidence=of_figure(figure),
        area="content",
    )

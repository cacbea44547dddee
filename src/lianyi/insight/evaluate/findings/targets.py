"""Findings about targets that were missed by more than chance."""

from collections.abc import Iterator, Sequence

from lianyi.insight.evaluate.case import Case, span
from lianyi.insight.evaluate.methods.targets import MISS, Attained
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.measure import catalogue
from lianyi.kernel.numbers import Share, sentence
from lianyi.kernel.text import Text


def findings(case: Case, attained: Sequence[Attained]) -> Iterator[Finding]:
    """Targets whose whole interval lies under what was due."""
    for one in attained:
        if one.verdict != MISS or one.attainment is None or one.value.value is None:
            continue
        entry = catalogue()[one.target.metric]
        due = one.target.target * one.pace
        money = round(one.value.value - due) if entry.unit == "money" and entry.better == "up" else None
        yield Finding(
            id=f"target_{one.target.metric}_{one.target.window.start.isoformat()}",
            kind="target_missed",
            severity="high" if one.attainment < 0.8 else "medium",
            title=sentence(
                "目标未达成：%(name)s 完成 %(share)s", "Target missed: %(name)s at %(share)s", name=entry.name, share=Share(one.attainment)
            ),
            statement=sentence(
                "%(period)s 的%(name)s只完成目标的 %(share)s，差距超出误差。",
                "%(name)s reached %(share)s of its target in %(period)s, short by more than chance.",
                period=span(one.target.window),
                name=entry.name,
                share=Share(one.attainment),
            ),
            metric=one.target.metric,
            money_at_stake=money,
            grade="B",
            evidence=Evidence(
                sql=one.value.sql,
                columns=(
                    ("now", entry.name, entry.unit),
                    ("due", Text(zh="到此应达到", en="Due by now"), entry.unit),
                    ("share", Text(zh="完成率", en="Reached"), "share"),
                ),
                rows=({"now": one.value.value, "due": due, "share": one.attainment},),
                n=one.value.n,
                interval=one.interval,
                command=f"measure {one.target.metric} --from {one.target.window.start} --to {one.target.window.end}",
                unit="share",
            ),
        )

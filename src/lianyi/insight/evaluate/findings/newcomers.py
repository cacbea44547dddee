"""Findings about newcomers: they join or speak once, and are not seen again."""

from collections.abc import Iterator
from typing import Any

from lianyi.insight.analyse.community.health import NEWCOMERS, SECOND_POST_DAYS
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import BEFORE, NOW, of_figure
from lianyi.insight.evaluate.findings.buyers import WIDER
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.evaluate.severity import by_effect
from lianyi.insight.measure.intervals import difference_interval, wilson
from lianyi.insight.measure.session import session_of, written_out
from lianyi.kernel.clock import US_PER_DAY, Window
from lianyi.kernel.numbers import Count, Points, Share, sentence
from lianyi.kernel.text import Text

LEAST = 30
# Fewer than one newcomer in ten seen again a week later is few in any community we know figures of; a judgement, not a law.
STAYING_LINE = 0.10
SPOKE = f"""
SELECT count(*) AS newcomers, CAST(coalesce(sum(CASE WHEN q.second_t <= q.first_t + {{limit}} THEN 1 ELSE 0 END), 0) AS BIGINT) AS again
FROM ({NEWCOMERS.replace("ORDER BY who", "")}) AS q WHERE q.first_t + {{limit}} <= $last_t
"""


def findings(case: Case) -> Iterator[Finding]:
    """Fewer who spoke for the first time speak again than before, beyond chance; or hardly anybody who joins is there a week later."""
    yield from _second_post(case)
    yield from _gone_in_a_week(case)


def _second_post(case: Case) -> Iterator[Finding]:
    """Of those who spoke for the first time, the share who spoke again within a week, on both sides of the comparison."""
    # Early in the data whoever speaks looks like a newcomer, and most of them are regulars, who speak again.
    if case.comparison is None or case.comparison.kind == "within" or not case.knows_who_is_new:
        return
    windows = (case.comparison.before, case.comparison.now)
    asked = [_asked(case, window) for window in windows]
    counts: list[dict[str, Any]] = [case.engine.run(session_of(case.engine).lean(sql), params).to_pylist()[0] for sql, params in asked]
    (n0, again0), (n1, again1) = ((row["newcomers"], row["again"]) for row in counts)
    if min(n0, n1) < LEAST:
        return
    before, now = again0 / n0, again1 / n1
    low, high = _difference(again1, n1, again0, n0)
    if high >= 0 or before <= 0:
        return
    first, second = (written_out(sql, params) for sql, params in asked)
    yield Finding(
        id="newcomers_silent",
        kind="newcomer_loss",
        severity=by_effect(case, None, (now - before) / before),
        title=sentence(
            "新人开口一次就沉默：7 天内再发言的 %(before)s → %(now)s",
            "Newcomers speak once and fall silent: %(before)s → %(now)s post again within 7 days",
            before=Share(before),
            now=Share(now),
        ),
        statement=sentence(
            "第一次发言的 %(n)s 人里，7 天内再次发言的占 %(now)s，对比期 %(m)s 人里为 %(before)s，相差 %(low)s 至 %(high)s，超出偶然。",
            "Of %(n)s who spoke for the first time, %(now)s posted again within 7 days, against %(before)s of %(m)s before: "
            "a difference of %(low)s to %(high)s, beyond chance.",
            n=Count(n1),
            m=Count(n0),
            before=Share(before),
            now=Share(now),
            low=Points(low),
            high=Points(high),
        ),
        metric=None,
        money_at_stake=None,
        grade="B",
        evidence=Evidence(
            sql=f"SELECT 'before' AS side, b.* FROM ({first}) AS b UNION ALL SELECT 'now' AS side, n.* FROM ({second}) AS n",
            columns=(
                ("side", Text(zh="时段", en="Period"), "text"),
                ("newcomers", Text(zh="第一次发言", en="Spoke first"), "count"),
                ("again", Text(zh="7 天内再发言", en="Again within 7 days"), "count"),
                ("share", Text(zh="占比", en="Share"), "ratio"),
            ),
            rows=(
                {"side": BEFORE, "newcomers": n0, "again": again0, "share": before},
                {"side": NOW, "newcomers": n1, "again": again1, "share": now},
            ),
            n=n1,
            interval=(low, high),
            command="analyse community",
            unit="ratio",
        ),
        area="community",
        basis="change",
    )


def _asked(case: Case, window: Window) -> tuple[str, dict[str, int]]:
    """The query over one window; who first spoke too late for a week to be over is left out."""
    last_t = case.engine.run("SELECT max(e.t) AS last_t FROM events AS e").column("last_t")[0].as_py() or 0
    return SPOKE.format(limit=SECOND_POST_DAYS * US_PER_DAY), {"from_d": window.from_day, "to_d": window.to_day, "last_t": last_t}


def _difference(again: int, n: int, again_before: int, n_before: int) -> tuple[float, float]:
    """The 99% interval of the difference of two shares, from their Wilson intervals, as all changes outside a family have."""
    now, before = again / n, again_before / n_before
    change = now - before
    low, high = difference_interval(now, wilson(again, n), before, wilson(again_before, n_before))
    return change - WIDER * (change - low), change + WIDER * (high - change)


def _gone_in_a_week(case: Case) -> Iterator[Finding]:
    figure = case.figures.get("retention_d7")
    if figure is None or figure.value is None or figure.interval is None or figure.doubt is not None:
        return
    if figure.interval[1] >= STAYING_LINE or (figure.n or 0) < LEAST:
        return
    yield Finding(
        id="newcomers_gone",
        kind="newcomer_loss",
        severity="medium",
        title=sentence("新人一周后只剩 %(share)s 还来", "Only %(share)s of newcomers are seen a week later", share=Share(figure.value)),
        statement=sentence(
            "满 7 天的 %(n)s 位新人里，第 7 天还来的占 %(share)s（%(low)s 至 %(high)s），不到 %(line)s。",
            "Of %(n)s newcomers whose day 7 is over, %(share)s (%(low)s to %(high)s) came on that day, below %(line)s.",
            n=Count(figure.n or 0),
            share=Share(figure.value),
            low=Share(figure.interval[0]),
            high=Share(figure.interval[1]),
            line=Share(STAYING_LINE),
        ),
        metric="retention_d7",
        money_at_stake=None,
        grade="B",
        evidence=of_figure(figure),
        area="community",
    )

"""Findings about where things stand: silent groups, slow pages, what complaints are about, invitations that lose money."""

from collections.abc import Iterator

from lianyi.insight.analyse.care.causes import pareto
from lianyi.insight.analyse.fission.fission import Fission
from lianyi.insight.analyse.fission.query import worth_query
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import of_figure
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.measure.session import written_out
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

SILENT_LINE = 0.3
SLOW_MS = 2_500.0
LEAST_COMPLAINTS, MAIN_CAUSE = 20, 0.4
CAUSES = """
SELECT e.kind AS cause, count(DISTINCT e.subject_id) AS n FROM events AS e
WHERE e.name = 'complaint_opened' AND e.subject_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d GROUP BY e.kind ORDER BY cause
"""


def findings(case: Case, spread: Fission | None) -> Iterator[Finding]:
    """All of them; spread: the fission of the window, where members bring members."""
    yield from _silent(case)
    yield from _slow(case)
    yield from _cause(case)
    if spread is not None:
        yield from _losing(case, spread)


def _silent(case: Case) -> Iterator[Finding]:
    figure = case.figures.get("silent_group_share")
    if figure is None or figure.value is None or figure.interval is None or figure.interval[0] < SILENT_LINE:
        return
    yield Finding(
        id="groups_silent",
        kind="groups_silent",
        severity="medium",
        title=sentence("%(share)s 的群已经沉默", "%(share)s of the groups are silent", share=Share(figure.value)),
        statement=sentence(
            "%(n)s 个群里，%(share)s（%(low)s 至 %(high)s）在期内开口的成员不到 3%%。",
            "Of %(n)s {group|groups}, %(share)s (%(low)s to %(high)s) heard from fewer than 3%% of their members.",
            n=Count(figure.n or 0),
            share=Share(figure.value),
            low=Share(figure.interval[0]),
            high=Share(figure.interval[1]),
        ),
        metric="silent_group_share",
        money_at_stake=None,
        grade="B",
        evidence=of_figure(figure),
        area="community",
    )


def _slow(case: Case) -> Iterator[Finding]:
    figure = case.figures.get("page_load_p75")
    if figure is None or figure.value is None or figure.interval is None or figure.interval[0] <= SLOW_MS:
        return
    yield Finding(
        id="page_load_slow",
        kind="page_slow",
        severity="high" if figure.interval[0] > 4_000 else "medium",
        title=sentence("四分之一的页面要等 %(ms)s 毫秒以上", "A quarter of the pages take more than %(ms)s ms", ms=Count(figure.value)),
        statement=sentence(
            "四分之三的页面在 %(ms)s 毫秒内显示主要内容（%(low)s 至 %(high)s，n = %(n)s）；良好线是 2,500 毫秒。",
            "Three in four pages show their main content within %(ms)s ms (%(low)s to %(high)s, n = %(n)s); up to 2,500 is good.",
            ms=Count(figure.value),
            low=Count(figure.interval[0]),
            high=Count(figure.interval[1]),
            n=Count(figure.n or 0),
        ),
        metric="page_load_p75",
        money_at_stake=None,
        grade="B",
        evidence=of_figure(figure),
        area="experience",
    )


def _cause(case: Case) -> Iterator[Finding]:
    """One cause behind most complaints."""
    params = {"from_d": case.window.from_day, "to_d": case.window.to_day}
    rows = case.engine.run(CAUSES, params).to_pylist()
    causes = pareto({row["cause"]: row["n"] for row in rows})
    total = sum(c.count for c in causes)
    main = next((c for c in causes if c.cause is not None), None)
    if main is None or total < LEAST_COMPLAINTS or main.interval is None or main.interval[0] < MAIN_CAUSE:
        return
    yield Finding(
        id="complaint_cause",
        kind="complaint_cause",
        severity="medium",
        title=sentence(
            "投诉多半因为“%(cause)s”：%(share)s",
            "Most complaints are about “%(cause)s”: %(share)s",
            cause=main.cause,
            share=Share(main.share),
        ),
        statement=sentence(
            "%(n)s 起投诉里，%(share)s（%(low)s 至 %(high)s）原因是“%(cause)s”。",
            "Of %(n)s {complaint|complaints}, %(share)s (%(low)s to %(high)s) are about “%(cause)s”.",
            n=Count(total),
            share=Share(main.share),
            low=Share(main.interval[0]),
            high=Share(main.interval[1]),
            cause=main.cause,
        ),
        metric="complaint_resolution_rate",
        money_at_stake=None,
        grade="B",
        evidence=Evidence(
            sql=written_out(CAUSES, params),
            columns=(
                ("value", Text(zh="原因", en="Cause"), "text"),
                ("n", Text(zh="起数", en="Complaints"), "count"),
                ("share", Text(zh="占比", en="Share"), "share"),
            ),
            rows=tuple({"value": c.cause or Text(zh="未记录", en="not recorded"), "n": c.count, "share": c.share} for c in causes[:8]),
            n=total,
            interval=main.interval,
            unit="ratio",
        ),
        area="care",
    )


def _losing(case: Case, spread: Fission) -> Iterator[Finding]:
    """The generation from which invited members cost more than they bring."""
    if spread.stop.verdict != "stop" or spread.stop.generation is None:
        return
    nth = spread.stop.generation
    losing = next((g for g in spread.generations if g.generation == nth), None)
    if losing is None or losing.net_fen.value is None:
        return
    low, high = losing.net_fen.interval or (losing.net_fen.value, losing.net_fen.value)
    shown = spread.generations[:8]
    said = {
        "g": nth,
        "n": Count(losing.members),
        "each": Amount(losing.net_fen.value, case.currency),
        "low": Amount(low, case.currency),
        "high": Amount(high, case.currency),
    }
    yield Finding(
        id="fission_loses",
        kind="fission_loses",
        severity="medium",
        title=sentence("第 %(g)s 代裂变用户在亏钱", "Invited members of generation %(g)s lose money", **said),
        statement=sentence(
            "第 %(g)s 代的 %(n)s 位会员前 30 天平均净贡献 %(each)s（%(low)s 至 %(high)s）：邀请奖励应止于前一代。",
            "The %(n)s {member|members} of generation %(g)s bring %(each)s each on average in their first 30 days (%(low)s to %(high)s): "
            "rewards should end a generation earlier.",
            **said,
        ),
        metric="invitee_quality_contribution",
        money_at_stake=round(losing.net_fen.value * losing.members),
        grade="B",
        evidence=Evidence(
            sql=worth_query(case.engine, spread.window),
            columns=(
                ("value", Text(zh="代", en="Generation"), "count"),
                ("n", Text(zh="人数", en="Members"), "count"),
                ("net", Text(zh="人均净贡献", en="Net, each"), "money"),
            ),
            rows=tuple({"value": g.generation, "n": g.members, "net": g.net_fen.value} for g in shown),
            n=losing.members,
            interval=losing.net_fen.interval,
            unit="money",
        ),
        area="fission",
    )

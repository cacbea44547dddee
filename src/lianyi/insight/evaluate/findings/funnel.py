"""Findings about the way to a purchase: a step that got worse, a kind of visitor that converts less than the rest."""

import math
from collections.abc import Iterator

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.findings.severity import by_money
from lianyi.insight.evaluate.result import OK, Evidence, Finding
from lianyi.insight.measure import catalogue, dimensions
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

SPLITS = ("platform", "channel")
MIN_VISITORS = 200
# Several segments are compared at once: the worst of them must lie this many standard errors under the rest.
MIN_Z = 3.0


def findings(case: Case) -> Iterator[Finding]:
    """The segment whose visitors buy much less often than the others."""
    for dimension in SPLITS:
        yield from _segment(case, dimension)


def _segment(case: Case, dimension: str) -> Iterator[Finding]:
    if dimension not in catalogue()["conversion_rate"].dims:
        return
    values = [v for v in case.measured(["conversion_rate"], by=dimension) if v.status == OK and v.n and v.by and v.by[dimension]]
    known = [(v, v.n or 0, (v.value or 0.0) * (v.n or 0)) for v in values if (v.n or 0) >= MIN_VISITORS]
    if len(known) < 2:
        return
    visitors, bought = sum(n for _, n, _ in known), sum(k for _, _, k in known)
    worst, worst_z, rest_rate = None, 0.0, 0.0
    for value, n, k in known:
        others, other_bought = visitors - n, bought - k
        pooled = bought / visitors
        spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / others)) if others else 0.0
        z = (k / n - other_bought / others) / spread if spread else 0.0
        if z < worst_z:
            worst, worst_z, rest_rate = (value, n, k), z, other_bought / others
    if worst is None or worst_z > -MIN_Z:
        return
    value, n, k = worst
    member = (value.by or {})[dimension]
    name = dimensions()[dimension].name
    lost = rest_rate * n - k
    worth = case.value("aov")
    money = None if worth is None else -round(lost * worth)
    yield Finding(
        id=f"funnel_segment_{dimension}",
        kind="funnel_segment",
        severity="medium" if money is None else by_money(money, case),
        title=sentence(
            "%(name)s“%(member)s”的访客很少成交：%(rate)s，其余为 %(rest)s",
            "Visitors on %(name)s “%(member)s” seldom buy: %(rate)s against %(rest)s elsewhere",
            name=Text(zh=name.zh, en=name.en.lower()),
            member=member,
            rate=Share(value.value or 0),
            rest=Share(rest_rate),
        ),
        statement=sentence(
            "%(n)s 位访客里成交 %(rate)s；若达到其余部分的水平，会多约 %(lost)s 位成交者%(money)s。也可能是人群不同，先查流程。",
            "%(rate)s of %(n)s visitors bought; at the rate of the rest there would be about %(lost)s more buyers%(money)s. "
            "The people may differ too: check the way to checkout first.",
            n=Count(n),
            rate=Share(value.value or 0),
            lost=Count(round(lost)),
            money=sentence("，约 %(m)s", ", about %(m)s", m=Amount(abs(money), case.currency)) if money else "",
        ),
        metric="conversion_rate",
        money_at_stake=money,
        grade="D",
        evidence=Evidence(
            sql=value.sql,
            columns=(
                ("value", name, "text"),
                ("visitors", catalogue()["visitors"].name, "count"),
                ("rate", catalogue()["conversion_rate"].name, "ratio"),
            ),
            rows=tuple({"value": (v.by or {})[dimension], "visitors": v.n, "rate": v.value} for v, _, _ in known),
            n=n,
            interval=value.interval,
        ),
    )

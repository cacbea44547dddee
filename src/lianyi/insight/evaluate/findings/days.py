"""Findings about single days that stand out."""

from collections.abc import Iterator

from lianyi.insight.analyse.anomaly import Anomalies
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.findings.severity import by_money
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.measure import catalogue
from lianyi.kernel.numbers import Amount, Count, Day, sentence
from lianyi.kernel.text import Text

SHOWN = 8


def findings(case: Case, found: Anomalies) -> Iterator[Finding]:
    """The days that no ordinary day of the weeks before leads to expect; only the low ones are at stake."""
    days = found.days
    if found.status != "ok" or not days:
        return
    low = [day for day in days if day.expected is not None and day.value < day.expected]
    missed = -sum((day.expected or 0) - day.value for day in low)
    furthest = days[0]
    yield Finding(
        id="anomaly_days",
        kind="anomaly_days",
        # A day that stands out is a question, not a verdict: it never outranks what is known to be wrong.
        severity="medium" if low and by_money(missed, case) == "high" else "low",
        title=sentence("%(n)s 天的成交额很反常", "%(n)s days with unusual sales", n=Count(len(days))),
        statement=sentence(
            "在可判断的 %(judged)s 天里有 %(n)s 天超出平常范围，其中偏低 %(low)s 天；最突出的是 %(day)s：%(value)s，按前几周应在 %(expected)s 上下。",
            "Of %(judged)s days that can be judged, %(n)s fall outside the ordinary range, %(low)s of them low; "
            "the furthest is %(day)s: %(value)s where about %(expected)s was to be expected.",
            judged=Count(found.judged),
            n=Count(len(days)),
            low=Count(len(low)),
            day=Day(furthest.date),
            value=Amount(furthest.value, case.currency),
            expected=Amount(furthest.expected or 0, case.currency),
        ),
        metric=found.metric,
        money_at_stake=round(missed) if low else None,
        grade="D",
        evidence=Evidence(
            sql=catalogue()[found.metric].sql["numerator"],
            columns=(
                ("date", Text(zh="日期", en="Day"), "date"),
                ("value", catalogue()[found.metric].name, "money"),
                ("expected", Text(zh="预期", en="Expected"), "money"),
            ),
            rows=tuple(
                {"date": day.date.isoformat(), "value": day.value, "expected": day.expected}
                for day in sorted(days[:SHOWN], key=lambda d: d.date)
            ),
            n=found.judged,
        ),
    )

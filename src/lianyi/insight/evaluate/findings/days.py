"""Findings about single days that stand out once weekdays, season and the calendar are accounted for."""

from collections.abc import Iterator

from lianyi.insight.analyse.anomalies.daily import OddDay, daily_anomalies
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.result import OK, Evidence, Finding
from lianyi.insight.evaluate.severity import by_money
from lianyi.insight.evaluate.wording import level
from lianyi.insight.measure import catalogue
from lianyi.kernel.numbers import Count, Day, sentence
from lianyi.kernel.text import Text

SHOWN = 8
METRICS = ("gmv", "orders", "visitors", "new_members", "interactions")


def findings(case: Case, withheld: frozenset[str]) -> Iterator[Finding]:
    """The days outside the ordinary range; only missing money is at stake.

    withheld : metrics whose records broke
    The calendar of Chinese holidays and shopping festivals is used for a shop that sells in yuan.
    """
    metrics = [m for m in METRICS if m not in withheld and m in case.figures and case.figures[m].status == OK]
    if not metrics:
        return
    found = daily_anomalies(case.engine, case.window, metrics=metrics, with_calendar=case.currency == "CNY", horizon_day=case.horizon_day)
    days = [day for day in found.days if not day.unsure]
    if not days:
        return
    low = [day for day in days if day.metric == "gmv" and day.value < day.expected]
    missed = sum(day.value - day.expected for day in low)
    furthest = days[0]
    yield Finding(
        id="anomaly_days",
        kind="anomaly_days",
        # A day that stands out is a question, not a verdict: it never outranks what is known to be wrong.
        severity="medium" if low and by_money(missed, case) == "high" else "low",
        title=sentence("%(n)s 个反常的日子", "%(n)s {day|days} out of the ordinary", n=Count(len({day.date for day in days}))),
        statement=sentence(
            "计入星期、季节%(calendar)s后，判断了 %(judged)s 个日值，%(n)s 个超出平常范围；最突出的是 %(day)s 的%(metric)s：%(value)s，"
            "通常在 %(low)s 到 %(high)s 之间。",
            "With weekdays%(calendar)s and season accounted for, %(n)s of %(judged)s daily values lie outside the ordinary range; "
            "%(metric)s on %(day)s most: %(value)s where %(low)s to %(high)s is usual.",
            calendar=Text(zh="与节假日", en=", holidays") if found.with_calendar else "",
            judged=Count(found.judged),
            n=Count(len(days)),
            day=Day(furthest.date),
            metric=catalogue()[furthest.metric].name,
            value=_level(case, furthest, furthest.value),
            low=_level(case, furthest, max(0.0, furthest.low)),
            high=_level(case, furthest, furthest.high),
        ),
        metric=furthest.metric,
        money_at_stake=round(missed) if low else None,
        grade="C",
        evidence=Evidence(
            sql=case.sql_of(furthest.metric),
            columns=(
                ("date", Text(zh="日期", en="Day"), "date"),
                ("metric", Text(zh="指标", en="Figure"), "text"),
                ("value", Text(zh="实际", en="Value"), "text"),
                ("expected", Text(zh="预期", en="Expected"), "text"),
                ("score", Text(zh="偏离", en="Score"), "score"),
            ),
            rows=tuple(
                {
                    "date": day.date.isoformat(),
                    "metric": catalogue()[day.metric].name,
                    "value": sentence("%(v)s", "%(v)s", v=_level(case, day, day.value)),
                    "expected": sentence("%(v)s", "%(v)s", v=_level(case, day, day.expected)),
                    "score": day.score,
                }
                for day in sorted(days[:SHOWN], key=lambda d: d.date)
            ),
            n=found.judged,
        ),
        area="days",
        q=furthest.q_value,
    )


def _level(case: Case, day: OddDay, value: float) -> object:
    return level(value, catalogue()[day.metric].unit, case.currency)

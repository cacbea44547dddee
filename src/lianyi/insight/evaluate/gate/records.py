"""Are the records whole? Sources that stopped arriving, fields that stopped being filled, rows that came twice, money in another unit."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.gate.volumes import Volumes
from lianyi.insight.evaluate.result import Check
from lianyi.insight.evaluate.sources import FAMILIES
from lianyi.insight.measure.session import session_of
from lianyi.kernel.clock import date_of
from lianyi.kernel.numbers import Count, Day, Share, sentence
from lianyi.kernel.text import Text

OK, WARN, FAIL = "ok", "warn", "fail"
# A source is late when it has been silent for a week, and three times as long as it ever usually is.
LATE_DAYS, LATE_TIMES = 7, 3
# Before that no silence is usual: of three complaints a month the last is always long ago.
LEAST_ARRIVALS = 10
MORE_NULLS = 0.2
TWICE_SHARE, TWICE_FAILS = 0.005, 0.05
OTHER_UNIT = 8.0
LEAST_ROWS = 30

FILLED = """
SELECT CASE WHEN e.d >= $now_d THEN 1 ELSE 0 END AS side, CASE WHEN e.name = 'order_paid' THEN 'orders' ELSE 'visits' END AS what,
    count(*) AS n, count(e.member_id) AS member_id, count(e.platform) AS platform, count(e.channel) AS channel, count(e.product_id) AS product_id
FROM events AS e
WHERE e.name IN ('order_paid', 'page_viewed', 'product_viewed', 'content_viewed') AND e.d >= $from_d AND e.d < $to_d
GROUP BY CASE WHEN e.d >= $now_d THEN 1 ELSE 0 END, CASE WHEN e.name = 'order_paid' THEN 'orders' ELSE 'visits' END
"""
TWICE = """
SELECT CAST(sum(q.n) AS BIGINT) AS n, CAST(sum(q.n - 1) AS BIGINT) AS again FROM (
    SELECT e.name, e.order_id, e.product_id, e.t, e.amount_fen, e.quantity, count(*) AS n FROM events AS e
    WHERE e.name IN ('order_paid', 'order_refunded') AND e.order_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.name, e.order_id, e.product_id, e.t, e.amount_fen, e.quantity
) AS q
"""
SIZES = """
SELECT o.platform AS platform, o.side AS side, count(*) AS n, avg(ln(o.fen)) AS size FROM (
    SELECT CASE WHEN e.d >= $now_d THEN 1 ELSE 0 END AS side, e.platform AS platform, e.order_id AS order_id, CAST(sum(e.amount_fen) AS DOUBLE) AS fen
    FROM events AS e WHERE e.name = 'order_paid' AND e.amount_fen > 0 AND e.d >= $from_d AND e.d < $to_d
    GROUP BY CASE WHEN e.d >= $now_d THEN 1 ELSE 0 END, e.platform, e.order_id
) AS o GROUP BY o.platform, o.side
"""
FIELDS = {
    "member_id": Text(zh="会员", en="the member"),
    "platform": Text(zh="平台", en="the platform"),
    "channel": Text(zh="渠道", en="the channel"),
    "product_id": Text(zh="商品", en="the product"),
}
WHAT = {"orders": Text(zh="订单", en="orders"), "visits": Text(zh="浏览", en="visits")}


def record_checks(case: Case, counted: Volumes) -> Iterator[Check]:
    """Every check of the records that the data there is allows.

    counted : volumes of the days from the baseline's first to the last that is compared
    Cost    : a pass over orders and visits in a few columns, and two over orders.
    """
    compared = case.comparison
    if compared is None:
        return
    run, first = case.engine.run, min(compared.before.from_day, compared.now.from_day)
    lean = session_of(case.engine).lean
    yield from _late(case, counted, first)
    days = {"from_d": first, "now_d": compared.now.from_day, "to_d": compared.now.to_day}
    yield from _nulls(run(lean(FILLED), days).to_pylist())
    orders = run(lean(TWICE), {"from_d": compared.now.from_day, "to_d": compared.now.to_day}).to_pylist()[0]
    if orders["n"]:
        yield _twice(orders["again"] / orders["n"])
        yield _sizes(run(lean(SIZES), days).to_pylist())


def _late(case: Case, counted: Volumes, first: int) -> Iterator[Check]:
    """Sources that had been arriving and stopped before the end of the window."""
    end = min(case.window.to_day, case.horizon_day + 1)
    late: list[tuple[Text, int]] = []
    for label, names in FAMILIES.values():
        series = [s for (name, _), s in counted.items() if name in names]
        if not series:
            continue
        days = np.flatnonzero(np.sum(series, axis=0))
        silent = end - first - 1 - int(days[-1]) if len(days) else 0
        usual = float(np.quantile(np.diff(days), 0.95)) if len(days) > 2 else math.inf
        if len(days) >= LEAST_ARRIVALS and silent >= max(LATE_DAYS, LATE_TIMES * usual):
            late.append((label, first + int(days[-1])))
    name = Text(zh="各类数据是否到期末", en="Every source reaches the end")
    if not late:
        yield Check("late", name, OK, Text(zh="没有中断的来源", en="no source has stopped"))
        return
    label, last = min(late, key=lambda pair: pair[1])
    yield Check(
        "late",
        name,
        WARN,
        sentence(
            "%(n)s 类数据中途没有了，最早的是“%(label)s”，只到 %(last)s；与它有关的指标偏低，不代表业务下降",
            "%(n)s kinds of data stopped on the way, first “%(label)s” after %(last)s; figures that rest on it are too low, which is no fall",
            n=Count(len(late)),
            label=label,
            last=Day(date_of(last)),
        ),
    )


def _nulls(rows: list[Mapping[str, Any]]) -> Iterator[Check]:
    """Fields that many more rows leave empty than before."""
    worst: tuple[float, Text, Text, float, float] | None = None
    for what, said in WHAT.items():
        sides = {row["side"]: row for row in rows if row["what"] == what}
        if set(sides) != {0, 1} or min(sides[k]["n"] for k in (0, 1)) < LEAST_ROWS:
            continue
        for field, label in FIELDS.items():
            before, now = (1 - sides[k][field] / sides[k]["n"] for k in (0, 1))
            if worst is None or now - before > worst[0]:
                worst = (now - before, said, label, before, now)
    if worst is None:
        return
    more, said, label, before, now = worst
    name = Text(zh="关键字段是否照常填写", en="Fields are filled as before")
    if more < MORE_NULLS:
        yield Check("nulls", name, OK, Text(zh="空值占比与之前相当", en="as few empty fields as before"))
        return
    yield Check(
        "nulls",
        name,
        WARN,
        sentence(
            "%(what)s里没写%(field)s的由 %(before)s 升到 %(now)s；按它拆分的数字不可与之前比较",
            "%(what)s without %(field)s went from %(before)s to %(now)s; figures split by it cannot be compared with before",
            what=said,
            field=label,
            before=Share(before),
            now=Share(now),
        ),
        now,
    )


def _twice(share: float) -> Check:
    name = Text(zh="有没有重复的成交行", en="Paid lines that came twice")
    if share < TWICE_SHARE:
        return Check("twice", name, OK, Text(zh="几乎没有完全相同的行", en="hardly any lines are alike in everything"), share)
    return Check(
        "twice",
        name,
        FAIL if share >= TWICE_FAILS else WARN,
        sentence(
            "%(share)s 的成交与退款行同单、同款、同时、同额：若是重复导入，销售额就多算了这么多",
            "%(share)s of paid and refunded lines agree in order, product, instant and amount: if they came twice, sales are overstated by as much",
            share=Share(share),
        ),
        share,
    )


def _sizes(rows: list[Mapping[str, Any]]) -> Check:
    """Orders that are many times as large or small as before on one platform: fen where yuan was meant, or the other way round."""
    name = Text(zh="金额单位是否一致", en="Money is in one unit")
    by_platform: dict[str | None, dict[int, Mapping[str, Any]]] = {}
    for row in rows:
        by_platform.setdefault(row["platform"], {})[row["side"]] = row
    for platform, sides in by_platform.items():
        if set(sides) != {0, 1} or min(sides[k]["n"] for k in (0, 1)) < LEAST_ROWS:
            continue
        times = math.exp(sides[1]["size"] - sides[0]["size"])
        if times >= OTHER_UNIT or times <= 1 / OTHER_UNIT:
            return Check(
                "sizes",
                name,
                FAIL,
                sentence(
                    "“%(platform)s”每单金额变成原来的 %(times)s 倍，多半是单位错了（元与分）",
                    "orders on “%(platform)s” are %(times)s times as large as before: most likely another unit of money",
                    platform=platform or "-",
                    times=Count(times),
                ),
            )
    return Check("sizes", name, OK, Text(zh="各平台每单金额与之前相当", en="orders are about as large as before on every platform"))

"""Is the data fit to conclude from? Asked before anything is concluded."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from lianyi.insight.evaluate.case import Case, span
from lianyi.insight.evaluate.result import Check, Evidence, Finding
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Count, Day, Share, sentence
from lianyi.kernel.text import Text

OK, WARN, FAIL = "ok", "warn", "fail"
MIN_GAP_DAYS = 4
# Of these an export satisfies one, according to what its "paid" means; which one is the import's business.
MONEY_IDENTITIES = ("paid + refund = total", "paid = total")


_SOLD = """SELECT count(*) AS n, count(member_id) AS known, count(product_id) AS products FROM events
WHERE name = 'order_paid' AND d >= $from_d AND d < $to_d"""
_DAYS = "SELECT DISTINCT d FROM events WHERE name = 'order_paid' AND d >= $from_d AND d < $to_d ORDER BY d"
_LINKED = """SELECT count(*) AS n, count(p.order_id) AS linked
FROM events AS r LEFT JOIN (SELECT DISTINCT order_id FROM events WHERE name = 'order_paid') AS p ON p.order_id = r.order_id
WHERE r.name = 'order_refunded' AND r.d >= $from_d AND r.d < $to_d"""


def all_checks(case: Case, imports: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    """Every check that applies to the data there is."""
    checks: list[Check | None] = [_reach(case), _baseline(case)]
    sold = case.engine.run(_SOLD, {"from_d": case.window.from_day, "to_d": case.window.to_day}).to_pylist()[0]
    if sold["n"]:
        checks.append(_known(sold))
        checks.append(_gaps(case))
        checks.append(_costs(case, sold["products"]))
        checks.append(_refund_links(case))
    checks.extend(_imports(imports))
    return tuple(check for check in checks if check is not None)


def grade_of(checks: Sequence[Check]) -> str:
    """A when nothing is amiss, B with warnings, C with one failure, D with more."""
    failed = sum(check.status == FAIL for check in checks)
    if failed:
        return "C" if failed == 1 else "D"
    return "B" if any(check.status == WARN for check in checks) else "A"


# What a check that did not pass is called: the check itself asks for the good case.
_FINDINGS: dict[str, tuple[str, Text]] = {
    "gaps": ("data_gap", Text(zh="有几天没有数据", en="Days without data")),
    "known": ("members_unknown", Text(zh="许多成交认不出买家", en="Many sales have no known buyer")),
    "costs": ("cost_unknown", Text(zh="商品成本不全", en="Product costs are missing")),
    "rejected": ("data_rejected", Text(zh="导入时有行被拒", en="Rows were rejected on import")),
    "contract": ("data_contract", Text(zh="金额口径对不上", en="The money columns disagree")),
    "late": ("data_late", Text(zh="有数据来源中断", en="A source stopped before the end")),
    "nulls": ("data_nulls", Text(zh="关键字段空得比以前多", en="Fields are left empty more than before")),
    "twice": ("data_twice", Text(zh="有些成交行像是导入了两次", en="Some sales seem to have come twice")),
    "sizes": ("data_sizes", Text(zh="金额单位可能变了", en="Money may be in another unit")),
}


def findings(checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Checks that did not pass and that someone can mend."""
    return tuple(
        Finding(
            id=f"data_{check.id}",
            kind=_FINDINGS[check.id][0],
            severity="high" if check.status == FAIL else "low",
            title=_FINDINGS[check.id][1],
            statement=check.detail,
            metric=None,
            money_at_stake=None,
            grade="B",
            evidence=Evidence(sql=check.sql, command=check.command),
            area="data",
            basis="data",
        )
        for check in checks
        if check.status != OK and check.id in _FINDINGS
    )


def _reach(case: Case) -> Check:
    name = Text(zh="数据是否覆盖到期末", en="Data reaches the end of the window")
    last = Day(date_of(case.horizon_day))
    if case.complete:
        return Check("reach", name, OK, sentence("数据到 %(last)s", "data up to %(last)s", last=last), command="status")
    missing = case.window.to_day - 1 - case.horizon_day
    return Check(
        "reach",
        name,
        WARN,
        sentence(
            "数据只到 %(last)s，期末还差 %(n)s 天；与基期比较时只取相同天数",
            "data ends on %(last)s, %(n)s days before the window does; comparisons use as many days of the baseline",
            last=last,
            n=Count(missing),
        ),
        command="status",
    )


def _baseline(case: Case) -> Check:
    name = Text(zh="基期是否有数据", en="Data covers the baseline")
    if case.comparison is not None and case.comparison.kind != "within":
        return Check("baseline", name, OK, sentence("基期 %(span)s", "baseline %(span)s", span=span(case.comparison.before)))
    first = case.engine.snapshot.first_day
    began = Day(date_of(first if first is not None else case.window.from_day))
    if case.comparison is None:
        return Check(
            "baseline",
            name,
            WARN,
            sentence("数据自 %(began)s 起，不够比较", "data begins on %(began)s; too little to compare", began=began),
        )
    return Check(
        "baseline",
        name,
        WARN,
        sentence(
            "数据自 %(began)s 起，没有基期；变化改为期内比较：%(label)s",
            "data begins on %(began)s, so there is no baseline; changes are within the window: %(label)s",
            began=began,
            label=case.comparison.label,
        ),
    )


def _known(sold: Mapping[str, int]) -> Check:
    share = sold["known"] / sold["n"]
    return Check(
        "known",
        Text(zh="订单能认出买家的比例", en="Orders with a known buyer"),
        OK if share >= 0.95 else WARN if share >= 0.5 else FAIL,
        sentence(
            "%(share)s 的成交行能认出买家；复购、留存只按这部分计算",
            "%(share)s of paid lines have a known buyer; repeat and retention rest on these",
            share=Share(share),
        ),
        share,
        _SOLD,
    )


def _gaps(case: Case) -> Check:
    """Runs of days without a single order, longer than this shop's own quiet spells."""
    end = min(case.window.to_day, case.horizon_day + 1)
    days = case.engine.run(_DAYS, {"from_d": case.window.from_day, "to_d": end})["d"].to_pylist()
    runs = [(a + 1, b) for a, b in itertools.pairwise(days) if b - a > 1]
    usual = sorted(b - a for a, b in runs)[int(len(runs) * 0.9)] if len(runs) >= 10 else 1
    long = [(a, b) for a, b in runs if b - a >= max(MIN_GAP_DAYS, 3 * usual)]
    name = Text(zh="有没有缺数据的日子", en="Days without data")
    if not long:
        return Check("gaps", name, OK, Text(zh="没有反常的空档", en="no unusual gap"), None, _DAYS)
    worst = max(long, key=lambda run: run[1] - run[0])
    return Check(
        "gaps",
        name,
        WARN,
        sentence(
            "有 %(n)s 段连续多日没有一单，最长一段 %(span)s；若店铺当时营业，可能是漏导",
            "%(n)s {run|runs} of several days without one order, the longest %(span)s; if the shop was open, an export may be missing",
            n=Count(len(long)),
            span=span(Window(*worst)),
        ),
        sum(b - a for a, b in long) / (end - case.window.from_day),
        _DAYS,
    )


def _costs(case: Case, with_product: int) -> Check:
    cogs = case.figures.get("cogs")
    name = Text(zh="商品成本是否齐全", en="Product costs are known")
    if not with_product or cogs is None or cogs.value is None:
        return Check(
            "costs", name, WARN, Text(zh="没有商品成本，利润与毛利无法计算", en="no product costs; profit and margin cannot be computed")
        )
    share = (cogs.eligible or 0) / max((cogs.eligible or 0) + (cogs.excluded or 0), 1)
    return Check(
        "costs",
        name,
        OK if share >= 0.95 else WARN,
        sentence("%(share)s 的销售件数有成本", "%(share)s of the pieces sold have a known cost", share=Share(share)),
        share,
        cogs.sql,
        "measure cogs",
    )


def _refund_links(case: Case) -> Check | None:
    row = case.engine.run(_LINKED, {"from_d": case.window.from_day, "to_d": case.window.to_day}).to_pylist()[0]
    if not row["n"]:
        return None
    share = row["linked"] / row["n"]
    return Check(
        "refund_links",
        Text(zh="退款能对上原订单的比例", en="Refunds linked to their order"),
        OK if share >= 0.9 else WARN,
        sentence(
            "%(share)s 的退款行能对上原订单；退款率只算得到这部分",
            "%(share)s of refund lines are linked to an order; the refund rate sees only these",
            share=Share(share),
        ),
        share,
        _LINKED,
    )


def _imports(imports: Sequence[Mapping[str, Any]]) -> list[Check]:
    files = [file for record in imports for file in record.get("files", [])]
    read, rejected = sum(f.get("read", 0) for f in files), sum(f.get("rejected", 0) for f in files)
    checks: list[Check] = []
    if read:
        share = rejected / read
        checks.append(
            Check(
                "rejected",
                Text(zh="导入时被拒的行", en="Rows rejected on import"),
                OK if share <= 0.01 else WARN if share <= 0.1 else FAIL,
                sentence(
                    "%(n)s 行中拒收 %(m)s 行（%(share)s）",
                    "%(m)s of %(n)s {row was|rows were} rejected (%(share)s)",
                    n=Count(read),
                    m=Count(rejected),
                    share=Share(share),
                ),
                share,
                command="status",
            )
        )
    identities = [max(held) for file in files if (held := [c["share"] for c in file.get("checks", []) if c["name"] in MONEY_IDENTITIES])]
    if identities:
        worst = min(identities)
        checks.append(
            Check(
                "contract",
                Text(zh="金额口径是否自洽", en="The money columns agree"),
                OK if worst >= 0.99 else WARN if worst >= 0.95 else FAIL,
                sentence(
                    "%(share)s 的订单满足“实付与退款之和等于总额”一类恒等式",
                    "%(share)s of orders satisfy the identity of paid, refund and total",
                    share=Share(worst),
                ),
                worst,
                command="status",
            )
        )
    return checks

"""The few sentences an owner reads first."""

from collections.abc import Iterator, Sequence

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.result import Finding, Method, Statement
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text


def summary(case: Case, period: Text, findings: Sequence[Finding], methods: Sequence[Method]) -> tuple[Text, ...]:
    """Three to five sentences: what was sold, how it changed, who came back, what matters most, how sure this is."""
    return (*_sold(case, period), *_changed(findings), *_came_back(case), *_worst(findings), *_scores(methods))


def _sold(case: Case, period: Text) -> Iterator[Text]:
    sales, orders, buyers = (case.figures.get(m) for m in ("net_sales", "orders", "buyers"))
    if sales is None or sales.value is None or orders is None or orders.value is None:
        return
    zh, en = "%(period)s，净销售额 %(sales)s，共 %(orders)s 单", "%(period)s: net sales %(sales)s from %(orders)s orders"
    if buyers is not None and buyers.value:
        zh, en = zh + "，来自 %(buyers)s 位买家", en + " by %(buyers)s buyers"
    if sales.change_share is not None:
        zh, en = zh + "，比基期 %(share)s", en + ", %(share)s against the baseline"
    said = sentence(
        zh + "。",
        en + ".",
        period=period,
        sales=Amount(sales.value, case.currency),
        orders=Count(orders.value),
        buyers=Count(buyers.value if buyers and buyers.value else 0),
        share=Share(sales.change_share or 0, signed=True),
    )
    yield Statement.on(said, "net_sales", "orders", "buyers")


def _changed(findings: Sequence[Finding]) -> Iterator[Text]:
    yield from (Statement.on(f.statement, f"finding:{f.id}") for f in findings if f.id == "sales_change")


def _came_back(case: Case) -> Iterator[Text]:
    rate = case.figures.get("repeat_buyer_rate")
    if rate is None or rate.value is None:
        return
    said = sentence(
        "%(share)s 的买家在期内买了两次以上（%(n)s 位买家）。",
        "%(share)s of buyers bought at least twice in the window (%(n)s buyers).",
        share=Share(rate.value),
        n=Count(rate.n or 0),
    )
    yield Statement.on(said, rate.metric)


def _worst(findings: Sequence[Finding]) -> Iterator[Text]:
    for finding in findings:
        if finding.severity in ("high", "medium") and finding.id != "sales_change":
            said = sentence("最值得处理的一件事：%(title)s。", "What most deserves attention: %(title)s.", title=finding.title)
            yield Statement.on(said, f"finding:{finding.id}")
            return


def _scores(methods: Sequence[Method]) -> Iterator[Text]:
    missing = [m for m in methods if m.status != "evaluable"]
    if missing and missing[0].needs:
        yield sentence(
            "“%(name)s”还不能评：缺%(needs)s。",
            "“%(name)s” cannot be judged yet: it needs %(needs)s.",
            name=missing[0].name,
            needs=missing[0].needs[0],
        )

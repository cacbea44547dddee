"""Findings from agreed lines: bands of METRICS, profit."""

from collections.abc import Iterator

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import of_figure
from lianyi.insight.evaluate.result import Figure, Finding
from lianyi.insight.measure import catalogue
from lianyi.kernel.numbers import Amount, Share, sentence


def findings(case: Case) -> Iterator[Finding]:
    """Bands not kept, costs that did not return."""
    for figure in case.figures.values():
        band = catalogue()[figure.metric].band
        if figure.better == "band" and band is not None and figure.value is not None and figure.unit == "ratio":
            yield from _band(figure, band)
    yield from _loss(case)


def _band(figure: Figure, band: tuple[float, float]) -> Iterator[Finding]:
    low, high = figure.interval or (figure.value or 0.0, figure.value or 0.0)
    if high >= band[0] and low <= band[1]:
        return
    edge = band[0] if high < band[0] else band[1]
    yield Finding(
        id=f"band_{figure.metric}",
        kind=f"band_{figure.metric}",
        severity="high" if abs((figure.value or 0) - edge) >= 0.1 else "medium",
        title=sentence(
            "%(name)s %(value)s，约定 %(edge)s",
            "%(name)s %(value)s, agreed %(edge)s",
            name=figure.name,
            value=Share(figure.value or 0),
            edge=Share(edge),
        ),
        statement=sentence(
            "%(name)s为 %(value)s（%(low)s 至 %(high)s），在约定的 %(a)s 至 %(b)s 之外。",
            "%(name)s is %(value)s (%(low)s to %(high)s), outside the agreed %(a)s to %(b)s.",
            name=figure.name,
            value=Share(figure.value or 0),
            low=Share(low),
            high=Share(high),
            a=Share(band[0]),
            b=Share(band[1]),
        ),
        metric=figure.metric,
        money_at_stake=None,
        grade="B",
        evidence=of_figure(figure),
    )


def _loss(case: Case) -> Iterator[Finding]:
    profit, cost = case.figures.get("contribution_profit"), case.value("marketing_cost")
    if profit is None or profit.value is None or not cost or profit.value >= 0:
        return
    yield Finding(
        id="roi_negative",
        kind="roi_negative",
        severity="high",
        title=sentence(
            "投入没有挣回来：贡献利润 %(money)s",
            "Spending did not return: contribution %(money)s",
            money=Amount(profit.value, case.currency),
        ),
        statement=sentence(
            "期内营销投入 %(cost)s，扣除商品成本与投入后的贡献利润为 %(money)s。",
            "Marketing cost %(cost)s in the window; contribution after product and marketing costs is %(money)s.",
            cost=Amount(cost, case.currency),
            money=Amount(profit.value, case.currency),
        ),
        metric="roi",
        money_at_stake=round(profit.value),
        grade="B",
        evidence=of_figure(profit),
    )

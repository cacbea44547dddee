"""Findings about buyers: new ones, returning ones, overdue ones, and how much rests on few."""

from collections.abc import Iterator

from lianyi.insight.analyse.concentration import Concentration
from lianyi.insight.analyse.rhythm import BrokenRhythm
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import of_change, of_figure
from lianyi.insight.evaluate.result import Evidence, Figure, Finding
from lianyi.insight.evaluate.severity import by_money
from lianyi.insight.measure.intervals import difference_interval, wilson
from lianyi.kernel.numbers import Amount, Count, Points, Share, sentence
from lianyi.kernel.text import Text

ONE_TIME_SHARE = 0.6
TOP_TENTH_SHARE = 0.6
TOP_PRODUCT_SHARE = 0.3
# From a 95% interval to one of 99%.
WIDER = 2.576 / 1.960


def findings(
    case: Case,
    buyers: Concentration | None,
    products: Concentration | None,
    overdue: BrokenRhythm | None,
    overdue_before: BrokenRhythm | None,
) -> Iterator[Finding]:
    """All findings about who buys.

    overdue, overdue_before : who is overdue at the end of the window, and who was at the end of the baseline
    """
    if overdue is not None and overdue.members and overdue.value_fen:
        yield _overdue(case, overdue, overdue_before)
    yield from _one_time(case)
    yield from _repurchase(case)
    yield from _churn(case)
    if buyers is not None and (buyers.top_tenth_share or 0) >= TOP_TENTH_SHARE:
        yield _top_buyers(case, buyers)
    if products is not None and (products.top_one_share or 0) >= TOP_PRODUCT_SHARE:
        yield _top_product(case, products)


def _overdue(case: Case, overdue: BrokenRhythm, before: BrokenRhythm | None) -> Finding:
    """Some are always overdue: it is grave only where more are than were before, beyond chance, and the history is old enough to tell."""
    judged = before is not None and before.known > 0 and case.knows_who_is_new
    more = judged and before is not None and wilson(overdue.members, overdue.known)[0] > wilson(before.members, before.known)[1]
    return Finding(
        id="rhythm_broken",
        kind="rhythm_broken",
        severity=by_money(overdue.value_fen, case) if more else "low",
        title=sentence("%(n)s 位老客该回来却没回来", "%(n)s regular {buyer is|buyers are} overdue", n=Count(overdue.members)),
        statement=sentence(
            "在 %(known)s 位有节奏可循（至少 3 单）的买家中，%(n)s 位距上次购买已超过自己的常见间隔；按他们以往每单金额算，每人再买一次就是 %(money)s。",
            "Of %(known)s buyers with a rhythm of their own (3 orders or more), %(n)s have been silent longer than is usual for them; "
            "at their usual order value, one order each is worth %(money)s.",
            known=Count(overdue.known),
            n=Count(overdue.members),
            money=Amount(overdue.value_fen, case.currency),
        ),
        metric="repurchase_rate",
        money_at_stake=-abs(overdue.value_fen),
        grade="C",
        evidence=Evidence(
            sql=overdue.sql,
            columns=(
                ("member", Text(zh="会员", en="Member"), "text"),
                ("purchases", Text(zh="购买次数", en="Purchases"), "count"),
                ("last_on", Text(zh="上次购买", en="Last bought"), "date"),
                ("usual", Text(zh="平时间隔", en="Usual gap"), "days"),
                ("silent", Text(zh="已沉默", en="Silent for"), "days"),
                ("value", Text(zh="每次约", en="Usually worth"), "money"),
            ),
            rows=tuple(
                {
                    "member": one.member_id,
                    "purchases": one.purchases,
                    "last_on": one.last_on.isoformat(),
                    "usual": one.usual_gap_days,
                    "silent": one.silent_days,
                    "value": one.value_fen,
                }
                for one in overdue.overdue[:10]
            ),
            n=overdue.known,
        ),
        area="members",
    )


def _one_time(case: Case) -> Iterator[Finding]:
    figure = case.figures.get("repeat_buyer_rate")
    if figure is None or figure.value is None or figure.interval is None or case.window.days < 180:
        return
    once = 1 - figure.value
    if 1 - figure.interval[1] < ONE_TIME_SHARE:
        return
    yield Finding(
        id="one_time_buyers",
        kind="one_time_buyers",
        severity="medium",
        title=sentence("%(share)s 的买家只买过一次", "%(share)s of buyers bought once only", share=Share(once)),
        statement=sentence(
            "期内 %(n)s 位买家里，%(share)s（%(low)s 至 %(high)s）只下过一单。",
            "Of %(n)s buyers in the window, %(share)s (%(low)s to %(high)s) placed a single order.",
            n=Count(figure.n or 0),
            share=Share(once),
            low=Share(1 - figure.interval[1]),
            high=Share(1 - figure.interval[0]),
        ),
        metric="repeat_buyer_rate",
        money_at_stake=None,
        grade="B",
        evidence=of_figure(figure),
        area="members",
    )


def _repurchase(case: Case) -> Iterator[Finding]:
    for metric in ("repurchase_rate", "repeat_buyer_rate"):
        figure = case.figures.get(metric)
        change = None if figure is None else sure_change(figure)
        if figure is None or change is None or change[1] >= 0 or figure.change is None:
            continue
        yield Finding(
            id=f"{metric}_down",
            kind="repurchase_down",
            severity="high" if figure.change <= -0.05 else "medium",
            title=sentence("%(name)s下降 %(points)s", "%(name)s down %(points)s", name=figure.name, points=Points(abs(figure.change))),
            statement=sentence(
                "%(name)s由 %(before)s 降到 %(now)s，差距 %(low)s 至 %(high)s，超出偶然。",
                "%(name)s went from %(before)s to %(now)s, a difference of %(low)s to %(high)s, beyond chance.",
                name=figure.name,
                before=Share(figure.baseline or 0),
                now=Share((figure.baseline or 0) + figure.change),
                low=Points(change[0]),
                high=Points(change[1]),
            ),
            metric=metric,
            money_at_stake=None,
            grade="B",
            evidence=of_change(case, figure, change),
            area="members",
            basis="change",
        )
        return


def _churn(case: Case) -> Iterator[Finding]:
    """More of those who were active are gone than were before, beyond chance."""
    figure = case.figures.get("churn_rate")
    change = None if figure is None or figure.doubt is not None else sure_change(figure)
    if figure is None or change is None or change[0] <= 0 or figure.change is None or not case.knows_who_is_new:
        return
    yield Finding(
        id="churn_up",
        kind="churn_up",
        severity="high" if figure.change >= 0.05 else "medium",
        title=sentence("流失率上升 %(points)s", "Churn is up %(points)s", points=Points(figure.change)),
        statement=sentence(
            "上一期活跃而本期没再出现的会员由 %(before)s 升到 %(now)s，差距 %(low)s 至 %(high)s，超出偶然。",
            "Of members active in one period, those not seen in the next went from %(before)s to %(now)s, a difference of %(low)s to %(high)s, "
            "beyond chance.",
            before=Share(figure.baseline or 0),
            now=Share((figure.baseline or 0) + figure.change),
            low=Points(change[0]),
            high=Points(change[1]),
        ),
        metric="churn_rate",
        money_at_stake=None,
        grade="B",
        evidence=of_change(case, figure, change),
        area="members",
        basis="change",
    )


def sure_change(figure: Figure) -> tuple[float, float] | None:
    """The 99% interval of a figure's change where both sides have one; None otherwise.

    These figures are tested beside all that is watched: each may be wrong by chance in one evaluation of two hundred only.
    """
    if figure.interval is None or figure.baseline_interval is None or figure.value is None or figure.baseline is None:
        return None
    low, high = difference_interval(figure.value, figure.interval, figure.baseline, figure.baseline_interval)
    change = figure.value - figure.baseline
    return change - WIDER * (change - low), change + WIDER * (high - change)


def _top_buyers(case: Case, found: Concentration) -> Finding:
    return Finding(
        id="concentration_buyers",
        kind="concentration_buyers",
        severity="medium",
        title=sentence(
            "前 10%% 的买家贡献了 %(share)s", "The top tenth of buyers bring %(share)s", share=Share(found.top_tenth_share or 0)
        ),
        statement=sentence(
            "%(n)s 位买家中，消费最高的 10%% 带来 %(share)s 的成交额，最高的 1%% 带来 %(one)s。",
            "Of %(n)s buyers, the top 10%% bring %(share)s of sales, the top 1%% %(one)s.",
            n=Count(found.n),
            share=Share(found.top_tenth_share or 0),
            one=Share(found.top_hundredth_share or 0),
        ),
        metric="spend_per_buyer",
        money_at_stake=None,
        grade="B",
        evidence=_shares(found),
        area="money",
    )


def _top_product(case: Case, found: Concentration) -> Finding:
    return Finding(
        id="concentration_products",
        kind="concentration_products",
        severity="medium",
        title=sentence("一个商品占了 %(share)s", "One product brings %(share)s", share=Share(found.top_one_share or 0)),
        statement=sentence(
            "在 %(n)s 个有成交的商品里，卖得最好的一个占成交额的 %(share)s。",
            "Of %(n)s products sold, the best one brings %(share)s of sales.",
            n=Count(found.n),
            share=Share(found.top_one_share or 0),
        ),
        metric="gmv",
        money_at_stake=None,
        grade="B",
        evidence=_shares(found),
        area="money",
    )


def _shares(found: Concentration) -> Evidence:
    """What the largest bring: the query gives every one of them with its sum, from the largest down."""
    named = (
        (Text(zh="最大的一个", en="The largest"), found.top_one_share),
        (Text(zh="前 1%", en="Top 1%"), found.top_hundredth_share),
        (Text(zh="前 10%", en="Top 10%"), found.top_tenth_share),
    )
    return Evidence(
        sql=found.sql,
        columns=(("value", Text(zh="谁", en="Who"), "text"), ("share", Text(zh="占成交额", en="Share of sales"), "share")),
        rows=tuple({"value": name, "share": share} for name, share in named if share is not None),
        n=found.n,
    )

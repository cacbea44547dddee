"""Findings about money spent: partners and campaigns that lost it, and a budget that goes where little comes back."""

from collections.abc import Iterator

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.evaluate.returns import LEAST_ORDERS, Return, Returns, returns_by
from lianyi.insight.evaluate.severity import by_money
from lianyi.insight.measure import dimensions
from lianyi.insight.measure.intervals import z_of
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

SURE = 0.05
SHOWN = 8
KINDS = {"partner": ("partner_loss", "partners"), "campaign": ("campaign_loss", "campaigns")}
MUCH_OF_BUDGET, FAR_BELOW = 0.10, 0.5


def findings(case: Case) -> Iterator[Finding]:
    """The partner and the campaign that lost most beyond chance; the channel that takes much and brings little for each yuan."""
    for dimension, (kind, area) in KINDS.items():
        found = returns_by(case, dimension)
        losing = [r for r in found.rows if r.q is not None and r.q <= SURE and r.left_fen < 0]
        if losing:
            yield _loss(case, found, losing, kind, area)
    yield from _mix(case, returns_by(case, "channel"))


def _loss(case: Case, found: Returns, losing: list[Return], kind: str, area: str) -> Finding:
    worst, lost = losing[0], sum(r.left_fen for r in losing)
    dimension = dimensions()[found.dimension].name
    names = names_of(case.engine, found.dimension, [r.value for r in found.rows[:SHOWN]])
    said = {
        "dimension": dimension,
        "value": names[worst.value],
        "n": Count(len(losing)),
        "lost": Amount(abs(lost), case.currency),
        "net": Amount(worst.net_fen, case.currency),
        "cost": Amount(worst.cost_fen, case.currency),
        "left": Amount(worst.left_fen, case.currency),
        "low": Amount(worst.interval(case.level)[0], case.currency),
        "high": Amount(worst.interval(case.level)[1], case.currency),
        "orders": Count(worst.orders),
    }
    return Finding(
        id=kind,
        kind=kind,
        severity=by_money(lost, case),
        title=sentence(
            "%(dimension)s“%(value)s”入不敷出：剩 %(left)s",
            "%(dimension)s “%(value)s” did not pay: %(left)s left",
            **said,
        ),
        statement=sentence(
            "%(dimension)s“%(value)s”带来 %(orders)s 单、净销售额 %(net)s，花费 %(cost)s；扣除商品成本与花费后剩 %(left)s（%(low)s 至 %(high)s），"
            "亏损超出偶然。这样的共 %(n)s 个，合计亏 %(lost)s。按订单所记归属，不等于没有它就没有这些单。",
            "%(dimension)s “%(value)s” brought %(orders)s orders and net sales of %(net)s for %(cost)s; after goods and cost %(left)s is left "
            "(%(low)s to %(high)s), a loss beyond chance. There are %(n)s of them, %(lost)s lost together. Orders are credited as they are booked, "
            "which does not prove that they would not have come anyway.",
            **said,
        ),
        metric="partner_roi" if found.dimension == "partner" else "roi",
        money_at_stake=round(lost),
        grade="C",
        evidence=Evidence(
            sql=found.sql,
            columns=_columns(dimension),
            rows=tuple(_row(names, r) for r in found.rows[:SHOWN]),
            n=worst.orders,
            interval=worst.interval(case.level),
            unit="money",
        ),
        area=area,
        where=(found.dimension, worst.value or ""),
        q=worst.q,
    )


def _columns(dimension: Text) -> tuple[tuple[str, Text, str], ...]:
    return (
        ("value", dimension, "text"),
        ("orders", Text(zh="订单", en="Orders"), "count"),
        ("net", Text(zh="净销售额", en="Net sales"), "money"),
        ("cost", Text(zh="花费", en="Cost"), "money"),
        ("left", Text(zh="剩下", en="Left"), "money"),
        ("q", Text(zh="误报率 q", en="q"), "score"),
    )


def _row(names: dict[str | None, str | Text], r: Return) -> dict[str, object]:
    return {"value": names[r.value], "orders": r.orders, "net": r.net_fen, "cost": r.cost_fen, "left": r.left_fen, "q": r.q}


def _mix(case: Case, found: Returns) -> Iterator[Finding]:
    """A channel that takes a tenth of the budget or more and brings less than half of the others' sales for each yuan, beyond chance."""
    if len(found.rows) < 2 or found.cost_fen <= 0:
        return
    far: list[tuple[Return, float, float]] = []
    for row in found.rows:
        rest_cost, rest_net = found.cost_fen - row.cost_fen, sum(r.net_fen for r in found.rows) - row.net_fen
        if row.orders < LEAST_ORDERS or rest_cost <= 0 or rest_net <= 0 or row.cost_fen < MUCH_OF_BUDGET * found.cost_fen:
            continue
        usual = rest_net / rest_cost
        # The upper end, at a level for as many channels as are looked at.
        high = row.net_fen + z_of(1 - 0.05 / len(found.rows)) * row.net_spread
        if high / row.cost_fen < FAR_BELOW * usual:
            far.append((row, row.net_fen / row.cost_fen, usual))
    if not far:
        return
    worst, own, usual = max(far, key=lambda f: f[0].cost_fen)
    names = names_of(case.engine, found.dimension, [r.value for r in found.rows[:SHOWN]])
    moved = 0.2 * worst.cost_fen
    said = {
        "value": names[worst.value],
        "share": Share(worst.cost_fen / found.cost_fen),
        "own": f"{own:.2f}",
        "usual": f"{usual:.2f}",
        "moved": Amount(moved, case.currency),
    }
    yield Finding(
        id="budget_mix",
        kind="budget_mix",
        severity=by_money(moved * (usual - own), case),
        title=sentence(
            "渠道“%(value)s”占投入 %(share)s，每元只带来 %(own)s 元销售，其余 %(usual)s 元",
            "Channel “%(value)s” takes %(share)s of the spending and brings %(own)s of sales for each one spent, %(usual)s elsewhere",
            **said,
        ),
        statement=sentence(
            "渠道“%(value)s”每投入 1 元带来净销售额 %(own)s 元，其余渠道 %(usual)s 元，差距超出偶然。先挪两成（%(moved)s）试四周：平均回报不等于边际回报。",
            "Each unit spent on channel “%(value)s” brought %(own)s of net sales against %(usual)s elsewhere, beyond chance. "
            "Move a fifth (%(moved)s) for four weeks first: the mean return is not the return of the next yuan.",
            **said,
        ),
        metric="input_output_ratio",
        money_at_stake=-round(moved * (usual - own)),
        grade="D",
        evidence=Evidence(
            sql=found.sql,
            columns=_columns(dimensions()["channel"].name),
            rows=tuple(_row(names, r) for r in found.rows[:SHOWN]),
            n=worst.orders,
        ),
        area="money",
        where=("channel", worst.value or ""),
    )

"""The evaluation of one campaign or one partner: only what the facts themselves attribute to it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianyi.insight.evaluate import checks as data_checks
from lianyi.insight.evaluate import sources
from lianyi.insight.evaluate.case import Case, Comparison, span
from lianyi.insight.evaluate.evaluate import LEVEL, NothingToEvaluate
from lianyi.insight.evaluate.figures import COURSES, courses_of, figure_of, with_targets
from lianyi.insight.evaluate.methods import targets
from lianyi.insight.evaluate.result import OK, Evaluation, Exhibit, Figure, Statement
from lianyi.insight.evaluate.scoring import scorecard_version
from lianyi.insight.evaluate.windows import asked_baseline, covered
from lianyi.insight.measure import MetricValue, catalogue, dimensions
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import Window, date_of, parse_zone
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

SCOPES = ("campaign", "partner")
TOP = 10


class ScopeEmpty(BadInput):
    """Nothing in the window names the campaign or partner."""

    code = "scope_empty"
    message = Text(zh="%(window)s 内没有任何事实提到 %(scope)s。", en="No fact in %(window)s names %(scope)s.")
    remedy = Text(zh="核对编号，或换一个区间；有事实的：%(known)s", en="Check the id, or choose another window; with facts: %(known)s")


@dataclass(frozen=True, slots=True)
class Life:
    """A campaign or partner as its table knows it. window: the campaign's own days; None where the table does not say."""

    name: str
    window: Window | None


def life_of(engine: Engine, scope: str) -> Life:
    """What the reference table says about a scope such as campaign:C9; its id where the table does not name it.

    Raises UnknownName for a kind of scope that is none.
    """
    kind, id_ = _parted(scope)
    wanted = "title, starts_d, ends_d" if kind == "campaign" else "title"
    rows = engine.run(f"SELECT {wanted} FROM {kind}s WHERE {kind}_id = $id", {"id": id_}).to_pylist()
    if not rows:
        return Life(id_, None)
    row = rows[0]
    start, end = row.get("starts_d"), row.get("ends_d")
    return Life(row["title"] or id_, None if start is None or end is None else Window(start, end + 1))


def _parted(scope: str) -> tuple[str, str]:
    kind, _, id_ = scope.partition(":")
    if kind not in SCOPES or not id_:
        raise UnknownName(what="scope", given=scope, allowed=[f"{name}:ID" for name in SCOPES])
    return kind, id_


def evaluate_scope(
    engine: Engine,
    window: Window,
    scope: str,
    *,
    brand: str,
    time_zone: str,
    currency: str,
    made_at: dt.datetime,
    version: str,
    baseline: str = "previous",
    imports: Sequence[Mapping[str, Any]] = (),
    level: float = LEVEL,
) -> Evaluation:
    """Evaluate one campaign or partner over a window, by every metric that can be split by it.

    scope    : campaign:ID | partner:ID
    baseline : for a partner previous | year | FROM:TO, where the data reaches back to it; a campaign has none: it was not there before
    Not said   what the campaign or partner caused: only what is attributed to it. Findings and scores by methods are the brand's.
    Raises     NothingToEvaluate for a window without facts, ScopeEmpty where none of them names the scope, UnknownName for another scope.
    Cost       as the catalogue split by one dimension.
    """
    kind, id_ = _parted(scope)
    first, last = engine.snapshot.first_day, engine.snapshot.last_day
    if first is None or last is None or last < window.from_day or first >= window.to_day:
        raise NothingToEvaluate(window=str(window), data="–" if first is None or last is None else str(Window(first, last + 1)))
    compared = None
    if kind == "partner":
        asked, before = asked_baseline(baseline, window)
        whole = covered(before, first) and last >= window.to_day - 1
        compared = Comparison(asked, before, window) if whole else None
    case = Case(
        engine=engine,
        window=window,
        baseline=None if compared is None else compared.before,
        comparison=compared,
        currency=currency,
        horizon_day=last,
        level=level,
        zone=parse_zone(time_zone),
    )
    case.figures = _figures(case, kind, id_)
    attained = [one for one in targets.attain(case, targets.read_targets(case)) if (one.target.dimension, one.target.member) == (kind, id_)]
    noted = {a.target.metric: (a.target.target, a.attainment, a.verdict) for a in attained if a.target.window == window}
    case.figures = with_targets(case.figures, noted)
    checked = data_checks.all_checks(case, imports)
    life = life_of(engine, scope)
    return Evaluation(
        brand=brand,
        scope=scope,
        scope_name=life.name,
        window=(window.start.isoformat(), window.end.isoformat()),
        baseline_window=None if compared is None else (compared.before.start.isoformat(), compared.before.end.isoformat()),
        baseline_kind=None if compared is None else compared.kind,
        time_zone=time_zone,
        currency=currency,
        horizon=date_of(last).isoformat(),
        snapshot=str(engine.snapshot.version),
        made_at=made_at.isoformat(timespec="seconds"),
        version=f"{version}, scorecard {scorecard_version()}",
        level=level,
        sources=sources.all_sources(case),
        checks=checked,
        figures=tuple(case.figures.values()),
        methods=(targets.evaluate(case, attained, grade=data_checks.grade_of(checked)),) if attained else (),
        exhibits=tuple(_exhibits(case, kind, id_)),
        summary=tuple(_summary(case, life.name)),
    )


# ---- figures ----


def _figures(case: Case, kind: str, id_: str) -> dict[str, Figure]:
    names = [metric.id for metric in catalogue().values() if kind in metric.dims]
    now, known = _of(case, names, case.window, kind, id_)
    if not any(value.status == OK for value in now.values()):
        shown = ", ".join(sorted(known)[:TOP]) or "–"
        raise ScopeEmpty(window=str(case.window), scope=f"{kind}:{id_}", known=shown)
    before = _of(case, names, case.comparison.before, kind, id_)[0] if case.comparison is not None else {}
    drawn = [name for name in (*COURSES, f"{kind}_sales") if name in now and now[name].status == OK]
    courses = courses_of(case, drawn, case.window, member=(kind, id_))
    earlier = courses_of(case, drawn, case.comparison.before, member=(kind, id_)) if case.comparison is not None else {}
    return {name: figure_of(value, value, before.get(name), courses.get(name, ()), earlier.get(name, ())) for name, value in now.items()}


def _of(case: Case, names: Sequence[str], window: Window, kind: str, id_: str) -> tuple[dict[str, MetricValue], set[str]]:
    """Metrics of one member of the dimension; and every member that has a value."""
    found: dict[str, MetricValue] = {}
    known: set[str] = set()
    for value in case.measured(names, window, by=kind):
        member = value.by[kind] if value.by else None
        if member == id_ or value.by is None:
            found[value.metric] = value
        elif member is not None and value.status == OK:
            known.add(str(member))
    return found, known


# ---- exhibits and words ----

_PRODUCTS = """
SELECT e.product_id AS product, max(p.title) AS name,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen ELSE -e.amount_fen END) AS BIGINT) AS net_fen,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN coalesce(e.quantity, 1) ELSE -coalesce(e.quantity, 0) END) AS BIGINT) AS net_units,
    count(DISTINCT CASE WHEN e.name = 'order_paid' THEN e.order_id END) AS n_orders
FROM events AS e LEFT JOIN products AS p ON p.product_id = e.product_id
WHERE e.name IN ('order_paid', 'order_refunded') AND e.d >= $from_d AND e.d < $to_d AND e.product_id IS NOT NULL AND e.{kind}_id = $id
GROUP BY e.product_id ORDER BY net_fen DESC, product LIMIT $most
"""


def _exhibits(case: Case, kind: str, id_: str) -> Iterator[Exhibit]:
    if kind == "campaign":
        yield from _peers(case, id_)
    sql = _PRODUCTS.format(kind=kind)
    rows = case.engine.run(sql, {"from_d": case.window.from_day, "to_d": case.window.to_day, "id": id_, "most": TOP}).to_pylist()
    if len(rows) >= 2:
        yield Exhibit(
            id="products",
            kind="ranking",
            title=Text(zh="卖得最好的商品", en="Best-selling products"),
            columns=(
                ("value", Text(zh="商品", en="Product"), "text"),
                ("net_sales", catalogue()["net_sales"].name, "money"),
                ("units", Text(zh="净件数", en="Net units"), "count"),
                ("orders", catalogue()["orders"].name, "count"),
            ),
            rows=tuple(
                {"value": r["name"] or r["product"], "net_sales": r["net_fen"], "units": r["net_units"], "orders": r["n_orders"]}
                for r in rows
            ),
            sql=written_out(sql, {"from_d": case.window.from_day, "to_d": case.window.to_day, "id": id_, "most": TOP}),
        )


def _peers(case: Case, id_: str) -> Iterator[Exhibit]:
    """The campaign among the others of the window."""
    values = [v for v in case.measured(["net_sales"], by="campaign") if v.status == OK and v.by and v.by["campaign"] is not None]
    if len(values) < 2:
        return
    titles = {row["campaign_id"]: row["title"] for row in case.engine.run("SELECT campaign_id, title FROM campaigns").to_pylist()}
    mine = Text(zh="本活动", en="this campaign")
    values.sort(key=lambda v: -(v.value or 0))

    def named(member: object) -> str | Text:
        title = titles.get(str(member)) or str(member)
        return sentence("%(title)s（%(mine)s）", "%(title)s (%(mine)s)", title=title, mine=mine) if member == id_ else title

    yield Exhibit(
        id="peers",
        kind="ranking",
        title=Text(zh="与同期其他活动相比", en="Beside the other campaigns of these days"),
        columns=(("value", dimensions()["campaign"].name, "text"), ("net_sales", catalogue()["net_sales"].name, "money")),
        rows=tuple({"value": named(v.by["campaign"]), "net_sales": v.value} for v in values[:TOP] if v.by),
        sql=values[0].sql,
        command="measure net_sales --by campaign",
    )


def _summary(case: Case, name: str) -> Iterator[Text]:
    sales, orders, buyers = (case.figures.get(m) for m in ("net_sales", "orders", "buyers"))
    period = span(case.window)
    if sales is not None and sales.value is not None and orders is not None and orders.value is not None:
        zh, en = (
            "%(name)s，%(period)s：净销售额 %(sales)s，共 %(orders)s 单",
            "%(name)s, %(period)s: net sales %(sales)s from %(orders)s orders",
        )
        rests = ["net_sales", "orders"]
        if buyers is not None and buyers.value:
            zh, en = zh + "，%(buyers)s 位买家", en + ", %(buyers)s buyers"
            rests.append("buyers")
        if sales.change_share is not None:
            zh, en = zh + "，比基期 %(share)s", en + ", %(share)s against the baseline"
        said = sentence(
            zh + "。",
            en + ".",
            name=name,
            period=period,
            sales=Amount(sales.value, case.currency),
            orders=Count(orders.value),
            buyers=Count((buyers.value if buyers is not None else 0) or 0),
            share=Share(sales.change_share or 0, signed=True),
        )
        yield Statement.on(said, *rests)
    new = case.figures.get("new_buyers")
    if new is not None and new.value and buyers is not None and buyers.value:
        said = sentence(
            "其中 %(new)s 位第一次购买，占 %(share)s。",
            "%(new)s of them bought for the first time, %(share)s.",
            new=Count(new.value),
            share=Share(new.value / buyers.value),
        )
        yield Statement.on(said, "new_buyers", "buyers")
    refunds = case.figures.get("refund_rate")
    if refunds is not None and refunds.value is not None and refunds.interval is not None:
        said = sentence(
            "退款率 %(rate)s（%(low)s 至 %(high)s）。",
            "Refund rate %(rate)s (%(low)s to %(high)s).",
            rate=Share(refunds.value),
            low=Share(refunds.interval[0]),
            high=Share(refunds.interval[1]),
        )
        yield Statement.on(said, "refund_rate")
    yield Text(
        zh="这里只算订单和访问自己记着的归属，不等于它“带来”的增量；增量要有对照组才说得清。",
        en="This counts what orders and visits themselves attribute; it is not what was caused, which needs a control group.",
    )

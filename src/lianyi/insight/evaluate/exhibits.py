"""Tables that carry the results: who bought what, where, again, and what was left."""

from collections.abc import Iterator, Sequence
from typing import Any

from lianyi.insight.analyse.attribution.credit import Credit, ModelCredit, over_credit
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.retention import retention
from lianyi.insight.analyse.word_of_mouth.word_of_mouth import word_of_mouth
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.figures import course_grain
from lianyi.insight.evaluate.naming import UNKNOWN, names_of
from lianyi.insight.evaluate.result import OK, Exhibit
from lianyi.insight.measure import MetricValue, catalogue, dimensions
from lianyi.insight.measure.session import session_of, written_out
from lianyi.kernel.clock import Window, date_of, day_of, period_start, periods
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text

TOP = 10
SPLITS = ("category", "platform", "channel", "region", "campaign", "partner")
SHOPPING = ("content_viewed", "product_viewed", "cart_added", "checkout_started", "order_placed", "order_paid")
COHORTS_SHOWN = 13
FRIENDS = "social"
Column = tuple[str, Text, str]


def all_exhibits(case: Case) -> Iterator[Exhibit]:
    """Every exhibit the data allows, in the order a reader wants them."""
    yield from _new_and_returning(case)
    for dimension in SPLITS:
        yield from _split(case, dimension)
    yield from _products(case)
    yield from _cohorts(case)
    yield from _funnel(case)
    yield from _contents(case)
    yield from _ledger(case)


def _new_and_returning(case: Case) -> Iterator[Exhibit]:
    grain = course_grain(case.window)
    values = _ok(case, "gmv", "new_returning", grain)
    if not {"new", "returning"} <= {v.by["new_returning"] for v in values if v.by}:
        return
    rows = []
    for period in periods(case.window, grain):
        if period.from_day > case.horizon_day:
            break
        row: dict[str, Any] = {"start": period.start.isoformat(), "new": 0, "returning": 0}
        row["complete"] = period.to_day - 1 <= case.horizon_day and _whole(period, grain)
        for value in values:
            if value.at == period.start and value.by and value.by["new_returning"] is not None:
                row[value.by["new_returning"]] = value.value
        rows.append(row)
    yield Exhibit(
        id="new_returning",
        kind="split",
        title=Text(zh="成交额来自新客还是老客", en="Sales from new and from returning buyers"),
        columns=(
            ("start", Text(zh="期间", en="Period"), "date"),
            ("returning", Text(zh="老客", en="Returning"), "money"),
            ("new", Text(zh="新客", en="New"), "money"),
        ),
        rows=tuple(rows),
        note=Text(
            zh="新客：该期间之前没有买过的人；认不出买家的订单不在图中。",
            en="New: had not bought before that period; orders without a known buyer are left out.",
        ),
        sql=values[0].sql,
        command=f"measure gmv --by new_returning --grain {grain}",
    )


def _whole(period: Window, grain: str) -> bool:
    return period_start(period.from_day, grain) == period.from_day and period_start(period.to_day, grain) == period.to_day


def _ok(case: Case, metric: str, by: str, grain: str = "total") -> list[MetricValue]:
    return [v for v in case.measured([metric], by=by, grain=grain) if v.status == OK]


def _split(case: Case, dimension: str) -> Iterator[Exhibit]:
    """Net sales by a dimension, where at least two of its values are known."""
    values = sorted(_ok(case, "net_sales", dimension), key=lambda v: -(v.value or 0))
    if sum(1 for v in values if v.by and v.by[dimension] is not None) < 2:
        return
    wanted = ("net_sales", "orders", "buyers")
    others = {metric: {v.by[dimension]: v.value for v in _ok(case, metric, dimension) if v.by} for metric in wanted[1:]}
    name = dimensions()[dimension].name
    total = sum(v.value or 0 for v in values)
    rows: list[dict[str, Any]] = []
    names = names_of(case.engine, dimension, [v.by[dimension] for v in values[:TOP] if v.by])
    for value in values[:TOP]:
        member = value.by[dimension] if value.by else None
        rows.append(
            {
                "value": names[member],
                "net_sales": value.value,
                "share": (value.value or 0) / total if total > 0 else None,
                "orders": others["orders"].get(member),
                "buyers": others["buyers"].get(member),
            }
        )
    rest = values[TOP:]
    note = sentence("另有 %(n)s 项未列出。", "%(n)s more are not listed.", n=Count(len(rest))) if rest else None
    known = over_credited(case, others["orders"].get(FRIENDS)) if dimension == "channel" else None
    if known is not None:
        note = known if note is None else sentence("%(rest)s%(known)s", "%(rest)s %(known)s", rest=note, known=known)
    yield Exhibit(
        id=f"by_{dimension}",
        kind="ranking",
        title=sentence("净销售额：按%(name)s", "Net sales by %(name)s", name=Text(zh=name.zh, en=name.en.lower())),
        columns=(
            ("value", name, "text"),
            ("net_sales", catalogue()["net_sales"].name, "money"),
            ("share", Text(zh="占比", en="Share"), "share"),
            ("orders", catalogue()["orders"].name, "count"),
            ("buyers", catalogue()["buyers"].name, "count"),
        ),
        rows=tuple(rows),
        note=note,
        sql=values[0].sql,
        command=f"measure {' '.join(wanted)} --by {dimension}",
    )


def over_credited(case: Case, booked: float | None) -> Text | None:
    """How many times over the friends' channel is credited by the orders booked to it, where a random part of shares was withheld.

    booked : orders of that channel in the window, None where there were none
    """
    if not booked or not session_of(case.engine).presence.facts(case.engine).get("share_withheld"):
        return None
    brought = word_of_mouth(case.engine, case.window).brought
    factor = over_credit(ModelCredit("booked", (Credit(FRIENDS, float(booked), None, None, 0.0),)), {FRIENDS: brought})[FRIENDS]
    if factor.value is None or factor.interval is None:
        return Text(
            zh="订单记在成交时的渠道上，这是记账，不是渠道带来的增量；好友分享有随机隐去的对照，但还分不清它带来的订单与零。",
            en="Orders are booked to the channel they came through, which is not what a channel added; friends' shares were withheld at random in "
            "part, but what they brought cannot yet be told from nothing.",
        )
    return sentence(
        "订单记在成交时的渠道上，这是记账，不是渠道带来的增量；好友分享有随机隐去的对照：记给它的订单是它真正带来的 %(times)s 倍（%(low)s 至 %(high)s）。",
        "Orders are booked to the channel they came through, which is not what a channel added; friends' shares were withheld at random in part: "
        "the orders booked to them are %(times)s times what they brought (%(low)s to %(high)s).",
        times=f"{factor.value:.1f}",
        low=f"{factor.interval[0]:.1f}",
        high=f"{factor.interval[1]:.1f}",
    )


_PRODUCTS = """
SELECT e.product_id AS product, max(p.title) AS name,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen ELSE -e.amount_fen END) AS BIGINT) AS net_fen,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN coalesce(e.quantity, 1) ELSE -coalesce(e.quantity, 0) END) AS BIGINT) AS net_units,
    count(DISTINCT CASE WHEN e.name = 'order_paid' THEN e.order_id END) AS n_orders,
    count(DISTINCT CASE WHEN e.name = 'order_paid' THEN e.actor END) AS n_buyers,
    CAST(sum(CASE WHEN e.name = 'order_refunded' THEN e.amount_fen ELSE 0 END) AS BIGINT) AS refund_fen,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen ELSE 0 END) AS BIGINT) AS paid_fen
FROM events AS e LEFT JOIN products AS p ON p.product_id = e.product_id
WHERE e.name IN ('order_paid', 'order_refunded') AND e.d >= $from_d AND e.d < $to_d AND e.product_id IS NOT NULL
GROUP BY e.product_id ORDER BY net_fen DESC, product LIMIT $most
"""


def _products(case: Case) -> Iterator[Exhibit]:
    params = {"from_d": case.window.from_day, "to_d": case.window.to_day, "most": TOP}
    rows = case.engine.run(_PRODUCTS, params).to_pylist()
    if len(rows) < 2:
        return
    yield Exhibit(
        id="products",
        kind="ranking",
        title=Text(zh="卖得最好的商品", en="Best-selling products"),
        columns=(
            ("value", Text(zh="商品", en="Product"), "text"),
            ("net_sales", catalogue()["net_sales"].name, "money"),
            ("units", Text(zh="净件数", en="Net units"), "count"),
            ("orders", catalogue()["orders"].name, "count"),
            ("buyers", catalogue()["buyers"].name, "count"),
            ("refund_share", Text(zh="退款占比", en="Refunded"), "share"),
        ),
        rows=tuple(
            {
                "value": row["name"] or row["product"],
                "net_sales": row["net_fen"],
                "units": row["net_units"],
                "orders": row["n_orders"],
                "buyers": row["n_buyers"],
                "refund_share": row["refund_fen"] / row["paid_fen"] if row["paid_fen"] else None,
            }
            for row in rows
        ),
        sql=written_out(_PRODUCTS, params),
    )


COHORT_TITLES = {
    "first_purchase": Text(zh="第一次买之后，有多少人回来", en="How many come back after the first purchase"),
    "joined": Text(zh="加入会员之后，有多少人回来", en="How many come back after joining"),
    "first_seen": Text(zh="第一次出现之后，有多少人回来", en="How many come back after they were first seen"),
}


def _cohorts(case: Case) -> Iterator[Exhibit]:
    """First-purchase (or joining) cohorts; weekly where the data is short."""
    first = max(case.window.from_day, case.engine.snapshot.first_day or case.window.from_day)
    end = min(case.window.to_day, case.horizon_day + 1)
    if end - first < 28:
        return
    cohort = "month" if end - first >= 90 else "week"
    found = retention(case.engine, Window(case.window.from_day, end), cohort=cohort, horizon=COHORTS_SHOWN - 1)
    cohorts = [row for row in found.to_json()["cohorts"] if row["size"]]
    if len(cohorts) < 2:
        return
    longest = max(len(row["share"]) for row in cohorts)
    columns: list[Column] = [("start", Text(zh="批次", en="Cohort"), "date"), ("size", Text(zh="人数", en="People"), "count")]
    period = Text(zh="第%(k)s月", en="Month %(k)s") if cohort == "month" else Text(zh="第%(k)s周", en="Week %(k)s")
    columns += [(f"p{k}", sentence(period.zh, period.en, k=k), "share") for k in range(longest)]
    yield Exhibit(
        id="retention",
        kind="cohorts",
        title=COHORT_TITLES[found.start],
        columns=tuple(columns),
        rows=tuple(
            {"start": row["start"], "size": row["size"], **{f"p{k}": share for k, share in enumerate(row["share"])}} for row in cohorts
        ),
        note=Text(zh="空白为期间尚未结束，不是零。", en="An empty cell is a period that has not ended; it is not zero."),
        command=f"analyse retention --cohort {cohort} --horizon {COHORTS_SHOWN - 1}",
    )


def _funnel(case: Case) -> Iterator[Exhibit]:
    present = set(
        case.engine.run(
            "SELECT DISTINCT name FROM events WHERE d >= $from_d AND d < $to_d AND device_id IS NOT NULL OR name = 'product_viewed'",
            {"from_d": case.window.from_day, "to_d": case.window.to_day},
        )["name"].to_pylist()
    )
    steps = [step for step in SHOPPING if step in present]
    if "product_viewed" not in steps or len(steps) < 3:
        return
    found = funnel(case.engine, steps, case.window, within_days=7)
    yield Exhibit(
        id="funnel",
        kind="funnel",
        title=Text(zh="从看到买：7 天内按顺序走到哪一步", en="From viewing to buying: how far people get within 7 days"),
        columns=(
            ("value", Text(zh="步骤", en="Step"), "text"),
            ("actors", Text(zh="人数", en="People"), "count"),
            ("share_of_first", Text(zh="占首步", en="Of first step"), "share"),
            ("share_of_previous", Text(zh="占上一步", en="Of previous step"), "share"),
        ),
        rows=tuple(
            {"value": STEP_NAMES.get(step["name"], step["name"]), **{k: step[k] for k in ("actors", "share_of_first", "share_of_previous")}}
            for step in found.to_json()["steps"]
        ),
        command=f"analyse funnel --steps {','.join(steps)} --within 7d",
    )


STEP_NAMES = {
    "content_viewed": Text(zh="看内容", en="Read content"),
    "product_viewed": Text(zh="看商品", en="Viewed a product"),
    "cart_added": Text(zh="加购物车", en="Added to cart"),
    "checkout_started": Text(zh="去结算", en="Started checkout"),
    "order_placed": Text(zh="下单", en="Placed an order"),
    "order_paid": Text(zh="付款", en="Paid"),
}


def _contents(case: Case) -> Iterator[Exhibit]:
    posts = _ok(case, "posts_published", "content_format")
    if not posts:
        return
    means = {v.by["content_format"]: v for v in _ok(case, "interactions_per_post", "content_format") if v.by}
    medians = {v.by["content_format"]: v for v in _ok(case, "interactions_per_post_median", "content_format") if v.by}
    rows: list[dict[str, Any]] = []
    for value in posts:
        form = value.by["content_format"] if value.by else None
        median = medians.get(form)
        rows.append(
            {
                "value": UNKNOWN if form is None else form,
                "median": median.value if median else None,
                "low": median.interval[0] if median and median.interval else None,
                "high": median.interval[1] if median and median.interval else None,
                "mean": means[form].value if form in means else None,
                "posts": value.value,
            }
        )
    rows.sort(key=_median, reverse=True)
    yield Exhibit(
        id="contents",
        kind="ranking",
        title=Text(zh="哪种形式的内容更能引起互动", en="Which kind of content draws interaction"),
        columns=(
            ("value", Text(zh="形式", en="Format"), "text"),
            ("median", Text(zh="每篇互动（中位数）", en="Interactions per post (median)"), "count"),
            ("low", Text(zh="区间下限", en="Low"), "count"),
            ("high", Text(zh="区间上限", en="High"), "count"),
            ("mean", Text(zh="每篇互动（平均）", en="Interactions per post (mean)"), "count"),
            ("posts", Text(zh="篇数", en="Posts"), "count"),
        ),
        rows=tuple(rows),
        note=Text(
            zh="平均数容易被少数爆款拉高，先看中位数和篇数。",
            en="A few hits pull the mean up; read the median and the number of posts first.",
        ),
        sql=posts[0].sql,
        command="measure interactions_per_post_median interactions_per_post posts_published --by content_format",
    )


def _median(row: dict[str, Any]) -> float:
    return float(row["median"] or 0)


_COST_KINDS = {
    "media": Text(zh="广告投放", en="Media"),
    "kol_fee": Text(zh="达人费用", en="Creator fees"),
    "commission": Text(zh="佣金", en="Commission"),
    "coupon_subsidy": Text(zh="优惠券补贴", en="Coupon subsidy"),
    "prize": Text(zh="奖品", en="Prizes"),
    "points": Text(zh="积分", en="Points"),
    "content": Text(zh="内容制作", en="Content"),
    "labour": Text(zh="人工", en="Labour"),
    "tool": Text(zh="工具", en="Tools"),
    "shipping": Text(zh="运费", en="Shipping"),
}
_COSTS = """
SELECT e.kind AS cost_kind, CAST(sum(e.amount_fen) AS BIGINT) AS total_fen FROM events AS e
WHERE e.name = 'cost_booked' AND e.kind <> 'cogs' AND e.d >= $from_d AND e.d < $to_d GROUP BY e.kind ORDER BY total_fen DESC, cost_kind
"""


def _ledger(case: Case) -> Iterator[Exhibit]:
    """From net sales to contribution, each cost a step; only where both ends are known."""
    sales, cogs, left = (case.value(metric) for metric in ("net_sales", "cogs", "contribution_profit"))
    if sales is None or cogs is None or left is None:
        return
    costs = case.engine.run(_COSTS, {"from_d": case.window.from_day, "to_d": case.window.to_day}).to_pylist()
    rows: list[dict[str, Any]] = [
        {"value": catalogue()["net_sales"].name, "amount": sales},
        {"value": catalogue()["cogs"].name, "amount": -cogs},
        *({"value": _COST_KINDS.get(row["cost_kind"], row["cost_kind"] or UNKNOWN), "amount": -row["total_fen"]} for row in costs),
        {"value": catalogue()["contribution_profit"].name, "amount": left},
    ]
    yield Exhibit(
        id="ledger",
        kind="waterfall",
        title=Text(zh="从净销售额到贡献利润", en="From net sales to contribution"),
        columns=(("value", Text(zh="项目", en="Item"), "text"), ("amount", Text(zh="金额", en="Amount"), "money")),
        rows=tuple(rows),
        sql=_COSTS,
    )


def weekly_blocks(case: Case, metrics: Sequence[str]) -> dict[str, tuple[list[float], list[float]]]:
    """Weekly values of both sides of the comparison, for intervals of sums and counts; whole weeks of seven days only."""
    if case.comparison is None or case.comparison.now.days < 28:
        return {}
    found: dict[str, tuple[list[float], list[float]]] = {metric: ([], []) for metric in metrics}
    for side, window in enumerate((case.comparison.now, case.comparison.before)):
        for value in case.measured(metrics, window, grain="week"):
            if value.at is None or value.value is None:
                continue
            start = day_of(value.at)
            if date_of(start).weekday() == 0 and start + 7 <= window.to_day:
                found[value.metric][side].append(float(value.value))
    return found

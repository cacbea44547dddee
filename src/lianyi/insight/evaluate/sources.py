"""What data the evaluation stands on."""

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.result import Source
from lianyi.kernel.clock import date_of
from lianyi.kernel.text import Text
from lianyi.stream.contracts import contracts, reference_tables

# Facts shown as one source: what an operator calls the thing they exported.
FAMILIES = {
    "orders": (Text(zh="订单与退款", en="Orders and refunds"), ("order_placed", "order_paid", "order_refunded", "order_closed", "order_gifted", "stock_adjusted")),
    "visits": (Text(zh="浏览与购物行为", en="Visits and shopping behaviour"), ("page_viewed", "product_viewed", "cart_added", "checkout_started", "campaign_viewed", "search_made")),
    "contents": (Text(zh="内容数据", en="Content figures"), ("content_published", "content_exposed", "content_reached", "content_viewed", "content_clicked", "content_liked", "content_commented", "content_shared", "content_collected", "ugc_posted")),
    "members": (Text(zh="会员加入与退出", en="Members joining and leaving"), ("member_joined", "member_left", "identity_linked", "invite_sent", "checked_in")),
    "groups": (Text(zh="社群与消息", en="Groups and messages"), ("group_joined", "group_left", "message_posted", "message_replied", "poll_voted")),
    "campaigns": (Text(zh="活动参与", en="Campaigns"), ("campaign_joined", "campaign_completed", "team_opened", "team_joined", "team_completed", "team_failed", "bargain_started", "bargain_helped", "bargain_bought", "stock_allotted", "coupon_issued", "coupon_redeemed")),
    "costs": (Text(zh="成本与费用", en="Costs"), ("cost_booked",)),
    "surveys": (Text(zh="调研答卷", en="Survey answers"), ("survey_answered",)),
    "mentions": (Text(zh="全网提及", en="Mentions"), ("mention_seen",)),
    "complaints": (Text(zh="投诉", en="Complaints"), ("complaint_opened", "complaint_resolved")),
}  # fmt: skip
CUSTOM = Text(zh="自定义事件", en="Custom events")


def all_sources(case: Case) -> tuple[Source, ...]:
    """Facts by family and reference tables that hold anything."""
    rows = case.engine.run(
        "SELECT name, count(*) AS n, min(d) AS first_d, max(d) AS last_d FROM events GROUP BY name ORDER BY name"
    ).to_pylist()
    family_of = {name: family for family, (_, names) in FAMILIES.items() for name in names}
    gathered: dict[str, list[dict[str, int]]] = {}
    for row in rows:
        family = family_of.get(row["name"], "other" if row["name"] in contracts() else "custom")
        gathered.setdefault(family, []).append(row)
    found = []
    for family, members in gathered.items():
        label = FAMILIES[family][0] if family in FAMILIES else CUSTOM if family == "custom" else Text(zh="其他事实", en="Other facts")
        first, last = min(r["first_d"] for r in members), max(r["last_d"] for r in members)
        found.append(Source(family, label, sum(r["n"] for r in members), date_of(first).isoformat(), date_of(last).isoformat()))
    for name, table in reference_tables().items():
        if name in case.engine.snapshot.tables:
            count = case.engine.run(f"SELECT count(*) AS n FROM {name}").to_pylist()[0]["n"]
            if count:
                found.append(Source(name, table.says, count, None, None))
    return tuple(sorted(found, key=lambda s: -s.rows))

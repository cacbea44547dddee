"""Every page of the console, by the name of its route: walked in a browser, and read for words that were left in one language.

`{campaign}` and the like stand for something of the shop that is walked through.
"""

PAGES: dict[str, tuple[str, ...]] = {
    "home": ("/console/",),
    "settings": ("/console/settings/",),
    "password": ("/console/password/",),
    "campaigns": ("/console/campaigns/", "/console/campaigns/?state=running&sort=ends"),
    "campaign_choose": ("/console/campaigns/new/",),
    "campaign_new": ("/console/campaigns/new/flash_sale/", "/console/campaigns/new/lottery/"),
    "campaign": tuple(f"/console/campaigns/{{{state}}}/" for state in ("draft", "scheduled", "running", "closed")),
    "campaign_revise": ("/console/campaigns/{draft}/revise/", "/console/campaigns/{running}/revise/"),
    "measure": ("/console/measure/", "/console/measure/?section=campaigns&span=90d"),
    "metric": ("/console/measure/net_sales/?by=platform", "/console/measure/repurchase_rate/?grain=month", "/console/measure/net_sales/?by=campaign"),
    "metric_rows": ("/console/measure/net_sales/rows/?span=28d", "/console/measure/repeat_buyer_rate/rows/?by=channel&value=search"),
    "insight": ("/console/insight/",),
    "analysis": (
        "/console/insight/funnel/?step=order_placed,order_paid", "/console/insight/retention/?start=first_purchase", "/console/insight/paths/",
        "/console/insight/rfm/", "/console/insight/attribution/", "/console/insight/fission/", "/console/insight/content/",
        "/console/insight/community/",
    ),
    "texts": ("/console/insight/texts/", "/console/insight/texts/?label=negative&source=comments", "/console/insight/texts/?words=nothing-such"),
    "family": ("/console/insight/fission/family/",),
    "evaluate": ("/console/evaluate/",),
    "compare": ("/console/evaluate/compare/",),
    "review": ("/console/evaluate/{review}/",),
    "finding": ("/console/evaluate/{review}/finding/{finding}/",),
    "tasks": ("/console/tasks/", "/console/tasks/?state=done"),
    "task": ("/console/tasks/{task}/",),
    "suggestions": ("/console/tasks/suggestions/",),
    "report": ("/console/report/",),
    "intake": ("/console/intake/",),
    "upload": ("/console/intake/{upload}/",),
    "plan": ("/console/plan/", "/console/plan/?month=2026-10"),
    "shop": ("/console/shop/", "/console/shop/?state=paid&sort=-payable"),
    "order": ("/console/shop/orders/{order}/",),
    "refunds": ("/console/shop/refunds/",),
    "products": ("/console/shop/products/",),
    "product": ("/console/shop/products/{product}/",),
    "product_new": ("/console/shop/products/new/",),
    "members": ("/console/members/", "/console/members/?words=nobody"),
    "tiers": ("/console/members/tiers/",),
    "groups": ("/console/members/groups/",),
    "segments": ("/console/members/segments/",),
    "segment_new": ("/console/members/segments/new/",),
    "segment": ("/console/members/segments/{segment}/",),
    "member": ("/console/members/{member}/",),
    "ledger": ("/console/ledger/",),
    "entries": ("/console/ledger/entries/",),
    "statement": ("/console/ledger/statements/{member}/",),
    "withdrawals": ("/console/ledger/withdrawals/",),
    "withdrawal": ("/console/ledger/withdrawals/{withdrawal}/",),
    "risk": ("/console/risk/",),
    "risk_review": ("/console/risk/{doubt}/",),
    "team": ("/console/team/",),
    "audit": ("/console/audit/",),
}  # fmt: skip
AT_THE_DOOR = {"sign_in", "enter", "second_factor"}
"""Pages for who is not in yet: the walk passes them."""
PARTS = {"campaign_monitor", "campaign_outlook", "evaluate_running", "member_history", "plan_goals", "segment_count", "upload_progress"}
"""Parts that a page asks for by itself."""
FILES = {"analysis_csv", "metric_csv", "palette", "rejects", "report_file", "shared", "text_labels"}
"""Answers that are files, or a report that stands alone."""

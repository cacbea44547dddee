"""Evaluations written by hand: a skincare shop with nearly everything, and shops that have very little; their parts are in report_parts."""

from typing import Any

from lianyi.insight.evaluate.result import (
    Check,
    Decomposition,
    Evaluation,
    Evidence,
    Exhibit,
    Factor,
    Finding,
    Method,
    Point,
    Source,
    Suggestion,
)
from tests.insight.report.report_parts import MONTHS, decomposition, exhibits, figure, figures, findings, methods, missing, suggestions, t


def full(**more: Any) -> Evaluation:
    """A skincare shop, twelve months against the year before."""
    fields: dict[str, Any] = {
        "brand": "素白护肤",
        "scope": "brand",
        "window": ("2024-01-01", "2025-01-01"),
        "baseline_window": ("2023-01-01", "2024-01-01"),
        "baseline_kind": "year",
        "time_zone": "Asia/Shanghai",
        "currency": "CNY",
        "horizon": "2024-12-20",
        "snapshot": "events@v412",
        "made_at": "2024-12-21T03:04:05+00:00",
        "version": "0.1.0",
        "level": 0.95,
        "sources": (
            Source(
                "orders",
                t("订单", "Orders"),
                74_203,
                "2022-11-02",
                "2024-12-20",
                t("天猫、抖音、微信小程序三份导出", "Exports of Tmall, Douyin and the mini program"),
            ),
            Source("members", t("会员", "Members"), 48_120, "2021-03-01", "2024-12-19"),
            Source("costs", t("营销费用", "Marketing costs"), 412, "2023-01-01", "2024-12-01"),
            Source("products", t("商品", "Products"), 64, None, None, t("58 个有成本价", "58 have a unit cost")),
        ),
        "checks": (
            Check(
                "net_of_refunds",
                t("“实付”已扣退款", "“Paid” is net of refunds"),
                "ok",
                t("100% 的行满足“实付 = 应付 − 退款”。", "All rows satisfy paid = due − refund."),
                1.0,
            ),
            Check(
                "member_match",
                t("订单能对上会员", "Orders match a member"),
                "warn",
                t("69% 的订单没有会员号，按收件人假名合并。", "69% of orders have no member id; they are joined by pseudonym."),
                0.31,
            ),
            Check("gaps", t("日期没有断档", "No gaps in the days"), "ok", t("355 天都有订单。", "Orders on all 355 days."), 1.0),
            Check(
                "unit_cost",
                t("商品有成本价", "Products have a unit cost"),
                "fail",
                t(
                    "6 个商品没有成本价，占净销售额 7%，毛利按其余商品计算。",
                    "6 products lack a unit cost, 7% of net sales; margins stand on the rest.",
                ),
                0.93,
            ),
        ),
        "figures": figures(),
        "methods": methods(),
        "decomposition": decomposition(),
        "exhibits": exhibits(),
        "findings": findings(),
        "suggestions": suggestions(),
        "summary": (
            t(
                "全年净销售额 1,363.1 万元，比去年增长 12.5%，但利润下降 5.8%。",
                "Net sales reached ¥13.63M, up 12.5% on the year, yet profit fell by 5.8%.",
            ),
            t(
                "增长来自老客买得更勤：人均订单从 1.65 单升到 1.82 单。",
                "Growth came from buyers ordering more often: 1.82 orders each, up from 1.65.",
            ),
            t(
                "防晒换包装后退款率升到 16.3%，损失约 86.2 万元。",
                "Sun care refunds rose to 16.3% after the new packaging, at a cost of about ¥862K.",
            ),
            t(
                "营销投入涨得比销售快，每元投入的产出从 5.74 降到 5.16。",
                "Marketing cost grew faster than sales: each yuan brought 5.16, down from 5.74.",
            ),
        ),
    }
    return Evaluation(**{**fields, **more})


def orders_only() -> Evaluation:
    """Three months of orders, nothing before them, no members, no costs."""
    months = MONTHS[:3]
    return Evaluation(
        brand="小满杂货",
        scope="brand",
        window=("2024-01-01", "2024-04-01"),
        baseline_window=None,
        baseline_kind=None,
        time_zone="Asia/Shanghai",
        currency="CNY",
        horizon="2024-03-31",
        snapshot="events@v2",
        made_at="2024-04-01T01:00:00+00:00",
        version="0.1.0",
        level=0.95,
        sources=(Source("orders", t("订单", "Orders"), 212, "2024-01-03", "2024-03-31"),),
        figures=(
            figure(
                "net_sales",
                "净销售额",
                "Net sales",
                "money",
                1_860_050,
                n=212,
                series=tuple(Point(m, v) for m, v in zip(months, (520_000, 610_050, 730_000), strict=True)),
            ),
            figure("orders", "订单数", "Orders", "count", 212, n=212),
            figure("refund_rate", "退款率", "Refund rate", "ratio", 0.0, interval=(0.0, 0.1286), n=26, better="down"),
            missing("gross_margin", "毛利率", "Gross margin", "ratio", "unit_cost"),
            missing("visitors", "访客数", "Visitors", "count", "page_viewed"),
            missing("new_members", "新增用户数", "New members", "count", "member_joined"),
        ),
        methods=(
            Method(
                "data_analysis",
                t("数据分析", "Data analysis"),
                "not_evaluable",
                None,
                None,
                None,
                t("看趋势。", "Trend."),
                needs=(t("对比期的订单", "orders of a period to compare with"),),
            ),
        ),
        summary=(t("三个月净销售额 18,600.50 元，共 212 单。", "Net sales of ¥18,600.50 in three months, from 212 orders."),),
    )


def nothing() -> Evaluation:
    """A workspace into which nothing was imported."""
    return Evaluation(
        brand="",
        scope="brand",
        window=("2024-01-01", "2024-02-01"),
        baseline_window=None,
        baseline_kind=None,
        time_zone="Asia/Shanghai",
        currency="CNY",
        horizon=None,
        snapshot="events@v0",
        made_at="2024-02-01T00:00:00+00:00",
        version="0.1.0",
        level=0.95,
        figures=(
            missing("net_sales", "净销售额", "Net sales", "money", "order_paid"),
            missing("visitors", "访客数", "Visitors", "count", "page_viewed"),
        ),
        methods=(
            Method(
                "data_analysis",
                t("数据分析", "Data analysis"),
                "not_evaluable",
                None,
                None,
                None,
                t("看趋势。", "Trend."),
                needs=(t("已付款的订单", "paid orders"),),
            ),
        ),
    )


def british() -> Evaluation:
    """A wholesaler in pounds, a month against the month before, by weeks, in English."""
    weeks = ("2011-10-31", "2011-11-07", "2011-11-14", "2011-11-21", "2011-11-28")
    return Evaluation(
        brand="Ripple & Sons Ltd",
        scope="brand",
        window=("2011-11-01", "2011-12-01"),
        baseline_window=("2011-10-01", "2011-11-01"),
        baseline_kind="previous",
        time_zone="Europe/London",
        currency="GBP",
        horizon="2011-12-09",
        snapshot="events@v9",
        made_at="2011-12-10T00:00:00+00:00",
        version="0.1.0",
        level=0.95,
        sources=(Source("orders", t("订单", "Orders"), 25_900, "2010-12-01", "2011-12-09"),),
        figures=(
            figure(
                "net_sales",
                "净销售额",
                "Net sales",
                "money",
                145_615_612,
                107_070_470,
                n=2_657,
                series=tuple(
                    Point(w, v, complete=i not in (0, 4))
                    for i, (w, v) in enumerate(zip(weeks, (21_000_000, 33_210_055, 34_110_000, 38_000_000, 19_295_557), strict=True))
                ),
            ),
            figure("orders", "订单数", "Orders", "count", 2_657, 2_040, n=2_657),
            figure("buyers", "成交人数", "Buyers", "count", 1_664, 1_364, n=1_664),
            figure("aov", "客单价", "Average order value", "money", 54_804, 52_485, n=2_657),
            figure("repeat_buyer_rate", "复购率", "Repeat buyer rate", "ratio", 0.291, 0.262, interval=(0.2697, 0.3133), n=1_664),
        ),
        decomposition=Decomposition(
            "net_sales",
            107_070_470,
            145_615_612,
            38_545_142,
            (
                Factor("buyers", t("成交人数", "Buyers"), "count", 1364, 1664, 25_000_000),
                Factor("frequency", t("人均订单数", "Orders per buyer"), "ratio", 1.4956, 1.5968, 8_000_000),
                Factor("aov", t("客单价", "Value per order"), "money", 52485, 54804, 5_545_142),
            ),
            {},
            0.0,
        ),
        exhibits=(
            Exhibit(
                "countries",
                "ranking",
                t("各国净销售额", "Net sales by country"),
                (("country", t("国家", "Country"), "text"), ("net", t("净销售额", "Net sales"), "money")),
                (
                    {"country": "United Kingdom", "net": 121_000_000},
                    {"country": "Germany", "net": 9_100_000},
                    {"country": "Netherlands", "net": 8_415_612},
                    {"country": "EIRE", "net": 7_100_000},
                ),
            ),
        ),
        findings=(
            Finding(
                "f1",
                "growth",
                "good",
                t("净销售额增长 36%", "Net sales grew by 36%"),
                t("从 107 万英镑到 146 万英镑。", "From £1.07M to £1.46M, mostly from 300 more buyers."),
                "net_sales",
                38_545_142,
                "B",
                Evidence("SELECT 1", n=2_657),
            ),
        ),
        suggestions=(
            Suggestion(
                "s1",
                ("f1",),
                t("维持备货", "Keep stock for the December peak"),
                t("去年同期同样上涨。", "Last year rose in the same weeks."),
                t("店主", "Owner"),
                "low",
                "net_sales",
                10,
            ),
        ),
        summary=(
            t("净销售额 146 万英镑，增长 36%。", "Net sales reached £1.46M, up 36% on October."),
            t("增长来自更多买家。", "Two thirds of the growth came from more buyers."),
        ),
    )


def hostile() -> Evaluation:
    """Names and texts that try to be markup, script, or a spreadsheet formula."""
    bad = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    return full(
        brand=bad,
        decomposition=None,
        snapshot='=HYPERLINK("http://evil.example","x")',
        summary=(t(f'=HYPERLINK("http://evil.example") {bad}', f"=cmd|' /C calc'!A0 {bad}"),),
        exhibits=(
            Exhibit(
                "bad",
                "ranking",
                t(bad, bad),
                (("a", t("+名", "+name"), "text"), ("b", t("@值", "@value"), "money")),
                (
                    {"a": '=HYPERLINK("http://evil.example")', "b": 100_00},
                    {"a": "@SUM(A1)", "b": 50_00},
                    {"a": "-1+1", "b": 25_00},
                    {"a": "\t=1", "b": 5_00},
                    {"a": "</svg><script>x</script>", "b": 3_00},
                ),
                sql=bad,
            ),
        ),
    )

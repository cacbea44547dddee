"""Evaluations written by hand: a skincare shop with nearly everything, and shops that have very little."""

import datetime as dt
from typing import Any

from lianyi.insight.evaluate.result import (
    NO_DATA,
    OK,
    UNDEFINED,
    Decomposition,
    Evidence,
    Exhibit,
    Factor,
    Figure,
    Finding,
    Method,
    Point,
    Segment,
    Suggestion,
)
from lianyi.insight.measure.inputs import inputs
from lianyi.kernel.text import Text

MONTHS = tuple(dt.date(2024, m, 1).isoformat() for m in range(1, 13))
NET = (92.1, 61.4, 104.8, 98.2, 121.5, 168.9, 88.3, 90.7, 112.6, 131.0, 214.4, 79.2)  # ten thousand yuan a month; December is cut short


def t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


def points(values: tuple[float | None, ...], scale: float = 1, *, last_open: bool = True) -> tuple[Point, ...]:
    return tuple(
        Point(at, None if v is None else v * scale, complete=not (last_open and i == len(values) - 1))
        for i, (at, v) in enumerate(zip(MONTHS, values, strict=False))
    )


SECTIONS = {
    "first_reply_seconds": "care",
    "nps": "care",
    "csat": "care",
    "referral_cycle_days": "fission",
    "k_factor": "fission",
    "bargain_success_rate": "campaigns",
    "group_success_rate": "campaigns",
    "retention_d30": "growth",
    "visitors": "traffic",
    "reads": "traffic",
    "odd_metric": "",
}


def figure(metric: str, zh: str, en: str, unit: str, value: Any, baseline: Any = None, **more: Any) -> Figure:
    """A figure with its change worked out; `more` overrides any field."""
    change = None if value is None or baseline is None else value - baseline
    fields: dict[str, Any] = {
        "metric": metric,
        "name": t(zh, en),
        "says": t(f"{zh}的定义：按付款时间计算。", f"{en}, counted when paid."),
        "unit": unit,
        "better": "up",
        "status": OK,
        "value": value,
        "interval": None,
        "n": 21_406,
        "eligible": None,
        "excluded": None,
        "missing": (),
        "version": 1,
        "section": SECTIONS.get(metric, "money"),
        "baseline": baseline,
        "change": change,
        "change_share": None if change is None or not baseline else change / abs(baseline),
        "sql": f"SELECT sum(amount_fen) AS numerator\nFROM events\nWHERE name = 'order_paid' AND d >= :from AND d < :to -- {metric}",
    }
    return Figure(**{**fields, **more})


LACKING = {
    "order_paid": inputs()["paid_orders"].says,
    "page_viewed": t("店铺页面访问", "page views of the shop"),
    "product_viewed": t("商品浏览", "product views"),
    "content_viewed": t("内容阅读", "reads of content"),
    "content_liked": t("点赞", "likes"),
    "survey_answered": t("问卷回答", "survey answers"),
    "competitors": t("竞品数据", "competitor figures"),
    "mention_seen": t("品牌提及", "brand mentions"),
    "some_future_input": t("还没有名字的数据", "data without a name yet"),
    "unit_cost": t("商品成本", "unit costs of products"),
    "member_joined": t("会员加入日期", "the day members joined"),
    "refunds": inputs()["refunds"].says,
}


def missing(metric: str, zh: str, en: str, unit: str, *names: str) -> Figure:
    return figure(metric, zh, en, unit, None, status=NO_DATA, missing=tuple(LACKING[name] for name in names), n=None)


def figures() -> tuple[Figure, ...]:
    net = round(sum(NET) * 1_000_000)
    return (
        figure(
            "net_sales",
            "净销售额",
            "Net sales",
            "money",
            net,
            1_211_800_000,
            series=points(NET, 1_000_000),
            target=1_400_000_000,
            attainment=net / 1_400_000_000,
            verdict="miss",
            n=38_912,
        ),
        figure("orders", "订单数", "Orders", "count", 38_912, 33_204, series=points(tuple(v * 28.5 for v in NET)), n=38_912),
        figure("buyers", "成交人数", "Buyers", "count", 21_406, 20_117, series=points(tuple(v * 18.1 for v in NET))),
        figure("new_buyers", "新客数", "New buyers", "count", 13_822, 14_390, series=points(tuple(v * 10.4 for v in NET)), n=13_822),
        figure(
            "aov",
            "客单价",
            "Average order value",
            "money",
            35_021,
            36_496,
            series=points((352, 349, 361, 355, 349, 371, 344, 340, 338, 346, 355, 331), 100),
            n=38_912,
        ),
        figure(
            "repurchase_rate",
            "回购率",
            "Repurchase rate",
            "ratio",
            0.1832,
            0.2104,
            interval=(0.1778, 0.1887),
            n=20_117,
            eligible=20_117,
            excluded=0,
            target=0.21,
            attainment=0.872,
            verdict="miss",
            series=points((0.21, 0.208, 0.205, 0.207, 0.199, 0.201, 0.192, 0.188, 0.185, 0.18, 0.183, 0.172)),
        ),
        figure(
            "repeat_buyer_rate",
            "复购率",
            "Repeat buyer rate",
            "ratio",
            0.3461,
            0.3377,
            interval=(0.3398, 0.3525),
            n=21_406,
            series=points((0.11, 0.09, 0.12, None, 0.13, 0.15, 0.11, 0.11, 0.12, 0.13, 0.16, 0.09)),
        ),
        figure(
            "refund_rate",
            "退款率",
            "Refund rate",
            "ratio",
            0.0714,
            0.0528,
            better="down",
            interval=(0.0689, 0.074),
            n=38_102,
            eligible=38_102,
            excluded=810,
            series=points((0.05, 0.051, 0.054, 0.056, 0.06, 0.068, 0.07, 0.074, 0.079, 0.083, 0.086, 0.061)),
            target=0.05,
            attainment=0.7,
            verdict="miss",
        ),
        figure(
            "gross_margin",
            "毛利率",
            "Gross margin",
            "ratio",
            0.5812,
            0.5790,
            n=36_200,
            series=points((0.58, 0.58, 0.581, 0.582, 0.579, 0.56, 0.588, 0.59, 0.587, 0.586, 0.57, 0.59)),
        ),
        figure("marketing_cost", "营销投入", "Marketing cost", "money", 264_200_000, 211_000_000, better="band", n=412),
        figure("contribution_profit", "贡献利润", "Contribution profit", "money", 431_500_000, 458_200_000, n=36_200),
        figure("roi", "投资回报率", "Return on investment", "ratio", 1.6332, 2.1716, n=412),
        figure("input_output_ratio", "投入产出比", "Input-output ratio", "ratio", 5.158, 5.743, n=412),
        figure(
            "first_reply_seconds",
            "首响时长",
            "Time to first reply",
            "seconds",
            412,
            388,
            better="down",
            n=5_120,
            series=points((380, 390, 385, 400, 410, 520, 402, 398, 405, 411, 600, 420)),
        ),
        figure("referral_cycle_days", "裂变周期", "Referral cycle", "days", 6.5, 7.0, better="down", n=19),
        figure("bargain_success_rate", "砍价成功率", "Bargain success rate", "ratio", 0.4286, None, interval=(0.2448, 0.6345), n=21),
        figure("nps", "净推荐值", "Net promoter score", "score", 41.0, 38.0, interval=(33.5, 48.5), n=312),
        figure("k_factor", "裂变系数", "K-factor", "score", 0.21, 0.18, interval=(0.17, 0.26), n=820, eligible=820, excluded=140),
        figure("group_success_rate", "成团率", "Group success rate", "ratio", None, status=UNDEFINED, n=0, eligible=0, excluded=0),
        figure("retention_d30", "30 日留存率", "30-day retention", "ratio", None, status=UNDEFINED, n=0, eligible=0, excluded=46),
        missing("visitors", "访客数", "Visitors", "count", "page_viewed", "product_viewed"),
        missing("conversion_rate", "转化率", "Conversion rate", "ratio", "page_viewed"),
        missing("reads", "阅读量", "Reads", "count", "content_viewed"),
        missing("engagement_rate", "互动率", "Engagement rate", "ratio", "content_viewed", "content_liked"),
        missing("csat", "满意度", "Satisfaction", "ratio", "survey_answered"),
        missing("share_of_voice", "声量份额", "Share of voice", "ratio", "competitors", "mention_seen"),
        missing("odd_metric", "自定义指标", "Custom figure", "count", "some_future_input"),
    )


def decomposition() -> Decomposition:
    before, now = 1_211_800_000, round(sum(NET) * 1_000_000)
    change = now - before
    effects = (76_060_000, 125_400_000, -53_000_000, change - 76_060_000 - 125_400_000 + 53_000_000)
    names = (
        ("buyers", "成交人数", "Buyers", "count", 20_117, 21_406),
        ("frequency", "人均订单数", "Orders per buyer", "ratio", 1.6505, 1.8178),
        ("aov", "客单价", "Value per order", "money", 36_496, 35_021),
        ("refund", "退款后留存比例", "Share kept after refunds", "ratio", 0.961, 0.941),
    )
    factors = tuple(Factor(i, t(zh, en), unit, b, n, e) for (i, zh, en, unit, b, n), e in zip(names, effects, strict=True))

    def segment(dimension: str, value: str, b: float, n: float, significant: bool | None) -> Segment:
        e = n - b
        return Segment(
            dimension, value, b, n, e, {"buyers": e * 0.3, "frequency": e * 0.5, "aov": e * 0.15, "refund": e * 0.05}, significant
        )

    shares = (
        ("精华", 0.31, 0.36, True),
        ("面霜", 0.24, 0.26, True),
        ("防晒", 0.17, 0.11, True),
        ("洁面", 0.12, 0.12, False),
        ("面膜", 0.10, 0.09, False),
        ("礼盒套装", 0.06, 0.06, None),
    )
    platforms = (("抖音", 0.28, 0.37, True), ("小红书", 0.22, 0.25, True), ("微信小程序", 0.26, 0.24, False), ("天猫", 0.24, 0.14, True))
    return Decomposition(
        "net_sales",
        before,
        now,
        change,
        factors,
        {
            "category": tuple(segment("category", v, before * b, now * n, s) for v, b, n, s in shares),
            "platform": tuple(segment("platform", v, before * b, now * n, s) for v, b, n, s in platforms),
        },
        0.0,
    )


def cohorts() -> Exhibit:
    offsets = range(12)
    rows = []
    for i, start in enumerate(MONTHS):
        row: dict[str, Any] = {"start": start, "size": 1480 - i * 43 if i != 3 else 24}
        for k in offsets:
            row[f"k{k}"] = None if k > 11 - i else (1.0 if k == 0 else round(0.215 - 0.017 * k + 0.011 * ((i * 3 + k) % 4) - 0.004 * i, 4))
        rows.append(row)
    columns = (
        ("start", t("首购月份", "First purchase"), "date"),
        ("size", t("人数", "Buyers"), "count"),
        *((f"k{k}", t(f"第 {k} 月", f"Month {k}"), "share") for k in offsets),
    )
    return Exhibit(
        "retention",
        "cohorts",
        t("首购同期群的回购", "How first-time buyers come back"),
        columns,
        tuple(rows),
        t("2024年4月只有 24 人，比例只作参考。", "April 2024 has 24 buyers only; read its shares as a hint."),
        "SELECT cohort, k, share FROM retention",
    )


def exhibits() -> tuple[Exhibit, ...]:
    products = (
        ("烟酰胺焕亮精华 30ml", 212_400, 318200000, 0.041),
        ("神经酰胺修护面霜 50g", 98_200, 221050000, 0.052),
        ("清透防晒乳 SPF50+ 40ml", 76_400, 149900000, 0.163),
        ("氨基酸洁面泡沫", 60_210, 98700000, 0.038),
        ("积雪草舒缓面膜 5 片装", 44_000, 84100000, 0.047),
        ("新年限定礼盒", 8_800, 70200000, 0.121),
        ("视黄醇晚霜 30g", 9_110, 52100000, 0.066),
        ("=1+1 买一送一试用装", 12_002, -1200000, None),
    )
    return (
        cohorts(),
        Exhibit(
            "products",
            "ranking",
            t("商品净销售额排名", "Products by net sales"),
            (
                ("product", t("商品", "Product"), "text"),
                ("net", t("净销售额", "Net sales"), "money"),
                ("units", t("件数", "Units"), "count"),
                ("refund_rate", t("退款率", "Refund rate"), "ratio"),
            ),
            tuple({"product": p, "units": u, "net": n, "refund_rate": r} for p, u, n, r in products),
            sql="SELECT product_id FROM order_lines",
        ),
        Exhibit(
            "repurchase_by_tier",
            "ranking",
            t("各等级会员回购率", "Repurchase rate by tier"),
            (
                ("tier", t("会员等级", "Tier"), "text"),
                ("rate", t("回购率", "Repurchase rate"), "ratio"),
                ("low", t("区间下限", "Low"), "ratio"),
                ("high", t("区间上限", "High"), "ratio"),
                ("n", t("人数", "Buyers"), "count"),
            ),
            (
                {"tier": "金卡", "rate": 0.412, "low": 0.388, "high": 0.437, "n": 1_602},
                {"tier": "银卡", "rate": 0.271, "low": 0.259, "high": 0.284, "n": 4_876},
                {"tier": "普通", "rate": 0.121, "low": 0.115, "high": 0.127, "n": 13_616},
                {"tier": "员工", "rate": 0.304, "low": 0.156, "high": 0.509, "n": 23},
            ),
        ),
        Exhibit(
            "funnel",
            "funnel",
            t("从浏览到付款", "From view to payment"),
            (
                ("step", t("步骤", "Step"), "text"),
                ("actors", t("人数", "People"), "count"),
                ("share_of_first", t("占首步", "Of first"), "share"),
                ("share_of_previous", t("占上步", "Of previous"), "share"),
            ),
            tuple(
                {"step": s, "actors": a, "share_of_first": f, "share_of_previous": p}
                for s, a, f, p in (
                    ("看商品", 286_800, 1.0, None),
                    ("加购物车", 94_400, 0.3291, 0.3291),
                    ("下单", 47_700, 0.1663, 0.5053),
                    ("付款", 38_912, 0.1357, 0.8158),
                )
            ),
        ),
        Exhibit(
            "new_returning",
            "split",
            t("新客与老客的净销售额", "Net sales of new and returning buyers"),
            (("at", t("月份", "Month"), "date"), ("new", t("新客", "New"), "money"), ("returning", t("老客", "Returning"), "money")),
            tuple({"at": at, "new": round(v * 420_000), "returning": round(v * 580_000)} for at, v in zip(MONTHS, NET, strict=True)),
        ),
    )


def findings() -> tuple[Finding, ...]:
    rows = (
        {"category": "防晒", "orders": 6_021, "refunded": 982, "rate": 0.1631},
        {"category": "其他", "orders": 32_081, "refunded": 1_739, "rate": 0.0542},
    )
    columns = (
        ("category", t("品类", "Category"), "text"),
        ("orders", t("订单", "Orders"), "count"),
        ("refunded", t("退款订单", "Refunded"), "count"),
        ("rate", t("退款率", "Refund rate"), "ratio"),
    )
    return (
        Finding(
            "f1",
            "segment",
            "high",
            t("防晒品类退款率是其他品类的 3 倍", "Sun care is refunded three times as often"),
            t(
                "防晒 6,021 单中 982 单退款（16.3%），其他品类 5.4%；集中在 5 月换的新包装。",
                "982 of 6,021 sun care orders were refunded (16.3%) against 5.4% elsewhere, mostly after the new packaging of May.",
            ),
            "refund_rate",
            86_200_000,
            "B",
            Evidence("SELECT category, count(*) FROM orders GROUP BY 1", columns, rows, 38_102, (0.154, 0.1727)),
        ),
        Finding(
            "f2",
            "decline",
            "high",
            t("老客回购率下降 2.7 个百分点", "Repurchase rate fell by 2.7 points"),
            t(
                "去年的 20,117 名买家今年只有 18.3% 再次购买，上年为 21.0%。",
                "Of last year's 20,117 buyers 18.3% bought again, against 21.0% a year before.",
            ),
            "repurchase_rate",
            61_400_000,
            "B",
            Evidence("SELECT 1", (), (), 20_117, (0.1778, 0.1887)),
        ),
        Finding(
            "f3",
            "cost",
            "medium",
            t("营销投入涨得比销售快", "Marketing cost grows faster than sales"),
            t(
                "营销投入增加 25.2%，净销售额增加 12.5%；每元投入带来的净销售额从 5.74 元降到 5.16 元。",
                "Marketing cost rose 25.2% while net sales rose 12.5%; net sales per yuan spent fell from 5.74 to 5.16.",
            ),
            "input_output_ratio",
            33_100_000,
            "C",
            Evidence("SELECT 1", (), (), 412),
        ),
        Finding(
            "f4",
            "service",
            "low",
            t("大促期间首响变慢", "First replies slow down in promotions"),
            t("6 月和 11 月首响中位数分别为 8.7 和 10 分钟。", "In June and November the median first reply took 8.7 and 10 minutes."),
            "first_reply_seconds",
            None,
            "D",
            Evidence("SELECT 1", (), (), 22),
        ),
        Finding(
            "f5",
            "growth",
            "good",
            t("精华在抖音增长 41%", "Serums grew by 41% on Douyin"),
            t("抖音渠道精华净销售额 1,120 万元，上年 794 万元。", "Serums on Douyin sold 11.2M against 7.94M."),
            "net_sales",
            None,
            "B",
            Evidence("SELECT 1", (), (), 9_811),
        ),
    )


def suggestions() -> tuple[Suggestion, ...]:
    return (
        Suggestion(
            "s1",
            ("f1",),
            t(
                "停用防晒新包装，给 5 月后退款的买家寄回访问卷",
                "Withdraw the new sun care packaging and survey those who asked for refunds since May",
            ),
            t("把防晒退款率拉回 5.4%，可少退 86.2 万元。", "Bringing refunds back to 5.4% saves ¥862K."),
            t("商品负责人", "Product lead"),
            "medium",
            "refund_rate",
            14,
            86_200_000,
        ),
        Suggestion(
            "s2",
            ("f2",),
            t("召回 1,240 名购买节奏中断的老客，留 10% 不触达作对照", "Win back 1,240 buyers whose rhythm broke, holding out 10%"),
            t("他们的平均间隔是 62 天，现在已超过 120 天。", "Their usual gap is 62 days and has passed 120."),
            t("会员运营", "Member operations"),
            "low",
            "repurchase_rate",
            30,
            61_400_000,
        ),
        Suggestion(
            "s3",
            ("f3",),
            t("停掉投入产出比低于 2 的三个投放计划", "Stop the three placements that return less than 2"),
            t("三个计划花了 41 万元，只带来 66 万元净销售额。", "They cost ¥410K and brought ¥660K of net sales."),
            t("投放负责人", "Media lead"),
            "low",
            "input_output_ratio",
            7,
            33_100_000,
        ),
        Suggestion(
            "s4",
            ("f4",),
            t("大促前一周排好客服班次", "Plan care shifts a week before each promotion"),
            t("首响超过 10 分钟的会话成交率低 38%。", "Conversations that wait over ten minutes convert 38% less."),
            t("客服主管", "Care lead"),
            "medium",
            "first_reply_seconds",
            45,
        ),
    )


def methods() -> tuple[Method, ...]:
    def line(zh: str, en: str, score: float | None, weight: float) -> tuple[Text, float | None, float, Text]:
        return (t(zh, en), score, weight, t("按与对比期和目标的差距换算。", "Scaled by the distance to baseline and target."))

    return (
        Method(
            "data_analysis",
            t("数据分析", "Data analysis"),
            "evaluable",
            68.4,
            (61.0, 75.2),
            "B",
            t("看趋势、对比和异常。", "Trend, comparison and anomalies."),
            (line("增长", "Growth", 74.0, 0.4), line("质量", "Quality", 58.0, 0.4), line("稳定", "Stability", 78.0, 0.2)),
        ),
        Method(
            "performance",
            t("绩效评估", "Performance against targets"),
            "evaluable",
            54.0,
            (49.5, 58.8),
            "B",
            t("对照设定的目标。", "Against the targets set."),
            (
                line("净销售额", "Net sales", 90.0, 0.5),
                line("回购率", "Repurchase rate", 30.0, 0.3),
                line("新品占比", "Share of new products", None, 0.2),
            ),
        ),
        Method(
            "input_output",
            t("投入产出", "Input and output"),
            "evaluable",
            61.7,
            None,
            "C",
            t("花的钱换回了多少。", "What the money spent brought back."),
            (line("投资回报率", "ROI", 61.7, 1.0),),
        ),
        Method(
            "competitors",
            t("竞争对比", "Competitor comparison"),
            "not_evaluable",
            None,
            None,
            None,
            t("与竞品的声量和增长对比。", "Voice and growth against competitors."),
            needs=(t("竞品的月度数据（至少 3 个月）", "monthly figures of competitors (three months at least)"),),
        ),
        Method(
            "survey",
            t("用户调研", "User survey"),
            "not_evaluable",
            None,
            None,
            None,
            t("用户自己怎么说。", "What customers say themselves."),
            needs=(t("至少 100 份问卷", "100 survey answers at least"),),
        ),
        Method(
            "influence",
            t("社会影响力", "Social influence"),
            "not_evaluable",
            None,
            None,
            None,
            t("品牌被谈论的多少与好坏。", "How much and how well the brand is talked about."),
            needs=(t("品牌提及数据", "brand mentions"),),
        ),
        Method(
            "experts",
            t("专家评审", "Expert review"),
            "not_evaluable",
            None,
            None,
            None,
            t("多位专家独立打分。", "Independent scores by several experts."),
            needs=(t("至少 3 位专家的评分表", "score sheets of three experts at least"),),
        ),
    )

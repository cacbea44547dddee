"""The shop of `report_cases.full` with everything scored: an index, experts who agree, methods that differ, a figure not to be compared."""

import dataclasses

from lianyi.insight.evaluate.result import (
    Agreement,
    Concordance,
    Evaluation,
    Expectation,
    Index,
    IndexPart,
    IndexPeriod,
    IndexWay,
    Method,
    Statement,
)
from tests.insight.report import report_cases as cases
from tests.insight.report.report_parts import MONTHS, t

WEIGHTS = {"net_sales": 0.5, "repurchase_rate": 0.3, "refund_rate": 0.2}
SCORES = {"net_sales": (80.0, 60.0), "repurchase_rate": (40.0, 50.0), "refund_rate": (25.0, 70.0)}
INDEX = sum(WEIGHTS[id_] * SCORES[id_][0] for id_ in WEIGHTS)
BEFORE = sum(WEIGHTS[id_] * SCORES[id_][1] for id_ in WEIGHTS)


def scored() -> Evaluation:
    """Net sales are left uncompared, for their records broke in June."""
    whole = cases.full()
    doubted = dataclasses.replace(
        whole.figures[0],
        change=None,
        change_share=None,
        grade="D",
        doubt=t("记录在 6 月中断，只给本期数字", "records broke in June; not compared"),
    )
    methods = tuple(_experts() if method.id == "experts" else method for method in whole.methods)
    return dataclasses.replace(
        whole,
        snapshot="412",
        figures=(doubted, *whole.figures[1:]),
        methods=methods,
        agreement=Agreement(
            "experts",
            "performance",
            21.0,
            (("experts", "performance"),),
            t("4 种方法给出 54 到 75 分。", "4 methods score between 54 and 75."),
        ),
        index=index(),
        summary=(
            Statement.on(t("净销售额 1,363.1 万元，比去年 +12.5%。", "Net sales reached ¥13.63M, up 12.5% on the year."), "net_sales"),
            Statement.on(t("防晒退款率升到 16.3%。", "Sun care refunds rose to 16.3%."), "finding:f1"),
        ),
        suggestions=(
            dataclasses.replace(
                whole.suggestions[0], expected=money_expected(), precondition=t("仓库能换包装", "the warehouse can repack")
            ),
            dataclasses.replace(whole.suggestions[1], expected=change_expected(), design=t("随机留出一成", "hold out a tenth at random")),
            *whole.suggestions[2:],
        ),
    )


def _experts() -> Method:
    return Method(
        "experts",
        t("专家评审", "Expert review"),
        "evaluable",
        75.0,
        (66.1, 83.9),
        "B",
        t("专家各打 0–10 分。", "Experts score from 0 to 10."),
        (
            (t("内容质量", "Content"), 82.5, 0.6, t("平均 8.2（最低 7，最高 9，4 位专家）", "mean 8.2 (lowest 7, highest 9, 4 experts)")),
            (t("客户服务", "Care"), 63.8, 0.4, t("平均 6.4（最低 5，最高 8，4 位专家）", "mean 6.4 (lowest 5, highest 8, 4 experts)")),
        ),
        n=4,
        concordance=Concordance(
            0.8123, (0.55, 0.93), 0.0021, 4, 6, t("W = 0.81，4 位专家、6 项，高度一致", "W = 0.81, 4 experts on 6 criteria: strong")
        ),
        sql="SELECT * FROM expert_scores",
    )


def index() -> Index:
    """Half of it net sales; with other weights the months mostly keep their order."""
    names = {
        "net_sales": t("净销售额", "Net sales"),
        "repurchase_rate": t("复购率", "Repurchase rate"),
        "refund_rate": t("退款率", "Refund rate"),
    }
    parts = tuple(
        IndexPart(
            id_,
            names[id_],
            t("成交", "Sales"),
            weight,
            {"judged": weight, "entropy": 1 / 3, "critic": (weight + 1 / 3) / 2},
            0.0,
            1_000_000.0 if id_ == "net_sales" else 1.0,
            500_000.0 if id_ == "net_sales" else 0.2,
            *SCORES[id_],
        )
        for id_, weight in WEIGHTS.items()
    )
    periods = tuple(
        IndexPeriod(at, 40.0 + 2.5 * k, (38.0 + 2.5 * k, 42.0 + 2.5 * k), float(4 - k), 35.0 + 3 * k, float(4 - k), 0.1 + 0.2 * k)
        for k, at in enumerate(MONTHS[:4])
    )
    return Index(
        name=t("经营综合指数", "Business index"),
        score=INDEX,
        interval=(52.2, 61.4),
        before=BEFORE,
        before_interval=(57.0, 61.0),
        known=1.0,
        formula=t("指数 = 0.5·s(net_sales) + …", "index = 0.5·s(net_sales) + …"),
        parts=parts,
        periods=periods,
        same_order=0.873,
        draws=1000,
        ways=(IndexWay("topsis", 1.0, MONTHS[3], None, 0.0), IndexWay("entropy", 0.667, MONTHS[2], MONTHS[0], 2.0)),
        weights_hash="0f1e2d3c4b5a69788796",
        frozen=True,
        grade="C",
        notes=(t("有 1 项指标没有数据。", "1 indicator has no data."),),
        version=1,
    )


def money_expected() -> Expectation:
    return Expectation("money", 0.2, 0.5, "judgement", t("行业经验判断", "judgement of the trade"), 6.0, 480_000, 16_760_000, 42_620_000)


def change_expected() -> Expectation:
    return Expectation("metric", 0.03, 0.08, "study", t("依据公开研究", "after a published study"), 2.5, 200_000, None, None)

"""Method 5, input-output: what was spent, what came back, what was left."""

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.result import NO_DATA, Method
from lianyi.insight.evaluate.scoring import anchors, level_score, shares_of, weighted
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

ID = "input_output"
LEDGER = ("net_sales", "gross_profit", "marketing_cost", "contribution_profit")
NAME = Text(zh="投入产出法", en="Input-output")
_SAYS = Text(
    zh="投入（营销费用）与产出（净销售额、毛利、贡献利润）之比，按固定锚点打分：收支相抵 60 分。",
    en="What marketing cost against what it brought (net sales, gross profit, contribution), on fixed anchors: breaking even scores 60.",
)


def evaluate(case: Case, *, grade: str) -> Method:
    """Score the return on what was spent.

    Without marketing costs there is no input, and the method says what it needs. Without product costs the profit lines are
    missing and the grade is C at best: sales per yuan spent is not profit.
    """
    cost = case.figures.get("marketing_cost")
    needs = []
    if cost is None or cost.status == NO_DATA or not cost.value:
        needs.append(Text(zh="营销费用表（日期、类别、金额）", en="a table of marketing costs (date, kind, amount)"))
    profit = case.figures.get("contribution_profit")
    if profit is None or profit.value is None:
        needs.append(Text(zh="商品成本（商品表中的单位成本）", en="product costs (unit cost in the product table)"))
    if cost is None or not cost.value:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=tuple(needs))
    lines: list[tuple[Text, float | None, float, Text]] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    for anchor in anchors(ID):
        figure = case.figures.get(anchor.metric)
        if figure is None or figure.value is None:
            continue
        score = level_score(figure.value, anchor.zero, anchor.passing, anchor.full)
        ends = tuple(level_score(end, anchor.zero, anchor.passing, anchor.full) for end in figure.interval) if figure.interval else None
        scored.append((anchor.weight, score, (ends[0], ends[1]) if ends else None))
        shown = Share(figure.value) if anchor.metric == "gross_margin" else Count(figure.value)
        lines.append((figure.name, score, anchor.weight, sentence("%(v)s", "%(v)s", v=shown)))
    for metric in LEDGER:
        figure = case.figures.get(metric)
        if figure is not None and figure.value is not None:
            lines.append((figure.name, None, 0.0, sentence("%(v)s", "%(v)s", v=Amount(figure.value, case.currency))))
    if not scored:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=tuple(needs))
    score, interval = weighted(scored)
    partial = profit is None or profit.value is None
    return Method(
        ID,
        NAME,
        "evaluable",
        score,
        interval,
        max(grade, "C") if partial else grade,
        _SAYS,
        shares_of(lines),
        tuple(needs),
        command=_command(case),
    )


def _command(case: Case) -> str:
    names = dict.fromkeys([*(anchor.metric for anchor in anchors(ID)), *LEDGER])
    return f"measure {' '.join(m for m in names if (figure := case.figures.get(m)) is not None and figure.value is not None)}"

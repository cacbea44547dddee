"""Method 7, expert review: sheets that came back, their mean, and how far the experts agree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianyi.insight.analyse.rates.compare import t_quantiles
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.experts.agreement import MODERATE, STRONG, Agreement, concordance
from lianyi.insight.evaluate.experts.criteria import LEAST, MOST, Criterion, bundled
from lianyi.insight.evaluate.result import Concordance, Method
from lianyi.insight.evaluate.scoring import Line, shares_of
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text

ID = "experts"
NAME = Text(zh="专家评审法", en="Expert review")
VERSION = 1
# A review counts for the window it lies in, or that ended at most so long before it.
AFTER_DAYS = 62
FEW_EXPERTS = 3
_SAYS = Text(
    zh="专家按统一标准各打 0–10 分，加权后乘 10；并报告他们在排序上的一致程度（肯德尔 W）。",
    en="Experts score the same criteria from 0 to 10; the weighted mean times ten, with their agreement on the order (Kendall's W).",
)
_NEEDS = (
    Text(
        zh="专家打分表（lianyi experts sheet 生成，填好后 lianyi experts collect 收回）",
        en="filled scoring sheets (lianyi experts sheet makes them, lianyi experts collect brings them back)",
    ),
)
SCORES = """
SELECT s.review_id AS review, s.expert AS expert, s.criterion AS criterion, s.score AS score, s.d AS d FROM expert_scores AS s
WHERE s.score IS NOT NULL AND s.d >= $from_d AND s.d < $to_d ORDER BY d, review, expert, criterion
"""


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The sheets of one review as a table: experts by criteria, nan where nothing was said."""

    experts: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    scores: np.ndarray[tuple[int, int], np.dtype[np.float64]]


def evaluate(case: Case, criteria: Sequence[Criterion] | None = None) -> Method:
    """Score the last review held in the window or within two months after it.

    criteria : with their weights; by default those that ship. A criterion of the sheets that is not among them counts with weight 1
    Grade    : B strong agreement (W at least 0.7, p below 5%) of three experts or more, C moderate, D otherwise
    Needs    : one filled sheet; two for an interval and an agreement
    """
    sheets = _sheets(case, tuple(criteria or bundled()))
    if sheets is None:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=_NEEDS, version=VERSION)
    weights = np.array([c.weight for c in sheets.criteria])
    known = ~np.isnan(sheets.scores)
    each = (np.where(known, sheets.scores, 0.0) * weights).sum(axis=1) / (known * weights).sum(axis=1)
    score = float(each.mean()) * 100 / (MOST - LEAST)
    agreement = concordance(sheets.scores)
    lines: list[Line] = [_line(sheets, j) for j in range(len(sheets.criteria))]
    return Method(
        ID,
        NAME,
        "evaluable",
        score,
        _interval(each * 100 / (MOST - LEAST)),
        _grade(agreement),
        _SAYS,
        shares_of(lines),
        n=len(sheets.experts),
        version=VERSION,
        concordance=Concordance(
            agreement.w.value, agreement.w.interval, agreement.p, agreement.judges, agreement.things, _agreed(agreement)
        ),
        sql=SCORES,
    )


def _sheets(case: Case, criteria: tuple[Criterion, ...]) -> _Sheets | None:
    rows = case.engine.run(SCORES, {"from_d": case.window.from_day, "to_d": case.window.to_day + AFTER_DAYS}).to_pylist()
    if not rows:
        return None
    review = rows[-1]["review"]
    mine = [row for row in rows if row["review"] == review]
    experts = tuple(dict.fromkeys(row["expert"] for row in mine))
    used = [c for c in criteria if any(row["criterion"] == c.id for row in mine)]
    for id_ in dict.fromkeys(row["criterion"] for row in mine):
        if all(id_ != c.id for c in used):
            plain = Text(zh=id_, en=id_)
            used.append(Criterion(id_, plain, plain, plain, plain, plain, 1.0, ()))
    table = np.full((len(experts), len(used)), np.nan)
    places = {c.id: j for j, c in enumerate(used)}
    for row in mine:
        table[experts.index(row["expert"]), places[row["criterion"]]] = min(MOST, max(LEAST, row["score"]))
    return _Sheets(experts, tuple(used), table)


def _line(sheets: _Sheets, j: int) -> Line:
    criterion, given = sheets.criteria[j], sheets.scores[:, j][~np.isnan(sheets.scores[:, j])]
    mean = float(given.mean())
    said = sentence(
        "平均 %(mean)s（最低 %(low)s，最高 %(high)s，%(n)s 位专家）",
        "mean %(mean)s (lowest %(low)s, highest %(high)s, %(n)s experts)",
        mean=f"{mean:.1f}",
        low=f"{given.min():g}",
        high=f"{given.max():g}",
        n=Count(len(given)),
    )
    return criterion.name, mean * 100 / (MOST - LEAST), criterion.weight, said


def _interval(each: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float] | None:
    """The t interval of the experts' own totals; None for a single expert."""
    m = len(each)
    if m < 2:
        return None
    half = float(t_quantiles(np.array([0.05]), np.array([m - 1.0]))[0]) * float(each.std(ddof=1)) / math.sqrt(m)
    mean = float(each.mean())
    return max(0.0, mean - half), min(100.0, mean + half)


def _agreed(agreement: Agreement) -> Text:
    w = agreement.w
    if w.value is None:
        return w.because or _SAYS
    verdict = (
        Text(zh="高度一致", en="strong")
        if w.value >= STRONG
        else Text(zh="中等一致", en="moderate")
        if w.value >= MODERATE
        else Text(zh="分歧较大", en="weak")
    )
    zh, en = (
        "W = %(w)s%(ends)s，p = %(p)s，%(m)s 位专家、%(k)s 项，%(verdict)s",
        "W = %(w)s%(ends)s, p = %(p)s, %(m)s experts on %(k)s criteria: %(verdict)s",
    )
    ends: Text | str = ""
    if w.interval is not None:
        ends = sentence("（%(a)s 至 %(b)s）", " (%(a)s to %(b)s)", a=f"{w.interval[0]:.2f}", b=f"{w.interval[1]:.2f}")
    return sentence(
        zh, en, w=f"{w.value:.2f}", ends=ends, p=f"{agreement.p or 0:.4f}", m=agreement.judges, k=agreement.things, verdict=verdict
    )


def _grade(agreement: Agreement) -> str:
    w, p = agreement.w.value, agreement.p
    if w is None or p is None or p >= 0.05 or agreement.judges < FEW_EXPERTS:
        return "D"
    return "B" if w >= STRONG else "C" if w >= MODERATE else "D"

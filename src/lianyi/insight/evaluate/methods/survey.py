"""Method 4, the user survey: what people say when they are asked."""

from lianyi.insight.analyse.estimate import Estimate
from lianyi.insight.analyse.survey.survey import MARGINS, Survey, survey
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.result import Method
from lianyi.insight.evaluate.scoring import Line, anchors, level_score, shares_of, weighted
from lianyi.insight.measure import catalogue
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

ID = "survey"
NAME = Text(zh="用户调查法", en="User survey")
VERSION = 1
# Answers are weighted to the membership by what most members state, and what they do not all share.
WEIGH_BY = ("tier", "region", "gender")
STATED_SHARE = 0.8
SMALL_N, GOOD_N, GOOD_RESPONSE = 30, 100, 0.3
_SAYS = Text(
    zh="净推荐值、满意度与知名度，按固定锚点打分；小样本用修正 Wald 区间，能对上会员的按会员构成加权。",
    en="Net promoters, satisfaction and awareness on fixed anchors; adjusted Wald intervals for small samples, weighted to the membership "
    "where answers belong to members.",
)
_NEEDS = Text(
    zh="调研答卷（推荐意愿 0–10、满意度 1–5 或知名度）", en="survey answers (recommendation 0 to 10, satisfaction 1 to 5, or awareness)"
)


def evaluate(case: Case) -> Method:
    """Score what was answered in the window.

    Grade : D, people who chose to answer; C where at least 30% of those asked did, a hundred of them, and weights could be made
    Needs : answers; below 30 the line says that the sample is small
    """
    found = survey(case.engine, case.window, rake_by=_margins(case))
    estimates = _estimates(found)
    lines: list[Line] = []
    scored: list[tuple[float, float, tuple[float, float] | None]] = []
    for anchor in anchors(ID):
        estimate = estimates.get(anchor.metric)
        if estimate is None or estimate.value is None:
            continue
        score = level_score(estimate.value, anchor.zero, anchor.passing, anchor.full)
        ends = None
        if estimate.interval is not None:
            low, high = (level_score(end, anchor.zero, anchor.passing, anchor.full) for end in estimate.interval)
            ends = (low, high)
        scored.append((anchor.weight, score, ends))
        lines.append((catalogue()[anchor.metric].name, score, anchor.weight, _line(anchor.metric, estimate)))
    if not scored:
        return Method(ID, NAME, "not_evaluable", None, None, None, _SAYS, needs=(_NEEDS,), version=VERSION)
    lines += _remarks(found)
    score, interval = weighted(scored)
    return Method(
        ID,
        NAME,
        "evaluable",
        score,
        interval,
        _grade(found),
        _SAYS,
        shares_of(lines),
        n=found.respondents,
        version=VERSION,
        command="analyse survey",
    )


def _margins(case: Case) -> tuple[str, ...]:
    """Dimensions of the membership that are stated for four members in five and differ among them."""
    usable = [column for column in WEIGH_BY if column in MARGINS]
    counts = ", ".join(f"count(m.{c}) AS n_{c}, count(DISTINCT m.{c}) AS d_{c}" for c in usable)
    row = case.engine.run(f"SELECT count(*) AS n, {counts} FROM members AS m").to_pylist()[0]
    return tuple(c for c in usable if row["n"] and row[f"n_{c}"] >= STATED_SHARE * row["n"] and row[f"d_{c}"] >= 2)


def _estimates(found: Survey) -> dict[str, Estimate]:
    """The weighted figure where there is one, else as answered."""
    estimates = {question.id: question.value for question in found.questions}
    estimates["nps"] = found.nps.score if found.nps_weighted is None else found.nps_weighted.score
    estimates["csat"] = found.csat if found.csat_weighted is None else found.csat_weighted
    return estimates


def _line(metric: str, estimate: Estimate) -> Text:
    low, high = estimate.interval or (estimate.value or 0.0, estimate.value or 0.0)
    zh, en = "%(value)s（%(low)s 至 %(high)s），%(n)s 份", "%(value)s (%(low)s to %(high)s), %(n)s answers"
    if estimate.n < SMALL_N:
        zh, en = zh + "，样本少，仅供参考", en + ", a small sample: a hint only"
    signed = metric == "nps"
    return sentence(
        zh,
        en,
        value=Share(estimate.value or 0.0, signed=signed),
        low=Share(low, signed=signed),
        high=Share(high, signed=signed),
        n=Count(estimate.n),
    )


def _remarks(found: Survey) -> list[Line]:
    """What to mind: who answered, how they were weighted, whether the scale holds together."""
    lines: list[Line] = []
    if found.response.value is not None:
        lines.append(
            (
                Text(zh="回收率", en="Response"),
                None,
                0.0,
                sentence(
                    "%(rate)s 的受访者作答；未作答的人可能另有看法",
                    "%(rate)s of those asked answered; the others may think otherwise",
                    rate=Share(found.response.value),
                ),
            )
        )
    else:
        lines.append((Text(zh="回收率", en="Response"), None, 0.0, found.response.because or NOT_KNOWN))
    if found.weighting is not None:
        lines.append(
            (
                Text(zh="加权", en="Weighting"),
                None,
                0.0,
                sentence(
                    "按会员的%(by)s构成加权，设计效应 %(deff)s，相当于 %(n)s 份答卷，代表 %(covered)s 的会员",
                    "weighted to the members' %(by)s, design effect %(deff)s, worth %(n)s answers, standing for %(covered)s of the members",
                    by=_joined(found.rake_by),
                    deff=f"{found.weighting.design_effect:.2f}",
                    n=Count(round(found.weighting.effective_n)),
                    covered=Share(found.covered or 0.0),
                ),
            )
        )
    elif found.unweighted is not None:
        lines.append((Text(zh="加权", en="Weighting"), None, 0.0, found.unweighted))
    if found.reliability is not None and found.reliability.raw.value is not None:
        alpha = found.reliability.raw
        ends = alpha.interval or (alpha.value or 0.0, alpha.value or 0.0)
        lines.append(
            (
                Text(zh="量表信度 α", en="Reliability (alpha)"),
                None,
                0.0,
                sentence(
                    "α = %(a)s（%(low)s 至 %(high)s，%(k)s 题）%(warning)s",
                    "alpha = %(a)s (%(low)s to %(high)s, %(k)s questions)%(warning)s",
                    a=f"{alpha.value:.2f}",
                    low=f"{ends[0]:.2f}",
                    high=f"{ends[1]:.2f}",
                    k=len(found.reliability.items),
                    warning="" if found.reliability.warning is None else sentence("；%(w)s", "; %(w)s", w=found.reliability.warning),
                ),
            )
        )
    return lines


NOT_KNOWN = Text(zh="不知道发放了多少份", en="how many were asked is not known")
_DIMENSIONS = {"tier": Text(zh="等级", en="tier"), "region": Text(zh="省区", en="region"), "gender": Text(zh="性别", en="gender")}


def _joined(names: tuple[str, ...]) -> Text:
    return Text(zh="、".join(_DIMENSIONS[n].zh for n in names), en=", ".join(_DIMENSIONS[n].en for n in names))


def _grade(found: Survey) -> str:
    answered = found.response.value is not None and found.response.value >= GOOD_RESPONSE
    return "C" if answered and found.respondents >= GOOD_N and found.weighting is not None else "D"

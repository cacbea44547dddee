"""One evaluation from start to end: windows, figures, checks, methods, decomposition, findings, suggestions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lianyi.insight.analyse.change import explain_change
from lianyi.insight.analyse.concentration import buyer_concentration, product_concentration
from lianyi.insight.analyse.fission.fission import fission
from lianyi.insight.analyse.rhythm import broken_rhythm
from lianyi.insight.evaluate import checks as data_checks
from lianyi.insight.evaluate import sources
from lianyi.insight.evaluate.agreement import agreement_of
from lianyi.insight.evaluate.case import Case, span
from lianyi.insight.evaluate.decomposition import decomposed
from lianyi.insight.evaluate.exhibits import all_exhibits, weekly_blocks
from lianyi.insight.evaluate.figures import all_figures, compared_values, with_doubts, with_targets
from lianyi.insight.evaluate.findings import buyers as buyer_findings
from lianyi.insight.evaluate.findings import content as content_findings
from lianyi.insight.evaluate.findings import days as day_findings
from lianyi.insight.evaluate.findings import levels as level_findings
from lianyi.insight.evaluate.findings import mechanics as mechanic_findings
from lianyi.insight.evaluate.findings import newcomers as newcomer_findings
from lianyi.insight.evaluate.findings import prices as price_findings
from lianyi.insight.evaluate.findings import returns as return_findings
from lianyi.insight.evaluate.findings import rules as rule_findings
from lianyi.insight.evaluate.findings import sales as sales_findings
from lianyi.insight.evaluate.findings import targets as target_findings
from lianyi.insight.evaluate.gate import opening
from lianyi.insight.evaluate.gate.opening import open_gate
from lianyi.insight.evaluate.index.adapting import Entries
from lianyi.insight.evaluate.index.frozen import FrozenWeights
from lianyi.insight.evaluate.index.report import index_of
from lianyi.insight.evaluate.methods import competitors, data_analysis, experts, influence, input_output, survey, targets
from lianyi.insight.evaluate.playbook.suggesting import suggest
from lianyi.insight.evaluate.ranking import ranked
from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.evaluate.scoring import anchors, scorecard_version
from lianyi.insight.evaluate.summary import summary
from lianyi.insight.evaluate.watch import findings as watch_findings
from lianyi.insight.evaluate.watch.watched import watch
from lianyi.insight.evaluate.windows import asked_baseline, comparison, covered
from lianyi.insight.measure import MetricValue
from lianyi.insight.measure.session import session_of
from lianyi.kernel.clock import Window, date_of, parse_zone
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import VISIT
from lianyi.stream.engines.base import Engine

LEVEL = 0.95
# How far before what is compared some figures look: a month for stickiness and topics.
EARLIER_DAYS = 31


class NothingToEvaluate(BadInput):
    """The window lies outside the data."""

    code = "nothing_to_evaluate"
    message = Text(zh="%(window)s 内没有任何数据；数据在 %(data)s。", en="There is no data in %(window)s; the data covers %(data)s.")
    remedy = Text(zh="请换一个区间。", en="Choose another window.")


def evaluate(
    engine: Engine,
    window: Window,
    *,
    brand: str,
    time_zone: str,
    currency: str,
    made_at: dt.datetime,
    version: str,
    baseline: str = "previous",
    imports: Sequence[Mapping[str, Any]] = (),
    level: float = LEVEL,
    index_plan: Entries | None = None,
    index_weights: FrozenWeights | None = None,
) -> Evaluation:
    """Evaluate the brand over a window.

    baseline : previous | year | FROM:TO; where the data does not reach back to it, the end of the window is compared with
               the time before, and the report says so
    imports  : records of the imports behind the history, for its sources and checks
    index_plan, index_weights : the composite index as an operator declared it, and the weights frozen for its period; by default the
               plan that ships, whose weights rest on judgement alone
    made_at  : when the report is made; the only thing in it that two runs on one snapshot differ in
    Raises   NothingToEvaluate when the window holds no fact, UnknownName or BadInput for a baseline that is none.
    Cost     some 3 microseconds of processor a fact, on every core; memory is the engine's, and some 700 MiB for a million people.
    """
    kind, before = asked_baseline(baseline, window)
    first, last = engine.snapshot.first_day, engine.snapshot.last_day
    if first is None or last is None or last < window.from_day or first >= window.to_day:
        data = "–" if first is None or last is None else str(Window(first, last + 1))
        raise NothingToEvaluate(window=str(window), data=data)
    horizon_day = last
    compared = comparison(window, kind, before, first_day=first, horizon_day=horizon_day)
    case = Case(
        engine=engine,
        window=window,
        baseline=before if covered(before, first) else None,
        comparison=compared,
        currency=currency,
        horizon_day=horizon_day,
        level=level,
        zone=parse_zone(time_zone),
    )
    # Figures, courses, tests and exhibits ask about the same days again and again.
    since = window.from_day if compared is None else min(window.from_day, compared.before.from_day)
    session_of(engine).cover(since - EARLIER_DAYS, max(window.to_day, horizon_day + 1))
    case.figures = all_figures(case)
    attained = targets.attain(case, targets.read_targets(case))
    case.figures = with_targets(case.figures, targets.noted(case, attained))
    opened = open_gate(case)
    gate = opened.gate
    checked = (*data_checks.all_checks(case, imports), *opened.checks)
    grade = data_checks.grade_of(checked)
    case.figures = with_doubts(case.figures, gate, grade)
    pairs = compared_values(case, [*(anchor.metric for anchor in anchors(data_analysis.ID)), *influence.REACH])
    summed = [*(a.metric for a in anchors(data_analysis.ID) if not a.in_points), *influence.REACH]
    blocks = weekly_blocks(case, [metric for metric in summed if _comparable(pairs.get(metric))])
    parts = None
    if compared is not None:
        parts = decomposed(engine, explain_change(engine, compared.now, compared.before, visits=not gate.touches(VISIT)), compared)
    spread = fission(engine, window) if case.value("referred_members") else None
    watched = watch(case, gate, tuple(parts.segments) if parts is not None else ())
    withheld = frozenset(name for name in case.figures if gate.doubtful(name))
    found = ranked(
        [
            *data_checks.findings(checked),
            *opening.findings(gate),
            *watch_findings.findings(case, watched),
            *sales_findings.findings(case, parts, {} if watched is None else watched.sales),
            *buyer_findings.findings(
                case,
                buyer_concentration(engine, window),
                product_concentration(engine, window),
                broken_rhythm(engine, horizon_day=min(horizon_day, window.to_day - 1)),
                None if compared is None else broken_rhythm(engine, horizon_day=compared.before.to_day - 1),
            ),
            *rule_findings.findings(case),
            *target_findings.findings(case, attained),
            *content_findings.findings(case, withheld),
            *level_findings.findings(case, spread),
            *newcomer_findings.findings(case),
            *price_findings.findings(case),
            *return_findings.findings(case),
            *mechanic_findings.findings(case),
            *day_findings.findings(case, withheld),
        ]
    )
    rivals, beside = competitors.evaluate(case, grade=grade)
    methods = (
        data_analysis.evaluate(case, grade=grade, blocks=blocks, pairs=pairs),
        targets.evaluate(case, attained, grade=grade),
        rivals,
        survey.evaluate(case),
        input_output.evaluate(case, grade=grade),
        influence.evaluate(case, grade=grade, pairs=pairs, blocks=blocks, spread=spread),
        experts.evaluate(case),
    )
    return Evaluation(
        brand=brand,
        scope="brand",
        window=(window.start.isoformat(), window.end.isoformat()),
        baseline_window=None
        if case.baseline is None or compared is None
        else (compared.before.start.isoformat(), compared.before.end.isoformat()),
        baseline_kind=None if case.baseline is None else kind,
        time_zone=time_zone,
        currency=currency,
        horizon=date_of(horizon_day).isoformat(),
        snapshot=str(engine.snapshot.version),
        made_at=made_at.isoformat(timespec="seconds"),
        version=f"{version}, scorecard {scorecard_version()}",
        level=level,
        sources=sources.all_sources(case),
        checks=checked,
        figures=tuple(case.figures.values()),
        methods=methods,
        agreement=agreement_of(methods),
        index=index_of(case, entries=index_plan, frozen=index_weights),
        decomposition=parts,
        exhibits=(*all_exhibits(case), *((beside,) if beside is not None else ())),
        findings=found,
        suggestions=suggest(found, currency=currency),
        summary=summary(case, span(window), found, methods),
    )


def _comparable(pair: tuple[MetricValue, MetricValue] | None) -> bool:
    return pair is not None and all(value.value is not None for value in pair)

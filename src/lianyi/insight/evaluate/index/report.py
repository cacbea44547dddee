"""The index of an evaluation: the window, its baseline and every period under one set of weights."""

from collections.abc import Mapping

import numpy as np

from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.figures import course_grain
from lianyi.insight.evaluate.index.adapting import Entries, adapted, bundled
from lianyi.insight.evaluate.index.composite import VERSION, Alternative, CompositeIndex, composite, freeze
from lianyi.insight.evaluate.index.frozen import FrozenWeights
from lianyi.insight.evaluate.index.plan import Plan
from lianyi.insight.evaluate.result import OK, Figure, Index, IndexPart, IndexPeriod, IndexWay
from lianyi.kernel.clock import day_of
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

NOW, BEFORE = "now", "before"
# A period in which less than this of the weight is known is not ranked.
MOST_PERIODS = 26


def index_of(case: Case, *, entries: Entries | None = None, frozen: FrozenWeights | None = None) -> Index | None:
    """The composite index of the window; None where no indicator of the plan has a value.

    entries : the plan as its file says it; by default the one that ships. What has no value in the window is left out
    frozen  : weights of the plan period, fitted once and kept
    Cost    : the series of the figures are read; in a short window one measurement by week.
    """
    given = entries or bundled()
    usable = {id_ for id_ in given.get("indicators", {}) if _usable(case.figures.get(id_))}
    plan = adapted(given, usable)
    if plan is None:
        return None
    ids = [i.id for i in plan.indicators]
    periods = _periods(case, ids)
    table = np.array([[np.nan if v is None else v for v in row] for row in periods.values()], dtype=np.float64).reshape(-1, len(ids))
    weights = frozen or freeze(plan, table if len(table) else _wholes(case.figures, ids)[:1])
    wholes = _wholes(case.figures, ids)
    both = composite(plan, [NOW, BEFORE], wholes, frozen=weights)
    ranked = composite(plan, list(periods), table, frozen=weights) if len(periods) >= 2 else None
    now, before = both.alternatives
    left_out = sorted(set(given.get("indicators", {})) - usable)
    return Index(
        name=plan.name,
        score=now.index.value,
        interval=now.index.interval,
        before=before.index.value,
        before_interval=before.index.interval,
        known=now.known,
        formula=both.formula,
        parts=_parts(plan, weights, wholes, now, before),
        periods=_period_rows(ranked),
        same_order=None if ranked is None else ranked.stability.same_order,
        draws=both.stability.draws,
        ways=_ways(ranked),
        weights_hash=weights.hash,
        frozen=frozen is not None or set(plan.mix) == {"judged"},
        grade="C",
        notes=(*both.notes, *_left_out(left_out)),
        version=VERSION,
    )


def _usable(figure: Figure | None) -> bool:
    return figure is not None and figure.status == OK and figure.value is not None and figure.doubt is None


def _wholes(figures: Mapping[str, Figure], ids: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rows = [[_number(figures[id_].value) for id_ in ids], [_number(figures[id_].baseline) for id_ in ids]]
    return np.array(rows, dtype=np.float64)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _periods(case: Case, ids: list[str]) -> dict[str, list[float | None]]:
    """Complete periods of baseline and window, oldest first, the last 26 of them: start -> a value for each indicator.

    The periods are those in which figures are drawn; single days hold too little, and are taken by the week.
    """
    found: dict[str, dict[str, float | None]] = {}
    if course_grain(case.window) == "day":
        compared = () if case.comparison is None else (case.comparison.before, case.comparison.now)
        for window in compared:
            for value in case.measured(ids, window, grain="week"):
                if value.at is not None and window.from_day <= day_of(value.at) and day_of(value.at) + 7 <= window.to_day:
                    found.setdefault(value.at.isoformat(), {})[value.metric] = value.value
    for id_ in ids if not found else ():
        for point in (*case.figures[id_].baseline_series, *case.figures[id_].series):
            if point.complete:
                found.setdefault(point.at, {})[id_] = point.value
    return {at: [found[at].get(id_) for id_ in ids] for at in sorted(found)[-MOST_PERIODS:]}


def _parts(
    plan: Plan, weights: FrozenWeights, wholes: np.ndarray[tuple[int, int], np.dtype[np.float64]], now: Alternative, before: Alternative
) -> tuple[IndexPart, ...]:
    names = dict(plan.groups)
    return tuple(
        IndexPart(
            id=indicator.id,
            name=indicator.name,
            group=names[indicator.group],
            weight=weights.weights[indicator.id],
            by_method={method: given[indicator.id] for method, given in weights.by_method.items() if method != "blended"},
            floor=indicator.floor,
            target=indicator.target,
            value=None if np.isnan(wholes[0, j]) else float(wholes[0, j]),
            score=now.scores[indicator.id],
            before=before.scores[indicator.id],
        )
        for j, indicator in enumerate(plan.indicators)
    )


def _period_rows(ranked: CompositeIndex | None) -> tuple[IndexPeriod, ...]:
    if ranked is None:
        return ()
    return tuple(
        IndexPeriod(a.id, a.index.value, a.index.interval, a.rank, a.topsis, a.rank_topsis, a.first_share) for a in ranked.alternatives
    )


def _ways(ranked: CompositeIndex | None) -> tuple[IndexWay, ...]:
    if ranked is None:
        return ()
    return tuple(IndexWay(d.method, d.tau, d.first, d.moves_most, d.places) for d in ranked.disagreement)


def _left_out(ids: list[str]) -> tuple[Text, ...]:
    if not ids:
        return ()
    return (
        sentence(
            "以下指标没有数据，未计入指数，其权重按比例分给其余：%(ids)s。",
            "These indicators have no data and are not part of the index; their weight goes to the others in proportion: %(ids)s.",
            ids=", ".join(ids),
        ),
    )

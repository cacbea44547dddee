"""Findings about sales: what changed, through which factor, and where."""

from collections.abc import Iterator

from lianyi.insight.analyse.change import factors_query
from lianyi.insight.analyse.rates.compare import Moved
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.evidence import BEFORE, NOW, both_sides
from lianyi.insight.evaluate.result import Decomposition, Evidence, Factor, Finding, Segment
from lianyi.insight.evaluate.severity import by_money
from lianyi.insight.evaluate.watch.sales import Places
from lianyi.insight.measure import catalogue, dimensions
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from lianyi.kernel.text import Text

# A change below this share of the base is called steady, and its parts are not findings; nor is one within the ordinary ups and downs.
STEADY_SHARE = 0.02
# A factor is the driver when it explains at least this share of the whole change.
DRIVER_SHARE = 0.4
# A segment is worth a finding from this share of the baseline's net sales on.
SEGMENT_SHARE = 0.01
FELL, ROSE = Text(zh="下降", en="down"), Text(zh="上升", en="up")
LOST, GAINED = Text(zh="减少", en="lost"), Text(zh="增加", en="gained")
KINDS = {
    "buyers": "buyers",
    "visitors": "buyers",
    "conversion_rate": "buyers",
    "orders_per_buyer": "frequency",
    "nameless_orders": "frequency",
    "aov": "value",
    "nameless_aov": "value",
}


def findings(case: Case, parts: Decomposition | None, moves: Places) -> Iterator[Finding]:
    """The change of net sales, its driver, and the segments that moved it most, each where it is beyond the daily ups and downs.

    moves : which moves are beyond chance, see `watch.watched`
    """
    if parts is None or case.comparison is None or parts.baseline <= 0:
        return
    share = parts.change / parts.baseline
    whole = moves.get((None, None))
    if abs(share) >= STEADY_SHARE and whole is not None and whole.selected:
        driver = max(parts.factors, key=lambda f: abs(f.effect), default=None)
        yield _whole(case, parts, share, driver, whole)
        if driver is not None and driver.effect * parts.change > 0 and abs(driver.effect) >= DRIVER_SHARE * abs(parts.change) and share < 0:
            yield _driver(case, parts, driver)
    for dimension, segments in parts.segments.items():
        yield from _segments(case, parts, dimension, segments, moves)


def _whole(case: Case, parts: Decomposition, share: float, driver: Factor | None, moved: Moved) -> Finding:
    zh = "%(label)s：净销售额由 %(before)s 变为 %(now)s（%(share)s）"
    en = "%(label)s: net sales went from %(before)s to %(now)s (%(share)s)"
    if driver is not None and driver.effect * parts.change > 0:
        zh += "，其中“%(factor)s”的变化带来 %(effect)s"
        en += "; the change in %(factor)s accounts for %(effect)s"
    down = parts.change < 0
    return Finding(
        id="sales_change",
        kind="sales_down" if down else "sales_up",
        severity=by_money(parts.change, case) if down else "good",
        title=sentence(
            "净销售额%(moved)s %(share)s",
            "Net sales %(moved)s %(share)s",
            moved=FELL if down else ROSE,
            share=Share(abs(share)),
        ),
        statement=sentence(
            zh + "。",
            en + ".",
            label=case.comparison.label if case.comparison else "",
            before=Amount(parts.baseline, case.currency),
            now=Amount(parts.current, case.currency),
            share=Share(share, signed=True),
            factor=driver.name if driver else "",
            effect=Amount(driver.effect if driver else 0, case.currency, signed=True),
        ),
        metric="net_sales",
        money_at_stake=round(parts.change),
        grade="B",
        evidence=Evidence(
            sql=_factors(case, parts),
            command=parts.command,
            columns=(
                ("factor", Text(zh="因素", en="Factor"), "text"),
                ("before", Text(zh="基期", en="Before"), "mixed"),
                ("now", Text(zh="本期", en="Now"), "mixed"),
                ("effect", Text(zh="对净销售额的影响", en="Effect on net sales"), "money"),
            ),
            rows=tuple(
                {"factor": f.name, "before": f.baseline, "now": f.current, "effect": f.effect, "unit": f.unit} for f in parts.factors
            ),
            n=round(moved.slice.now.n),
            interval=_over_window(moved),
            unit="money",
        ),
        area="money",
        basis="symptom",
        q=moved.q,
    )


def _over_window(moved: Moved) -> tuple[float, float] | None:
    """The interval of the change of the window's total, from that of a day."""
    days = moved.slice.now.n
    return None if moved.interval is None else (moved.interval[0] * days, moved.interval[1] * days)


def _driver(case: Case, parts: Decomposition, driver: Factor) -> Finding:
    return Finding(
        id=f"driver_{driver.id}",
        kind=f"driver_{KINDS.get(driver.id, driver.id)}_down",
        severity=by_money(driver.effect, case),
        title=sentence("主因：%(factor)s下降", "The driver: %(factor)s fell", factor=driver.name),
        statement=sentence(
            "%(factor)s由 %(before)s 变为 %(now)s，使净销售额减少 %(effect)s，占全部变化的 %(share)s。",
            "%(factor)s went from %(before)s to %(now)s, which took %(effect)s from net sales, %(share)s of the whole change.",
            factor=driver.name,
            before=_level(driver, driver.baseline, case),
            now=_level(driver, driver.current, case),
            effect=Amount(abs(driver.effect), case.currency),
            share=Share(driver.effect / parts.change),
        ),
        metric="net_sales",
        money_at_stake=round(driver.effect),
        grade="B",
        evidence=Evidence(
            sql=_factors(case, parts),
            columns=(
                ("factor", Text(zh="因素", en="Factor"), "text"),
                ("before", BEFORE, "mixed"),
                ("now", NOW, "mixed"),
                ("effect", Text(zh="对净销售额的影响", en="Effect on net sales"), "money"),
            ),
            rows=({"factor": driver.name, "before": driver.baseline, "now": driver.current, "effect": driver.effect, "unit": driver.unit},),
            command=parts.command,
        ),
        area="money",
        basis="symptom",
    )


def _level(factor: Factor, value: float | None, case: Case) -> object:
    if value is None:
        return "–"
    return Amount(value, case.currency) if factor.unit == "money" else Share(value) if factor.unit == "ratio" else Count(value)


def _segments(case: Case, parts: Decomposition, dimension: str, segments: tuple[Segment, ...], moves: Places) -> Iterator[Finding]:
    """The segment that fell most and the one that grew most, where the move is beyond chance and unlike the rest's."""
    named = [(s, m) for s in segments if s.significant and not s.pooled and s.key is not None and (m := moves.get((dimension, s.key)))]
    apart = [(s, m) for s, m in named if m.selected and m.excess_p is not None and m.excess_p <= 0.05 and (m.excess or 0) * s.effect > 0]
    worst = min(apart, key=lambda pair: pair[0].effect, default=None)
    best = max(apart, key=lambda pair: pair[0].effect, default=None)
    floor = SEGMENT_SHARE * abs(parts.baseline)
    if worst is not None and worst[0].effect < -floor:
        yield _segment(case, dimension, *worst, segments, parts.command)
    if best is not None and best[0].effect > floor and best is not worst:
        yield _segment(case, dimension, *best, segments, parts.command)


def _segment(case: Case, dimension: str, segment: Segment, moved: Moved, segments: tuple[Segment, ...], command: str) -> Finding:
    down = segment.effect < 0
    name = dimensions()[dimension].name if dimension in dimensions() else Text(zh=dimension, en=dimension)
    return Finding(
        id=f"segment_{dimension}_{'down' if down else 'up'}",
        kind="segment_down" if down else "segment_up",
        severity=by_money(segment.effect, case) if down else "good",
        title=sentence(
            "%(name)s“%(value)s”%(moved)s %(effect)s",
            "%(name)s “%(value)s” %(moved)s %(effect)s",
            name=name,
            value=segment.value,
            moved=LOST if down else GAINED,
            effect=Amount(abs(segment.effect), case.currency),
        ),
        statement=sentence(
            "%(label)s：“%(value)s”的净销售额由 %(before)s 变为 %(now)s（%(share)s），变化幅度与其余部分的差别超出偶然。",
            "%(label)s: net sales of “%(value)s” went from %(before)s to %(now)s (%(share)s); the difference from the rest is beyond chance.",
            label=case.comparison.label if case.comparison else "",
            value=segment.value,
            before=Amount(segment.baseline, case.currency),
            now=Amount(segment.current, case.currency),
            share=Share(segment.effect / segment.baseline, signed=True) if segment.baseline > 0 else "–",
        ),
        metric="net_sales",
        money_at_stake=round(segment.effect),
        grade="B",
        evidence=Evidence(
            sql=_sides(case, dimension),
            command=command,
            columns=(
                ("value", name, "text"),
                ("before", Text(zh="基期", en="Before"), "money"),
                ("now", Text(zh="本期", en="Now"), "money"),
                ("effect", Text(zh="变化", en="Change"), "money"),
            ),
            rows=tuple({"value": s.value, "before": s.baseline, "now": s.current, "effect": s.effect} for s in segments[:8]),
            n=round(moved.slice.now.n),
            interval=_over_window(moved),
            unit="money",
        ),
        area="money",
        basis="symptom",
        where=(dimension, segment.key or ""),
        q=moved.q,
    )


def _factors(case: Case, parts: Decomposition) -> str:
    """Net sales and their factors on both sides of the comparison."""
    compared = case.comparison
    return "" if compared is None else factors_query(case.engine, compared.now, compared.before, [f.id for f in parts.factors])


def _sides(case: Case, by: str) -> str:
    """Net sales on both sides of the comparison, by a dimension where they can be split by it."""
    compared = case.comparison
    by_ = by if by in catalogue()["net_sales"].dims else None
    return case.sql_of("net_sales") if compared is None else both_sides(case, "net_sales", compared.before, compared.now, by=by_)

"""Findings of what is watched: from counting through tests to sentences."""

from collections.abc import Iterator

from lianyi.insight.analyse.estimate import paragraph
from lianyi.insight.analyse.rates.compare import Moved
from lianyi.insight.analyse.rates.onset import onset
from lianyi.insight.analyse.rates.sides import without
from lianyi.insight.evaluate.case import Case, Comparison, span
from lianyi.insight.evaluate.evidence import both_sides, days_a_person, part_and_rest, sides_of, with_whole
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.evaluate.result import Evidence, Finding
from lianyi.insight.evaluate.severity import by_effect, by_money
from lianyi.insight.evaluate.watch.choosing import Chosen, Far, choose
from lianyi.insight.evaluate.watch.counting import Counted
from lianyi.insight.evaluate.watch.families import Series
from lianyi.insight.evaluate.watch.levels import far_below
from lianyi.insight.evaluate.watch.money import chance_to_pay, lost_money
from lianyi.insight.evaluate.watch.people import TALLIES, standing_alone
from lianyi.insight.evaluate.watch.scans import Scan, equal
from lianyi.insight.evaluate.watch.watched import Watched
from lianyi.insight.evaluate.wording import FELL, ROSE, difference, level
from lianyi.insight.measure import dimensions
from lianyi.kernel.clock import date_of
from lianyi.kernel.numbers import Amount, Count, Day, Share, sentence
from lianyi.kernel.text import Text

SHOWN = 8
PLAIN = ("active", "visited", "voices")
"""Tallies that are plain counts, so many a day."""


def findings(case: Case, watched: Watched | None) -> Iterator[Finding]:
    """Everything watched that moved for the worse beyond chance; nothing without a comparison."""
    if watched is None:
        return
    for counted, moved in watched.families:
        said = choose(counted.family, moved)
        for chosen in said:
            yield _finding(case, counted, chosen, watched.scans)
        if counted.family.id == "funnel":
            named = {(c.here.slice.dimension, c.here.slice.value) for c in said}
            for far in far_below(counted.family, counted.slices):
                if (far.part.dimension, far.part.value) not in named:
                    yield _far(case, counted, far, watched.scans[0])


def _far(case: Case, counted: Counted, far: Far, scan: Scan) -> Finding:
    """A part far below the rest: other people may come there, or something is in their way."""
    series, dimension = far.series, far.part.dimension or ""
    name = dimensions()[dimension].name
    aov = case.value("aov")
    money = None if aov is None else -round(far.missing * chance_to_pay(case, series) * aov)
    said = {
        "dimension": Text(zh=name.zh, en=name.en.lower()),
        "value": names_of(case.engine, dimension, [far.part.value])[far.part.value],
        "name": series.name,
        "rate": Share(far.part.now.rate),
        "rest": Share(far.rest.rate),
    }
    return Finding(
        id=f"far_{series.id}_{dimension}",
        kind="funnel_segment",
        severity="medium" if money and by_money(money, case) != "low" else "low",
        title=sentence(
            "%(dimension)s“%(value)s”的%(name)s只有 %(rate)s，其余为 %(rest)s",
            "%(name)s is %(rate)s on %(dimension)s “%(value)s” against %(rest)s elsewhere",
            **said,
        ),
        statement=sentence(
            "期内%(dimension)s“%(value)s”有 %(n)s 人次走到这一步，%(rate)s 继续；其余部分为 %(rest)s，差距超出偶然。也可能是人群不同，先查流程。",
            "%(n)s times somebody on %(dimension)s “%(value)s” came to this step and %(rate)s went on, against %(rest)s elsewhere, beyond chance. "
            "Other people may come there: check the way first.",
            n=Count(far.part.now.n),
            **said,
        ),
        metric=None,
        money_at_stake=money,
        grade="D",
        evidence=Evidence(
            sql=part_and_rest(_daily(counted, series, dimension, scan), scan.now, far.part.value or "", hits="x", base="n"),
            columns=(
                ("value", dimensions()[dimension].name, "text"),
                ("now", series.name, series.unit),
                ("base", Text(zh="走到这一步的人次", en="Times somebody came here"), "count"),
            ),
            rows=(
                {"value": said["value"], "now": far.part.now.rate, "base": round(far.part.now.n)},
                {"value": Text(zh="其余", en="Elsewhere"), "now": far.rest.rate, "base": round(far.rest.n)},
            ),
            n=round(far.part.now.n),
        ),
        area=counted.family.area,
        where=(dimension, far.part.value or ""),
        q=far.q,
    )


def _finding(case: Case, counted: Counted, chosen: Chosen, scans: tuple[Scan, ...]) -> Finding:
    series, here = chosen.series, chosen.here
    money = lost_money(case, chosen)
    names = _names(case, chosen)
    since = _since(chosen, scans[here.slice.scan])
    mixed = chosen.mix is not None
    return Finding(
        id=f"{series.id}_{series.finding}" if series.id != series.finding else series.id,
        kind="mix_shift" if mixed else series.finding,
        severity=by_effect(case, money, here.relative),
        title=_title(case, chosen, names),
        statement=_statement(case, chosen, names, scans[here.slice.scan], since, money),
        metric=series.metric if series.hits == "numerator" else None,
        money_at_stake=money,
        grade="B",
        evidence=_evidence(case, counted, chosen, names, scans[here.slice.scan]),
        area=counted.family.area,
        basis="change",
        where=None if here.slice.dimension is None else (here.slice.dimension, here.slice.value or ""),
        since=None if since is None else date_of(since).isoformat(),
        q=here.q,
    )


def _names(case: Case, chosen: Chosen) -> dict[str | None, str | Text]:
    values = [chosen.here.slice.value, *(m.slice.value for m in chosen.beside)]
    dimension = chosen.here.slice.dimension or next((m.slice.dimension for m in chosen.beside), None)
    return names_of(case.engine, dimension or "", values)


def _since(chosen: Chosen, scan: Scan) -> int | None:
    """The day of the change, where one cut says it and it lies near or in the window."""
    cut = onset(chosen.here.slice.before, chosen.here.slice.now)
    if cut is None or scan.before.to_day != scan.now.from_day:
        return None
    day = scan.now.to_day - len(chosen.here.slice.before.hits) - len(chosen.here.slice.now.hits) + cut
    return day if day >= scan.now.from_day - scan.before.days // 4 else None


def _moved(series: Series) -> Text:
    return FELL if series.worse == "down" else ROSE


def _title(case: Case, chosen: Chosen, names: dict[str | None, str | Text]) -> Text:
    series, here = chosen.series, chosen.here
    parts = {
        "name": series.name,
        "moved": _moved(series),
        "before": level(here.before, series.unit, case.currency),
        "now": level(here.now, series.unit, case.currency),
    }
    if here.slice.dimension is None:
        return sentence("%(name)s%(moved)s：%(before)s → %(now)s", "%(name)s %(moved)s: %(before)s → %(now)s", **parts)
    dimension = dimensions()[here.slice.dimension].name
    return sentence(
        "%(dimension)s“%(value)s”的%(name)s%(moved)s：%(before)s → %(now)s",
        "%(name)s %(moved)s on %(dimension)s “%(value)s”: %(before)s → %(now)s",
        dimension=Text(zh=dimension.zh, en=dimension.en.lower()),
        value=names[here.slice.value],
        **parts,
    )


def _statement(case: Case, chosen: Chosen, names: dict[str | None, str | Text], scan: Scan, since: int | None, money: int | None) -> Text:
    series, here = chosen.series, chosen.here
    low, high = here.interval or (here.change, here.change)
    first = sentence(
        "%(where)s%(name)s由 %(before)s 变为 %(now)s，相差 %(low)s 至 %(high)s（%(now_span)s 对 %(before_span)s；"
        "同时检验 %(m)s 项，已控制误报）。",
        "%(name)s%(where)s went from %(before)s to %(now)s, a difference of %(low)s to %(high)s (%(now_span)s against %(before_span)s; "
        "%(m)s tests taken together, false discoveries under control).",
        now_span=span(scan.now),
        before_span=span(scan.before),
        where=_where(chosen, names),
        name=series.name,
        before=level(here.before, series.unit, case.currency),
        now=level(here.now, series.unit, case.currency),
        low=difference(low, series.unit, case.currency),
        high=difference(high, series.unit, case.currency),
        m=Count(chosen.tested),
    )
    return paragraph(
        [
            first,
            _rest(case, chosen),
            None
            if since is None
            else sentence("新的水平大约从 %(day)s 开始。", "The new level begins about %(day)s.", day=Day(date_of(since))),
            None
            if not money
            else sentence(
                "若保持原来的水平，约值 %(money)s。",
                "At the level before, about %(money)s more would have come in.",
                money=Amount(abs(money), case.currency),
            ),
            _mixed(case, chosen),
            _others(case, chosen),
        ]
    )


def _where(chosen: Chosen, names: dict[str | None, str | Text]) -> Text | str:
    here = chosen.here.slice
    if here.dimension is None:
        return ""
    name = dimensions()[here.dimension].name
    return sentence(
        "%(dimension)s“%(value)s”的",
        " on %(dimension)s “%(value)s”",
        dimension=Text(zh=name.zh, en=name.en.lower()),
        value=names[here.value],
    )


def _rest(case: Case, chosen: Chosen) -> Text | None:
    """How the others fared, for a finding about a part."""
    here, whole, series = chosen.here.slice, chosen.whole, chosen.series
    if here.dimension is None or whole is None or series.unit == "count":
        return None
    before, now = without(whole.slice.before, here.before), without(whole.slice.now, here.now)
    if before.n <= 0 or now.n <= 0:
        return None
    return sentence(
        "其余部分由 %(before)s 变为 %(now)s。",
        "The rest went from %(before)s to %(now)s.",
        before=level(before.rate, series.unit, case.currency),
        now=level(now.rate, series.unit, case.currency),
    )


def _mixed(case: Case, chosen: Chosen) -> Text | None:
    """Where mostly the mix moved: how much of the change that is."""
    if chosen.mix is None:
        return None
    dimension, cut = chosen.mix
    name = dimensions()[dimension].name
    return sentence(
        "其中 %(mix)s 来自%(dimension)s构成的变化，各部分自身只变了 %(within)s：变的是人从哪里来，不是各处的水平。",
        "Of this, %(mix)s comes from the mix of %(dimension)s and only %(within)s from within its values: who comes has changed, not how each part does.",
        mix=difference(float(cut.mix.sum()), chosen.series.unit, case.currency),
        within=difference(float(cut.within.sum()), chosen.series.unit, case.currency),
        dimension=Text(zh=name.zh, en=name.en.lower()),
    )


def _others(case: Case, chosen: Chosen) -> Text | None:
    """Further series of the family that moved with it."""
    if not chosen.others:
        return None
    said = [
        sentence(
            "%(name)s %(before)s → %(now)s",
            "%(name)s %(before)s → %(now)s",
            name=series.name,
            before=level(moved.before, series.unit, case.currency),
            now=level(moved.now, series.unit, case.currency),
        )
        for series, moved in chosen.others
    ]
    whole = said[0]
    for one in said[1:]:
        whole = sentence("%(a)s，%(b)s", "%(a)s, %(b)s", a=whole, b=one)
    return sentence("同时：%(others)s。", "At the same time: %(others)s.", others=whole)


def _evidence(case: Case, counted: Counted, chosen: Chosen, names: dict[str | None, str | Text], scan: Scan) -> Evidence:
    series, here = chosen.series, chosen.here
    dimension = here.slice.dimension or next((m.slice.dimension for m in chosen.beside), None)
    shown = [m for m in chosen.beside if m.slice.before.n > 0 or m.slice.now.n > 0][:SHOWN]
    if here.slice.dimension is not None and here not in shown:
        shown = [here, *shown[: SHOWN - 1]]
    rows = tuple(_row(names[m.slice.value], m) for m in shown)
    if chosen.whole is not None:
        rows = (*rows, _row(Text(zh="全部", en="All"), chosen.whole))
    return Evidence(
        sql=_sql(case, counted, series, dimension, scan),
        columns=(
            ("value", dimensions()[dimension].name if dimension else Text(zh="范围", en="Scope"), "text"),
            ("before", Text(zh="之前", en="Before"), series.unit),
            ("now", Text(zh="现在", en="Now"), series.unit),
            ("change", Text(zh="相对变化", en="Change"), "share"),
            ("base", Text(zh="现在的基数", en="Base now"), "count"),
            ("q", Text(zh="误报率 q", en="q"), "score"),
        ),
        rows=rows,
        n=round(here.slice.now.n),
        interval=here.interval,
        unit=series.unit,
    )


def _row(value: str | Text, moved: Moved) -> dict[str, object]:
    known = moved.slice.before.n > 0 and moved.slice.now.n > 0
    return {
        "value": value,
        "before": moved.before if moved.slice.before.n > 0 else None,
        "now": moved.now if moved.slice.now.n > 0 else None,
        "change": moved.relative if known and abs(moved.relative) < 1e6 else None,
        "base": round(moved.slice.now.n),
        "q": moved.q,
    }


def _sql(case: Case, counted: Counted, series: Series, by: str | None, scan: Scan) -> str:
    """The query that can be run again: the catalogue's own, or the count by day."""
    if series.metric is not None:
        return both_sides(case, series.metric, scan.before, scan.now, by=by)
    sql = _daily(counted, series, by, scan)
    if not sql:
        return ""
    fair = equal((scan,))[0] if series.tally == "sticky" else scan
    compared = Comparison("given", fair.before, fair.now)
    base = None if series.kind == "count" and series.tally in PLAIN else "n"

    def gathered(sql: str, *, split: bool) -> str:
        if series.tally == "sticky":
            return days_a_person(sql, compared, split=split)
        return sides_of(sql, compared, hits="x", base=base, split=split)

    made = gathered(sql, split=by is not None)
    whole = "" if by is None else _daily(counted, series, None, scan)
    return with_whole(made, gathered(whole, split=False)) if whole else made


def _daily(counted: Counted, series: Series, by: str | None, scan: Scan) -> str:
    """The counts of a tally by day, as a query that stands alone; empty where it was not counted so."""
    sql = counted.sql.get((series.id, by), "")
    return standing_alone(sql, by, scan.before.from_day, scan.now.to_day) if sql and series.tally in TALLIES else sql

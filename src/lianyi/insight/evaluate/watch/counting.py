"""All families counted: one pass over the facts for what shares rows, whatever asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lianyi.insight.analyse.rates.compare import Slice
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.gate.faults import Gate, read_by
from lianyi.insight.evaluate.watch import contents, facts, people
from lianyi.insight.evaluate.watch.cells import Cells, joined, slices_of, whole_of
from lianyi.insight.evaluate.watch.families import Family, Series, families
from lianyi.insight.evaluate.watch.scans import Scan, equal, ranges_of
from lianyi.insight.measure.tallies import DailyTally, daily_tallies
from lianyi.kernel.clock import Window
from lianyi.stream.contracts.sets import ENGAGED


@dataclass(frozen=True, slots=True)
class Counted:
    """The slices of one family, and the query behind each series and dimension."""

    family: Family
    slices: tuple[Slice, ...]
    sql: dict[tuple[str, str | None], str]


# (series, dimension) -> its cells
Held = dict[tuple[str, str | None], Cells]


@dataclass(slots=True)
class _Desk:
    """What counting needs at hand."""

    case: Case
    gate: Gate
    scans: tuple[Scan, ...]
    ranges: tuple[Window, ...]


def count_families(case: Case, gate: Gate, scans: Sequence[Scan]) -> list[Counted]:
    """Every family whose facts the history holds; needs `person_days` kept over the scans.

    Platforms whose records are broken are neither judged nor counted: the whole is then the sum of the other platforms, and other
    dimensions of such a series, which would still hold them, are left out.
    Cost: the catalogue's tallies are counted together, once a dimension; one pass over the person days for each of their dimensions.
    """
    desk = _Desk(case, gate, tuple(scans), ranges_of(scans))
    facts.prepare(case.engine)
    cells = _with_contents(desk, _catalogue(desk) | _people(desk) | _facts(desk))
    return [found for family in families() if (found := _gathered(desk, family, cells)).slices]


def known_of(case: Case, dimensions: Sequence[str]) -> list[str]:
    """Of some dimensions those whose values the history knows: early in the data everybody looks new."""
    return [by for by in dimensions if by != "new_returning" or case.knows_who_is_new]


def names_of(series: Series) -> frozenset[str]:
    """Event names that a series rests on."""
    if series.metric is not None:
        return read_by(series.metric)
    if series.of is not None:
        return frozenset(series.of)
    if series.tally in people.TALLIES:
        return frozenset(ENGAGED)
    return frozenset(facts.read_events(series))


def _gathered(desk: _Desk, family: Family, cells: Held) -> Counted:
    slices: list[Slice] = []
    sql: dict[tuple[str, str | None], str] = {}
    for series in family.series:
        broken = desk.gate.platforms(names_of(series))
        if None in broken or (series.metric == "new_buyers" and not desk.case.knows_who_is_new):
            continue
        scans = equal(desk.scans) if series.tally == "sticky" else desk.scans
        for by in (None, *known_of(desk.case, series.by)):
            found = cells.get((series.id, by))
            if broken and by is None:
                by_platform = cells.get((series.id, "platform"))
                whole = whole_of(by_platform, series, scans, without=broken) if by_platform is not None else []
                slices += [replace(one, tested=series.whole) for one in whole]
            elif found is not None and (by == "platform" or not broken):
                mine = slices_of(found, series, scans, without=broken)
                slices += mine if by is not None or series.whole else [replace(one, tested=False) for one in mine]
                sql[series.id, by] = found.sql
    return Counted(family, tuple(slices), sql)


def _all_series() -> list[Series]:
    return [series for family in families() for series in family.series]


def _catalogue(desk: _Desk) -> Held:
    case = desk.case
    found: Held = {}
    counted = [s for s in _all_series() if s.metric is not None]
    for hits in dict.fromkeys(s.hits for s in counted):
        for by in dict.fromkeys(by for s in counted for by in (None, *s.by)):
            wanted = [s for s in counted if s.hits == hits and (by is None or by in s.by)]
            parts: dict[str, list[Cells]] = {}
            for days in desk.ranges:
                tallies = daily_tallies(
                    case.engine, [s.metric or "" for s in wanted], days, by=by, hits=hits, horizon_day=case.horizon_day, zone=case.zone
                )
                for s in wanted:
                    if s.metric in tallies:
                        parts.setdefault(s.id, []).append(_cells(tallies[s.metric], by))
            found |= {(id_, by): joined(pieces) for id_, pieces in parts.items()}
    return found


def _cells(tally: DailyTally, by: str | None) -> Cells:
    return Cells(by, tally.days, tally.values, tally.hits, tally.base)


def _people(desk: _Desk) -> Held:
    engine = desk.case.engine
    found: Held = {}
    counted = [s for s in _all_series() if s.tally in people.TALLIES and people.countable(engine, s)]
    alike = equal(desk.scans) == desk.scans
    for by in (None, "platform", "channel") if counted else ():
        people.keep_by(engine, by)
        for sticky in (False,) if alike else (False, True):
            mine = counted if alike else [s for s in counted if (s.tally == "sticky") == sticky]
            scans = equal(desk.scans) if sticky else desk.scans
            found |= {(id_, by): cells for id_, cells in people.person_cells(engine, mine, scans, by=by).items()}
        engine.drop(people.kept_by(by))
    return found


def _with_contents(desk: _Desk, cells: Held) -> Held:
    """The same cells, those of contents with what each content brought."""
    wanted = [key for key in cells if key[0] in contents.SERIES]
    if not wanted:
        return cells
    units = contents.content_units(desk.case.engine, desk.scans)
    return {**cells, **{key: replace(cells[key], units=units[key]) for key in wanted if key in units}}


def _facts(desk: _Desk) -> Held:
    engine = desk.case.engine
    found: Held = {}
    for series in _all_series():
        if series.tally not in facts.TALLIES or not facts.countable(engine, series):
            continue
        for by in series.by if series.tally == "topics" else (None, *series.by):
            parts = [facts.fact_cells(engine, series, days, by=by, horizon_day=desk.case.horizon_day) for days in desk.ranges]
            found[series.id, by] = joined(parts)
    return found

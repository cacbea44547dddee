"""Net sales by day, as a whole and by every dimension: which of its moves are beyond the ordinary ups and downs."""

from collections.abc import Mapping, Sequence

from lianyi.insight.analyse.rates.compare import Moved, Slice
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.watch.cells import Cells, joined, slices_of
from lianyi.insight.evaluate.watch.counting import known_of
from lianyi.insight.evaluate.watch.families import Series
from lianyi.insight.evaluate.watch.scans import Scan, ranges_of
from lianyi.insight.measure import catalogue
from lianyi.insight.measure.tallies import daily_tallies

METRIC = "net_sales"
Places = Mapping[tuple[str | None, str | None], Moved]


def sales_slices(case: Case, dimensions: Sequence[str]) -> list[Slice]:
    """Net sales a day, as a whole and by the values of each dimension, on both sides of the comparison; nothing without one.

    Cost: one pass over orders a dimension.
    """
    if case.comparison is None:
        return []
    scans = (Scan(case.comparison.before, case.comparison.now),)
    slices: list[Slice] = []
    for by in (None, *known_of(case, dimensions)):
        parts = []
        for days in ranges_of(scans):
            found = daily_tallies(case.engine, [METRIC], days, by=by, horizon_day=case.horizon_day, zone=case.zone).get(METRIC)
            if found is not None:
                parts.append(Cells(by, found.days, found.values, found.hits, found.base))
        if parts:
            slices += slices_of(joined(parts), SERIES, scans)
    return slices


SERIES = Series(
    id=METRIC,
    metric=METRIC,
    hits="numerator",
    tally=None,
    of=None,
    unless=(),
    name=catalogue()[METRIC].name,
    unit="money",
    kind="mean",
    worse="down",
    least=0.02,
    by=(),
    finding="sales_down",
    worth="money",
)

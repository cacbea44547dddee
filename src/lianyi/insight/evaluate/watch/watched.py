"""Everything that is watched, compared at once: where nothing happened, one evaluation in twenty says that something did."""

from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.insight.analyse.rates.compare import Moved, compare_families
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.gate.faults import Gate
from lianyi.insight.evaluate.watch.counting import Counted, count_families
from lianyi.insight.evaluate.watch.sales import Places, sales_slices
from lianyi.insight.evaluate.watch.scans import Scan, scans_of


@dataclass(frozen=True, slots=True)
class Watched:
    """What moved.

    scans    : the pairs of windows held against each other
    families : each with how its slices moved
    sales    : (dimension, value) -> how its net sales a day moved; (None, None) is the whole
    """

    scans: tuple[Scan, ...]
    families: tuple[tuple[Counted, tuple[Moved, ...]], ...]
    sales: Places


def watch(case: Case, gate: Gate, dimensions: Sequence[str]) -> Watched | None:
    """Compare every family, and net sales by each of the dimensions; None without a comparison.

    Needs `person_days` kept over the compared windows.
    """
    if case.comparison is None:
        return None
    scans = scans_of(case.comparison.before, case.comparison.now)
    counted = count_families(case, gate, scans)
    moved = compare_families([*(one.slices for one in counted), sales_slices(case, dimensions)])
    sales = {(m.slice.dimension, m.slice.value): m for m in moved[-1]}
    return Watched(scans, tuple(zip(counted, moved[:-1], strict=True)), sales)

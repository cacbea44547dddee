"""A fault of the records, and what rests on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from lianyi.insight.measure.catalogue import catalogue, formula_inputs
from lianyi.insight.measure.compile import names_in
from lianyi.insight.measure.inputs import inputs
from lianyi.stream.contracts.sets import VISIT

STOPPED, THINNED = "stopped", "thinned"


@dataclass(frozen=True, slots=True)
class Fault:
    """Facts that stopped or thinned while what they lead to went on.

    kind     : stopped | thinned
    names    : of the facts; platform: where, None for everywhere
    from_day, to_day : days concerned, the last excluded
    expected, seen   : facts that those days should hold and do; orders_expected, orders_seen: the orders of the same days
    """

    kind: str
    names: tuple[str, ...]
    platform: str | None
    from_day: int
    to_day: int
    expected: float
    seen: float
    orders_expected: float
    orders_seen: float
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """The faults that were found; what may be concluded in spite of them."""

    faults: tuple[Fault, ...] = ()

    def platforms(self, names: Iterable[str]) -> frozenset[str | None]:
        """Platforms on which any of these facts cannot be relied on; None stands for everywhere."""
        wanted = set(names)
        return frozenset(fault.platform for fault in self.faults if wanted & set(fault.names))

    def touches(self, names: Iterable[str]) -> bool:
        """Whether any fault concerns these facts."""
        return bool(self.platforms(names))

    def doubtful(self, metric: str) -> bool:
        """Whether a metric rests on facts that stopped or thinned."""
        return bool(self.faults) and self.touches(read_by(metric))


@cache
def read_by(metric: str) -> frozenset[str]:
    """Event names that a metric rests on.

    >>> sorted(read_by("content_ctr"))
    ['content_clicked', 'content_exposed']
    """
    one = catalogue()[metric]
    if one.formula is not None:
        return frozenset(name for part in formula_inputs(one.formula) for name in read_by(part))
    # An input that any event would do for says nothing about which: then the metric's own words decide.
    own = frozenset(names_in([one]))
    needed = frozenset(name for need in one.needs for name in inputs()[need].events)
    found = own or needed
    return found | frozenset(VISIT) if one.relation in ("actors", "visits") and one.id in VISITORS else found


# Counted over whoever visited, however that shows.
VISITORS = ("visitors", "visits", "conversion_rate", "bounce_rate", "pages_per_visit", "social_visit_share", "path_index")


def stretches(days: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of days that follow each other, as (first, last + 1).

    >>> stretches([3, 4, 5, 9])
    [(3, 6), (9, 10)]
    """
    found: list[tuple[int, int]] = []
    for day in days:
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], day + 1)
        else:
            found.append((day, day + 1))
    return found

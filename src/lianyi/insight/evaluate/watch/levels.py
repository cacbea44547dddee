"""Parts of the way to an order that are far worse than the rest, whether or not they always were."""

from collections.abc import Iterator, Sequence

from lianyi.insight.analyse.chance import adjusted
from lianyi.insight.analyse.rates.compare import FALSE_DISCOVERY_RATE, LEAST_BASE, Slice, t_tails
from lianyi.insight.analyse.rates.sides import Side, doubt, summed, without
from lianyi.insight.evaluate.watch.choosing import Far
from lianyi.insight.evaluate.watch.families import Family

# A part is worth a look when its rate is this share of the rest's, at most.
FAR_BELOW = 0.6


def far_below(family: Family, slices: Sequence[Slice]) -> Iterator[Far]:
    """The part of each dimension that lies furthest below the rest, beyond chance, and by two fifths at least.

    slices : of the first scan are looked at, their `now` only
    Assumes: parts may differ because other people come there: it is a question, not a fault
    """
    shares = {s.id: s for s in family.series if s.kind == "share" and s.worse == "down"}
    parts = [s for s in slices if s.dimension is not None and s.scan == 0 and s.series in shares]
    # The other parts, not the whole less this one: who takes the step in two parts is in the whole once, and in neither part.
    together = {key: summed([s.now for s in mine]) for key, mine in _by_dimension(parts).items()}
    rests = [without(together[s.series, s.dimension], s.now) for s in parts]
    tests = [_test(s.now, rest) for s, rest in zip(parts, rests, strict=True)]
    q_values = adjusted(t_tails(tests))
    best: dict[tuple[str, str], Far] = {}
    for part, rest, q in zip(parts, rests, q_values, strict=True):
        if q is None or q > FALSE_DISCOVERY_RATE or not rest.rate > 0 or part.now.rate > FAR_BELOW * rest.rate:
            continue
        far = Far(shares[part.series], part, rest, q, (rest.rate - part.now.rate) * part.now.n)
        key = (part.series, part.dimension or "")
        if key not in best or far.missing > best[key].missing:
            best[key] = far
    yield from best.values()


def _by_dimension(parts: Sequence[Slice]) -> dict[tuple[str, str | None], list[Slice]]:
    found: dict[tuple[str, str | None], list[Slice]] = {}
    for part in parts:
        found.setdefault((part.series, part.dimension), []).append(part)
    return found


def _test(part: Side, rest: Side) -> tuple[float, float] | None:
    if min(part.n, rest.n) < LEAST_BASE:
        return None
    d0, d1 = doubt(part, "share"), doubt(rest, "share")
    spread = (d0.variance + d1.variance) ** 0.5
    return ((part.rate - rest.rate) / spread, min(d0.freedom, d1.freedom)) if spread > 0 else None

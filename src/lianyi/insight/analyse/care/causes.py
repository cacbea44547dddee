"""Which causes most complaints come from: counts, shares, and the few that make the most."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.estimate import Interval

VITAL = 0.8


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause, largest first.

    cause      : as recorded; None where none was
    share      : of all; interval: 95% Wilson; cumulated: share of this and all larger causes
    vital      : among the fewest causes that make up 80%
    """

    cause: str | None
    count: int
    share: float
    interval: Interval | None
    cumulated: float
    vital: bool


def pareto(counts: Mapping[str | None, int]) -> tuple[Cause, ...]:
    """Causes by size, with the running share.

    counts   : cause -> how often; None for unknown
    When not : to call the largest cause the worst: neither cost nor anger is counted
    >>> [(c.cause, c.share, c.vital) for c in pareto({"late": 6, "broken": 3, None: 1})]
    [('late', 0.6, True), ('broken', 0.3, True), (None, 0.1, False)]
    """
    total = sum(counts.values())
    answers = []
    before = 0
    for cause, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0] is None, entry[0] or "")):
        if count <= 0:
            continue
        answers.append(
            Cause(cause, count, count / total, share_interval(count, total), (before + count) / total, vital=before < VITAL * total)
        )
        before += count
    return tuple(answers)


def causes_table(causes: tuple[Cause, ...]) -> pa.Table:
    """One row a cause."""
    return pa.table(
        {
            "cause": pa.array([c.cause for c in causes], pa.string()),
            "count": pa.array([c.count for c in causes], pa.int64()),
            "share": pa.array([c.share for c in causes], pa.float64()),
            "cumulated": pa.array([c.cumulated for c in causes], pa.float64()),
            "vital": pa.array([c.vital for c in causes], pa.bool_()),
        }
    )

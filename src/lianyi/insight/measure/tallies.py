"""What ratios are made of: numerators and denominators day by day, for those who ask whether a rate moved beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from lianyi.insight.measure.answers import Key, Row
from lianyi.insight.measure.catalogue import Metric, metric
from lianyi.insight.measure.compute import DEFAULT_ZONE, run_of, split_by
from lianyi.insight.measure.relation import relations
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Integers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DailyTally:
    """One metric by day and by the value of a dimension; a cell that is not listed is 0 over 0.

    days   : (cells,) business days
    values : (cells,) value of the dimension, None where it is not known or nothing is split
    hits   : (cells,) numerators; base: (cells,) denominators, None for a metric that has none
    """

    metric: str
    by: str | None
    days: Integers
    values: tuple[str | None, ...]
    hits: Reals
    base: Reals | None


def daily_tallies(
    engine: Engine,
    metrics: Sequence[str],
    window: Window,
    *,
    by: str | None = None,
    hits: str = "numerator",
    horizon_day: int | None = None,
    zone: ZoneInfo = DEFAULT_ZONE,
) -> dict[str, DailyTally]:
    """Numerators and denominators of some metrics, by day and by a dimension.

    metrics : ids of metrics that are a ratio or a sum over rows that belong to a day; those whose inputs were never recorded are left out
    hits    : the role counted above the line: numerator, or negative and positive of a balance
    Raises  UnknownName; BadInput for a metric that is a quantile, a formula, or of the window as a whole, and for a dimension it lacks
    Cost    as one measurement by day.
    """
    asked = [metric(id_) for id_ in dict.fromkeys(metrics)]
    for one in asked:
        if one.relation is None or relations()[one.relation].class_ != "rows" or hits not in one.sql:
            raise BadInput(reason=Text(zh="%(metric)s 不能按日拆成分子与分母", en="%(metric)s has no daily numerator"), metric=one.id)
    run = run_of(engine, window, split_by(by, asked), grain="day", horizon_day=horizon_day, zone=zone)
    counted = [one for one in asked if not run.session.presence.missing(engine, one.needs)]
    rows = run.rows(counted)
    return {one.id: _tally(one, by, rows[one.id], hits) for one in counted}


def _tally(one: Metric, by: str | None, rows: dict[Key, Row], hits: str) -> DailyTally:
    kept = [(day, value, row.roles) for (day, value), row in rows.items() if day is not None]
    above = np.array([float(roles.get(hits) or 0) for _, _, roles in kept])
    below = np.array([float(roles.get("denominator") or 0) for _, _, roles in kept]) if "denominator" in one.sql else None
    return DailyTally(
        metric=one.id,
        by=by,
        days=np.array([day for day, _, _ in kept], dtype=np.int64),
        values=tuple(value for _, value, _ in kept),
        # A day with nothing to divide by is no day of the rate.
        hits=above if below is None else np.where(below > 0, above, 0.0),
        base=below,
    )

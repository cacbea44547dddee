"""What a measurement answers."""

import datetime as dt
from dataclasses import dataclass

from lianyi.kernel.text import Text

OK, NO_DATA, UNDEFINED = "ok", "no_data", "undefined"


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One metric, over one period, for one value of a dimension.

    status   : ok | no_data (an input was never recorded; see `missing`) | undefined (nothing to divide by); neither is 0
    value    : None unless status is ok; money in minor units (int), counts int, ratios and the rest unrounded
    unit     : count | money | ratio | seconds | hours | ms | days | score
    interval : (low, high) at the level asked for, None where the metric has none
    n        : observations behind the value
    eligible, excluded : observations whose time to be watched was over at the horizon (or whose input is known), and the others,
               which are in neither numerator nor denominator; None where the question does not arise
    by       : {dimension: value}; the value is None where it is unknown; `by` is None without a dimension
    at       : first day of the period, None for the whole window
    missing  : inputs that were never recorded, in an operator's words
    version  : of the definition
    sql      : a query that answers, one statement, runnable alone on the same snapshot: the value, unrounded, is in its column `value`, beside
               that of other periods (`period_d`) and other values of the dimension (`dim_value`) where there are any
    """

    metric: str
    status: str
    value: float | int | None
    unit: str
    interval: tuple[float, float] | None = None
    n: int | None = None
    eligible: int | None = None
    excluded: int | None = None
    by: dict[str, str | None] | None = None
    at: dt.date | None = None
    missing: tuple[Text, ...] = ()
    version: int = 1
    sql: str = ""

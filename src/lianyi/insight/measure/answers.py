"""From aggregates to answers: status, value, interval."""

import ast
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.measure import intervals
from lianyi.insight.measure.catalogue import Metric
from lianyi.insight.measure.compile import WAYS
from lianyi.insight.measure.inputs import inputs
from lianyi.insight.measure.values import NO_DATA, OK, UNDEFINED
from lianyi.kernel.text import Text

# First day of the period (None over the whole window) and value of the dimension (None where unknown or where there is none).
Key = tuple[int | None, str | None]
Number = float | int


@dataclass(frozen=True, slots=True)
class Row:
    """What a query said about one key: aggregates by role, or a distribution (values upwards, how often each)."""

    roles: Mapping[str, Number | None]
    values: Sequence[float] | npt.NDArray[np.float64] = ()
    counts: Sequence[int] | npt.NDArray[np.int64] = ()


NOTHING = Row({})
UNREACHED = Text(zh="这段时间的记录", en="facts of this period")


@dataclass(frozen=True, slots=True)
class Answer:
    """A value before it is written: unrounded."""

    status: str
    value: Number | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    eligible: int | None = None
    excluded: int | None = None
    missing: tuple[Text, ...] = ()

    def shown(self, unit: str) -> Number | None:
        """The value as people get it: counts and money whole."""
        if self.value is None or self.status != OK:
            return None
        return round(self.value) if unit in ("count", "money") else float(self.value)


def judged(
    metric: Metric, rows: Mapping[Key, Row], keys: Sequence[Key], level: float, unreached: Collection[int | None] = ()
) -> dict[Key, Answer]:
    """The answer of a counted metric for every key; keys without rows are answered as nothing was found.

    unreached : periods that the history does not reach: nothing found there is no data, and not nought
    """
    return {
        key: Answer(NO_DATA, n=0, missing=(UNREACHED,))
        if key[0] in unreached and not counts_something(metric, rows.get(key, NOTHING))
        else _judge(metric, rows.get(key, NOTHING), level)
        for key in keys
    }


def counts_something(metric: Metric, row: Row) -> bool:
    """Whether a row of a split says anything about this metric: other metrics of the same query may have put it there."""
    return len(row.counts) > 0 or any(row.roles.get(role) for role in ("numerator", "denominator", "n", "eligible", "excluded"))


def spreads(told: pa.Table) -> list[tuple[dict[str, object], Row]]:
    """The distribution of each key that occurs, from the answer to a distribution's query.

    told : columns a0 (a value), a1 (how often), and those of the key; there may be as many rows as facts, so all is done by columns
    >>> spreads(pa.table({"dim_value": ["x", "x"], "a0": [2.0, 1.0], "a1": [1, 3]}))[0][0]
    {'dim_value': 'x'}
    """
    if not told.num_rows:
        return []
    values, counts = (told[name].to_numpy() for name in ("a0", "a1"))
    keys = told.drop_columns(["a0", "a1"])
    group = np.zeros(told.num_rows, dtype=np.int64)
    for column in keys.columns:
        words = column.combine_chunks().dictionary_encode(null_encoding="encode")
        group = group * len(words.dictionary) + words.indices.to_numpy(zero_copy_only=False)
    order = np.lexsort((values, group))
    values, counts, group = values[order], counts[order], group[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    records = keys.take(pa.array(order[starts])).to_pylist() if keys.num_columns else [{}]
    ends = np.append(starts[1:], len(group))
    return [(record, Row({}, values[a:b], counts[a:b])) for record, a, b in zip(records, starts, ends, strict=True)]


def _judge(metric: Metric, row: Row, level: float) -> Answer:
    if "value" in metric.sql:
        return _of_distribution(metric, row, level)
    roles = row.roles
    numerator, denominator = roles.get("numerator"), roles.get("denominator")
    n = _count(roles.get("n") if "n" in metric.sql else denominator if denominator is not None else numerator)
    eligible = _count(roles.get("eligible")) if "eligible" in metric.sql else None
    excluded = _count(roles.get("excluded")) if "excluded" in metric.sql else None
    if metric.known is not None and not eligible and excluded:
        return Answer(NO_DATA, n=n, eligible=eligible, excluded=excluded, missing=(inputs()[metric.known].says,))
    if "denominator" in metric.sql:
        if denominator is None or denominator <= 0:
            return Answer(UNDEFINED, n=n, eligible=eligible, excluded=excluded)
        value: Number = (numerator or 0) / denominator
    elif numerator is None:
        if metric.empty == "undefined":
            return Answer(UNDEFINED, n=n, eligible=eligible, excluded=excluded)
        value = 0
    else:
        value = numerator
    return Answer(OK, value, _interval(metric, roles, level), n, eligible, excluded)


def _of_distribution(metric: Metric, row: Row, level: float) -> Answer:
    n = int(sum(row.counts))
    eligible = _count(row.roles.get("eligible")) if "eligible" in metric.sql else None
    excluded = _count(row.roles.get("excluded")) if "excluded" in metric.sql else None
    if not n:
        return Answer(UNDEFINED, n=0, eligible=eligible, excluded=excluded)
    values, weights = np.asarray(row.values, dtype=np.float64), np.asarray(row.counts, dtype=np.int64)
    if metric.quantile is None:
        average = float(values @ weights / n)
        return Answer(OK, average, intervals.bootstrap_mean(values, weights, level), n, eligible, excluded)
    value = intervals.quantile(values, weights, metric.quantile)
    return Answer(OK, value, intervals.quantile_interval(values, weights, metric.quantile, level), n, eligible, excluded)


def _interval(metric: Metric, roles: Mapping[str, Number | None], level: float) -> tuple[float, float] | None:
    numerator, denominator = roles.get("numerator") or 0, roles.get("denominator") or 0
    if metric.interval == "wilson" and 0 <= numerator <= denominator and denominator:
        return intervals.wilson(int(numerator), int(denominator), level)
    if metric.interval == "clustered" and denominator:
        squares = roles.get("squares")
        alone = None if squares is None else max(0.0, squares - numerator**2 / denominator) / denominator**2
        return _within(intervals.clustered(numerator, denominator, _clusterings(roles), level, alone=alone), metric.bounds)
    if metric.interval == "balance" and denominator:
        return intervals.balance(int(roles.get("positive") or 0), int(roles.get("negative") or 0), int(denominator), level)
    if metric.interval == "mean":
        return _within(intervals.mean(float(numerator), float(roles.get("squares") or 0), int(denominator), level), metric.bounds)
    return None


def _clusterings(roles: Mapping[str, Number | None]) -> list[intervals.Clustering]:
    """What is known of each way to cluster the events."""
    return [
        intervals.Clustering(
            _count(roles.get(f"clusters_{way}")),
            *(float(roles.get(f"{part}_squares_{way}") or 0) for part in ("above", "cross", "below")),
        )
        for way in WAYS
    ]


def _within(interval: tuple[float, float] | None, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
    """An interval cut to the range the value can lie in: few observations make the normal one reach beyond it."""
    if interval is None or bounds is None:
        return interval
    return max(interval[0], bounds[0]), min(interval[1], bounds[1])


def _count(number: Number | None) -> int:
    return int(number) if number is not None else 0


_OPERATIONS: dict[type, Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def of_formula(metric: Metric, parts: Mapping[str, Mapping[Key, Answer]], definitions: Sequence[Metric]) -> dict[Key, Answer]:
    """The answer of a formula for every key that any of its parts has; it is only as known as its least known part."""
    keys = dict.fromkeys(key for answers in parts.values() for key in answers)
    nothing = {d.id: Answer(OK, 0, n=0) if d.empty == "zero" else Answer(UNDEFINED, n=0) for d in definitions}
    found = {}
    for key in keys:
        at_key = {id_: answers.get(key, nothing[id_]) for id_, answers in parts.items()}
        found[key] = _combined(metric, at_key)
    return found


def _combined(metric: Metric, parts: Mapping[str, Answer]) -> Answer:
    n = min((p.n for p in parts.values() if p.n is not None), default=None)
    judged_part = next((p for p in parts.values() if p.eligible is not None), None)
    eligible = judged_part.eligible if judged_part is not None else None
    excluded = judged_part.excluded if judged_part is not None else None
    lacking = [p for p in parts.values() if p.status == NO_DATA]
    if lacking:
        missing = tuple(dict.fromkeys(text for p in lacking for text in p.missing))
        return Answer(NO_DATA, n=n, eligible=eligible, excluded=excluded, missing=missing)
    values = {id_: p.value for id_, p in parts.items() if p.status == OK and p.value is not None}
    if len(values) < len(parts) or metric.formula is None:
        return Answer(UNDEFINED, n=n, eligible=eligible, excluded=excluded)
    try:
        value = _evaluated(ast.parse(metric.formula, mode="eval").body, values)
    except ZeroDivisionError:
        return Answer(UNDEFINED, n=n, eligible=eligible, excluded=excluded)
    return Answer(OK, value, None, n, eligible, excluded)


def _evaluated(node: ast.expr, values: Mapping[str, Number]) -> Number:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_evaluated(node.left, values), _evaluated(node.right, values))
    raise TypeError(ast.dump(node))

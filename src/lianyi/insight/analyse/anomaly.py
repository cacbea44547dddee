"""Days that stand out of a daily series: against the same weekdays of the weeks before, beyond chance."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.chance import adjusted, two_sided
from lianyi.insight.analyse.change.decompose import Reals
from lianyi.insight.measure import horizon, measure
from lianyi.insight.measure.values import OK
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Count, Day, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

HISTORY_DAYS = 56  # eight of each weekday
FEWEST_DAYS = 28  # four of each weekday
DRIFT_WEEKS = 2
# Robust scores have heavier tails than the normal the p-values assume, hence the strict rate and the floor.
FALSE_DISCOVERY_RATE = 0.01
LEAST_SCORE = 3.5
BAND_SCORE = 2.0
# A day within about a seventh of what was expected is no news, however steady the series; nor is a unit where nothing ever happens.
LEAST_SPREAD = 0.02
LEAST_UNIT = 0.5


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One day: its value, what the weeks before led to expect, and whether it stands out.

    expected, low, high : None where the history before the day is too short; low..high is about 95% of ordinary days
    score  : robust z of the square-root value, signed; q_value : false-discovery rate over the days of the window
    """

    date: dt.date
    value: float
    expected: float | None
    low: float | None
    high: float | None
    score: float | None
    q_value: float | None
    stands_out: bool


@dataclass(frozen=True, slots=True)
class Anomalies:
    """The days of a window against what was to be expected.

    status : ok | not_estimable (see why) | no_data
    points : every day of the window up to the horizon
    """

    metric: str
    window: Window
    status: str
    why: Text | None
    points: tuple[DayPoint, ...]

    @property
    def days(self) -> tuple[DayPoint, ...]:
        """The days that stand out, furthest first."""
        return tuple(sorted((p for p in self.points if p.stands_out), key=lambda p: -abs(p.score or 0.0)))

    @property
    def judged(self) -> int:
        """Days with enough history to be judged."""
        return sum(p.score is not None for p in self.points)

    def to_table(self) -> pa.Table:
        """One row a day."""
        return pa.Table.from_pylist([_row(p) for p in self.points], schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """Plain values; dates as ISO."""
        return {
            "metric": self.metric,
            "window": {"from": self.window.start.isoformat(), "to": self.window.end.isoformat()},
            "status": self.status,
            "why": None if self.why is None else {"zh": self.why.zh, "en": self.why.en},
            "points": [{**_row(p), "date": p.date.isoformat()} for p in self.points],
        }

    def explain(self) -> Text:
        """What stands out, or why nothing can be said."""
        if self.why is not None:
            return self.why
        if not self.days:
            return sentence("%(n)s 天都在通常范围内。", "All %(n)s days lie in the usual range.", n=Count(self.judged))
        first = self.days[0]
        return sentence(
            "%(n)s 天中有 %(k)s 天超出通常范围，最突出的是 %(day)s，为预期的 %(share)s。尚未考虑节假日与大促。",
            "Of %(n)s days %(k)s lie outside the usual range, %(day)s most, at %(share)s of what was expected. Holidays and sales days are not taken into account.",
            n=Count(self.judged),
            k=Count(len(self.days)),
            day=Day(first.date),
            share=Share(first.value / first.expected) if first.expected else "–",
        )


TABLE = pa.schema(
    [
        ("date", pa.date32()),
        ("value", pa.float64()),
        ("expected", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("score", pa.float64()),
        ("q_value", pa.float64()),
        ("stands_out", pa.bool_()),
    ]
)


def anomalies(engine: Engine, window: Window, *, metric: str = "gmv", horizon_day: int | None = None) -> Anomalies:
    """The days of a window on which a metric stands out.

    metric      : one that is a sum or a count by day
    horizon_day : last complete business day; an unfinished day would look like a fall. By default the last day of the data
    Raises UnknownName for a metric that is none.
    Cost   one measurement by day over the window and the eight weeks before.
    """
    last = horizon(engine) if horizon_day is None else horizon_day
    first = engine.snapshot.first_day
    if last is None or first is None or last < window.from_day:
        return Anomalies(metric, window, "no_data", Text(zh="区间内没有数据。", en="There is no data in the window."), ())
    start = max(first, window.from_day - HISTORY_DAYS)
    end = min(window.to_day, last + 1)
    if end <= start:
        return Anomalies(metric, window, "no_data", Text(zh="区间内没有数据。", en="There is no data in the window."), ())
    measured = measure(engine, [metric], Window(start, end), grain="day", horizon_day=last)
    values = np.array([float(m.value) if m.status == OK and m.value is not None else np.nan for m in measured])
    if np.isnan(values).all():
        why = measured[0].missing
        needs = sentence("没有数据：%(what)s", "No data: %(what)s", what=why[0] if why else Text(zh=metric, en=metric))
        return Anomalies(metric, window, "no_data", needs, ())
    begin = max(window.from_day, start) - start
    points = judge(np.nan_to_num(values), start, begin)
    if not any(p.score is not None for p in points):
        short = sentence(
            "无法判断：此前的历史不足 %(least)s 天（只有 %(have)s 天）。",
            "Not estimable, because there are fewer than %(least)s days of history before it (%(have)s).",
            least=Count(FEWEST_DAYS),
            have=Count(len(values) - 1),
        )
        return Anomalies(metric, window, "not_estimable", short, points)
    return Anomalies(metric, window, "ok", None, points)


def judge(values: Reals, first_day: int, begin: int) -> tuple[DayPoint, ...]:
    """Judge the days from `begin` on against the days before each.

    values    : (days,) one value a day without gaps
    first_day : day number of values[0]
    begin     : index of the first day to judge
    Expected is the median of the same weekday over the 8 weeks before (at least 4), moved by the median residual of the last
    two weeks; the scale is the median absolute deviation of those weeks, widened for what the medians stray themselves. Values are taken as signed square roots, which evens out the
    spread of counts and money. Points before any 28 days of history have no expectation.
    """
    root = np.sign(values) * np.sqrt(np.abs(values))
    found: list[tuple[float, float, float] | None] = []  # expected root, scale, score
    for i in range(begin, len(values)):
        past = np.arange(max(0, i - HISTORY_DAYS), i)
        past = past[(len(past) % 7) :]  # whole weeks
        if len(past) < FEWEST_DAYS:
            found.append(None)
            continue
        weeks = root[past].reshape(-1, 7)  # one column a weekday; the first is that of day i
        residual = weeks - np.median(weeks, axis=0)
        drift = float(np.median(residual[-DRIFT_WEEKS:]))
        expected = float(np.median(weeks[:, 0])) + drift
        # Weekdays on which nothing ever happens (closed) have no spread and would make the others look wild.
        open_days = residual[:, np.any(weeks != 0, axis=0)]
        spread = 1.4826 * float(np.median(np.abs(open_days - np.median(open_days)))) if open_days.size else 0.0
        # What is judged strays by itself, and the two medians it is held against stray as well; residuals around a median of few
        # weeks are too small by about a degree of freedom.
        w = len(weeks)
        spread *= np.sqrt(w / (w - 1) * (1 + np.pi / 2 * (1 / w + 1 / (7 * DRIFT_WEEKS))))
        scale = max(spread, LEAST_SPREAD * abs(expected), LEAST_UNIT)
        found.append((expected, scale, (float(root[i]) - expected) / scale))
    q_values = adjusted([None if f is None else two_sided(f[2]) for f in found])
    points = []
    for i, (f, q) in enumerate(zip(found, q_values, strict=True)):
        value, date = float(values[begin + i]), date_of(first_day + begin + i)
        if f is None or q is None:
            points.append(DayPoint(date, value, None, None, None, None, None, stands_out=False))
            continue
        expected, scale, score = f
        low, middle, high = (_squared(expected + k * scale) for k in (-BAND_SCORE, 0, BAND_SCORE))
        out = abs(score) >= LEAST_SCORE and q <= FALSE_DISCOVERY_RATE
        points.append(DayPoint(date, value, middle, low, high, score, q, stands_out=out))
    return tuple(points)


def _squared(root: float) -> float:
    return float(np.sign(root) * root**2)


def _row(p: DayPoint) -> dict[str, Any]:
    return {name: getattr(p, name) for name in TABLE.names}

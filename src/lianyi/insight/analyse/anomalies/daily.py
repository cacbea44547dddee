"""Days of several metrics that stand out once the calendar is accounted for, and lasting changes of level."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.anomalies.changepoints import Change, changes
from lianyi.insight.analyse.anomalies.regression import FEWEST_DAYS, Fitted, fit
from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.calendar.days import years
from lianyi.insight.analyse.calendar.events import named
from lianyi.insight.analyse.chance import adjusted
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph, said
from lianyi.insight.analyse.rates.compare import t_tails
from lianyi.insight.measure import catalogue, horizon, measure
from lianyi.insight.measure.values import OK
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Count, Day, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]

METRICS = ("gmv", "orders", "buyers", "new_members", "visitors", "interactions")
HISTORY_DAYS = 760  # two years and a month: every event twice
FALSE_DISCOVERY_RATE = 0.01
LEAST_SCORE = 3.5
PASSES = 3
LEAST_DAYS = 14  # a level that held for a week may be a week
METHOD_VERSION = 2
GRADE = "C"


@dataclass(frozen=True, slots=True)
class OddDay:
    """A day that stands out: value, what was expected, the range of ordinary days, signed robust score, false-discovery rate.

    events : holidays and sales days in or near which it lies
    unsure : it lies in the only occurrence of an event that the data hold, whose effect may be all there is to it
    """

    metric: str
    date: dt.date
    value: float
    expected: float
    low: float
    high: float
    score: float
    q_value: float
    events: tuple[str, ...]
    unsure: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A lasting change of level: its first day, and the level after as a multiple of the level before."""

    metric: str
    date: dt.date
    ratio: float | None


@dataclass(frozen=True, slots=True)
class DailyAnomalies:
    """Odd days and lasting changes of several metrics over a window.

    judged  : metric and day pairs that could be judged, all of which entered the false-discovery control
    skipped : metrics that could not be judged, with the reason
    """

    window: Window
    metrics: tuple[str, ...]
    days: tuple[OddDay, ...]
    shifts: tuple[Shift, ...]
    judged: int
    skipped: tuple[tuple[str, Text], ...]
    with_calendar: bool
    snapshot: int

    @property
    def n(self) -> int:
        """Metric and day pairs judged."""
        return self.judged

    @property
    def odd_share(self) -> Estimate:
        """The share of the metric and day pairs judged that stand out; no interval, because metrics of one day are odd together."""
        if not self.judged:
            return missing(Text(zh="没有指标可以判断", en="no metric could be judged"), grade=GRADE)
        return Estimate(len(self.days) / self.judged, None, self.judged, GRADE)

    def to_table(self) -> pa.Table:
        """One row an odd day, furthest first."""
        return pa.Table.from_pylist([_row(d) for d in self.days], schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: `{"days": [...], "shifts": [{metric, date, ratio}], "skipped": [{metric, because}], ...}`."""
        return answer(
            "anomalies",
            version=METHOD_VERSION,
            n=self.n,
            headline=("odd_share", self.odd_share),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "days": [{**_row(d), "date": d.date.isoformat()} for d in self.days],
                "shifts": [{"metric": s.metric, "date": s.date.isoformat(), "ratio": s.ratio} for s in self.shifts],
                "skipped": [{"metric": metric, "because": said(why)} for metric, why in self.skipped],
                "metrics": list(self.metrics),
                "with_calendar": self.with_calendar,
            },
        )

    def explain(self) -> Text:
        """What stands out, and what does not."""
        if not self.judged:
            return paragraph(
                [
                    Text(zh="没有指标可以判断。", en="No metric could be judged."),
                    *(sentence("%(w)s。", "%(w)s.", w=why) for _, why in self.skipped[:1]),
                ]
            )
        parts: list[Text | None] = []
        known = (
            Text(zh="已计入星期、季节与节假日大促", en="With weekdays, season, holidays and sales days accounted for")
            if self.with_calendar
            else Text(zh="已计入星期与季节（未计节假日）", en="With weekdays and season accounted for, holidays not")
        )
        if self.days:
            first = self.days[0]
            parts.append(
                sentence(
                    "%(known)s，%(n)s 个数中 %(k)s 个超出通常范围；最突出的是 %(day)s 的%(metric)s%(share)s。",
                    "%(known)s, %(k)s of %(n)s values lie outside the usual range; %(metric)s on %(day)s most%(share)s.",
                    known=known,
                    n=Count(self.judged),
                    k=Count(len(self.days)),
                    day=Day(first.date),
                    metric=catalogue()[first.metric].name,
                    share=sentence("，为预期的 %(s)s", ", at %(s)s of what was expected", s=Share(first.value / first.expected))
                    if first.expected > 0
                    else "",
                )
            )
        else:
            parts.append(
                sentence(
                    "%(known)s，%(n)s 个数都在通常范围内。",
                    "%(known)s, all %(n)s values lie in the usual range.",
                    known=known,
                    n=Count(self.judged),
                )
            )
        if self.shifts:
            shift = self.shifts[0]
            parts.append(
                sentence(
                    "%(metric)s的水平从 %(day)s 起持续改变。",
                    "%(metric)s has been at another level since %(day)s.",
                    metric=catalogue()[shift.metric].name,
                    day=Day(shift.date),
                )
            )
        return paragraph(parts)


TABLE = pa.schema(
    [
        ("metric", pa.string()),
        ("date", pa.date32()),
        ("value", pa.float64()),
        ("expected", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("score", pa.float64()),
        ("q_value", pa.float64()),
        ("events", pa.list_(pa.string())),
        ("unsure", pa.bool_()),
    ]
)


def daily_anomalies(
    engine: Engine, window: Window, *, metrics: Sequence[str] = METRICS, with_calendar: bool = True, horizon_day: int | None = None
) -> DailyAnomalies:
    """Days on which metrics stand out, all metrics and days controlled together, and lasting changes of level.

    window        : days that are judged; up to two years before it are read to know what is usual
    metrics       : sums or counts by day
    with_calendar : whether Chinese holidays and shopping festivals are accounted for; not for a shop that sells elsewhere
    horizon_day   : last complete business day; by default the last day of the data
    Raises UnknownName for a metric that is none.
    Cost   one measurement by day for all metrics, and some 20 ms a metric.
    """
    last = horizon(engine) if horizon_day is None else horizon_day
    first = engine.snapshot.first_day
    asked = tuple(dict.fromkeys(metrics))
    end = window.to_day if last is None else min(window.to_day, last + 1)
    start = window.from_day if first is None else max(first, window.from_day - HISTORY_DAYS)
    if last is None or first is None or end <= max(start, window.from_day):
        empty = Text(zh="区间内没有数据", en="There is no data in the window")
        return DailyAnomalies(window, asked, (), (), 0, tuple((m, empty) for m in asked), with_calendar, engine.snapshot.version)
    held = with_calendar and min(years()) <= date_of(start).year and date_of(end).year <= max(years())
    measured = measure(engine, asked, Window(start, end), grain="day", horizon_day=last)
    fitted: list[tuple[str, Reals, Fitted, tuple[Change, ...]]] = []
    skipped: list[tuple[str, Text]] = []
    for metric in asked:
        values = np.array([float(m.value) if m.status == OK and m.value is not None else np.nan for m in measured if m.metric == metric])
        if np.isnan(values).all():
            skipped.append((metric, Text(zh="没有这项数据", en="There is no such data")))
        elif len(values) < FEWEST_DAYS:
            skipped.append((metric, Text(zh="历史不足 56 天", en="There are fewer than 56 days of history")))
        else:
            filled = np.nan_to_num(values)
            counted = catalogue()[metric].unit == "count"
            fitted.append((metric, filled, *with_shifts(filled, start, with_calendar=held, counted=counted)))
    return _judged(window, asked, fitted, tuple(skipped), start, held=held, snapshot=engine.snapshot.version)


def with_shifts(values: Reals, first_day: int, *, with_calendar: bool, counted: bool = False) -> tuple[Fitted, tuple[Change, ...]]:
    """A daily series fitted with its lasting changes of level, and those changes.

    A change that the fit does not know bends everything near it, so the series is fitted, cut, and fitted again with its cuts.
    """
    found = fit(values, first_day, with_calendar=with_calendar, counted=counted)
    cuts: tuple[Change, ...] = ()
    for _ in range(PASSES):
        # Noise that lingers looks like small changes of level; what a cut must save grows with how long it lingers.
        lingering = (found.spread / (1 - found.phi)) ** 2
        again = changes(found.residual, least=LEAST_DAYS, penalty=3 * float(np.log(len(values))) * lingering)
        if [c.at for c in again] == [c.at for c in cuts]:
            break
        cuts = again
        found = fit(values, first_day, with_calendar=with_calendar, steps=[c.at for c in cuts], counted=counted)
    return found, cuts


def _judged(
    window: Window,
    asked: tuple[str, ...],
    fitted: list[tuple[str, Reals, Fitted, tuple[Change, ...]]],
    skipped: tuple[tuple[str, Text], ...],
    start: int,
    *,
    held: bool,
    snapshot: int,
) -> DailyAnomalies:
    begin = max(0, window.from_day - start)
    places = [(metric, values, found, i) for metric, values, found, _ in fitted for i in range(begin, len(values))]
    q_values = adjusted(t_tails([(float(found.score[i]), found.freedom) for _, _, found, i in places]))
    days = [
        OddDay(
            metric=metric,
            date=date_of(start + i),
            value=float(values[i]),
            expected=float(found.expected[i]),
            low=float(found.low[i]),
            high=float(found.high[i]),
            score=float(found.score[i]),
            q_value=q,
            events=tuple(o.event.id for o in named(start + i)) if held else (),
            unsure=bool(found.unsure[i]),
        )
        for (metric, values, found, i), q in zip(places, q_values, strict=True)
        if q is not None and q <= FALSE_DISCOVERY_RATE and abs(found.score[i]) >= LEAST_SCORE
    ]
    shifts = [
        Shift(metric, date_of(start + change.at), (change.after / change.before) ** 2 if change.before > 0 and change.after >= 0 else None)
        for metric, _, _, cuts in fitted
        for change in cuts
        if start + change.at >= window.from_day
    ]
    return DailyAnomalies(
        window=window,
        metrics=asked,
        days=tuple(sorted(days, key=lambda d: (d.unsure, -abs(d.score), d.metric))),
        shifts=tuple(sorted(shifts, key=lambda s: (s.date, s.metric), reverse=True)),
        judged=len(places),
        skipped=skipped,
        with_calendar=held,
        snapshot=snapshot,
    )


def _row(day: OddDay) -> dict[str, Any]:
    return {name: getattr(day, name) if name != "events" else list(day.events) for name in TABLE.names}

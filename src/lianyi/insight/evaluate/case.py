"""The case before us: the windows, the engine, and what has been measured so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from lianyi.insight.evaluate.result import Figure
from lianyi.insight.measure import MetricValue, measure
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.numbers import Day, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

SEASONED_DAYS = 90


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two windows set side by side.

    kind : previous | year | given (the baseline asked for), or within (the end of the window against the time before it,
           where the data does not reach back to a baseline)
    """

    kind: str
    before: Window
    now: Window

    @property
    def label(self) -> Text:
        """Which days are compared, in words."""
        return sentence(
            "%(now)s 对 %(before)s",
            "%(now)s against %(before)s",
            now=span(self.now),
            before=span(self.before),
        )


@dataclass(slots=True)
class Case:
    """What every step of an evaluation looks at.

    baseline   : the window asked to compare with, None when the data does not cover it
    comparison : what is really compared; None when the data allows no comparison at all
    """

    engine: Engine
    window: Window
    baseline: Window | None
    comparison: Comparison | None
    currency: str
    horizon_day: int
    level: float
    zone: ZoneInfo
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def measured(
        self, metrics: Sequence[str], window: Window | None = None, *, by: str | None = None, grain: str = "total"
    ) -> list[MetricValue]:
        """Metrics over the window (or another), at this case's level, horizon and zone."""
        return measure(
            self.engine,
            metrics,
            window or self.window,
            by=by,
            grain=grain,
            level=self.level,
            horizon_day=self.horizon_day,
            zone=self.zone,
            most=None,
        )

    def value(self, metric: str) -> float | None:
        """A metric's value over the window, or None."""
        figure = self.figures.get(metric)
        return None if figure is None else figure.value

    def sql_of(self, metric: str) -> str:
        """The query behind a metric's figure."""
        figure = self.figures.get(metric)
        return "" if figure is None else figure.sql

    @property
    def knows_who_is_new(self) -> bool:
        """Whether the history reaches far enough before what is compared: early in the data everyone looks like a new buyer."""
        first = self.engine.snapshot.first_day
        return self.comparison is not None and first is not None and self.comparison.before.from_day - first >= SEASONED_DAYS

    @property
    def complete(self) -> bool:
        """Whether the data reaches the end of the window."""
        return self.horizon_day >= self.window.to_day - 1


def span(window: Window) -> Text:
    """A window in words, by its first and last day, both meant.

    >>> span(Window.parse("2024-01-01", "2024-02-01")).en
    '1 Jan 2024 to 31 Jan 2024'
    """
    return sentence("%(a)s至%(b)s", "%(a)s to %(b)s", a=Day(window.start), b=Day(date_of(window.to_day - 1)))

"""What the overview shows: headline figures beside the period before, and the meters of the house rules."""

from dataclasses import dataclass

from lianyi.insight.measure import catalogue
from lianyi.insight.measure.values import OK, MetricValue
from lianyi.insight.report.document import Spark
from lianyi.kernel.clock import Window, period_start
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.web.console.desk import measured

DAYS = 30
WEEKS = 12
"""Complete weeks that a small line shows."""
HEADLINES = (
    "net_sales",
    "orders",
    "buyers",
    "aov",
    "repurchase_rate",
    "new_members",
    "k_factor",
    "contribution_profit",
)
# Each of the house's own limits: the metric, on which side of it one should be, the limit in the metric's unit.
METERS = (
    ("hard_ad_share", "most", 0.20),
    ("originality", "least", 0.70),
    ("reply_rate", "least", 0.80),
    ("replied_within_30s", "least", 0.80),
    ("negative_within_2h", "least", 0.95),
    ("plan_adherence", "least", 0.80),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: now, before, and how it ran."""

    metric: str
    name: Text
    says: Text
    better: str
    now: MetricValue
    before: MetricValue
    spark: Spark | None

    @property
    def change_share(self) -> float | None:
        """The change as a share of before; None where either is missing or before is 0."""
        if self.now.value is None or not self.before.value:
            return None
        return (self.now.value - self.before.value) / abs(self.before.value)

    @property
    def tone(self) -> str:
        """good | bad | "" by the direction that the metric should take; small moves are neither."""
        change = self.change_share
        if change is None or abs(change) < 0.005 or self.better not in {"up", "down"}:
            return ""
        return "good" if (change > 0) == (self.better == "up") else "bad"


@dataclass(frozen=True, slots=True)
class Meter:
    """One limit of the house, and where we stand. is_kept : None where nothing can be said."""

    metric: str
    name: Text
    now: MetricValue
    side: str
    limit: float

    @property
    def is_kept(self) -> bool | None:
        """Whether the limit is kept; None where nothing can be said."""
        if self.now.value is None:
            return None
        return self.now.value <= self.limit if self.side == "most" else self.now.value >= self.limit


def windows(last_day: int, days: int = DAYS) -> tuple[Window, Window]:
    """The last so many business days that the data holds, and as many before them."""
    now = Window(last_day + 1 - days, last_day + 1)
    return now, Window(now.from_day - days, now.from_day)


def cards(engine: Engine, now: Window, before: Window) -> list[Card]:
    """The headline figures."""
    current, previous = (_by_metric(measured(engine, HEADLINES, window)) for window in (now, before))
    runs: dict[str, list[MetricValue]] = {}
    last_week = period_start(now.to_day, "week")
    for value in measured(engine, HEADLINES, Window(last_week - WEEKS * 7, last_week), grain="week"):
        runs.setdefault(value.metric, []).append(value)
    known = catalogue()
    return [
        Card(
            name,
            known[name].name,
            known[name].says,
            known[name].better,
            current[name],
            previous[name],
            _spark(runs.get(name, [])),
        )
        for name in HEADLINES
    ]


def meters(engine: Engine, now: Window) -> list[Meter]:
    """The house's limits."""
    values = _by_metric(measured(engine, tuple(name for name, _, _ in METERS), now))
    known = catalogue()
    return [Meter(name, known[name].name, values[name], side, limit) for name, side, limit in METERS]


def _by_metric(values: list[MetricValue]) -> dict[str, MetricValue]:
    return {value.metric: value for value in values}


def _spark(run: list[MetricValue]) -> Spark | None:
    points = tuple((value.at.isoformat() if value.at else "", value.value if value.status == OK else None, True) for value in run)
    return Spark(points, "week", run[0].unit) if sum(point[1] is not None for point in points) > 1 else None

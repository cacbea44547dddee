"""What followed an action: a metric over the days before it was taken up and the days after it was done, and how far that may be trusted."""

from dataclasses import dataclass
from typing import Any

from lianyi.insight.measure import MetricValue, measure, metric
from lianyi.insight.measure.intervals import difference_interval
from lianyi.kernel.clock import Window, parse_zone
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

WHOLE_WEEKS = 28
"""Days on each side: four whole weeks, so that weekdays weigh the same before and after."""
VERDICTS = ("better", "worse", "unclear")
CAVEAT = Text(
    zh="前后对比不等于因果：季节、大促、价格同时在变，而且问题往往在最坏时被发现、之后自己也会回升。只有随机对照组能说是这件事带来的。",
    en="Before and after is not cause: season, sales days and prices moved too, and what is noticed at its worst tends to recover by itself. "
    "Only a randomised hold-out shows that it was this.",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """A metric before and after.

    status : measured | too_early (the days after are not over in the data) | no_data
    change, change_interval : after less before, with a 95% interval that takes both sides as independent; None where either has none
    verdict : better | worse, only where the interval leaves zero out and the metric has a better direction; else unclear
    """

    metric: str
    status: str
    before_window: Window
    after_window: Window
    before: MetricValue | None = None
    after: MetricValue | None = None
    change: float | None = None
    change_interval: tuple[float, float] | None = None
    verdict: str = "unclear"

    def to_json(self) -> dict[str, Any]:
        """`{metric, status, unit, before, after, change, verdict, caveat, ...}`; values as stored with a task."""
        return {
            "metric": self.metric,
            "status": self.status,
            "unit": metric(self.metric).unit,
            "before": _side(self.before, self.before_window),
            "after": _side(self.after, self.after_window),
            "change": self.change,
            "change_interval": None if self.change_interval is None else list(self.change_interval),
            "verdict": self.verdict,
            "caveat": {"zh": CAVEAT.zh, "en": CAVEAT.en},
        }


def effect(engine: Engine, metric_id: str, *, taken_up: int, done: int, zone_name: str, days: int = WHOLE_WEEKS) -> Effect:
    """The metric over `days` before an action was taken up, and over as many after it was done.

    taken_up, done : day numbers; the day on which it was taken up is in neither side, nor are the days until it was done
    days           : on each side, at least 7
    Raises UnknownName.
    Cost   two questions to the catalogue.
    """
    before = Window(taken_up - days, taken_up)
    after = Window(done + 1, done + 1 + days)
    last = engine.snapshot.last_day
    if last is None or last < after.to_day - 1:
        return Effect(metric_id, "too_early", before, after)
    zone = parse_zone(zone_name)
    then, now = (measure(engine, [metric_id], window, zone=zone)[0] for window in (before, after))
    if then.status != "ok" or now.status != "ok" or then.value is None or now.value is None:
        return Effect(metric_id, "no_data", before, after, then, now)
    change = float(now.value) - float(then.value)
    interval = None
    if then.interval is not None and now.interval is not None:
        interval = difference_interval(now.value, now.interval, then.value, then.interval)
    return Effect(metric_id, "measured", before, after, then, now, change, interval, _verdict(metric_id, interval))


def _verdict(metric_id: str, interval: tuple[float, float] | None) -> str:
    better = metric(metric_id).better
    if interval is None or better == "band" or interval[0] <= 0 <= interval[1]:
        return "unclear"
    return "better" if (interval[0] > 0) == (better == "up") else "worse"


def _side(value: MetricValue | None, window: Window) -> dict[str, Any]:
    return {
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "value": None if value is None or value.value is None else float(value.value),
        "interval": None if value is None or value.interval is None else list(value.interval),
        "n": None if value is None else value.n,
    }

"""Rules that the operation keeps to, each as a meter against its limit."""

from dataclasses import dataclass

from django.utils.functional import cached_property

from lianyi.insight.measure import Metric, MetricValue, metric
from lianyi.insight.report.cells import Quantity
from lianyi.web.console.asking import Horizon, values
from lianyi.web.console.cards import formatter, shown
from lianyi.web.console.windows import Span

# metric -> (limit, whether the value must stay at or below it)
RULES: dict[str, tuple[float, bool]] = {
    "hard_ad_share": (0.20, True),
    "originality": (0.70, False),
    "reply_rate": (0.80, False),
    "replied_within_30s": (0.80, False),
    "negative_within_2h": (0.95, False),
}


@dataclass(frozen=True)
class Meter:
    """One rule: the value, the limit, and whether it is kept. state: kept | broken | unsure (the interval holds the limit) | silent."""

    value: MetricValue
    limit: float
    at_most: bool

    @cached_property
    def metric(self) -> Metric:
        return metric(self.value.metric)

    @property
    def shown(self) -> str:
        return shown(self.value, formatter())

    @property
    def limit_shown(self) -> str:
        return ("≤ " if self.at_most else "≥ ") + formatter().short(Quantity(self.limit, "ratio"))

    @property
    def percent(self) -> int:
        return round(100 * float(self.value.value or 0))

    @property
    def limit_percent(self) -> int:
        return round(100 * self.limit)

    @property
    def state(self) -> str:
        if self.value.value is None:
            return "silent"
        low, high = self.value.interval or (self.value.value, self.value.value)
        if self.at_most:
            return "kept" if high <= self.limit else "broken" if low > self.limit else "unsure"
        return "kept" if low >= self.limit else "broken" if high < self.limit else "unsure"

    @property
    def tone(self) -> str:
        return {"kept": "good", "broken": "bad", "unsure": "warn", "silent": ""}[self.state]


def meters(horizon: Horizon, span: Span) -> list[Meter]:
    """Every rule over a span."""
    found = values(horizon, list(RULES), span.window)
    return [Meter(value, *RULES[value.metric]) for value in found]

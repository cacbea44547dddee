"""A metric as a card: its value, its interval, against the period before, its days as a small line."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.measure import Metric, MetricValue, metric
from lianyi.insight.report.cells import Quantity, Spark
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.html.drawing import sparkline
from lianyi.kernel.text import Text
from lianyi.web.console.asking import Horizon, values
from lianyi.web.console.windows import Span
from lianyi.web.ui.templatetags.words import spoken

NOT_DEFINED = Text(zh="无法计算（没有可除的数）", en="undefined (nothing to divide by)")
LACKS = Text(zh="暂无数据：缺 %(what)s", en="no data: needs %(what)s")
SAME_WITHIN = 1e-9


@dataclass(frozen=True, slots=True)
class Card:
    """One metric, ready to be shown.

    shown  : the value in words, or why there is none
    status : ok | no_data | undefined
    change : against the period before, in words; "" where it cannot be said
    tone   : good | bad | "" - only where the intervals do not overlap, or where there are none, is a change called good or bad
    """

    metric: Metric
    status: str
    shown: str
    interval: str
    n: int | None
    change: str
    tone: str
    spark: SafeString


def formatter() -> Formatter:
    """Numbers as this reader writes them."""
    return Formatter(spoken(), settings.WORKSPACE.currency)


def cards(horizon: Horizon, metrics: Sequence[str], span: Span, *, grain: str = "day") -> list[Card]:
    """Cards of some metrics over a span. Cost: three kept questions, whatever the number of metrics."""
    now = {value.metric: value for value in values(horizon, metrics, span.window)}
    before = {value.metric: value for value in values(horizon, metrics, span.before)}
    series: dict[str, list[MetricValue]] = {}
    for value in values(horizon, metrics, span.window, grain=grain):
        series.setdefault(value.metric, []).append(value)
    return [card(now[id_], before.get(id_), series.get(id_, []), horizon.last_day, grain) for id_ in metrics]


def card(now: MetricValue, before: MetricValue | None, series: list[MetricValue], last_day: int, grain: str) -> Card:
    """One card from its values."""
    words = formatter()
    change, tone = change_of(now, before, words)
    interval = ""
    if now.interval is not None and now.status == "ok":
        low, high = now.interval
        interval = f"{words.short(Quantity(low, now.unit))} – {words.short(Quantity(high, now.unit))}"
    return Card(
        metric=metric(now.metric),
        status=now.status,
        shown=shown(now, words),
        interval=interval,
        n=now.n,
        change=change,
        tone=tone,
        spark=line_of(series, metric(now.metric), grain),
    )


def shown(value: MetricValue, words: Formatter) -> str:
    """A value in words, or why there is none."""
    if value.status == "ok":
        return words.short(Quantity(value.value, value.unit))
    if value.status == "undefined":
        return NOT_DEFINED.say(words.language)
    joined = ("、" if words.language == "zh" else ", ").join(text.say(words.language) for text in value.missing)
    return LACKS.say(words.language, what=joined)


def change_of(now: MetricValue, before: MetricValue | None, words: Formatter) -> tuple[str, str]:
    """A change in words and its tone."""
    if before is None or now.value is None or before.value is None:
        return "", ""
    difference = now.value - before.value
    if abs(difference) <= SAME_WITHIN:
        return Text(zh="持平", en="no change").say(words.language), ""
    if now.unit == "ratio":
        said = words.short(Quantity(difference, "ratio", delta=True))
    elif before.value:
        said = words.short(Quantity(difference / abs(before.value), "share", delta=True))
    else:
        said = words.short(Quantity(difference, now.unit, delta=True))
    better = metric(now.metric).better
    if better == "band" or overlaps(now.interval, before.interval):
        return said, ""
    return said, "good" if (difference > 0) == (better == "up") else "bad"


def overlaps(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    """Whether two intervals share a point; False where either is missing."""
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def line_of(series: list[MetricValue], one: Metric, grain: str) -> SafeString:
    """A series as a small line; nothing for fewer than three known points."""
    points = tuple((value.at.isoformat(), value.value, True) for value in series if value.at is not None)
    if sum(value is not None for _, value, _ in points) < 3:
        return mark_safe("")
    name = one.name.say(spoken())
    return mark_safe(sparkline(Spark(points, grain, one.unit), name, width=132, height=36))  # noqa: S308 - drawn and escaped by us

"""A metric as a card: its value, its interval, against the period before, its days as a small line."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.measure import Metric, MetricValue, metric
from lianyi.insight.report.cells import Quantity, Spark
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.html.drawing import sparkline
from lianyi.kernel.clock import GRAINS, Window, period_start
from lianyi.kernel.text import Text
from lianyi.web.console.asking import Horizon, values
from lianyi.web.console.windows import Span
from lianyi.web.ui.templatetags.words import spoken

NOT_DEFINED = Text(zh="无法计算（没有可除的数）", en="undefined (nothing to divide by)")
LACKS = Text(zh="暂无数据：缺 %(what)s", en="no data: needs %(what)s")
SAME_WITHIN = 1e-9
MOST_PERIODS = 12


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
    """Cards of some metrics over a span.

    A metric that says nothing of so short a period as the grain is drawn by its own: its last twelve whole weeks or months.
    Cost: two kept questions and one for each grain, whatever the number of metrics.
    """
    now = {value.metric: value for value in values(horizon, metrics, span.window)}
    before = {value.metric: value for value in values(horizon, metrics, span.before)}
    series: dict[str, list[MetricValue]] = {}
    drawn_by = {id_: max(grain, metric(id_).shortest, key=GRAINS.index) for id_ in metrics}
    for one in sorted(set(drawn_by.values())):
        window = span.window if one == grain else whole_periods(span.window, one, horizon.first_day)
        of_grain = [id_ for id_ in metrics if drawn_by[id_] == one]
        for value in values(horizon, of_grain, window, grain=one) if window else []:
            series.setdefault(value.metric, []).append(value)
    return [card(now[id_], before.get(id_), series.get(id_, []), horizon.last_day, drawn_by[id_]) for id_ in metrics]


def whole_periods(window: Window, grain: str, first_day: int) -> Window | None:
    """The last twelve periods that are over when a window is, none of them begun before the first day with facts; None for none.

    >>> str(whole_periods(Window.parse("2026-06-08", "2026-07-06"), "month", Window.named("2026-02").from_day + 4))
    '2026-03-01..2026-07-01'
    """
    end = start = period_start(window.to_day, grain)
    for _ in range(MOST_PERIODS):
        earlier = period_start(start - 1, grain)
        if earlier < first_day:
            break
        start = earlier
    return Window(start, end) if start < end else None


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
    return mark_safe(sparkline(Spark(points, grain, one.unit), name, width=208, height=44))  # noqa: S308 - drawn and escaped by us

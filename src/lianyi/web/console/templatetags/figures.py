"""Numbers of the catalogue as the console writes them: never without their meaning."""

import datetime as dt

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.measure.values import MetricValue
from lianyi.insight.report.document import Quantity, Spark
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.sparks import strokes
from lianyi.kernel.numbers import Day, percent
from lianyi.kernel.text import Text
from lianyi.web.ui.templatetags.words import spoken

register = template.Library()
WIDTH, HEIGHT = 160, 36
UNDEFINED = Text(zh="无定义：没有可除的", en="undefined: nothing to divide by")
NO_DATA = Text(zh="没有数据：缺%(what)s", en="no data: %(what)s missing")


def formatter() -> Formatter:
    """Numbers in the reader's language and the workspace's currency."""
    return Formatter(spoken(), settings.WORKSPACE.currency)


@register.filter
def figure(value: MetricValue) -> str:
    """A value as cards show it; "" where there is none (say why instead)."""
    return "" if value.value is None else formatter().short(Quantity(value.value, value.unit))


@register.filter
def whole_figure(value: MetricValue) -> str:
    """A value in full, as tables show it."""
    return "" if value.value is None else formatter().full(Quantity(value.value, value.unit))


@register.filter
def why_none(value: MetricValue) -> str:
    """Why there is no value."""
    words = spoken()
    if value.missing:
        return NO_DATA.say(words, what=("、" if words == "zh" else ", ").join(text.say(words) for text in value.missing))
    return UNDEFINED.say(words)


@register.filter
def in_unit(number: float, unit: str) -> str:
    """A bare number in a unit of the catalogue."""
    return formatter().short(Quantity(number, unit))


@register.filter
def share(number: float | None) -> str:
    """A share as a percentage."""
    return "" if number is None else percent(number)


@register.filter
def signed_share(number: float | None) -> str:
    """A change as a percentage with its sign."""
    return "" if number is None else percent(number, sign=True)


@register.filter
def date_words(date: dt.date | str) -> str:
    """A calendar date."""
    return Day(dt.date.fromisoformat(date) if isinstance(date, str) else date).say(spoken())


@register.simple_tag
def interval(value: MetricValue) -> str:
    """The interval of a value, "" where it has none."""
    if value.interval is None:
        return ""
    low, high = (formatter().short(Quantity(edge, value.unit)) for edge in value.interval)
    return f"{low} – {high}"


@register.simple_tag
def sparkline(spark: Spark | None, label: str = "") -> SafeString:
    """How a figure ran, week by week."""
    if spark is None:
        return SafeString("")
    found = strokes(spark)

    def place(point: tuple[float, float]) -> str:
        return f"{4 + point[0] * (WIDTH - 8):.1f} {4 + (1 - point[1]) * (HEIGHT - 8):.1f}"

    path = "".join(f"M{place(a)}L{place(b)}" for a, b in found.solid)
    x, y = place(found.end).split()
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}"><path d="{}"/>{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        mark_safe(path),  # noqa: S308 - numbers only
        format_html('<circle cx="{}" cy="{}" r="2.5"/>', x, y),
    )

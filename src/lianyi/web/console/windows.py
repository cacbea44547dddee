"""The span of days that a page is about, chosen by its reader or by the data."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest

from lianyi.kernel.clock import GRAINS, Window, date_of, period_start
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text

PRESETS = {
    "7d": Text(zh="近 7 天", en="Last 7 days"),
    "28d": Text(zh="近 28 天", en="Last 28 days"),
    "90d": Text(zh="近 90 天", en="Last 90 days"),
    "month": Text(zh="本月至今", en="Month to date"),
    "last_month": Text(zh="上月", en="Last month"),
}
DEFAULT = "28d"


@dataclass(frozen=True, slots=True)
class Span:
    """A chosen window: a preset's id, or "" when dates were given; and what it is compared with."""

    window: Window
    preset: str

    @property
    def before(self) -> Window:
        return self.window.previous()

    @property
    def first(self) -> dt.date:
        return self.window.start

    @property
    def last(self) -> dt.date:
        """The last day, meant."""
        return date_of(self.window.to_day - 1)

    @property
    def query(self) -> str:
        """The same span, as the end of an address."""
        return f"span={self.preset}" if self.preset else f"from={self.window.start.isoformat()}&to={self.window.end.isoformat()}"


def chosen_span(request: HttpRequest, last_day: int, default: str = DEFAULT) -> Span:
    """The span that an address names: `span` a preset, or `from` and `to` (excluded); the default otherwise.

    last_day : last day with facts
    Raises   UnknownName, BadInput with the dates as given
    """
    if "from" in request.GET or "to" in request.GET:
        return Span(Window.parse(request.GET.get("from", ""), request.GET.get("to", "")), "")
    return preset_span(request.GET.get("span", default), last_day)


def preset_span(preset: str, last_day: int) -> Span:
    """The span that a preset means. last_day : last day with facts. Raises UnknownName."""
    if preset not in PRESETS:
        raise UnknownName(what="span", given=preset, allowed=list(PRESETS))
    end = last_day + 1
    month = period_start(last_day, "month")
    windows = {
        "7d": (end - 7, end),
        "28d": (end - 28, end),
        "90d": (end - 90, end),
        "month": (month, end),
        "last_month": (period_start(month - 1, "month"), month),
    }
    return Span(Window(*windows[preset]), preset)


def chosen_grain(request: HttpRequest, window: Window) -> str:
    """The grain that an address names; by default one that gives a readable number of points."""
    grain = request.GET.get("grain", "")
    if not grain:
        return spark_grain(window)
    if grain not in GRAINS or grain == "total":
        raise UnknownName(what="grain", given=grain, allowed=[name for name in GRAINS if name != "total"])
    return grain


def spark_grain(window: Window) -> str:
    """The grain that gives a small line a readable number of points."""
    return "day" if window.days <= 45 else "week" if window.days <= 200 else "month"


def given_date(text: str) -> dt.date:
    """A date of a form. Raises BadInput with the text as given."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            reason=Text(zh="日期应写作 2024-05-31，收到的是 %(given)s", en="A date is written 2024-05-31, not %(given)s"), given=text
        ) from None

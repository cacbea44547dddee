"""Estimates on a terminal."""

from lianyi.cli.analyse.shares import share_text
from lianyi.cli.speech import language
from lianyi.insight.analyse.estimate import Estimate
from lianyi.kernel.numbers import places, plain


def shown(estimate: Estimate | None, *, share: bool = True) -> list[str]:
    """Value, interval and n as three cells; the reason stands where a value cannot be given.

    >>> shown(Estimate(0.5, (0.4, 0.6), 100, "B"))
    ['50%', '40% – 60%', '100']
    """
    if estimate is None:
        return ["–", "", ""]
    if estimate.value is None:
        return ["–", "" if estimate.because is None else estimate.because.say(language()), f"{estimate.n:,}"]
    write = share_text if share else figure_text
    interval = "" if estimate.interval is None else f"{write(estimate.interval[0])} – {write(estimate.interval[1])}"
    return [write(estimate.value), interval, f"{estimate.n:,}"]


def figure_text(value: float | None) -> str:
    """A number with three significant digits, whole from a hundred on; a dash for none.

    >>> figure_text(3.14159), figure_text(12345.6), figure_text(None)
    ('3.14', '12,346', '–')
    """
    return "–" if value is None else plain(value, places(value))

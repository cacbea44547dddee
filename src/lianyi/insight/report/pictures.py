"""What a chart shows, as plain data: one type a kind, drawn as SVG by `charts` and as native charts in workbooks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One series over the picture's periods.

    complete : False where the period is cut short; values None where unknown
    hrefs    : where each point leads on a page; empty for nowhere
    """

    name: str
    values: tuple[float | None, ...]
    complete: tuple[bool, ...]
    role: str = "now"  # now | baseline | other
    hrefs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines over time. periods: first days, ISO, ascending; grain: day | week | month | quarter."""

    periods: tuple[str, ...]
    grain: str
    unit: str
    lines: tuple[Line, ...]
    level: float | None = None  # a flat reference: the baseline's mean a period
    level_name: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a ranking; low and high are its interval. tone: plain | good | bad | muted. href: where it leads on a page; "" for nowhere."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    tone: str = "plain"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Named values, in order. delta: the values are changes, so bars grow to both sides of zero."""

    unit: str
    bars: tuple[Bar, ...]
    delta: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A start level, steps that each add or take, and the end they lead to."""

    unit: str
    start: tuple[str, float]
    steps: tuple[tuple[str, float], ...]
    end: tuple[str, float]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Share of each cohort active k periods later; None where the period is not over (censored)."""

    starts: tuple[str, ...]
    grain: str
    sizes: tuple[int | None, ...]
    offsets: tuple[int, ...]
    shares: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps in order with the number that reached each."""

    unit: str
    steps: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Parts of a whole over time, stacked."""

    periods: tuple[str, ...]
    grain: str
    unit: str
    parts: tuple[Line, ...]


Picture = Trend | Ranking | Waterfall | Cohorts | Funnel | Split

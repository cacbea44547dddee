"""The smallest things that a report shows: a number with its unit, an interval, a label, a period, a spark."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what is needed to write it.

    value   : money in minor units; a ratio unrounded; None when nothing can be said
    unit    : count | money | ratio | share | times | seconds | days | score
    delta   : the number is a change: written with its sign, and a ratio in percentage points
    because : why there is no value, in the reader's words
    tone    : plain | good | bad, for a change whose direction has a meaning
    """

    value: float | int | None
    unit: str
    delta: bool = False
    because: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies, at the document's `level`."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Label:
    """Text, which may lead to an anchor of the same document. tone: plain | good | bad | muted."""

    text: str
    anchor: str | None = None
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week, month or quarter by its first day (ISO); `complete` False where window or data cut it short."""

    at: str
    grain: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Spark:
    """A series small enough to sit in a line of text: (first day, value or None, complete) each."""

    points: tuple[tuple[str, float | None, bool], ...]
    grain: str
    unit: str


Cell = Quantity | Interval | Label | Period | Spark | None

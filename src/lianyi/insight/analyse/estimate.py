"""One number of an analysis, with what it is worth; or the reason why there is none."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lianyi.insight.measure.intervals import wilson
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

Interval = tuple[float, float]
# Evidence: A randomised, B quasi-experiment or complete records, C model, D descriptive or partial.
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number.

    value    : in the unit its field names; None where it cannot be estimated, and then `because` says why
    interval : 95%, None where none can be given
    n        : observations it rests on
    grade    : A | B | C | D
    >>> Estimate(0.5, (0.4, 0.6), 100, "B").to_json()["value"]
    0.5
    """

    value: float | None
    interval: Interval | None
    n: int
    grade: str
    because: Text | None = None

    def __post_init__(self) -> None:
        if self.grade not in GRADES:
            raise ValueError(f"no such grade: {self.grade}")
        if (self.value is None) != (self.because is not None):
            raise ValueError("an estimate has a value, or the reason why it has none")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.value} is no estimate")

    def to_json(self) -> dict[str, Any]:
        """`{value, interval, n, grade, because}`; because is null or `{zh, en}`."""
        return {
            "value": self.value,
            "interval": None if self.interval is None else list(self.interval),
            "n": self.n,
            "grade": self.grade,
            "because": said(self.because),
        }


def missing(because: Text, *, n: int = 0, grade: str = "D") -> Estimate:
    """An estimate that cannot be given, and why.

    >>> missing(Text(zh="没有数据", en="no data")).value is None
    True
    """
    return Estimate(None, None, n, grade, because)


def share_of(hits: int, n: int, because: Text, *, grade: str = "B") -> Estimate:
    """A share with its 95% Wilson interval, or why there is none.

    >>> share_of(0, 0, Text(zh="没有人", en="nobody")).value is None
    True
    """
    return Estimate(hits / n, wilson(hits, n), n, grade) if n else missing(because, grade=grade)


def said(text: Text | None) -> dict[str, str] | None:
    """A Text as `{zh, en}`, None as null."""
    return None if text is None else {"zh": text.zh, "en": text.en}


def paragraph(parts: Iterable[Text | None]) -> Text:
    """Several sentences as one Text; what is None is left out. Chinese runs on, English gets a space.

    >>> paragraph([Text(zh="一。", en="One."), None, Text(zh="二。", en="Two.")]).en
    'One. Two.'
    """
    whole: Text | None = None
    for part in parts:
        if part is not None:
            whole = part if whole is None else sentence("%(before)s%(part)s", "%(before)s %(part)s", before=whole, part=part)
    if whole is None:
        raise ValueError("a paragraph has at least one sentence")
    return whole

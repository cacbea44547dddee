"""How levels and changes of any unit are written in a sentence."""

from lianyi.kernel.numbers import Amount, Count, Points, Share, sentence
from lianyi.kernel.text import Text

FELL, ROSE = Text(zh="下降", en="fell"), Text(zh="上升", en="rose")
SECONDS, MILLISECONDS = Text(zh="%(n)s 秒", en="%(n)s s"), Text(zh="%(n)s 毫秒", en="%(n)s ms")


def level(value: float, unit: str, currency: str) -> object:
    """A level of a unit, as a part of a sentence.

    >>> level(0.25, "ratio", "CNY").say("en"), level(1200.0, "count", "CNY").say("en")
    ('25%', '1,200')
    """
    if unit == "money":
        return Amount(value, currency)
    if unit == "ratio":
        return Share(value)
    if unit in ("seconds", "ms"):
        text = SECONDS if unit == "seconds" else MILLISECONDS
        return sentence(text.zh, text.en, n=Count(value))
    return Count(value)


def difference(value: float, unit: str, currency: str) -> object:
    """A difference of two levels of a unit.

    >>> difference(-0.05, "ratio", "CNY").say("en")
    '−5 pp'
    """
    if unit == "money":
        return Amount(value, currency, signed=True)
    return Points(value) if unit == "ratio" else Count(value, signed=True)

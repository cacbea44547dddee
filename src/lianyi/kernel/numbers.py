"""Numbers as people write them in a sentence, in Chinese and in English."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lianyi.kernel.money import SIGNS, minor_digits, written
from lianyi.kernel.text import Text, agreeing

_HAN = re.compile(r"[\u4e00-\u9fff]")
MINUS = "−"  # a true minus sign: as wide as a digit, and never read as a hyphen
# (from which size on, unit, its name); thousands are folded from ten thousand on.
ZH_STEPS = ((1e8, 1e8, "亿"), (1e4, 1e4, "万"))
EN_STEPS = ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "K"))


def places(value: float, digits: int = 3) -> int:
    """Decimal places that show `digits` significant digits of a number, none beyond the point when it is large.

    >>> places(31.234), places(3.1234), places(0.031), places(312.0)
    (1, 2, 4, 0)
    """
    if value == 0 or not math.isfinite(value):
        return 0
    return min(6, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def plain(value: float, decimals: int) -> str:
    """A number with grouped digits; no decimals when it is whole.

    >>> plain(1234.0, 2), plain(1.25, 1)
    ('1,234', '1.2')
    """
    rounded = round(value, decimals)
    return f"{rounded:,.0f}" if rounded == round(rounded) else f"{rounded:,.{decimals}f}"


def folded_number(size: float, language: str) -> str | None:
    """A large number folded to 万/亿 or K/M/B; None when it is not large.

    >>> folded_number(123_456, "zh"), folded_number(123_456, "en"), folded_number(99, "zh")
    ('12.3万', '123K', None)
    >>> folded_number(999_600, "en"), folded_number(99_996_000, "zh")
    ('1M', '1亿')
    """
    steps = EN_STEPS if language == "en" else ZH_STEPS
    for (least, unit, suffix), (_, finer, _) in zip(steps, (*steps[1:], (0, 1, "")), strict=True):
        # What would be written as 1,000K is written as 1M.
        if size >= least or (finer > 1 and round(size / finer) * finer >= least):
            return f"{plain(size / unit, min(2, places(size / unit)))}{suffix}"
    return None


def percent(share: float, *, sign: bool = False) -> str:
    """A share as a percentage: three significant digits, at most one place from 10% on.

    >>> percent(0.1834), percent(0.0312), percent(1.5), percent(0.00031), percent(0.0), percent(-0.5, sign=True)
    ('18.3%', '3.12%', '150%', '0.031%', '0%', '−50%')
    """
    scaled = share * 100
    decimals = min(places(scaled), 1 if abs(scaled) >= 10 else 2 if abs(scaled) >= 0.1 else 3)
    mark = MINUS if scaled < 0 else "+" if sign and scaled > 0 else ""
    return f"{mark}{plain(abs(scaled), decimals)}%"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in a sentence: `value` in minor units of `currency`; `signed` shows a plus."""

    value: float
    currency: str
    signed: bool = False

    def say(self, language: str) -> str:
        """
        >>> Amount(123_456_700, "CNY").say("zh"), Amount(-5_050, "GBP").say("en")
        ('¥123万', '−£50.50')
        """
        size = abs(self.value) / 10 ** minor_digits(self.currency)
        mark = MINUS if self.value < 0 else "+" if self.signed and self.value > 0 else ""
        shown = folded_number(size, language)
        if shown is None:
            shown = f"{size:,.0f}" if size >= 1000 or size == round(size) else f"{size:,.{minor_digits(self.currency)}f}"
        return f"{mark}{SIGNS.get(self.currency, self.currency + ' ')}{shown}"


@dataclass(frozen=True, slots=True)
class Price:
    """Money in a sentence to the last minor unit, as a price, a bill or a statement shows it."""

    value: int
    currency: str

    def say(self, language: str) -> str:
        """
        >>> Price(1_234_500, "CNY").say("zh"), Price(990, "CNY").say("en")
        ('¥12,345.00', '¥9.90')
        """
        return written(self.value, self.currency, language)


@dataclass(frozen=True, slots=True)
class Share:
    """A share in a sentence, as a percentage; `signed` shows a plus."""

    value: float
    signed: bool = False

    def say(self, language: str) -> str:
        """
        >>> Share(0.25, signed=True).say("en")
        '+25%'
        """
        return percent(self.value, sign=self.signed)


@dataclass(frozen=True, slots=True)
class Points:
    """A difference of two shares in a sentence, in percentage points."""

    value: float

    def say(self, language: str) -> str:
        """
        >>> Points(-0.012).say("zh")
        '−1.2 个百分点'
        """
        scaled = abs(self.value) * 100
        mark = MINUS if self.value < 0 else "+" if self.value > 0 else ""
        return f"{mark}{plain(scaled, min(2, places(scaled, 2)))} {'pp' if language == 'en' else '个百分点'}"


@dataclass(frozen=True, slots=True)
class Count:
    """A count, or any plain number, in a sentence."""

    value: float
    signed: bool = False

    def say(self, language: str) -> str:
        """
        >>> Count(12_345).say("zh"), Count(1.234).say("en")
        ('1.23万', '1.23')
        """
        size = abs(self.value)
        mark = MINUS if self.value < 0 else "+" if self.signed and self.value > 0 else ""
        return mark + (folded_number(size, language) or plain(size, min(2, places(size)) if size < 1000 else 0))


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date in a sentence."""

    date: dt.date

    def say(self, language: str) -> str:
        """
        >>> Day(dt.date(2024, 5, 31)).say("en")
        '31 May 2024'
        """
        return (
            f"{self.date.day} {self.date:%b} {self.date.year}"
            if language == "en"
            else f"{self.date.year}年{self.date.month}月{self.date.day}日"
        )


def sentence(zh: str, en: str, **parts: object) -> Text:
    """A Text whose `%(x)s` placeholders are filled, each number written as its language writes it.

    parts : Amount, Share, Points, Count, Day, Text, or anything with a plain text form
    >>> sentence("卖出 %(n)s 件", "%(n)s {piece|pieces} sold", n=Count(20_000)).zh
    '卖出 2万件'
    """

    def said(language: str) -> dict[str, str]:
        filled = {}
        for name, part in parts.items():
            speak = getattr(part, "say", None)
            filled[name] = speak(language) if callable(speak) else str(part)
        return filled

    in_english = said("en")
    return Text(zh=_filled(zh, said("zh")), en=agreeing(en, in_english) % in_english)


_PLACE = re.compile(r"%%|((?<=[\u4e00-\u9fff]) )?%\((\w+)\)s( (?=[\u4e00-\u9fff]))?")


def _filled(zh: str, parts: Mapping[str, str]) -> str:
    """A Chinese sentence filled: what begins or ends with a Chinese character stands without the space that a number has.

    >>> _filled("%(low)s 至 %(high)s", {"low": "3 个百分点", "high": "5"})
    '3 个百分点至 5'
    """

    def fill(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = parts[found[2]]
        before = "" if _HAN.match(value[:1]) else found[1] or ""
        after = "" if _HAN.match(value[-1:]) else found[3] or ""
        return f"{before}{value}{after}"

    return _PLACE.sub(fill, zh)

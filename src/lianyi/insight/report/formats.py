"""How numbers, dates and intervals are written, in Chinese and in English; and as spreadsheet number formats."""

import datetime as dt
import math
from dataclasses import dataclass

from lianyi.insight.report.cells import Interval, Period, Quantity
from lianyi.kernel import money
from lianyi.kernel.numbers import MINUS, folded_number, percent, places, plain

EMPTY = "–"


def _sign(value: float, *, wanted: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if wanted and value > 0 else ""


@dataclass(frozen=True, slots=True)
class Formatter:
    """Writes values for readers of one language and one currency.

    >>> zh, en = Formatter("zh", "CNY"), Formatter("en", "GBP")
    >>> zh.short(Quantity(123_456_700, "money")), en.short(Quantity(123_456_700, "money"))
    ('¥123万', '£1.23M')
    >>> zh.full(Quantity(0.012, "ratio", delta=True)), en.full(Quantity(-0.012, "ratio", delta=True))
    ('+1.20 个百分点', '−1.20 pp')
    >>> zh.full(Quantity(5400, "seconds")), en.full(Quantity(45, "seconds"))
    ('1.5 小时', '45 s')
    """

    language: str
    currency: str

    # ---- numbers ----

    def full(self, quantity: Quantity) -> str:
        """A value in full, as in tables: grouped digits, money without minor units from 1,000 on."""
        return self._write(quantity, short=False)

    def short(self, quantity: Quantity) -> str:
        """A value folded to 万/亿 or K/M/B, as on cards and charts."""
        return self._write(quantity, short=True)

    def _write(self, quantity: Quantity, *, short: bool) -> str:
        value = quantity.value
        if value is None or not math.isfinite(value):
            return quantity.because or EMPTY
        sign = _sign(value, wanted=quantity.delta)
        size = abs(value)
        if quantity.unit == "money":
            return sign + self._money(size, short=short)
        if quantity.unit in ("ratio", "share"):
            if quantity.delta and quantity.unit == "ratio":
                return self._points(value)
            return percent(value, sign=quantity.delta)
        if quantity.unit == "seconds":
            return sign + self._seconds(size)
        if quantity.unit == "days":
            return f"{sign}{plain(size, min(1, places(size)))} {self._word('天', 'day' if size == 1 else 'days')}"
        if quantity.unit == "hours":
            return f"{sign}{plain(size, min(1, places(size)))} {self._word('小时', 'hour' if size == 1 else 'hours')}"
        if quantity.unit == "ms":
            return f"{sign}{size:,.0f} {self._word('毫秒', 'ms')}"
        if quantity.unit == "score":
            return f"{sign}{size:.{1 if size >= 10 or size == 0 else 2}f}"
        if quantity.unit == "times":
            return f"{sign}{plain(size, min(2, places(size)))}"
        return sign + self._count(size, short=short)

    def _word(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh

    def _count(self, size: float, *, short: bool) -> str:
        if short:
            folded = folded_number(size, self.language)
            if folded is not None:
                return folded
        return f"{size:,.0f}" if size == round(size) or size >= 1000 else plain(size, min(2, places(size)))

    def _money(self, minor_units: float, *, short: bool) -> str:
        digits = money.minor_digits(self.currency)
        symbol = money.SIGNS.get(self.currency, self.currency + " ")
        size = minor_units / 10**digits
        if short:
            folded = folded_number(size, self.language)
            if folded is not None:
                return symbol + folded
        if size >= 1000 or size == round(size):
            digits = 0
        return f"{symbol}{size:,.{digits}f}"

    def _points(self, change: float) -> str:
        scaled = change * 100
        digits = min(2, places(scaled))
        return f"{_sign(scaled, wanted=True)}{abs(scaled):.{digits}f} {self._word('个百分点', 'pp')}"

    def _seconds(self, size: float) -> str:
        for length, zh, en in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min")):
            if size >= length:
                return f"{plain(size / length, 1)} {self._word(zh, en)}"
        return f"{plain(size, min(1, places(size)))} {self._word('秒', 's')}"

    def interval(self, interval: Interval) -> str:
        """Both ends of an interval."""
        low, high = (self.short(Quantity(end, interval.unit)) for end in (interval.low, interval.high))
        return f"{low} {self._word('至', 'to')} {high}"

    def level(self, level: float) -> str:
        """The level of the intervals: 95%."""
        return percent(level)

    # ---- dates ----

    def day(self, iso: str) -> str:
        """A date in words.

        >>> Formatter("zh", "CNY").day("2024-05-31"), Formatter("en", "CNY").day("2024-05-31")
        ('2024年5月31日', '31 May 2024')
        """
        date = dt.date.fromisoformat(iso[:10])
        return self._word(f"{date.year}年{date.month}月{date.day}日", f"{date.day} {date:%b} {date.year}")

    def window(self, start: str, end: str) -> str:
        """A half-open span of days by its first and last day, both meant.

        >>> Formatter("zh", "CNY").window("2024-01-01", "2025-01-01")
        '2024年1月1日 至 2024年12月31日'
        """
        last = (dt.date.fromisoformat(end[:10]) - dt.timedelta(days=1)).isoformat()
        return f"{self.day(start)} {self._word('至', 'to')} {self.day(last)}"

    def period(self, period: Period) -> str:
        """The name of a period.

        >>> Formatter("zh", "CNY").period(Period("2024-05-01", "month")), Formatter("en", "CNY").period(Period("2024-04-01", "quarter"))
        ('2024年5月', 'Q2 2024')
        """
        date = dt.date.fromisoformat(period.at[:10])
        if period.grain == "month":
            return self._word(f"{date.year}年{date.month}月", f"{date:%b} {date.year}")
        if period.grain == "quarter":
            quarter = (date.month - 1) // 3 + 1
            return self._word(f"{date.year}年第{quarter}季度", f"Q{quarter} {date.year}")
        if period.grain == "week":
            return self._word(f"{self.day(period.at)}起一周", f"Week of {self.day(period.at)}")
        return self.day(period.at)

    def ticks(self, starts: tuple[str, ...], grain: str) -> tuple[str, ...]:
        """Short names of consecutive periods for an axis; the year only where it changes.

        >>> Formatter("zh", "CNY").ticks(("2023-12-01", "2024-01-01", "2024-02-01"), "month")
        ('23年12月', '24年1月', '2月')
        """
        names = []
        year = None
        for start in starts:
            date = dt.date.fromisoformat(start[:10])
            new_year = date.year != year
            year = date.year
            if grain == "quarter":
                name = f"Q{(date.month - 1) // 3 + 1}"
            elif grain == "month":
                name = self._word(f"{date.month}月", f"{date:%b}")
            else:
                name = self._word(f"{date.month}/{date.day}", f"{date.day} {date:%b}")
            if new_year and grain in ("month", "quarter"):
                name = self._word(f"{date.year % 100:02d}年{name}", f"{name} {date.year % 100:02d}")
            names.append(name)
        return tuple(names)

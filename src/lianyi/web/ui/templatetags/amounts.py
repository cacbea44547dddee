"""Money, counts, shares and moments as people read them."""

from datetime import date, datetime

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lianyi.kernel.money import written
from lianyi.kernel.numbers import MINUS, percent
from lianyi.web.ui.templatetags.words import spoken

register = template.Library()


@register.filter
def money(amount_fen: int) -> str:
    """An amount in minor units: ¥1,234.50."""
    return written(amount_fen, settings.WORKSPACE.currency, spoken()).replace("-", MINUS)


@register.filter
def signed_money(amount_fen: int) -> str:
    """A change of an amount: +¥8.00, −¥8.00."""
    return ("+" if amount_fen > 0 else "") + money(amount_fen)


@register.filter
def count(number: int) -> str:
    """A whole number with separators."""
    return f"{number:,}".replace("-", MINUS)


@register.filter
def signed(number: int) -> str:
    """A change of a whole number: +5, −5, 0."""
    return f"{number:+,}".replace("-", MINUS) if number else "0"


@register.simple_tag
def price(amount_fen: int, size: str = "mid") -> SafeString:
    """A price, set large: the sign and the small coins stand back. size: big | mid | ""."""
    text = money(amount_fen)
    start = next((place for place, letter in enumerate(text) if letter.isdigit()), 0)
    whole, dot, coins = text[start:].partition(".")
    coins = "" if coins.strip("0") == "" else dot + coins
    return format_html('<span class="price {}"><small>{}</small>{}<small>{}</small></span>', size, text[:start], whole, coins)


@register.filter
def moment(at: datetime | None) -> str:
    """A moment in the brand's time zone, to the minute."""
    if at is None:
        return ""
    here = timezone.localtime(at, settings.WORKSPACE.zone)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}" if spoken() == "zh" else f"{here.day} {here:%b %Y, %H:%M}"


@register.filter
def day(at: datetime | date | None) -> str:
    """The business day of a moment, or a business day as it is."""
    if at is None:
        return ""
    here = timezone.localtime(at, settings.WORKSPACE.zone) if isinstance(at, datetime) else at
    return f"{here.year}年{here.month}月{here.day}日" if spoken() == "zh" else f"{here.day} {here:%b %Y}"


@register.filter
def odds(share: float) -> str:
    """A share as a percentage."""
    return percent(share)


@register.filter
def percent_of_bp(rate_bp: int) -> str:
    """A rate in basis points as a percentage."""
    return percent(rate_bp / 10_000)


@register.filter
def shortened(text: str) -> str:
    """A long id by its two ends."""
    return text if len(text) <= 22 else f"{text[:8]}…{text[-10:]}"

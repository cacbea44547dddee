"""Numbers that people type."""

import re
import unicodedata

from django.conf import settings

from lianyi.kernel.errors import BadInput
from lianyi.kernel.money import minor_digits
from lianyi.kernel.text import Text


class NumberUnusable(BadInput):
    """Not a whole number within the bounds."""

    code = "number_unusable"
    message = Text(
        zh="应填 %(least)s 到 %(most)s 的整数，收到的是“%(given)s”。",
        en='A whole number from %(least)s to %(most)s is needed, not "%(given)s".',
    )


def whole_number(given: str, *, least: int, most: int) -> int:
    """A whole number that a person typed, full-width digits too.

    Raises NumberUnusable.
    >>> whole_number(" ２ ", least=1, most=9)
    2
    """
    typed = unicodedata.normalize("NFKC", given).strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 12 and least <= int(typed) <= most):
        raise NumberUnusable(least=least, most=most, given=given[:20])
    return int(typed)


class AmountUnusable(BadInput):
    """Not an amount of money."""

    code = "amount_not_written"
    message = Text(zh="金额写法不对：“%(given)s”，例如 12.50。", en='Not an amount: "%(given)s"; for example 12.50.')


def fen(given: str) -> int:
    """An amount that a person typed, in minor units: at most two decimals (as many as the currency has), no sign.

    Raises AmountUnusable.
    """
    digits = minor_digits(settings.WORKSPACE.currency)
    typed = unicodedata.normalize("NFKC", given).strip().lstrip("¥$€£").replace(",", "")
    if not re.fullmatch(rf"\d{{1,9}}(\.\d{{1,{digits}}})?" if digits else r"\d{1,9}", typed):
        raise AmountUnusable(given=given[:20])
    whole, _, coins = typed.partition(".")
    return int(whole) * 10**digits + int(coins.ljust(digits, "0") or "0")

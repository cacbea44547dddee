"""Numbers that people type."""

import unicodedata

from lianyi.kernel.errors import BadInput
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

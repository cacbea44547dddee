"""Numbers in running text, and what each of them rests on."""

import re
from dataclasses import dataclass
from functools import cache

from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.document import Document, Reference
from lianyi.insight.report.formats import Formatter
from lianyi.kernel.money import SIGNS
from lianyi.kernel.numbers import MINUS

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# A date is no result; it is passed over before numbers are looked for.
_DATE = (
    r"\d{4}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?日)?|\d{1,2}\s?月\s?\d{1,2}\s?日"
    rf"|(?:\d{{1,2}} )?\b(?:{_MONTHS})[a-z]* \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}"
)
_SIGN = "|".join(sorted((re.escape(sign) for sign in SIGNS.values()), key=len, reverse=True))
_NUMBER = rf"[+{MINUS}]?(?:{_SIGN})?(?<![A-Za-z\d.])(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?(?:[万亿]|[KMB]\b)?(?:\s?%|\s?个百分点|\s?pp\b)?(?![A-Za-z])"
_TOKENS = re.compile(rf"(?P<date>{_DATE})|(?P<number>{_NUMBER})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `reference` where it is a number with a known source."""

    text: str
    reference: Reference | None = None


def pieces(document: Document, text: str, rests_on: tuple[str, ...]) -> tuple[Piece, ...]:
    """A text cut into words and numbers, each number with the reference it comes from.

    Where a sentence rests on several, a number belongs to the one that knows it, else to the first.
    """
    sources = cited(document, rests_on)
    if not sources:
        return (Piece(text),)
    cut: list[Piece] = []
    at = 0
    for match in _TOKENS.finditer(text):
        if match.lastgroup != "number":
            continue
        if match.start() > at:
            cut.append(Piece(text[at : match.start()]))
        cut.append(Piece(match[0], _source(document, match[0], sources)))
        at = match.end()
    if at < len(text):
        cut.append(Piece(text[at:]))
    return tuple(cut)


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text, dates left out.

    >>> numbers("2011年6月1日至2011年11月30日，净销售额 £72.4万，比基期 +33.6%。")
    ('£72.4万', '+33.6%')
    >>> numbers("1 Jun 2011 to 30 Nov 2011: £724K from 1,464 orders, up 1.2 pp")
    ('£724K', '1,464', '1.2 pp')
    """
    return tuple(match[0] for match in _TOKENS.finditer(text) if match.lastgroup == "number")


def cited(document: Document, rests_on: tuple[str, ...]) -> tuple[Reference, ...]:
    """The references behind a sentence, in order."""
    return tuple(found for anchor in rests_on if (found := document.reference(anchor)) is not None)


def _source(document: Document, number: str, sources: tuple[Reference, ...]) -> Reference:
    """The source whose own value is written so; else the first one that knows the number at all; else the first."""
    bare = _bare(number)
    for first, last in ((0, 1), (1, None)):
        for source in sources:
            if bare in _writings(source.values[first:last], document.language, document.currency):
                return source
    return sources[0]


@cache
def _writings(values: tuple[Quantity, ...], language: str, currency: str) -> frozenset[str]:
    """Every way in which numbers are written, without their sign: prose says "fell by 3%"."""
    formatter = Formatter(language, currency)
    return frozenset(_bare(write(quantity)) for quantity in values for write in (formatter.full, formatter.short))


def _bare(number: str) -> str:
    return number.lstrip("+" + MINUS).replace(" ", "")

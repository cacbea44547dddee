"""Terms of a mechanic: typed, with ranges and names, read from JSON; forms and published conditions come from the same place."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

UNITS = ("", "fen", "bp", "minutes", "hours", "days", "pieces", "people", "points", "times")
MOST_FEN = 1_000_000_000_00  # a thousand million: beyond it a number is a typing mistake
MOST_ROWS = 20
TermsT = TypeVar("TermsT")


class TermUnusable(BadInput):
    """A term of a campaign cannot be used."""

    code = "term_unusable"
    message = Text(zh="%(label)s（%(name)s）不能是 %(given)s：%(wanted)s。", en="%(label)s (%(name)s) cannot be %(given)s: %(wanted)s.")


@dataclass(frozen=True, slots=True)
class Term:
    """One term: how a form asks for it and what it may be.

    unit    : fen (minor units), bp (basis points), hours, people ...; "" for words and flags
    least, most : inclusive bounds of a number, or of the number of rows
    choices : the words it may be; empty for any
    """

    label: Text
    unit: str = ""
    least: int = 0
    most: int = MOST_FEN
    choices: tuple[str, ...] = ()


def term(
    zh: str,
    en: str,
    *,
    unit: str = "",
    least: int = 0,
    most: int | None = None,
    choices: tuple[str, ...] = (),
    default: Any = dataclasses.MISSING,
) -> Any:
    """A field of a terms class; without a default it must be stated."""
    if unit not in UNITS:
        raise ValueError(unit)
    most = most if most is not None else {"bp": 10_000}.get(unit, MOST_FEN)
    return dataclasses.field(default=default, metadata={"term": Term(Text(zh=zh, en=en), unit, least, most, choices)})


def terms_of(kind: type) -> dict[str, Term]:
    """The terms of a class by name, in order."""
    return {one.name: one.metadata["term"] for one in dataclasses.fields(kind)}


def read_terms(kind: type[TermsT], given: Mapping[str, Any]) -> TermsT:
    """Terms from what a form or a stored campaign says.

    Raises UnknownName for a name that is no term, TermUnusable for one that is missing, of the wrong type, or out of range.
    """
    known = terms_of(kind)
    for name in given:
        if name not in known:
            raise UnknownName(what="term", given=name, allowed=list(known))
    hints = _hints_of(kind)
    values = {}
    for one in dataclasses.fields(kind):  # type: ignore[arg-type]
        if one.name in given:
            values[one.name] = _value(one.name, known[one.name], hints[one.name], given[one.name])
        elif one.default is dataclasses.MISSING:
            raise _unusable(one.name, known[one.name], None, Text(zh="必填", en="it must be stated"))
    return kind(**values)


@cache
def _hints_of(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def stored(terms: Any) -> dict[str, Any]:
    """Terms as JSON, to be read again by read_terms."""
    return {
        one.name: [stored(row) if dataclasses.is_dataclass(row) else row for row in value] if isinstance(value, tuple) else value
        for one in dataclasses.fields(terms)
        for value in [getattr(terms, one.name)]
    }


def _value(name: str, term: Term, hint: Any, given: Any) -> Any:
    """One value, checked against its type and range."""
    if hint is bool:
        return _typed(name, term, given, bool, Text(zh="是或否", en="yes or no"))
    if hint is int:
        number = _typed(name, term, given, int, Text(zh="整数", en="a whole number"))
        if isinstance(given, bool) or not term.least <= number <= term.most:
            raise _unusable(name, term, given, _range(term))
        return number
    if hint is str:
        word = _typed(name, term, given, str, Text(zh="文字", en="words"))
        if term.choices and word not in term.choices:
            raise _unusable(name, term, given, Text(zh="不在可选项里", en="none of the choices"))
        if len(word) > 500 or not all(letter.isprintable() or letter == "\n" for letter in word):
            raise _unusable(
                name, term, f"{word[:20]!r}", Text(zh="至多 500 字，不含控制字符", en="at most 500 characters, no control characters")
            )
        return word
    rows = _typed(name, term, given, (list, tuple), Text(zh="列表", en="a list"))
    if not term.least <= len(rows) <= min(term.most, MOST_ROWS):
        raise _unusable(name, term, len(rows), Text(zh="行数不对", en="not that many rows"))
    row = get_args(hint)[0]
    return tuple(_row(name, term, row, one) for one in rows)


def _row(name: str, term: Term, kind: type, given: Any) -> Any:
    if dataclasses.is_dataclass(kind):
        return read_terms(kind, _typed(name, term, given, Mapping, Text(zh="一行条款", en="a row of terms")))
    return _value(name, Term(term.label, term.unit, 0, MOST_FEN, term.choices), kind, given)


def _typed(name: str, term: Term, given: Any, wanted: Any, words: Text) -> Any:
    if not isinstance(given, wanted):
        raise _unusable(name, term, given, words)
    return given


def _range(term: Term) -> Text:
    return sentence("应在 %(least)s 到 %(most)s 之间", "it must be %(least)s to %(most)s", least=term.least, most=term.most)


def _unusable(name: str, term: Term, given: Any, wanted: Text) -> TermUnusable:
    return TermUnusable(name=name, label=term.label, given=str(given), wanted=wanted)

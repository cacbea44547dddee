"""Texts as rules read them: folded to one form, with the way back to the letters as written."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from lianyi.kernel.entries import check_keys, read


@dataclass(frozen=True, slots=True)
class Normalised:
    """A folded text.

    text  : NFKC, lower case, simplified, without white space inside lines, zero-width characters and decoration; known evasions replaced
    places: for every character of `text`, its index in the text as written
    """

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the text as written that stands behind `text[start:end]`; the span is not empty."""
        return self.places[start], self.places[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Folding:
    """The tables of wording.toml."""

    simplified: dict[str, str]
    dropped: frozenset[str]
    evasions: tuple[tuple[re.Pattern[str], str], ...]


@cache
def folding() -> Folding:
    """The tables, read once."""
    entry = check_keys("wording.toml", read(__package__, "wording.toml"), needed=("traditional", "decoration", "evasions"))
    pairs = entry["traditional"]
    return Folding(
        dict(zip(pairs[::2], pairs[1::2], strict=True)),
        frozenset(entry["decoration"]),
        tuple((re.compile(pattern), word) for pattern, word in entry["evasions"].items()),
    )


def normalised(text: str) -> Normalised:
    """A text folded for the rules. Lines stay apart, so that a pattern does not run from one into the next.

    >>> normalised("全國 銷量第①！").text
    '全国销量第1!'
    >>> normalised("最 ★好").span(0, 2)
    (0, 4)
    """
    tables = folding()
    letters: list[str] = []
    places: list[int] = []
    for place, written in enumerate(text):
        for letter in unicodedata.normalize("NFKC", written).lower():
            if letter == "\n" or not (letter.isspace() or letter in tables.dropped or unicodedata.category(letter) in {"Cf", "Mn"}):
                letters.append(tables.simplified.get(letter, letter))
                places.append(place)
    folded = Normalised("".join(letters), tuple(places))
    for pattern, word in tables.evasions:
        folded = _replaced(folded, pattern, word)
    return folded


def _replaced(folded: Normalised, pattern: re.Pattern[str], word: str) -> Normalised:
    """Every match replaced by a word; its first letters stand where the match began, its last where it ended."""
    text, done = "", 0
    places: list[int] = []
    for found in pattern.finditer(folded.text):
        text += folded.text[done : found.start()] + word
        places += folded.places[done : found.start()]
        places += [*([folded.places[found.start()]] * (len(word) - 1)), folded.places[found.end() - 1]]
        done = found.end()
    return Normalised(text + folded.text[done:], (*places, *folded.places[done:])) if done else folded

"""Texts made comparable: one form for each character, and each text once."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def cleaned(text: str) -> str:
    """Full width folded, case and white space gone; punctuation stays, because exclamation marks and question marks tell something.

    >>> cleaned(" 很好 ！ ＯＫ ")
    '很好!ok'
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Labelled:
    """Distinct texts with one label each.

    repeated    : rows left out because the same text was there already
    conflicting : distinct texts left out because they carried both labels
    empty       : rows without text or label
    """

    texts: tuple[str, ...]
    positive: tuple[bool, ...]
    repeated: int
    conflicting: int
    empty: int


def distinct(texts: Sequence[str], positive: Sequence[bool | None]) -> Labelled:
    """Each cleaned text once: a text in both training and test would be recognised, not understood.

    >>> found = distinct(["好", "好 ", "差", "差", "平"], [True, True, True, False, None])
    >>> found.texts, found.repeated, found.conflicting, found.empty
    (('好',), 2, 1, 1)
    """
    labels: dict[str, set[bool]] = {}
    rows = empty = 0
    for text, label in zip(texts, positive, strict=True):
        clean = cleaned(text)
        if not clean or label is None:
            empty += 1
            continue
        rows += 1
        labels.setdefault(clean, set()).add(label)
    kept = {text: next(iter(found)) for text, found in labels.items() if len(found) == 1}
    conflicting = len(labels) - len(kept)
    return Labelled(tuple(kept), tuple(kept.values()), rows - len(labels), conflicting, empty)

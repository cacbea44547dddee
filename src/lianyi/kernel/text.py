"""Text in two languages, and the small text rules that every floor shares."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LANGUAGES = ("zh", "en")
COUNTED = re.compile(r"%\((\w+)\)s|\{([^{}|]*)\|([^{}|]*)\}")
"""A placeholder, or the two forms of an English word: for one, and for any other number."""


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and in English, with named `%(x)s` placeholders.

    zh, en : the sentence; both must name the same placeholders, and neither may be empty. English words that change with a number are
             given in both forms, {for one|for others}; the placeholder before them decides
    Raises   ValueError when a language is empty.
    >>> rows = Text(zh="共 %(n)s 行", en="%(n)s {row is|rows are} here")
    >>> rows.say("en", n=3), rows.say("en", n=1)
    ('3 rows are here', '1 row is here')
    """

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError("a Text needs both its Chinese and its English wording")

    def say(self, language: str = "zh", /, **values: object) -> str:
        """The sentence in one language ("zh" or "en"), its placeholders filled.

        >>> Text(zh="好", en="good").say("zh")
        '好'
        """
        sentence = agreeing(self.en, values) if language == "en" else self.zh
        return sentence % values if values else sentence

    @classmethod
    def of(cls, entry: Mapping[str, str]) -> "Text":
        """A Text from a data file's `{zh = ..., en = ...}`; other keys are an error.

        >>> Text.of({"zh": "订单", "en": "Orders"}).en
        'Orders'
        """
        unknown = set(entry) - set(LANGUAGES)
        if unknown:
            raise ValueError(f"a text has only zh and en, not {', '.join(sorted(unknown))}")
        return cls(zh=entry.get("zh", ""), en=entry.get("en", ""))


def agreeing(sentence: str, values: Mapping[str, object]) -> str:
    """An English sentence whose words agree with the numbers before them; its placeholders stay.

    >>> agreeing("%(n)s {order|orders} of %(all)s", {"n": "1", "all": "20"})
    '%(n)s order of %(all)s'
    """
    is_one = False

    def form(found: re.Match[str]) -> str:
        nonlocal is_one
        name, for_one, for_others = found.groups()
        if name is None:
            return for_one if is_one else for_others
        is_one = str(values.get(name)) == "1"
        return found[0]

    return COUNTED.sub(form, sentence) if "{" in sentence else sentence


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, or None: the "did you mean" of an error message.

    >>> nearest("order", ["orders", "buyers"])
    'orders'
    >>> nearest("zzz", ["orders"]) is None
    True
    """
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def folded(word: str) -> str:
    """A heading reduced to what identifies it: full-width forms folded, case and all white space gone.

    >>> folded(" 订单 编号（ID）") == folded("订单编号(id)")
    True
    """
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())

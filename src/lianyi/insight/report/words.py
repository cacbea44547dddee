"""The words of the report: every heading, label and stock sentence, in both languages, from `words.toml`."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text

FAMILIES = (
    "grade",
    "data_grade",
    "severity",
    "check",
    "effort",
    "verdict",
    "section",
    "number",
    "way",
    "grade_survey",
    "grade_experts",
    "grade_competitors",
)
"""Sections looked up by a value that comes from the evaluation; all others are named in code."""


@cache
def load() -> dict[str, dict[str, Text]]:
    """All words by section and key. Raises Broken naming the entry that is not two languages."""
    raw = tomllib.loads(resources.files("lianyi.insight.report").joinpath("words.toml").read_text(encoding="utf-8"))
    words: dict[str, dict[str, Text]] = {}
    for section, entries in raw.items():
        words[section] = {}
        for key, entry in entries.items():
            try:
                words[section][key] = Text.of(entry)
            except (ValueError, TypeError, AttributeError) as error:
                raise Broken(reason=f"words.toml [{section}] {key}: {error}") from error
    return words


@dataclass(frozen=True, slots=True)
class Words:
    """The words in one language.

    >>> Words("en")("part.purpose")
    'Purpose'
    """

    language: str

    def __call__(self, key: str, /, **values: object) -> str:
        """The words under `section.key`, placeholders filled. Raises Broken for a key that is not there."""
        section, _, name = key.partition(".")
        try:
            text = load()[section][name]
        except KeyError:
            raise Broken(reason=f"words.toml has no {key}") from None
        return text.say(self.language, **values)

    def of(self, family: str, name: str) -> str | None:
        """The words of a family under a name that comes from outside, or None when the family does not know it."""
        text = load()[family].get(name)
        return None if text is None else text.say(self.language)

    def family(self, family: str) -> tuple[str, ...]:
        """All words of a family, in the order of the file."""
        return tuple(text.say(self.language) for text in load()[family].values())

    def listed(self, items: Iterable[str]) -> str:
        """Items joined as the language joins them.

        >>> Words("zh").listed(["甲", "乙"]), Words("en").listed(["a", "b", "c"])
        ('甲、乙', 'a, b, c')
        """
        return (", " if self.language == "en" else "、").join(items)

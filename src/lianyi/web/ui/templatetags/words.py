"""Words of a page, in Chinese and English side by side (decision 0010)."""

from django import template
from django.utils.translation import get_language

from lianyi.kernel.text import Text

register = template.Library()


def spoken() -> str:
    """The language of the page that is being made: zh | en."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


@register.simple_tag
def say(zh: str, en: str, **values: object) -> str:
    """A sentence in the reader's language, `%(name)s` placeholders filled; values are escaped like any other.

    {% say "还差 %(missing)s 人" "%(missing)s more to go" missing=team.missing %}
    """
    return Text(zh=zh, en=en).say(spoken(), **values)


@register.filter
def in_words(text: Text) -> str:
    """A Text in the reader's language."""
    return text.say(spoken())

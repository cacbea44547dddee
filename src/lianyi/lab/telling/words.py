"""The words of members and of the team, from the brand's phrases."""

import json
from functools import cache
from typing import Any

from lianyi.lab.brand import brand


def spoken(group: str, number: int, interest: int) -> str:
    """A phrase of a group, by number; the same number says the same.

    >>> spoken("chatter", 3, 0) == spoken("chatter", 3, 0)
    True
    """
    phrases = brand("talk")[group]
    return filled(str(phrases[number % len(phrases)]), number // len(phrases), interest)


def filled(phrase: str, number: int, interest: int) -> str:
    """A phrase with a product and an interest put in."""
    shop = brand("shop")
    titles = short_titles()
    return phrase.replace("{p}", titles[number % len(titles)]).replace("{i}", str(shop["interests"][interest]))


@cache
def short_titles() -> list[str]:
    """Products as people call them: without size."""
    return [str(row["title"]).partition(" ")[0] for row in brand("shop")["products"]]


def body(**values: Any) -> str:
    """The body of a fact."""
    return json.dumps(values, ensure_ascii=False)

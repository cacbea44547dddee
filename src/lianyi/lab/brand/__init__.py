"""The invented brand: its goods, places, creators, posts and words, as data."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def brand(name: str) -> dict[str, Any]:
    """One data file of the brand.

    name : shop | posts | talk
    >>> len(brand("shop")["interests"])
    6
    """
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def brand_name() -> str:
    """What the brand is called."""
    return str(brand("shop")["brand"])

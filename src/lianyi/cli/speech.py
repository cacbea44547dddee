"""Which language the command line speaks, and how it speaks."""

import os
import sys

import click

from lianyi.kernel.text import Text


def language() -> str:
    """`--lang`, else LIANYI_LANG, else English where the system's locale says so, else Chinese."""
    arguments = sys.argv[1:]
    for place, word in enumerate(arguments):
        if word.startswith("--lang="):
            return _known(word.partition("=")[2])
        if word == "--lang" and place + 1 < len(arguments):
            return _known(arguments[place + 1])
    chosen = os.environ.get("LIANYI_LANG")
    if chosen:
        return _known(chosen)
    return "en" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("en") else "zh"


def _known(word: str) -> str:
    return "en" if word.lower().startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """A help text in the language of this run."""
    return Text(zh=zh, en=en).say(language())


def tell(text: Text, /, **values: object) -> None:
    """Say something to a person; on standard error, so that standard output stays data."""
    click.echo(text.say(language(), **values), err=True)

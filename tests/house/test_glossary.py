"""One concept, one name: in Chinese, in English and in code."""

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?P<zh>[^|]+) \| (?P<en>[^|]+) \| (?P<cell>[^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"`(\w+)`")
ROWS = [found for found in ROW.finditer((ROOT / "GLOSSARY.md").read_text(encoding="utf-8")) if found["zh"] != "中文"]
NAMED = [(found["zh"], name[1]) for found in ROWS if (name := NAME.fullmatch(found["cell"]))]


def words_of_data(entry: object) -> set[str]:
    if isinstance(entry, dict):
        return {str(key).partition("@")[0] for key in entry} | {word for value in entry.values() for word in words_of_data(value)}
    if isinstance(entry, list):
        return {word for value in entry for word in words_of_data(value)}
    return {entry} if isinstance(entry, str) and entry.isidentifier() else set()


@cache
def words_of_code() -> frozenset[str]:
    """Names in Python (and strings that are one), keys and plain values in TOML; not prose, so a mention is not a use."""
    words: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [getattr(node, field, None) for field in ("id", "attr", "arg", "name", "asname", "module")]
            words.update(part for name in names if isinstance(name, str) for part in name.split("."))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                words.add(node.value)
    for path in (ROOT / "src").rglob("*.toml"):
        words |= words_of_data(tomllib.loads(path.read_text(encoding="utf-8")))
    return frozenset(words)


def test_the_glossary_holds_the_words_of_the_trade_and_of_the_system():
    assert len(ROWS) > 150
    assert len(NAMED) > 60


def test_no_word_is_explained_twice():
    assert [word for word, times in Counter(found["zh"] for found in ROWS).items() if times > 1] == []


def test_no_identifier_stands_for_two_concepts():
    assert [name for name, times in Counter(name for _, name in NAMED).items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["en"])
def test_a_word_has_an_identifier_or_says_why_not(row):
    assert row["cell"] in {"planned", "—"} or NAME.fullmatch(row["cell"])


@pytest.mark.parametrize("word,name", NAMED)
def test_an_identifier_exists_in_code(word, name):
    assert name in words_of_code(), f"{word}: no such name in code; correct it, or mark the word planned"

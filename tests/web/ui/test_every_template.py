"""Every template speaks both languages: its words stand in {% say %}, Chinese first, English second."""

import re
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

import lianyi.web

TOP = Path(lianyi.web.__file__).parent
TEMPLATES = sorted(TOP.rglob("*.html"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
READ_ALOUD = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"]*)"')
# Names that are the same in every language, and each language's own name.
NAMES = {"CSV", "SQL", "Ctrl", "中文", "English", "lianyi", "import", "orders", "csv", "as"}
# The page on which the team looks at the parts of pages: it shows both languages at once.
SHOWS_BOTH = "ui/templates/ui/styles.html"


def words_outside(template: str) -> set[str]:
    """Words of a template that no tag says."""
    # What a tag or a value gives stands for itself: a letter that is no word.
    text = "".join(
        token.contents if token.token_type == TokenType.TEXT else "" if token.token_type == TokenType.COMMENT else "·"
        for token in Lexer(template).tokenize()
    )
    aloud = " ".join(READ_ALOUD.findall(text))
    # A block may hold attributes of a tag that stands in another template.
    plain = re.sub(r'<[^>]*>|[\w-]+="[^"]*"', " ", re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL))
    return set(WORD.findall(f"{plain} {aloud}")) - NAMES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(TOP).as_posix())
def test_no_word_of_a_template_is_in_one_language_only(path):
    if path.relative_to(TOP).as_posix() != SHOWS_BOTH:
        assert words_outside(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(TOP).as_posix())
def test_what_is_said_is_chinese_first_and_holds_no_chinese_in_english(path):
    said = re.findall(r'{% say "([^"]*)" "([^"]*)"', path.read_text(encoding="utf-8"))

    assert [zh for zh, _ in said if WORD.search(zh) and not CHINESE.search(re.sub(r"%\(\w+\)s", "", zh)) and zh not in NAMES] == []
    assert [en for _, en in said if CHINESE.search(en) or not en.strip()] == []


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>已保存</p>", {"已保存"}),
        ('<button aria-label="Close">{% icon "x" %}</button>', {"Close"}),
        ('{% if lang == "en" %}more to go{% endif %}', {"more", "to", "go"}),
        ('<p>{% say "已保存" "Saved" %} {{ name }}</p>{# 说明 #}', set()),
    ],
)
def test_a_word_that_no_tag_says_is_found(template, words):
    assert words_outside(template) == words

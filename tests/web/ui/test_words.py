"""Words of pages: both languages in place, values escaped."""

import pytest
from django.template import Context, Template
from django.utils import translation

from lianyi.kernel.text import Text


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "还差 2 人"), ("en", "2 more to go")])
def test_a_page_speaks_the_readers_language(language, said):
    with translation.override(language):
        page = Template('{% say "还差 %(n)s 人" "%(n)s more to go" n=missing %}').render(Context({"missing": 2}))

    assert page == said


def test_a_value_in_a_sentence_is_escaped():
    page = Template('{% say "你好 %(name)s" "Hello %(name)s" name=name %}').render(Context({"name": "<b>"}))

    assert "&lt;b&gt;" in page


def test_a_sentence_needs_both_languages():
    with pytest.raises(ValueError, match="both"):
        Template('{% say "你好" "" %}').render(Context())


def test_a_text_from_below_is_said():
    with translation.override("en"):
        assert Template("{{ text|in_words }}").render(Context({"text": Text(zh="开团", en="Open a team")})) == "Open a team"

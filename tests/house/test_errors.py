"""Every error a person may see: one code each, both languages, a row in the reference."""

from collections import Counter
from pathlib import Path

import pytest

from lianyi.kernel.errors import BadInput, Broken, LianyiError, Refusal
from lianyi.kernel.text import Text
from tools.reference.errors import error_classes
from tools.rules.texts import NAMED, fault_of

ROOT = Path(__file__).resolve().parents[2]
KINDS = error_classes()
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def test_no_two_errors_share_a_code():
    assert [code for code, times in Counter(kind.code for kind in KINDS).items() if times > 1] == []


@EVERY_KIND
def test_an_error_names_itself_and_belongs_to_one_family(kind):
    assert "code" in vars(kind), "a subclass that inherits its code cannot be told from its parent"
    assert kind.code.isidentifier()
    assert kind.code == kind.code.lower()
    assert kind is LianyiError or sum(issubclass(kind, family) for family in (Refusal, BadInput, Broken)) == 1
    assert kind is LianyiError or kind.exit_code == (2 if issubclass(kind, Broken) else 1)


@EVERY_KIND
def test_an_error_speaks_both_languages_with_the_same_placeholders(kind):
    for sentence in (kind.message, kind.remedy):
        if sentence is None:
            continue
        assert isinstance(sentence, Text)
        assert sorted(found[1] for found in NAMED.finditer(sentence.zh)) == sorted(found[1] for found in NAMED.finditer(sentence.en))
        assert [fault_of(sentence.zh), fault_of(sentence.en)] == [None, None]


@EVERY_KIND
def test_an_error_has_its_row_in_the_reference(kind):
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")

    assert kind is LianyiError or f"\n| `{kind.code}` |" in page, "run make docs"

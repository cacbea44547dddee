"""Every error a person may see: one code each, both languages, a row in the reference."""

import ast
import pickle
from collections import Counter
from pathlib import Path

import pytest

from lianyi.kernel.errors import BadInput, Broken, LianyiError, Refusal, UnknownName
from lianyi.kernel.nouns import NOUNS
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


def nouns_said():
    """The id of every noun that the code says an unknown name is of."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "UnknownName":
                yield from (word.value.value for word in node.keywords if word.arg == "what" and isinstance(word.value, ast.Constant))


def test_an_unknown_name_is_told_with_a_noun_of_the_reader_s_language():
    said = set(nouns_said())

    assert len(said) > 40
    assert said - set(NOUNS) == set()
    assert [noun.zh for noun in NOUNS.values() if noun.zh.isascii()] == []
    assert UnknownName(what="metric", given="gvm", allowed=["gmv"]).say("zh") == "没有这个指标：gvm。是不是 gmv？"
    assert UnknownName(what=Text(zh="周期", en="period"), given="x", allowed=["week"]).say("en") == "Unknown period: x. Known: week"


@EVERY_KIND
def test_an_error_goes_from_process_to_process_as_it_is(kind):
    fault = kind.__new__(kind, "what happened")
    fault.data = {"reason": Text(zh="甲", en="A"), "n": 3}

    again = pickle.loads(pickle.dumps(fault))

    assert (type(again), again.args, vars(again)) == (kind, ("what happened",), vars(fault))

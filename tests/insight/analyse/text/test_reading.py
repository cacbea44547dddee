"""Texts to be read by a person: each once, with a person's word above the reading's, and shares that move with their intervals."""

import pytest

from lianyi.insight.analyse.text.reading import digest_of, holds, labelled, moods, said_in, terms
from lianyi.insight.measure.intervals import wilson
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from tests.insight.measure.worlds import DAY_0, World, fact

WEEKS = Window(DAY_0, DAY_0 + 14)
TOLD = [
    ("0 10:00 content_commented m=a c=1", "质量很好，非常满意"),
    ("1 10:00 message_posted m=b g=1", " 质量很好，非常满意 "),
    ("2 10:00 content_commented m=c c=1", "太差了，失望"),
    ("9 10:00 review_posted m=d p=1", "昨天收到"),
    ("20 10:00 content_commented m=e c=1", "不在窗口里"),
]


@pytest.fixture
def world():
    made = World()
    made.load([{**fact(line, n), "body": f'{{"text": "{text}"}}'} for n, (line, text) in enumerate(TOLD)])
    yield made
    made.close()


def test_the_same_words_are_one_text_with_how_often_and_by_which_ways(world):
    found = said_in(world, WEEKS)

    assert [(one.text.strip(), one.label, one.times, one.sources) for one in found] == [
        ("质量很好，非常满意", "positive", 2, ("comments", "messages")),
        ("昨天收到", "neutral", 1, ("reviews",)),
        ("太差了，失望", "negative", 1, ("comments",)),
    ]
    assert [one.text for one in said_in(world, WEEKS, sources=["reviews"])] == ["昨天收到"]
    with pytest.raises(UnknownName):
        said_in(world, WEEKS, sources=["letters"])


def test_a_person_s_word_counts_above_the_reading_s_and_moves_the_shares(world):
    found = labelled(said_in(world, WEEKS), {digest_of("太差了， 失望"): "positive"})

    first, second = moods(found, WEEKS, "week")

    assert (first.texts, first.positive.value, first.negative.value) == (3, 1.0, 0.0)
    assert first.positive.interval == wilson(3, 3)
    assert (second.texts, second.positive.value) == (1, 0.0)
    assert [one.by_person for one in found] == [False, False, True]


def test_a_week_without_texts_has_no_share_and_not_nought(world):
    (empty,) = moods(said_in(world, WEEKS), Window(DAY_0 + 14, DAY_0 + 21), "week")

    assert (empty.texts, empty.positive.value) == (0, None)


def test_words_of_feeling_are_counted_as_often_as_they_were_written_and_texts_are_found_by_words(world):
    found = said_in(world, WEEKS)

    assert ("满意", 2) in terms(found)["positive"]
    assert ("失望", 1) in terms(found)["negative"]
    assert [holds(one, "质量 满意") for one in found] == [True, False, False]

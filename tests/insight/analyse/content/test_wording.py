import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.content.duplicates import duplicates, minhash
from lianyi.insight.analyse.content.fingerprint import normalised, shingles, winnowed
from lianyi.insight.analyse.content.originality import originality, originality_in_order
from lianyi.insight.analyse.content.wording import WORDING, content_duplicates, content_originality
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import at, engine_on

DAY = 19_800


def made(n: int, seed: int) -> str:
    """A text of n characters drawn from the common ideographs."""
    return "".join(chr(c) for c in np.random.default_rng(seed).integers(0x4E00, 0x5000, n))


def test_a_text_that_is_half_lifted_is_half_copied():
    source = made(500, 1)
    lifted = made(250, 2) + source[100:350]

    found = originality([lifted], [made(500, 3), source], corpus_ids=["other", "source"]).texts[0]

    assert found.copied == pytest.approx(0.5, abs=0.05)
    assert found.source == "source"
    # The source itself is copied by half as seen from the other side, and Jaccard would say a third.
    assert originality([source], [lifted]).texts[0].copied == pytest.approx(0.5, abs=0.05)


def test_two_sources_together_hold_more_than_either():
    a, b = made(300, 1), made(300, 2)
    found = originality([a[:150] + b[:150]], [a, b]).texts[0]

    assert found.copied == pytest.approx(0.5, abs=0.06)
    assert found.copied_union > 0.95


def test_looks_do_not_hide_a_copy():
    text = "新品上市 全场八折 Free Shipping 今天下单明天到家"
    dressed = "【新品上市】✨全场八折✨！ｆｒｅｅ　ｓｈｉｐｐｉｎｇ，，今天下单~明天到家😀"

    assert originality([dressed], [text]).texts[0].copied == 1.0


def test_any_passage_of_eight_characters_leaves_a_trace():
    for place in range(0, 60, 7):
        source, other = made(80, 5), made(80, 6 + place)
        assert np.intersect1d(winnowed(source), winnowed(other[:30] + source[place : place + 8] + other[30:])).size >= 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_normalising_twice_changes_nothing_and_order_of_hashing_is_by_content(a, b):
    assert normalised(normalised(a)) == normalised(a)
    joined = shingles(normalised(a) + normalised(b))
    own = shingles(normalised(a))
    assert np.array_equal(joined[: len(own)], own)


def test_the_first_to_publish_is_the_original():
    text = made(100, 1)

    found = originality_in_order([text, made(100, 2), text], ids=["a", "b", "c"])

    assert [t.copied for t in found.texts] == [0.0, 0.0, 1.0]
    assert found.texts[2].source == "a"
    assert found.mean.value == pytest.approx(2 / 3)
    assert found.share_original == pytest.approx(2 / 3)


def test_a_text_too_short_is_not_called_original():
    found = originality(["好", ""], [made(50, 1)])

    assert [t.copied for t in found.texts] == [None, None]
    assert found.mean.value is None
    assert "long enough" in found.explain().en


def test_boilerplate_in_a_thousand_sources_counts_for_nothing():
    boiler = made(40, 1)
    found = originality([boiler + made(40, 2)], [boiler + made(20, 10 + i) for i in range(1001)]).texts[0]

    assert found.copied < 0.1


@pytest.mark.parametrize("changed,expected", [(0.02, 0.82), (0.05, 0.61), (0.1, 0.4)])
def test_minhash_estimates_the_true_similarity(changed, expected):
    rng = np.random.default_rng(3)
    gaps = []
    for seed in range(20):
        text = list(made(400, seed))
        for i in rng.choice(400, int(400 * changed), replace=False):
            text[i] = chr(int(rng.integers(0x5100, 0x5400)))
        a, b = np.unique(shingles(made(400, seed))), np.unique(shingles("".join(text)))
        true = len(np.intersect1d(a, b)) / len(np.union1d(a, b))
        first, second = minhash([a, b])
        gaps.append((float((first == second).mean()) - true, true))

    assert np.mean([t for _, t in gaps]) == pytest.approx(expected, abs=0.06)
    assert abs(np.mean([g for g, _ in gaps])) < 0.02


def test_repeated_texts_are_grouped_and_others_are_not():
    base, other = made(200, 1), made(200, 2)
    texts = [base, other, base[:-3] + "改一改", base, made(200, 3)]

    found = duplicates(texts, ids=list("abcde"))

    assert found.groups == (("a", "c", "d"),)
    assert found.pairs[0].similarity == 1.0
    assert found.spare == 2
    assert "1 groups" in found.explain().en


def test_banding_misses_hardly_any_pair_above_the_threshold():
    rng = np.random.default_rng(4)
    texts, expected = [], 0
    for seed in range(60):
        text = list(made(300, 100 + seed))
        texts.append("".join(text))
        for i in rng.choice(300, 9, replace=False):
            text[i] = chr(int(rng.integers(0x5100, 0x5400)))
        texts.append("".join(text))
        expected += 1

    assert len(duplicates(texts, threshold=0.6).pairs) >= expected - 1


@settings(max_examples=20)
@given(st.lists(st.text(alphabet="甲乙丙丁", min_size=5, max_size=12), max_size=8))
def test_every_reported_pair_is_as_alike_as_it_says(texts):
    found = duplicates(texts)

    for pair in found.pairs:
        a, b = (set(shingles(normalised(texts[int(i) - 1])).tolist()) for i in (pair.first, pair.second))
        assert pair.similarity == pytest.approx(len(a & b) / len(a | b))
        assert pair.similarity >= 0.6


def test_a_similarity_that_banding_cannot_find_is_refused():
    with pytest.raises(BadInput):
        duplicates(["a"], threshold=0.2)
    assert duplicates([]).groups == ()


def test_contents_of_a_window_are_compared_with_what_came_before(tmp_path):
    old, new = made(60, 1), made(60, 2)
    contents = pa.table(
        {
            "content_id": ["old", "copy", "own"],
            "title": [old, old, new],
            "published_t": [at(DAY - 10), at(DAY), at(DAY + 1)],
            "published_d": pa.array([DAY - 10, DAY, DAY + 1], pa.int32()),
        }
    )
    rows = [{"name": "ugc_posted", "content_id": "again", "t": at(DAY + 2), "body": json.dumps({"text": new})}]
    engine = engine_on(tmp_path / "w", rows, tables={"contents": contents})

    found = content_originality(engine, Window(DAY, DAY + 5))
    repeated = content_duplicates(engine, Window(DAY, DAY + 5))
    engine.close()

    assert {t.id: t.copied for t in found.texts} == {"copy": 1.0, "own": 0.0, "again": 1.0}
    assert repeated.groups == (("own", "again"),)
    assert json.loads(json.dumps(found.to_json()))["schema"] == "lianyi.originality/1"
    assert json.loads(json.dumps(repeated.to_json()))["spare"] == 1
    assert found.to_table().num_rows == 3
    assert repeated.to_table().num_rows == 1
    assert lint(WORDING) == []

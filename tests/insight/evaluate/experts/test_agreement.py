"""Kendall's W, against hand-worked and published values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.evaluate.experts.agreement import concordance


def test_the_published_example_of_ties_is_reproduced():
    # Three judges, ten things, ties (Siegel 1956, after Kendall): W = .828 once ties are corrected for.
    scores = [
        [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
        [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
        [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
    ]
    found = concordance(scores)

    assert found.w.value == pytest.approx(0.828, abs=5e-4)
    assert found.p is not None
    assert found.p < 0.01


def test_judges_who_agree_wholly_have_a_w_of_one_and_opposed_pairs_of_none():
    assert concordance([[1, 2, 3, 4, 5]] * 3).w.value == pytest.approx(1.0)
    assert concordance([[1, 2, 3, 4], [4, 3, 2, 1]]).w.value == pytest.approx(0.0)


@pytest.mark.slow
def test_judges_who_score_at_random_are_seldom_called_agreed():
    rng = np.random.default_rng(3)

    small = sum((concordance(rng.random((4, 8))).p or 1) < 0.05 for _ in range(30))

    assert small <= 5


def test_one_judge_or_two_things_say_nothing():
    assert concordance([[1, 2, 3]]).w.because is not None
    assert concordance([[1, 2], [2, 1]]).w.because is not None
    assert concordance([[5, 5, 5], [7, 7, 7]]).w.because is not None


def test_what_not_everybody_scored_is_left_out():
    found = concordance([[1, 2, 3, np.nan], [1, 2, 3, 9]])

    assert found.things == 3
    assert found.w.value == pytest.approx(1.0)


@settings(max_examples=15)
@given(st.lists(st.lists(st.integers(0, 10), min_size=5, max_size=5), min_size=2, max_size=5))
def test_w_lies_between_nought_and_one_and_does_not_depend_on_the_scale(scores):
    w = concordance(scores).w.value
    stretched = concordance((np.array(scores) * 3 + 7).tolist()).w.value

    if w is None:
        assert stretched is None
    else:
        assert -1e-9 <= w <= 1 + 1e-9
        assert stretched == pytest.approx(w)

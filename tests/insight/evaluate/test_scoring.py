"""Scores on fixed anchors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.evaluate.changes import relative_interval
from lianyi.insight.evaluate.playbook.entries import entries
from lianyi.insight.evaluate.scoring import anchors, change_score, level_score, target_score, weighted
from lianyi.insight.measure import catalogue

FINITE = st.floats(-1e6, 1e6)


@given(FINITE, st.floats(0.01, 10), st.sampled_from(["up", "down"]))
def test_a_change_scores_between_0_and_100_and_mirrors_by_direction(change, full, better):
    score = change_score(change, full, better)

    assert 0 <= score <= 100
    assert change_score(-change, full, better) == pytest.approx(100 - score)


@given(FINITE, FINITE)
def test_a_better_level_never_scores_less(first, second):
    low, high = sorted((first, second))

    assert level_score(low, -1, 0, 1) <= level_score(high, -1, 0, 1)


def test_the_line_of_a_level_passes_through_its_three_anchors():
    assert [level_score(x, 0, 3, 8) for x in (0, 3, 8)] == [0, 60, 100]


@pytest.mark.parametrize(
    ("attainment", "floor", "score"), [(1.0, 0.8, 100), (0.8, 0.8, 60), (0.0, 0.8, 0), (0.5, None, 50), (2.0, None, 100)]
)
def test_a_target_scores_100_when_reached_and_60_at_its_floor(attainment, floor, score):
    assert target_score(attainment, floor) == score


def test_lines_without_an_interval_leave_the_whole_without_one():
    assert weighted([(1, 40.0, None), (3, 80.0, None)]) == (70.0, None)


def test_half_widths_add_in_squares():
    score, interval = weighted([(1, 50.0, (47.0, 53.0)), (1, 50.0, (46.0, 54.0))])

    assert score == 50.0
    assert interval == pytest.approx((47.5, 52.5))


def test_every_anchored_metric_and_every_playbook_measure_is_in_the_catalogue():
    named = {a.metric for method in ("data_analysis", "input_output") for a in anchors(method)} | {e.measure for e in entries()}

    assert named - set(catalogue()) == set()


def test_a_relative_change_needs_four_positive_blocks_on_each_side():
    assert relative_interval([1, 2, 3], [1, 2, 3, 4]) is None
    assert relative_interval([1, 2, 3, 0], [1, 2, 3, 4]) is None
    low, high = relative_interval([20, 21, 19, 20], [10, 11, 9, 10])
    assert low < 1.0 < high

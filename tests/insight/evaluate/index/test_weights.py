import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.evaluate.index.blending import blended, capped
from lianyi.insight.evaluate.index.judgements import NoReciprocalJudgement, judged
from lianyi.insight.evaluate.index.objective import critic_weights, entropy_weights

# Xu 2004, European Journal of Operational Research 156(2), 530-532.
XU = [[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]]
# Zavadskas, Podvezko 2016, International Journal of Information Technology & Decision Making 15(2), 267-283.
ZAVADSKAS = [[3.0, 100, 10, 7], [2.5, 80, 8, 5], [1.8, 50, 20, 11], [2.2, 70, 12, 9]]
# Tus, Aytac Adali 2019, Opsearch 56(2), 528-538.
TUS_ADALI = [[5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2], [800, 2, 4, 3, 3, 4]]


def test_entropy_weights_are_those_published():
    assert entropy_weights(XU).round(4).tolist() == [0.463, 0.3992, 0.1378, 0.0]
    assert entropy_weights(ZAVADSKAS).round(4).tolist() == [0.1146, 0.1981, 0.4185, 0.2689]


def test_critic_weights_are_those_published():
    assert critic_weights(TUS_ADALI).round(3).tolist() == [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]


def test_a_criterion_in_which_nothing_differs_gets_no_weight():
    table = np.array([[1.0, 5.0, 2.0], [2.0, 5.0, 9.0], [3.0, 5.0, 4.0]])

    assert entropy_weights(table)[1] == 0
    assert critic_weights(table)[1] == 0
    assert critic_weights(table)[[0, 2]] == pytest.approx(critic_weights(table[:, [0, 2]]))


def test_where_nothing_differs_there_are_no_objective_weights():
    assert entropy_weights(np.ones((4, 3))) is None
    assert critic_weights(np.ones((4, 3))) is None


def test_a_copied_criterion_loses_weight_under_critic():
    x = np.array([[1.0, 9.0], [4.0, 2.0], [2.0, 7.0], [8.0, 8.0]])

    alone, doubled = critic_weights(x), critic_weights(x[:, [0, 0, 1]])

    assert doubled[0] == pytest.approx(doubled[1])
    assert doubled[0] < alone[0]


def test_a_three_by_three_judgement_is_what_the_hand_works_out():
    # For three things the principal eigenvector is the row's geometric mean, and lambda = 1 + t + 1/t with t^3 = a12 a23 / a13.
    rows = np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    means = np.prod(rows, axis=1) ** (1 / 3)
    t = (3 * 3 / 5) ** (1 / 3)

    found = judged(rows)

    assert found.weights == pytest.approx(tuple(means / means.sum()), abs=1e-12)
    assert found.lambda_max == pytest.approx(1 + t + 1 / t, abs=1e-12)
    assert found.consistency_ratio == pytest.approx((t + 1 / t - 2) / 2 / 0.58, abs=1e-10)
    assert found.consistent
    assert judged(rows, table="saaty_2000").consistency_ratio == pytest.approx(found.consistency_ratio * 0.58 / 0.52)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7))
def test_consistent_judgements_give_back_their_weights(parts):
    weights = np.array(parts, dtype=float)

    found = judged(weights[:, None] / weights[None, :])

    assert found.weights == pytest.approx(tuple(weights / weights.sum()), abs=1e-9)
    assert found.consistency_ratio is None or found.consistency_ratio < 1e-9


def test_circular_judgements_are_inconsistent():
    assert not judged([[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]]).consistent


@pytest.mark.parametrize("matrix", [[[1, 2]], [[1, 3], [3, 1]], [[2, 1], [1, 1]], [[1, -2], [-0.5, 1]], [[1, 0], [0, 1]]])
def test_what_is_no_judgement_is_refused(matrix):
    with pytest.raises(NoReciprocalJudgement):
        judged(matrix)


def test_a_method_without_weights_leaves_its_share_to_the_others():
    mixed = blended({"judged": np.array([0.5, 0.5])}, {"judged": 0.6, "entropy": 0.4})

    assert mixed.tolist() == [0.5, 0.5]


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=8), st.lists(st.floats(0.001, 1), min_size=8, max_size=8), st.floats(1, 3))
def test_capped_weights_sum_to_one_and_keep_below_their_limits(raw, judged_raw, cap):
    weights = np.array(raw) / sum(raw)
    limits = np.array(judged_raw[: len(raw)])
    limits = cap * limits / limits.sum()

    found = capped(weights, limits)

    assert found.sum() == pytest.approx(1)
    assert np.all(found <= limits + 1e-9)
    assert np.all(found >= 0)

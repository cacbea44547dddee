import numpy as np
import pyarrow.csv as csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.survey.raking import MarginUnmet, rake
from lianyi.insight.analyse.survey.reliability import cronbach
from lianyi.insight.analyse.survey.scores import effective_number, net_promoters, satisfaction_index, satisfied
from lianyi.kernel.errors import BadInput


@pytest.fixture
def ecsi(shared_data):
    table = csv.read_csv(shared_data("ecsi_mobile_satisfaction") / "ecsi_mobi.csv")

    def scale(prefix):
        names = [name for name in table.column_names if name.startswith(prefix)]
        return np.column_stack([table[name].to_numpy() for name in names]), names

    return scale


# Tenenhaus, Esposito Vinzi, Chatelin, Lauro 2005, table of standardised alphas; raw ones from the same data.
@pytest.mark.parametrize(
    "prefix,standardised,raw",
    [
        ("IMAG", 0.723, 0.7144),
        ("CUEX", 0.452, 0.4326),
        ("PERQ", 0.877, 0.8724),
        ("PERV", 0.824, 0.8167),
        ("CUSA", 0.779, 0.7701),
        ("CUSL", 0.472, 0.4417),
    ],
)
def test_alphas_are_those_published(ecsi, prefix, standardised, raw):
    found = cronbach(*ecsi(prefix))

    assert round(found.standardised.value, 3) == standardised
    assert round(found.raw.value, 4) == raw
    assert found.raw.interval[0] < raw < found.raw.interval[1]
    assert (found.warning is None) == (raw >= 0.7)
    assert raw >= 0.5 or "do not measure one thing" in found.warning.en


def test_the_satisfaction_index_and_the_recommendation_are_those_of_the_data(ecsi):
    assert round(satisfaction_index(ecsi("CUSA")[0]).value, 2) == 71.97
    assert net_promoters(ecsi("CUSL3")[0][:, 0]).score.value == pytest.approx(0.14)


def test_nps_interval_is_the_adjusted_wald_worked_by_hand():
    found = net_promoters([10] * 6 + [8] * 2 + [3] * 2)

    p, d = 6.75 / 13, 2.75 / 13
    half = 1.959964 * ((p + d - (p - d) ** 2) / 13) ** 0.5
    assert found.score.value == pytest.approx(0.4)
    assert found.score.interval == pytest.approx((p - d - half, p - d + half), abs=1e-6)
    assert (found.promoters, found.passives, found.detractors) == pytest.approx((0.6, 0.2, 0.2))


@pytest.mark.parametrize("promoters,detractors,plain_at_most", [(0.5, 0.3, 0.93), (0.95, 0.01, 0.6)])
def test_nps_intervals_hold_at_ten_answers_where_plain_ones_do_not(promoters, detractors, plain_at_most):
    rng = np.random.default_rng(4)
    truth, hits, plain = promoters - detractors, 0, 0
    for _ in range(1000):
        u = rng.random(10)
        found = net_promoters(np.where(u < promoters, 10, np.where(u < promoters + detractors, 2, 8)))
        low, high = found.score.interval
        hits += low <= truth <= high
        variance = found.promoters + found.detractors - found.score.value**2
        plain += abs(found.score.value - truth) <= 1.96 * (variance / 10) ** 0.5

    assert hits / 1000 > 0.9
    assert plain / 1000 < plain_at_most


def test_everyone_agreeing_is_not_certainty():
    low, high = net_promoters([10] * 10).score.interval

    assert low < 0.9
    assert high <= 1


def test_csat_counts_four_and_five_and_leaves_out_who_did_not_answer():
    found = satisfied([5, 4, 3, np.nan, 1])

    assert (found.value, found.n) == (0.5, 4)


@pytest.mark.parametrize("ask", [lambda: net_promoters([]), lambda: net_promoters([np.nan])])
def test_nobody_is_not_nought(ask):
    assert ask().score.value is None
    assert satisfied([]).value is None
    assert satisfaction_index(np.empty((0, 3))).value is None


def test_scores_off_the_scale_are_refused():
    with pytest.raises(ValueError, match="0 to 10"):
        net_promoters([11])
    with pytest.raises(ValueError, match="1 to 5"):
        satisfied([0])


def test_raking_recovers_the_truth_that_the_raw_mean_misses():
    rng = np.random.default_rng(7)
    n = 4000
    old, south = rng.random(n) < 0.5, rng.random(n) < 0.3
    score = 2 + 1.0 * old + 0.5 * south + rng.normal(0, 0.5, n)
    answers = rng.random(n) < np.where(old, 0.6, 0.1) * np.where(south, 1.0, 0.4)

    raked = rake(
        {"old": old[answers].tolist(), "south": south[answers].tolist()},
        {"old": {True: old.mean(), False: 1 - old.mean()}, "south": {True: south.mean(), False: 1 - south.mean()}},
    )

    weighted = float((score[answers] * raked.weights).mean())
    assert abs(score[answers].mean() - score.mean()) > 0.25
    assert abs(weighted - score.mean()) < 0.05
    assert raked.converged
    assert raked.design_effect == pytest.approx(len(raked.weights) / effective_number(raked.weights))
    assert raked.design_effect > 1.2


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=40, max_size=80), st.floats(0.2, 0.8))
def test_raked_weights_meet_every_margin(rows, share):
    first, second = [r[0] for r in rows] + ["a", "a", "a", "b", "b", "b"], [r[1] for r in rows] + ["x", "y", "z", "x", "y", "z"]

    found = rake({"p": first, "q": second}, {"p": {"a": share, "b": 1 - share}, "q": {"x": 1, "y": 1, "z": 2}}, trim=None)

    w = found.weights
    assert w.mean() == pytest.approx(1)
    assert w[np.array(first) == "a"].sum() / w.sum() == pytest.approx(share, abs=1e-6)
    assert w[np.array(second) == "z"].sum() / w.sum() == pytest.approx(0.5, abs=1e-6)


def test_heavy_weights_are_trimmed_and_that_is_said():
    found = rake({"p": ["a"] * 99 + ["b"]}, {"p": {"a": 0.5, "b": 0.5}})

    assert found.trimmed == 1
    assert found.largest < 50


def test_a_group_that_nobody_stands_for_is_an_error_with_its_name():
    with pytest.raises(MarginUnmet, match="tier gold"):
        rake({"tier": ["plain"]}, {"tier": {"plain": 0.5, "gold": 0.5}})
    with pytest.raises(BadInput, match="do not know iron"):
        rake({"tier": ["iron"]}, {"tier": {"plain": 1.0}})


def test_alpha_of_questions_that_say_the_same_is_one_and_of_noise_near_nought():
    rng = np.random.default_rng(3)
    x = rng.normal(size=300)

    assert cronbach(np.column_stack([x, x, x])).raw.value == pytest.approx(1)
    assert abs(cronbach(rng.normal(size=(300, 4))).raw.value) < 0.25


def test_alpha_needs_questions_that_vary():
    assert cronbach([[1, 2], [1, 2], [1, 2]]).raw.value is None
    assert cronbach([[1, 2], [2, 1], [3, 0], [0, 3]]).raw.value is None
    assert "cancel" in cronbach([[1, 2], [2, 1], [3, 0], [0, 3]]).raw.because.en
    assert "themselves" not in cronbach([[1, 1], [2, 2], [3, 4]]).warning.en
    assert "complete answers" in cronbach([[1, 1], [2, 2], [3, 4]]).warning.en


def test_leaving_out_the_odd_question_raises_alpha():
    rng = np.random.default_rng(5)
    x = rng.normal(size=200)
    items = np.column_stack([x + rng.normal(0, 0.4, 200) for _ in range(3)] + [rng.normal(size=200)])

    found = cronbach(items, ["a", "b", "c", "odd"])

    assert found.without["odd"] > found.raw.value
    assert found.item_total["odd"] < 0.3 < found.item_total["a"]

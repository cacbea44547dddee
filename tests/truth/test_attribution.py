"""Credit is bookkeeping: how far it lies from what channels really bring, by every model."""

import pytest

from lianyi.insight.analyse.attribution.attribution import attribution
from lianyi.insight.analyse.attribution.credit import over_credit
from lianyi.insight.analyse.estimate import Estimate
from tests.truth.truth_cases import interval_of_mean, over_worlds, truth_of, window

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = 5, 2500, 75
CHANNELS = ("feed", "social", "paid", "partner")


def asked(engine, made):
    brought = {channel: truth_of(made, f"channel:{channel}", estimand="total", outcome="orders") for channel in CHANNELS}
    return brought, attribution(engine, window("targeted_ads", 0, DAYS))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """(what each channel really brought, the attribution) of each world."""
    return over_worlds(tmp_path_factory.mktemp("ads"), "targeted_ads", range(WORLDS), MEMBERS, DAYS, asked, twins=True)


@pytest.fixture(scope="module")
def sums(answers):
    """Over all worlds: channel -> orders really brought, and model -> channel -> orders credited."""
    brought = {channel: sum(one[channel] for one, _ in answers) for channel in CHANNELS}
    models = [model.model for model in answers[0][1].models]
    credit = {
        model: {channel: sum(next(m for m in a.models if m.model == model).of(channel).orders for _, a in answers) for channel in CHANNELS}
        for model in models
    }
    return brought, credit


def test_every_model_credits_the_feed_with_many_times_what_it_brings(sums):
    brought, credit = sums

    assert brought["feed"] > 0
    assert {model: of["feed"] > 3 * brought["feed"] for model, of in credit.items()} == dict.fromkeys(credit, True)


def test_no_model_comes_near_the_true_shares(sums):
    brought, credit = sums
    total = sum(brought.values())
    wrong = {model: sum(abs(of[c] / sum(of.values()) - brought[c] / total) for c in CHANNELS) for model, of in credit.items()}

    assert min(wrong.values()) > 0.5


def test_the_over_credit_factor_says_how_far(answers):
    added = [one["feed"] for one, _ in answers]
    known = Estimate(sum(added) / WORLDS, interval_of_mean(added), WORLDS, "A")
    factors = [over_credit(model, {"feed": known})["feed"].value for model in answers[0][1].models]

    assert all(factor is not None and factor > 2 for factor in factors)


def test_credit_is_graded_as_description(answers):
    assert {answer.to_json()["grade"] for _, answer in answers} == {"D"}

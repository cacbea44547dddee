"""Credit is bookkeeping: how far it lies from what channels really bring, by every model."""

import pytest

from lianyi.insight.analyse.attribution.attribution import attribution
from lianyi.insight.analyse.attribution.credit import MODELS, over_credit
from lianyi.insight.analyse.estimate import Estimate
from tests.truth.truth_cases import interval_of_mean, over_worlds, truth_of, window, worlds

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = worlds(3, 5), 2500, 75
CHANNELS = ("feed", "social", "paid", "partner")
# Models that credit whatever was touched.
REACHING = tuple(model for model in MODELS if model != "shapley")


def asked(engine, made):
    brought = {channel: truth_of(made, f"channel:{channel}", estimand="total", outcome="orders") for channel in CHANNELS}
    return brought, attribution(engine, window("targeted_ads", 0, DAYS))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """(what each channel really brought, the attribution) of each world."""
    return over_worlds(tmp_path_factory.mktemp("ads"), "targeted_ads", WORLDS, MEMBERS, DAYS, asked, twins=True)


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


def test_rules_and_the_chain_credit_the_feed_with_many_times_what_it_brings(sums):
    brought, credit = sums

    assert brought["feed"] > 0
    assert {model: of["feed"] > 5 * brought["feed"] for model, of in credit.items() if model != "shapley"} == dict.fromkeys(REACHING, True)


def test_targeted_advertisements_are_credited_with_what_would_have_come_anyway(sums):
    brought, credit = sums

    assert brought["paid"] > 0
    assert {model: of["paid"] > 2 * brought["paid"] for model, of in credit.items() if model != "shapley"} == dict.fromkeys(REACHING, True)


def test_shapley_errs_the_other_way(sums):
    """It compares people by the channels that touched them: whom only the feed reaches is no buyer, and so the feed takes the blame."""
    brought, credit = sums

    assert credit["shapley"]["feed"] < 0 < brought["feed"]


def test_no_model_comes_near_the_true_shares(sums):
    brought, credit = sums
    total = sum(brought.values())
    wrong = {model: sum(abs(of[c] / sum(of.values()) - brought[c] / total) for c in CHANNELS) for model, of in credit.items()}

    assert min(wrong.values()) > 0.5


def test_the_over_credit_factor_says_how_far(answers):
    """As a hold-out of the feed would have found it, with the interval that it leaves."""
    added = [one["feed"] for one, _ in answers]
    known = Estimate(sum(added) / len(added), interval_of_mean(added), len(added), "A")
    factors = {model.model: over_credit(model, {"feed": known})["feed"] for model in answers[0][1].models}

    for model in REACHING:
        assert factors[model].value > 5
        assert factors[model].interval[0] > 1
        assert factors[model].grade == "A"


def test_credit_is_graded_as_description(answers):
    assert {answer.to_json()["grade"] for _, answer in answers} == {"D"}

"""Word of mouth: friends who are alike are not taken for friends who influence each other, once a part of shares is withheld."""

import numpy as np
import pytest

from lianyi.insight.analyse.attribution.attribution import attribution
from lianyi.insight.analyse.word_of_mouth.word_of_mouth import word_of_mouth
from tests.truth.truth_cases import interval_of_mean, least_of, over_worlds, truth_of, window, worlds

pytestmark = pytest.mark.truth
MEMBERS, DAYS = 2500, 60
SEEDS = {"homophily": worlds(10, 60), "contagion": worlds(5, 20), "both": worlds(5, 20)}


def asked(engine, made):
    """(orders a share brings: as the experiment says, its interval, as it looks without)."""
    found = word_of_mouth(engine, window("both", 0, DAYS))
    return found.each.value, *found.each.interval, found.looks_like.value


def credited(engine, made):
    """(orders friends' shares really brought, the factor by which each model credits them too much)."""
    factors = attribution(engine, window("both", 0, DAYS)).over_credit
    return truth_of(made, "channel:social", estimand="total", outcome="orders"), {m: of["social"] for m, of in factors.items()}


@pytest.fixture(scope="module")
def effects(tmp_path_factory):
    path = tmp_path_factory.mktemp("wom")
    return {
        world: np.array(over_worlds(path / world, world, range(200, 200 + len(seeds)), MEMBERS, DAYS, asked))
        for world, seeds in SEEDS.items()
    }


def test_friends_who_are_merely_alike_look_like_word_of_mouth(effects):
    low, _ = interval_of_mean(effects["homophily"][:, 3])

    assert low > 0


def test_withholding_a_part_shows_that_it_is_none(effects):
    low, high = interval_of_mean(effects["homophily"][:, 0])

    assert low <= 0 <= high
    # and it is no matter of too few: what is there in the other worlds lies outside
    assert high < effects["contagion"][:, 0].mean()


def test_no_more_homophily_worlds_are_credited_than_the_interval_allows(effects):
    low = effects["homophily"][:, 1]

    # one side of 95%
    assert (low <= 0).sum() >= least_of(len(low), 0.975)


@pytest.mark.parametrize("world", ["contagion", "both"])
def test_withholding_a_part_finds_the_influence_there_is(effects, world):
    low, _ = interval_of_mean(effects[world][:, 0])

    assert low > 0


def test_attribution_says_how_many_times_over_it_credits_shares(tmp_path):
    """Where a part was withheld the factor comes with the credit; where it cannot tell the shares' worth from nothing it says so."""
    found = over_worlds(tmp_path, "both", range(2), 6000, DAYS, credited, twins=True)

    for brought, factors in found:
        assert brought > 0
        for factor in factors.values():
            assert (factor.value is None) == (factor.because is not None)
            assert factor.grade == "A"
    told = [factor for _, factors in found for factor in factors.values() if factor.value is not None]
    assert told
    assert all(factor.interval[0] <= factor.value <= factor.interval[1] for factor in told)

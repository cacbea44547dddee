"""Word of mouth: friends who are alike are not taken for friends who influence each other, once a part of shares is withheld."""

import numpy as np
import pytest

from lianyi.insight.analyse.word_of_mouth.word_of_mouth import word_of_mouth
from tests.truth.truth_cases import interval_of_mean, over_worlds, window

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = 6, 2500, 60


def asked(engine, made):
    """(orders a share brings: as the experiment says, its interval, as it looks without)."""
    found = word_of_mouth(engine, window("both", 0, DAYS))
    return found.each.value, *found.each.interval, found.looks_like.value


@pytest.fixture(scope="module")
def effects(tmp_path_factory):
    path = tmp_path_factory.mktemp("wom")
    return {
        world: np.array(over_worlds(path / world, world, range(WORLDS), MEMBERS, DAYS, asked))
        for world in ("homophily", "contagion", "both")
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
    credited = effects["homophily"][:, 1] > 0

    # one side of 95%: of six worlds two are credited once in a hundred times
    assert credited.sum() < 2


@pytest.mark.parametrize("world", ["contagion", "both"])
def test_withholding_a_part_finds_the_influence_there_is(effects, world):
    low, _ = interval_of_mean(effects[world][:, 0])

    assert low > 0

"""Does it grow by itself: K while it is still growing, against what really comes in the end."""

import dataclasses

import numpy as np
import pytest

from lianyi.insight.analyse.fission.fission import fission
from lianyi.insight.measure import measure
from lianyi.lab.worlds import read_world
from lianyi.lab.worlds.world import Campaign, Nuisances
from tests.truth.truth_cases import least_of, over_worlds, truth_of, window, worlds

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = worlds(12, 30), 1500, 40


def asked(engine, made):
    """(what K is, as it is said, as it is naively counted)."""
    told = truth_of(made, estimand="k_factor")
    found = fission(engine, window("viral", 0, DAYS)).growth
    return told, found.k_factor, found.k_naive


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    return over_worlds(tmp_path_factory.mktemp("viral"), "viral", WORLDS, MEMBERS, DAYS, asked, twins=True)


def test_k_is_right_while_the_naive_count_is_low(grown):
    truth = np.mean([told for told, _, _ in grown])
    said = np.mean([found.value for _, found, _ in grown])
    naive = np.mean([counted for _, _, counted in grown])

    assert said == pytest.approx(truth, rel=0.05)
    assert naive < 0.85 * truth


def test_its_interval_covers(grown):
    truth = np.mean([told for told, _, _ in grown])
    covered = sum(found.interval[0] <= truth <= found.interval[1] for _, found, _ in grown)

    assert covered >= least_of(len(grown))


def test_a_prize_is_taken_for_growth(tmp_path):
    """The limit of the method card: members behave alike whenever they joined. A prize breaks it, and K is then no forecast."""
    prize = Campaign(
        id="prize", title="老带新", mechanic="referral", from_day=20, days=10, aware_share=1.0, holdout_share=0.0, lift=0.0, invites=1.0
    )
    world = dataclasses.replace(read_world("viral"), campaigns=(prize,))
    found = over_worlds(
        tmp_path, world, worlds(2, 4), MEMBERS, DAYS, lambda e, _: fission(e, window("viral", 0, DAYS)).growth.k_factor.value
    )

    assert np.mean(found) > 1.2 * read_world("viral").inviting.mean


def test_rings_of_made_up_members_are_counted_as_growth(tmp_path):
    """Another: nothing in what is measured knows made-up members. They are new members whom somebody brought until they are held back."""
    world = dataclasses.replace(read_world("viral"), nuisances=Nuisances(rings=10, ring_size=8))

    def brought(engine, made):
        return measure(engine, ["referred_members"], window("viral", 0, DAYS), zone=made.zone)[0].value

    (plain,) = over_worlds(tmp_path / "a", "viral", range(1), MEMBERS, DAYS, brought)
    (rings,) = over_worlds(tmp_path / "b", world, range(1), MEMBERS, DAYS, brought)

    assert rings > plain + 50

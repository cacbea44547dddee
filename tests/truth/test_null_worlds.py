"""Worlds in which nothing happens: how often an evaluation says that something did."""

import shutil
from collections import Counter

import pytest

from lianyi.lab.worlds import read_world
from tests.truth.truth_cases import binomial_interval, evaluated, told, window, worlds

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = worlds(10, 120), 1500, 60
# What claims that something changed, or that a record is broken, or a day odd. What merely stands somewhere (`level`) may be true here.
CLAIMS = ("change", "symptom", "data")


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Of each world: the findings that claim what is not so, and all that was tested."""
    found = []
    for seed in WORLDS:
        made = told(tmp_path_factory.mktemp("null") / "w", "null", seed=1000 + seed, members=MEMBERS, days=DAYS)
        evaluation = evaluated(made, window("null", DAYS // 2, DAYS))
        found.append([f for f in evaluation.findings if f.basis in CLAIMS or f.kind == "anomaly_days"])
        assert evaluation.baseline_window is not None
        shutil.rmtree(made.path)
    return found


def test_nothing_is_planted():
    world = read_world("null")

    assert world.causes == ()
    assert world.season == 0


def test_at_most_one_world_in_twenty_is_told_that_something_happened(said):
    wrong = [world for world in said if world]
    low, high = binomial_interval(len(wrong), len(said))
    print(f"\nnull worlds with a false finding: {len(wrong)} of {len(said)}, 95% interval {low:.1%} to {high:.1%}")
    print(Counter(f.kind for world in said for f in world))

    # the share is at most 5% unless chance says otherwise
    assert low <= 0.05, [(f.id, f.where, f.q, f.title.en) for world in wrong for f in world]
    assert len(wrong) <= max(1, round(0.05 * len(said)))

"""The demo brand's three problems: each is among the first things an evaluation says, and nothing is said of those that are not there."""

import datetime as dt
import shutil

import pytest

from lianyi.lab.worlds import read_world
from tests.truth.truth_cases import at_length, evaluated, told, window, worlds

pytestmark = pytest.mark.truth
MEMBERS = 3000
PLANTED = tuple(drift.id for drift in read_world("brand").drifts if drift.planted)
# What each is told as: (kind of finding, where it lies); a stale feed repeats its topic and itself.
FINGERPRINTS = {
    "checkout_fault": {("step_checkout", ("platform", "微信·安卓"))},
    "stale_content": {("content_stale", ("content_topic", "福利活动")), ("originality_down", ("content_format", "图文"))},
    "reply_slump": {("reply_down", None)},
}
# How many findings a reader takes in.
FIRST = 5


def findings(path, *, seed: int = 1, planted: tuple[str, ...] = PLANTED):
    """What the evaluation of the last quarter says of the brand with these problems planted and the others not, in order."""
    left_out = tuple(f"drift:{one}" for one in PLANTED if one not in planted)
    made = told(path / "w", "brand", seed=seed, members=MEMBERS, days=183, without=left_out)
    found = evaluated(made, window("brand", 91, 183)).findings
    shutil.rmtree(made.path)
    return found


def known_as(problem: str, found) -> list:
    return [f for f in found if (f.kind, f.where) in FINGERPRINTS[problem]]


@pytest.fixture(scope="module")
def ill(tmp_path_factory):
    return [findings(tmp_path_factory.mktemp("ill"), seed=seed) for seed in worlds(1, 5)]


@pytest.fixture(scope="module")
def well(tmp_path_factory):
    return [findings(tmp_path_factory.mktemp("well"), seed=seed, planted=()) for seed in worlds(1, 5)]


def test_there_are_three():
    assert set(PLANTED) == set(FINGERPRINTS)


@pytest.mark.parametrize("problem", PLANTED)
def test_each_is_among_the_first_findings(ill, problem):
    for found in ill:
        assert known_as(problem, found[:FIRST]), [f.id for f in found[:FIRST]]
        assert {f.severity for f in known_as(problem, found)} == {"high"}


def test_the_day_on_which_each_began_is_said(ill):
    began = {
        drift.id: dt.date.fromisoformat(read_world("brand").start) + dt.timedelta(days=drift.from_day)
        for drift in read_world("brand").drifts
    }
    for found in ill:
        for problem, most_days in (("checkout_fault", 1), ("reply_slump", 4), ("stale_content", 20)):
            said = [dt.date.fromisoformat(f.since) for f in known_as(problem, found) if f.since]
            assert said, problem
            assert all(abs((day - began[problem]).days) <= most_days for day in said), (problem, said)


@pytest.mark.parametrize("problem", PLANTED)
def test_none_is_reported_where_it_is_not_planted(well, problem):
    for found in well:
        assert known_as(problem, found) == []
        assert not {kind for kind, _ in FINGERPRINTS[problem]} & {f.kind for f in found}


@at_length
@pytest.mark.parametrize("problem", PLANTED)
def test_one_alone_is_found_alone(tmp_path, problem):
    found = findings(tmp_path, planted=(problem,))

    assert known_as(problem, found[:FIRST])
    others = {kind for other in PLANTED if other != problem for kind, _ in FINGERPRINTS[other]}
    assert not others & {f.kind for f in found}

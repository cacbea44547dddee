"""What moved: within and between are told apart, the platform at fault is found, and chance is not."""

import numpy as np
import pytest

from lianyi.insight.analyse.change.change import explain_change
from lianyi.insight.analyse.change.mix import split
from lianyi.insight.measure import measure
from lianyi.lab.worlds import read_world
from tests.truth.truth_cases import least_of, over_worlds, window, worlds

pytestmark = pytest.mark.truth
OTHERS = tuple(cause for cause in read_world("brand").causes if cause != "drift:checkout_fault")


def conversion(engine, made):
    """Buyers and visitors of each platform, before and after the crowd came."""
    found = []
    for from_day, to_day in ((10, 50), (75, 115)):
        values = measure(engine, ["conversion_rate", "visitors"], window("simpson", from_day, to_day), by="platform", zone=made.zone)
        rate = {v.by["platform"]: v.value for v in values if v.metric == "conversion_rate" and v.by["platform"]}
        n = {v.by["platform"]: v.value for v in values if v.metric == "visitors" and v.by["platform"]}
        platforms = sorted(rate)
        found += [np.array([rate[p] * n[p] for p in platforms]), np.array([float(n[p]) for p in platforms])]
    return found


def test_a_rate_that_falls_though_every_part_rises_is_shown_as_a_shift_of_people(tmp_path):
    for hits0, base0, hits1, base1 in over_worlds(tmp_path, "simpson", range(3), 7000, 120, conversion):
        assert (hits1 / base1 > hits0 / base0).all()
        assert hits1.sum() / base1.sum() < hits0.sum() / base0.sum()

        found = split(hits0, base0, hits1, base1)

        assert found.within.sum() > 0 > found.mix.sum()
        assert found.within.sum() + found.mix.sum() == pytest.approx(hits1.sum() / base1.sum() - hits0.sum() / base0.sum(), abs=1e-12)


def standing_out(engine, made):
    """The platforms whose change is beyond chance."""
    found = explain_change(engine, window("brand", 140, 180), window("brand", 90, 130), dimensions=["platform"]).to_json()
    return [part["by"]["platform"] for part in found["parts"]["platform"] if part["significant"]]


def test_the_platform_at_fault_stands_out(tmp_path):
    found = over_worlds(tmp_path, "brand", worlds(3, 5), 2500, 183, standing_out, without=OTHERS)

    assert sum("微信·安卓" in one for one in found) >= len(found) - 1


def test_no_platform_stands_out_where_nothing_happens(tmp_path):
    def asked(engine, made):
        found = explain_change(
            engine, window("null", 40, 60), window("null", 20, 40), dimensions=["platform", "channel", "category"]
        ).to_json()
        return [part["by"] for parts in found["parts"].values() for part in parts if part["significant"]]

    found = over_worlds(tmp_path, "null", worlds(12, 40), 400, 60, asked)

    # held to a false discovery rate of 5%
    assert sum(not one for one in found) >= least_of(len(found))

"""Twin runs differ by their cause alone, and know what it did."""

import dataclasses
import json

import numpy as np
import pytest

from lianyi.lab.cast.setting import setting
from lianyi.lab.life.campaigns import arms
from lianyi.lab.life.run import live
from lianyi.lab.simulate import simulate
from lianyi.lab.truth.estimands import estimands
from lianyi.lab.truth.ledger import lived
from lianyi.lab.worlds import read_world
from lianyi.lab.worlds.world import Drift
from lianyi.stream import workspace


def of(name, **changes):
    return dataclasses.replace(read_world(name), **changes)


def cast(world, seed=1, *, members=600, days=50, without=()):
    return setting(world, seed, members=members, days=days, without=without)


def the(found, **wanted):
    return [one for one in found if all(getattr(one, key) == value for key, value in wanted.items())]


def test_leaving_out_what_does_nothing_changes_nothing():
    idle = Drift(id="idle", what="visits", times=1.0)
    world = of("null", drifts=(idle,))

    with_it, without = lived(cast(world)), lived(cast(world, without=["drift:idle"]))

    for column in ("day", "who", "channel", "net_fen", "joined", "offspring"):
        assert (getattr(with_it, column) == getattr(without, column)).all(), column


@pytest.mark.slow
def test_nothing_differs_before_a_cause_begins():
    world = of("coupon")
    base, twin = cast(world), cast(world, without=["campaign:coupon"])
    first = world.campaigns[0].from_day

    for (day, _), (other, _) in zip(live(base), live(twin), strict=True):
        if day.d < first:
            assert (day.orders.who == other.orders.who).all()
            assert (day.touches.who == other.touches.who).all()
            assert (day.visits.at_us == other.visits.at_us).all()


@pytest.mark.slow
def test_a_campaign_moves_those_who_hear_of_it_and_no_one_else_where_nobody_talks():
    world = of("coupon")
    base = cast(world, members=3000, days=60)
    found = list(estimands(world, 1, base, lived(base)))

    def value(estimand):
        return the(found, cause="campaign:coupon", estimand=estimand, outcome="orders", segment={})[0].value

    assert 0 < value("itt") < value("att")
    assert value("spill_over") == 0
    # ITT is ATT thinned by those who never heard
    aware = arms(base, world.campaigns[0]).aware.mean()
    assert value("itt") == pytest.approx(value("att") * aware, rel=0.1)


@pytest.mark.slow
def test_friends_carry_a_campaign_to_those_held_out():
    world = of("coupon", influence=read_world("contagion").influence, circles=read_world("contagion").circles)
    effects = []
    for seed in range(4):
        base = cast(world, seed, members=2500, days=60)
        effects += the(estimands(world, seed, base, lived(base)), cause="campaign:coupon", estimand="spill_over", outcome="orders")

    assert sum(one.value for one in effects) > 0


def test_friends_who_are_merely_alike_have_no_influence_to_leave_out():
    assert read_world("homophily").causes == ()

    people = cast(read_world("homophily"), members=5000).people
    circle = np.log(people.buy_rate[people.fake < 0]).reshape(-1, 50)
    within = circle.var(axis=1, ddof=1).mean()
    # rates of one circle are alike: the spread between circles is far above what the spread within explains
    assert circle.mean(axis=1).var(ddof=1) > 10 * within / 50


def test_withheld_shares_are_a_random_part():
    world = read_world("contagion")
    hidden = shown = 0
    for day, _ in live(cast(world, members=3000, days=30)):
        social = day.touches.referrer >= 0
        hidden += int((~day.touches.seen & social).sum())
        shown += int((day.touches.seen & social).sum())
        assert not (day.touches.clicked & ~day.touches.seen).any()

    share = world.influence.withheld_share
    assert hidden / (hidden + shown) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / (hidden + shown)))


@pytest.mark.slow
def test_what_a_planted_problem_costs_is_known():
    world = of("brand")
    others = [cause for cause in world.causes if cause != "drift:checkout_fault"]
    base = cast(world, members=1500, days=183, without=others)
    found = list(estimands(world, 1, base, lived(base), without=others))

    (lost,) = the(found, cause="drift:checkout_fault", outcome="net_fen")
    assert lost.value < 0


def test_the_truth_lies_beside_the_facts(tmp_path):
    made = workspace.create(tmp_path / "w")

    done = simulate(read_world("fraud_rings"), made, seed=3, members=1500, days=30)

    told = json.loads((done.truth / "truth.json").read_text())
    assert told["schema"] == "lianyi.truth/1"
    assert told["seed"] == 3
    assert len(told["estimands"]) == done.estimands > 0
    import pyarrow.parquet as pq

    members = pq.read_table(done.truth / "members.parquet")
    rings = members["ring"].drop_null().to_pylist()
    assert rings
    assert set(rings) <= set(range(10))


def test_the_days_after_the_last_told_are_lived_and_not_told(tmp_path):
    world = of("null", future_days=30)
    made = workspace.create(tmp_path / "w")

    done = simulate(world, made, seed=1, members=800, days=20)

    told = json.loads((done.truth / "truth.json").read_text())
    (future,) = [one for one in told["estimands"] if one["estimand"] == "future_30_days" and one["outcome"] == "orders"]
    assert future["value"] > 0

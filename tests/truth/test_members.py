"""What is said of members against what they are and will do: segments, broken rhythms, retention."""

import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest

from lianyi.insight.analyse.rhythm import broken_rhythm
from lianyi.insight.analyse.segments.rfm import rfm
from lianyi.insight.measure import measure
from lianyi.lab.worlds import read_world
from tests.truth.truth_cases import engine_on, over_worlds, told, window

pytestmark = pytest.mark.truth
MEMBERS, DAYS, FUTURE = 5000, 150, 90


def with_future(name: str, **changes: object):
    world = read_world(name)
    return dataclasses.replace(world, future_days=FUTURE, detail=0, **changes)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """(segments of buyers, members' truth, rhythm), of one world with a future."""
    world = with_future("null", buying=dataclasses.replace(read_world("null").buying, orders_a_day=0.02))
    made = told(tmp_path_factory.mktemp("members") / "w", world, seed=5, members=MEMBERS, days=DAYS)
    with engine_on(made) as engine:
        span = window(world, 0, DAYS)
        return rfm(engine, span).to_table(), truth(made), broken_rhythm(engine, horizon_day=span.to_day - 1)


def truth(made):
    table = pq.read_table(made.path / "truth" / "members.parquet")
    return {row["member_id"]: row for row in table.to_pylist()}


def test_segments_rank_buyers_by_what_they_will_buy(seen):
    buyers, real, _ = seen
    who, segment = buyers["who"].to_pylist(), buyers["segment"].to_pylist()
    future = {s: np.mean([real[w]["future_orders"] for w, at in zip(who, segment, strict=True) if at == s]) for s in set(segment)}

    assert max(future, key=future.get) == "champions"
    assert future["champions"] > 5 * min(future.values())


def test_scores_order_the_future_within_chance(seen):
    """Ranking quality: of two buyers, the one with the higher scores buys more later in at least two cases of three."""
    buyers, real, _ = seen
    score = np.array(buyers["r"].to_pylist()) + np.array(buyers["f"].to_pylist()) + np.array(buyers["m"].to_pylist())
    future = np.array([real[w]["future_orders"] for w in buyers["who"].to_pylist()])
    above = future[:, None] > future[None, :]
    right = (score[:, None] > score[None, :]) + 0.5 * (score[:, None] == score[None, :])

    assert right[above].mean() > 0.66


def test_those_whose_rhythm_broke_have_lapsed_more_often_than_other_regulars(seen):
    """The 20 worth most are named; of regulars altogether far fewer have lapsed."""
    buyers, real, rhythm = seen
    regulars = [w for w, orders in zip(buyers["who"].to_pylist(), buyers["orders"].to_pylist(), strict=True) if orders >= 3]
    lapsed = np.mean([not real[one.member_id]["alive"] for one in rhythm.overdue])
    usual = np.mean([not real[w]["alive"] for w in regulars])

    assert rhythm.members >= 20
    assert lapsed > 1.5 * usual


def test_the_limit_of_segments_is_a_campaign_that_people_bought_ahead_in(tmp_path):
    """Recency flatters those who bought only because of the campaign: with equal scores they buy less afterwards."""
    coupon = read_world("coupon")
    deep = dataclasses.replace(
        coupon.campaigns[0], from_day=100, days=30, aware_share=0.5, holdout_share=0.0, lift=1.2, pulled_share=0.9, pulled_days=90
    )
    world = with_future("coupon", campaigns=(deep,))

    def asked(engine, made):
        buyers = rfm(engine, window(world, 0, DAYS)).to_table()
        real = truth(made)
        rows = [real[w] for w, r in zip(buyers["who"].to_pylist(), buyers["r"].to_pylist(), strict=True) if r == 5]
        return [np.mean([row["future_orders"] for row in rows if row["coupon_aware"] is aware]) for aware in (True, False)]

    found = np.array(over_worlds(tmp_path, world, range(3), 4000, DAYS, asked))

    assert found[:, 0].mean() < found[:, 1].mean()


def test_retention_is_only_what_was_recorded(tmp_path):
    """The limit of every figure about behaviour: where tracking breaks, people seem to leave who are there."""

    def asked(engine, made):
        values = measure(engine, ["active_members"], window("tracking_loss", 60, 90), by="platform", zone=made.zone)
        return {v.by["platform"]: v.value for v in values}

    (broken,) = over_worlds(tmp_path / "a", "tracking_loss", range(1), 2500, 90, asked)
    (whole,) = over_worlds(tmp_path / "b", "tracking_loss", range(1), 2500, 90, asked, without=("drift:tracking",))

    assert broken["微信·安卓"] < 0.9 * whole["微信·安卓"]
    assert broken["抖音"] == whole["抖音"]

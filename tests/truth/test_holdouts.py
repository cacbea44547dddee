"""Hold-outs: what a campaign did, read from its arms as they stand in the facts, against the twin runs."""

import dataclasses

import numpy as np
import pytest

from lianyi.lab.worlds import read_world
from tests.truth.truth_cases import interval_of_mean, least_of, over_worlds, truth_of, worlds

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = worlds(12, 24), 1500, 75
BY_ARM = """
SELECT a.kind, count(*) AS n, CAST(sum(coalesce(o.n, 0)) AS BIGINT) AS orders, CAST(sum(coalesce(o.n, 0) * coalesce(o.n, 0)) AS BIGINT) AS squares
FROM (SELECT e.member_id, e.kind, min(e.d) AS d FROM events AS e WHERE e.name = 'arm_assigned' GROUP BY e.member_id, e.kind) AS a
LEFT JOIN (
    SELECT e.member_id, count(DISTINCT e.order_id) AS n FROM events AS e
    WHERE e.name = 'order_paid' AND e.d >= (SELECT min(x.d) FROM events AS x WHERE x.name = 'arm_assigned') GROUP BY e.member_id
) AS o ON o.member_id = a.member_id
GROUP BY a.kind ORDER BY a.kind
"""


def asked(engine, made):
    """(orders per member added, as the arms say; its standard error; what the twins say: assigned, spilt over)."""
    held, treated = engine.run(BY_ARM, {}).to_pylist()
    mean = [arm["orders"] / arm["n"] for arm in (held, treated)]
    error = np.sqrt(sum((arm["squares"] / arm["n"] - m * m) / arm["n"] for arm, m in zip((held, treated), mean, strict=True)))
    itt, spilt = (truth_of(made, "campaign:coupon", estimand=one, outcome="orders") for one in ("itt", "spill_over"))
    return mean[1] - mean[0], error, itt, spilt


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return np.array(over_worlds(tmp_path_factory.mktemp("coupon"), "coupon", WORLDS, MEMBERS, DAYS, asked, twins=True))


def test_the_arms_say_what_the_campaign_did(alone):
    low, high = interval_of_mean(alone[:, 0] - alone[:, 2])

    assert low <= 0 <= high
    assert alone[:, 2].mean() > 0


def test_the_interval_of_the_difference_covers(alone):
    covered = np.abs(alone[:, 0] - alone[:, 2].mean()) <= 1.96 * alone[:, 1]

    assert covered.sum() >= least_of(len(covered))


def test_where_friends_talk_the_arms_say_less_than_the_campaign_did(tmp_path):
    """The limit of a split by member: those held out hear of it too, so that the difference misses what spilt over."""
    contagion = read_world("contagion")
    strong = dataclasses.replace(contagion.influence, weights={"social": 1.0}, withheld_share=0.0)
    world = dataclasses.replace(read_world("coupon"), influence=strong, circles=contagion.circles)
    found = np.array(over_worlds(tmp_path, world, worlds(4, 6), MEMBERS, DAYS, asked, twins=True))

    assert found[:, 3].mean() > 0
    assert found[:, 2].mean() - found[:, 3].mean() < found[:, 2].mean()

"""Word of mouth: friends who are alike are not taken for friends who influence each other, once a part of shares is withheld."""

import numpy as np
import pytest

from tests.truth.truth_cases import interval_of_mean, over_worlds

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = 8, 2500, 60
# Whether a member bought within three days of meeting, or being kept from, what a friend shared; and of everybody else on those days.
AFTER_A_SHARE = """
WITH met AS (
    SELECT e.member_id, e.d, max(CASE WHEN e.name = 'content_exposed' THEN 1 ELSE 0 END) AS seen, min(e.t) AS t
    FROM events AS e
    WHERE (e.name = 'content_exposed' AND e.channel = 'social') OR e.name = 'share_withheld'
    GROUP BY e.member_id, e.d
)
SELECT m.seen, count(*) AS n, sum(CASE WHEN EXISTS (
    SELECT 1 FROM events AS o WHERE o.name = 'order_paid' AND o.member_id = m.member_id AND o.t > m.t AND o.t < m.t + 259200000000
) THEN 1 ELSE 0 END) AS bought
FROM met AS m WHERE m.d < (SELECT max(d) - 3 FROM events) GROUP BY m.seen ORDER BY m.seen
"""
# What an observer without the experiment would compare with: any member on any day, share or no share.
ANY_DAY = """
SELECT count(DISTINCT e.member_id || '/' || e.d) * 3.0 / ((SELECT count(*) FROM members WHERE joined_d <= (SELECT min(d) FROM events))
    * (SELECT count(DISTINCT d) FROM events)) AS bought
FROM events AS e WHERE e.name = 'order_paid'
"""


def asked(engine, made):
    """(by suppression: seen less withheld; naively: seen less everybody)."""
    withheld, seen = engine.run(AFTER_A_SHARE, {}).to_pylist()
    shares = [row["bought"] / row["n"] for row in (withheld, seen)]
    return shares[1] - shares[0], shares[1] - engine.run(ANY_DAY, {}).to_pylist()[0]["bought"]


@pytest.fixture(scope="module")
def effects(tmp_path_factory):
    path = tmp_path_factory.mktemp("wom")
    return {
        world: np.array(over_worlds(path / world, world, range(WORLDS), MEMBERS, DAYS, asked))
        for world in ("homophily", "contagion", "both")
    }


def test_friends_who_are_merely_alike_look_like_word_of_mouth(effects):
    low, _ = interval_of_mean(effects["homophily"][:, 1])

    assert low > 0


def test_withholding_a_part_shows_that_it_is_none(effects):
    low, high = interval_of_mean(effects["homophily"][:, 0])

    assert low <= 0 <= high
    # and it is no matter of too few: what is there in the other worlds lies outside
    assert high < effects["contagion"][:, 0].mean()


@pytest.mark.parametrize("world", ["contagion", "both"])
def test_withholding_a_part_finds_the_influence_there_is(effects, world):
    low, _ = interval_of_mean(effects[world][:, 0])

    assert low > 0

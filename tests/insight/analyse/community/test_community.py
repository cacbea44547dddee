import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.community.health import ACTIVE_DAYS, ANSWERED, GROUPS, NEWCOMERS, TAKING_PART, TIES, health
from lianyi.insight.analyse.community.participation import gini, power_curve, roles
from lianyi.insight.analyse.community.replies import reply_network
from lianyi.kernel.clock import Window
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on

DAY = 19_800
MONTH = Window(DAY, DAY + 30)
HOUR = 60 * MINUTE


def test_the_power_curve_counts_people_by_days():
    found = power_curve([1, 1, 2, 21, 28])

    assert found.people[:2] == (2, 1)
    assert found.people[20] == found.people[27] == 1
    assert found.power.value == 0.4
    assert power_curve([]).power.value is None
    with pytest.raises(ValueError, match="28"):
        power_curve([29])


def test_nine_watch_for_each_who_speaks():
    posts = np.array([90] + [1] * 9 + [0] * 90)
    reactions = np.array([0] * 10 + [1] * 30 + [0] * 60)

    found = roles(posts, reactions)

    assert (found.creators.value, found.reactors.value, found.watchers.value) == (0.1, 0.3, 0.6)
    assert (found.top_1, found.top_10) == (pytest.approx(90 / 99), 1.0)
    assert found.gini.interval[0] < found.gini.value < 1


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_gini_is_the_mean_difference_of_all_pairs(values):
    x = np.array(values, dtype=float)
    if x.sum() == 0:
        assert roles(x, x).gini.value is None
        return

    assert gini(x) == pytest.approx(np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()))


def test_the_redrawn_gini_of_those_drawn_is_theirs():
    # The interval's arithmetic, checked where redrawing can give only one answer.
    assert roles([3, 3, 3], [0, 0, 0]).gini.interval == pytest.approx((0, 0))


def test_a_ring_has_a_core_and_a_chain_has_none_beyond_one():
    ring = reply_network(list("abcd"), list("bcda"))
    chain = reply_network(list("abc"), list("bcd"))

    assert (ring.core, ring.core_order) == (4, 2)
    assert (chain.core, chain.core_order) == (4, 1)
    assert ring.reciprocity.value == 0
    assert reply_network([], []).reciprocity.value is None
    assert reply_network(["a"], ["a"]).ties == 0


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=25))
def test_the_core_is_that_of_peeling_by_hand(pairs):
    found = reply_network([p[0] for p in pairs], [p[1] for p in pairs])

    ties = {(a, b) for a, b in pairs if a != b}
    near: dict[str, set[str]] = {}
    for a, b in ties:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    best = (0, 0)
    for k in range(1, 7):
        alive = set(near)
        while weak := {p for p in alive if len(near[p] & alive) < k}:
            alive -= weak
        if alive:
            best = (len(alive), k)
    assert (found.core, found.core_order) == best
    assert found.ties == len(ties)
    if ties:
        assert found.reciprocity.value == pytest.approx(sum((b, a) in ties for a, b in ties) / len(ties))


def said(who: str, id_: str, t: int, *, to: str | None = None, group: str | None = None) -> dict[str, object]:
    body = None if to is None else json.dumps({"reply_to": to})
    return {"name": "message_posted", "member_id": who, "subject_id": id_, "t": t, "body": body, "group_id": group}


@pytest.fixture
def engine(tmp_path):
    rows = [said("ann", "1", at(DAY, 9 * HOUR), group="g"), said("bob", "2", at(DAY, 10 * HOUR), to="1", group="g")]
    rows += [said("ann", "3", at(DAY, 11 * HOUR), to="2"), said("cat", "4", at(DAY + 2)), said("cat", "5", at(DAY + 12))]
    rows += [{"name": "message_replied", "subject_id": "4", "t": at(DAY + 2, HOUR)}]
    rows += [said("dan", "6", at(DAY + 29))]
    rows += [{"name": "page_viewed", "member_id": "eve", "t": at(DAY + d)} for d in range(2, 30)]
    rows += [{"name": "content_liked", "member_id": "fay", "content_id": "c", "t": at(DAY + 5)}]
    rows += [{"name": "group_joined", "member_id": f"x{i}", "group_id": "quiet", "t": at(DAY - 9)} for i in range(40)]
    rows += [{"name": "group_joined", "member_id": who, "group_id": "g", "t": at(DAY - 9)} for who in ("ann", "bob", "gone")]
    rows += [{"name": "group_left", "member_id": "gone", "group_id": "g", "t": at(DAY - 8)}]
    opened = engine_on(tmp_path / "w", rows)
    yield opened
    opened.close()


def test_health_is_what_the_facts_say(engine):
    found = health(engine, MONTH)

    assert found.n == 6
    assert found.roles.creators.value == pytest.approx(4 / 6)
    assert (found.roles.reactors.value, found.roles.watchers.value) == pytest.approx((1 / 6, 1 / 6))
    assert found.power.people[27] == 1
    assert found.network.ties == 2
    assert found.network.reciprocity.value == 1
    assert found.network.isolates.value == 0.5
    assert {g.group_id: (g.members, g.active, g.silent) for g in found.groups} == {"g": (2, 2, False), "quiet": (40, 0, True)}
    assert found.silent.value == 0.5


def test_newcomers_count_only_when_their_week_is_over(engine):
    # Ann posts again the same day; Bob and Cat do not within seven days; Dan's week is not over.
    found = health(engine, MONTH).second_post

    assert (found.value, found.n) == (pytest.approx(1 / 3), 3)


def test_a_post_is_answered_by_another_member_or_the_team(engine):
    # 1 by Bob, 2 by Ann, 4 by the team; 3 and 5 by nobody; 6 is not a day old.
    found = health(engine, MONTH)

    assert (found.reply_rate.value, found.reply_rate.n) == (pytest.approx(3 / 5), 5)
    assert found.meets_target is None
    assert "cannot be told" in found.explain().en


def test_an_empty_window_says_so(engine):
    found = health(engine, Window(DAY + 500, DAY + 501))

    assert found.n == 0
    assert found.explain().en == "Nobody was active in the window."
    assert json.loads(json.dumps(found.to_json()))["figures"]["gini"]["value"] is None


def test_the_answer_is_plain_data(engine):
    found = health(engine, MONTH)

    assert json.loads(json.dumps(found.to_json()))["schema"] == "lianyi.community/1"
    assert found.to_table().num_rows == 10


@pytest.mark.parametrize("sql", [ACTIVE_DAYS, TAKING_PART, ANSWERED, TIES, NEWCOMERS, GROUPS])
def test_the_queries_keep_to_the_house_dialect(sql):
    assert lint(sql) == []

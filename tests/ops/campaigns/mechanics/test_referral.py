"""Referral."""

from lianyi.ops.campaigns.mechanics.referral import Reward, Task, Terms, due, problems

TERMS = Terms(
    inviter_points=100,
    invitee_points=50,
    invitee_coupon="c_new",
    most_per_month=2,
    tasks=(Task(friends=3, points=300, badge="connector"), Task(friends=1, points=10)),
)


def test_both_sides_are_rewarded_and_the_chain_adds_its_own():
    assert due(TERMS, confirmed_before=0, rewarded_this_month=0) == (
        Reward("inviter", 0, 100),
        Reward("invitee", 0, 50, "c_new"),
        Reward("inviter", 1, 10),
    )


def test_each_link_of_the_chain_is_reached_once():
    steps = [reward.step for before in range(6) for reward in due(TERMS, confirmed_before=before, rewarded_this_month=0) if reward.step]

    assert steps == [1, 2]


def test_at_the_monthly_cap_the_friend_is_still_rewarded():
    rewards = due(TERMS, confirmed_before=7, rewarded_this_month=2)

    assert [reward.side for reward in rewards] == ["invitee"]


def test_a_one_sided_referral_or_a_doubled_link_is_a_problem():
    assert problems(Terms(inviter_points=100)) != ()
    assert problems(Terms(inviter_points=1, invitee_points=1, tasks=(Task(friends=3, points=1), Task(friends=3, points=2)))) != ()
    assert problems(TERMS) == ()

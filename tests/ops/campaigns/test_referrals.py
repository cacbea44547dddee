"""Referral: both sides are rewarded after the freeze, once, and only for friends who really bought."""

import pytest

from lianyi.flows.campaign_clock import tick
from lianyi.kernel.actor import Actor, NotAllowed
from lianyi.ops.campaigns.models import Badge, Claim, Review, Reward
from lianyi.ops.campaigns.refusals import NotInvitable, ReviewDecided
from lianyi.ops.campaigns.services import appeal, checkout, claim, decide, note_trait
from lianyi.ops.campaigns.services.reviews import NoteMissing
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.ledger.services import account_of
from lianyi.ops.members.services import join
from tests.ops.campaigns.conftest import DAY, key, pay, people, refund
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
TERMS = {"inviter_points": 100, "invitee_points": 50, "tasks": [{"friends": 2, "points": 500, "badge": "connector"}]}


@pytest.fixture
def campaign(launch):
    return launch("referral", TERMS, until=60 * DAY)


def claimed(campaign, invitee, at):
    return claim(key=key(), actor=as_member(invitee), at=at, campaign=campaign, invitee=invitee)


def bought(member, product, at):
    return pay(checkout(key=key(), actor=as_member(member), at=at, member=member, lines=[(product, 1)]), at)


def points(member):
    return balance(account_of(member, "points"))


def test_both_sides_get_their_points_once_the_return_window_is_over(campaign, mei, bo, serum, at):
    claimed(campaign, bo, at)
    bought(bo, serum, at)

    assert tick(at + 14 * DAY).given == 0
    assert (points(mei), points(bo)) == (0, 0)
    assert tick(at + 15 * DAY).given == 2
    assert tick(at + 16 * DAY).given == 0
    assert (points(mei), points(bo)) == (100, 50)


def test_the_chain_of_tasks_pays_at_its_link_and_gives_its_badge(campaign, mei, bo, serum, at):
    (lan,) = people(1, at, referrer_id=mei.public_id)
    for friend in (bo, lan):
        claimed(campaign, friend, at)
        bought(friend, serum, at)

    tick(at + 15 * DAY)

    assert points(mei) == 2 * 100 + 500
    assert [badge.code for badge in Badge.objects.filter(member=mei)] == ["connector"]


def test_only_the_direct_inviter_is_rewarded(campaign, mei, bo, serum, at):
    lan = join(actor=OWNER, at=at, phone="13800000777", referrer_id=bo.public_id)
    claimed(campaign, lan, at)
    bought(lan, serum, at)

    tick(at + 15 * DAY)

    assert (points(bo), points(lan), points(mei)) == (100, 50, 0)


def test_a_friend_who_sends_everything_back_earns_nobody_anything(campaign, mei, bo, serum, at):
    claimed(campaign, bo, at)
    order = bought(bo, serum, at)
    refund(order, at + DAY)

    assert tick(at + 15 * DAY).given == 0
    assert Claim.objects.get().state == "void"
    assert {reward.state for reward in Reward.objects.all()} == {"denied"}
    assert (points(mei), points(bo)) == (0, 0)


def test_who_was_not_invited_or_has_bought_or_was_counted_before_cannot_be_claimed(campaign, mei, bo, serum, at):
    with pytest.raises(NotInvitable):
        claimed(campaign, mei, at)
    claimed(campaign, bo, at)
    with pytest.raises(NotInvitable):
        claimed(campaign, bo, at)
    (lan,) = people(1, at, referrer_id=mei.public_id)
    bought(lan, serum, at)
    with pytest.raises(NotInvitable):
        claimed(campaign, lan, at)


def test_a_shared_payment_account_holds_the_rewards_until_a_person_decides(campaign, mei, bo, serum, at):
    for member in (mei, bo):
        note_trait(at=at, member=member, kind="payment", value="alipay 2088")
    claimed(campaign, bo, at)
    bought(bo, serum, at)

    assert tick(at + 15 * DAY).given == 0
    reviews = list(Review.objects.order_by("id").select_related("member", "campaign"))
    assert [(review.member, review.band, review.reasons) for review in reviews] == [
        (mei, "hold", ["same_payment"]),
        (bo, "hold", ["same_payment"]),
    ]
    appeal(key=key(), actor=as_member(mei), at=at + 15 * DAY, review=reviews[0], words="是我妈妈代付的")
    with pytest.raises(NotAllowed):
        decide(key=key(), actor=Actor("team", "t1", frozenset({"operator"})), at=at, review=reviews[0], release=True, note="好")
    with pytest.raises(NoteMissing):
        decide(key=key(), actor=OWNER, at=at, review=reviews[0], release=True, note=" ")
    decide(key=key(), actor=OWNER, at=at + 16 * DAY, review=reviews[0], release=True, note="核实为家人代付")
    decide(key=key(), actor=OWNER, at=at + 16 * DAY, review=reviews[1], release=False, note="重复账户")

    assert (points(mei), points(bo)) == (100, 0)
    with pytest.raises(ReviewDecided):
        decide(key=key(), actor=OWNER, at=at, review=reviews[0], release=False, note="改主意")


def test_a_shared_address_only_waits_for_the_window_and_a_shared_network_for_nothing(launch, mei, bo, serum, at):
    campaign = launch("referral", TERMS | {"wait_for": "first_order"}, until=60 * DAY)
    (lan,) = people(1, at, referrer_id=mei.public_id)
    for member in (mei, bo):
        note_trait(at=at, member=member, kind="address", value="花园路 1 号")
    for member in (mei, lan):
        note_trait(at=at, member=member, kind="network", value="10.0.0.1")
    for friend in (bo, lan):
        claimed(campaign, friend, at)
        bought(friend, serum, at)

    assert tick(at).given == 3, "Lan and her inviter at once, with the inviter's link of the chain"
    assert (points(lan), points(bo)) == (50, 0)
    tick(at + 15 * DAY)
    assert points(bo) == 50

"""A campaign for a segment: who is in it at the start takes part, and nobody else, until it ends."""

from contextlib import suppress

import pytest

from lianyi.ops.campaigns.models import AudienceMember, Exposure, OrderOffer
from lianyi.ops.campaigns.refusals import CheckNotPassed, NoChanceLeft, NotInAudience
from lianyi.ops.campaigns.rules.holdout import is_held_out
from lianyi.ops.campaigns.selectors import get_campaign
from lianyi.ops.campaigns.services import (
    Said,
    check_campaign,
    check_in,
    checkout,
    create_campaign,
    is_in_audience,
    override_item,
    quote,
    revise_campaign,
    schedule,
    start,
)
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.members.services import set_tier, tag, untag
from lianyi.ops.plan.segments import drop_segment, make_segment
from lianyi.ops.plan.selectors import SegmentUnknown
from tests.ops.campaigns.conftest import HOUR, key, pay, people
from tests.ops.campaigns.test_holdout import MECHANICS
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def regulars(db, at):
    return make_segment(actor=OWNER, at=at, title="老客", conditions=[{"id": "tag", "value": "regular"}])


@pytest.fixture
def inside(at):
    members = people(2, at)
    for one in members:
        tag(actor=OWNER, at=at, member=one, name="regular")
    return members


@pytest.mark.parametrize("mechanic", MECHANICS)
def test_whoever_is_not_in_the_segment_is_refused_and_nothing_changes(mechanic, launch, serum, regulars, inside, at):
    terms, sells, do = MECHANICS[mechanic]
    more = {"product": serum, "pieces": 10} if sells else {}
    campaign = launch(mechanic, terms, audience=f"segment:{regulars.public_id}", holdout_unit="member", holdout_bp=1, **more)
    (outside,) = people(1, at)
    before = Fact.objects.count(), Command.objects.count()
    with pytest.raises(NotInAudience) as refused:
        do(key=key(), actor=as_member(outside), at=at, campaign=campaign, member=outside)

    assert refused.value.say("en") == "“夏日活动” is not for you: it is for certain members."
    assert (Fact.objects.count(), Command.objects.count()) == before
    assert not Exposure.objects.exists()
    member = next(one for one in inside if not is_held_out(campaign.salt, one.public_id, 1))
    with suppress(NoChanceLeft):
        do(key=key(), actor=as_member(member), at=at, campaign=campaign, member=member)
    assert list(Exposure.objects.values_list("member_id", flat=True)) == [member.pk]


def test_the_list_is_fixed_at_the_start_whatever_becomes_of_members_and_segment(launch, regulars, inside, at):
    campaign = launch("check_in", {}, audience=f"segment:{regulars.public_id}")
    (late,) = people(1, at)
    tag(actor=OWNER, at=at, member=late, name="regular")
    untag(actor=OWNER, at=at, member=inside[0], name="regular")
    drop_segment(actor=OWNER, at=at, segment=regulars)
    now = get_campaign(campaign.public_id)

    assert [is_in_audience(now, one) for one in (*inside, late)] == [True, True, False]
    check_in(key=key(), actor=as_member(inside[0]), at=at + HOUR, campaign=now, member=inside[0])
    with pytest.raises(NotInAudience):
        check_in(key=key(), actor=as_member(late), at=at + HOUR, campaign=now, member=late)


def test_promotions_of_the_checkout_are_for_the_segment_alone(launch, serum, regulars, inside, at):
    campaign = launch("threshold", {"steps": [{"from_fen": 5_000, "off_fen": 1_000}]}, audience=f"segment:{regulars.public_id}")
    (outside,) = people(1, at)
    for member in (inside[0], outside):
        pay(checkout(key=key(), actor=as_member(member), at=at, member=member, lines=[(serum, 1)]), at)

    assert list(OrderOffer.objects.filter(campaign=campaign).values_list("order__member", flat=True)) == [inside[0].pk]
    assert quote(at=at, member=outside, lines=[(serum, 1)]).payable_fen == 9_900


def waiting(audience, *, goal, budget, at):
    said = Said(
        mechanic="check_in", terms={}, title="签到", starts_at=at + HOUR, ends_at=at + 9 * HOUR, goal=goal, budget=budget, audience=audience,
        hypothesis="x", channels=("own_h5",), expected_per_day=1,
    )  # fmt: skip
    campaign = create_campaign(actor=OWNER, at=at, said=said)
    for item in check_campaign(actor=OWNER, at=at, campaign=campaign).items:
        if not item["passed"]:
            override_item(actor=OWNER, at=at, campaign=campaign, item=item["id"], reason="试跑")
    check_campaign(actor=OWNER, at=at, campaign=campaign)
    return said, schedule(actor=OWNER, at=at, campaign=campaign)


def test_the_check_counts_it_and_the_start_writes_down_who_is_in_it_then(goal, budget, regulars, inside, at):
    _, campaign = waiting(f"segment:{regulars.public_id}", goal=goal, budget=budget, at=at)
    (late,) = people(1, at)
    counted = next(one for one in check_campaign(actor=OWNER, at=at, campaign=campaign).items if one["id"] == "audience")
    tag(actor=OWNER, at=at, member=late, name="regular")
    assert not AudienceMember.objects.exists()
    running = start(at=at + HOUR, campaign=campaign)

    assert "holds 2 members" in counted["en"]
    assert set(AudienceMember.objects.filter(campaign=running).values_list("member_id", flat=True)) == {one.pk for one in (*inside, late)}


def test_a_segment_that_was_dropped_stops_the_start(goal, budget, regulars, inside, at):
    said, campaign = waiting(f"segment:{regulars.public_id}", goal=goal, budget=budget, at=at)
    drop_segment(actor=OWNER, at=at, segment=regulars)

    with pytest.raises(CheckNotPassed):
        start(at=at + HOUR, campaign=campaign)
    with pytest.raises(SegmentUnknown):
        create_campaign(actor=OWNER, at=at, said=said)


def test_another_audience_while_it_runs_is_written_down_anew(launch, regulars, inside, at, goal, budget):
    campaign = launch("check_in", {}, audience=f"segment:{regulars.public_id}")
    (friend,) = people(1, at)
    set_tier(actor=OWNER, at=at, member=friend, tier="gold")
    gold = make_segment(actor=OWNER, at=at, title="金卡", conditions=[{"id": "tier", "value": "gold"}])
    said = Said(
        mechanic="check_in", terms={}, title=campaign.title, starts_at=campaign.starts_at, ends_at=campaign.ends_at, goal=goal, budget=budget,
        audience=f"segment:{gold.public_id}",
    )  # fmt: skip
    revise_campaign(actor=OWNER, at=at + HOUR, campaign=campaign, said=said, why="favours_consumer", reason="更多人")

    assert list(AudienceMember.objects.filter(campaign=campaign).values_list("member_id", flat=True)) == [friend.pk]

"""Whole groups held out: one lot a group in every mechanic, fixed at the first meeting, told as facts, compared group by group."""

import datetime as dt
import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from lianyi.flows import settle_order
from lianyi.ops.campaigns.models import Accrual, Exposure, OrderOffer
from lianyi.ops.campaigns.refusals import NoChanceLeft, NotInAudience
from lianyi.ops.campaigns.rules.holdout import is_held_out
from lianyi.ops.campaigns.rules.readout import LEAST_GROUPS, Cluster, Side, read_out, read_out_groups
from lianyi.ops.campaigns.selectors.monitor import figures, readout
from lianyi.ops.campaigns.services import Said, buy, check_campaign, checkout, claim, create_campaign, grab, see
from lianyi.ops.journal.models import Fact
from lianyi.ops.members.groups import KnownGroup, KnownSeat, Seated, adopt_groups, adopt_seats, enter_group, make_group
from lianyi.ops.members.selectors import groups_of
from lianyi.ops.members.services import erase
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people
from tests.ops.campaigns.test_holdout import MECHANICS
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
HELD = {"holdout_unit": "group", "holdout_bp": 5_000}


def seated(campaign, at, least: int = 2) -> dict[str, list]:
    """`least` groups of two members each on either side, by arm; groups that the lot puts where enough are stay empty."""
    found: dict[str, list] = {"treated": [], "held_out": []}
    while min(len(some) for some in found.values()) < least * 2:
        group = make_group(actor=OWNER, at=at, title="群")
        arm = "held_out" if is_held_out(campaign.salt, group.public_id, campaign.holdout_bp) else "treated"
        for member in people(2, at) if len(found[arm]) < least * 2 else ():
            enter_group(key=key(), actor=as_member(member), at=at, group=group, member=member)
            found[arm].append(member)
    return found


def arms(campaign) -> dict[int, str]:
    return dict(Exposure.objects.filter(campaign=campaign).values_list("member_id", "arm"))


@pytest.mark.parametrize("mechanic", MECHANICS)
def test_all_of_a_group_are_on_one_side_in_every_mechanic(mechanic, launch, serum, at):
    terms, sells, do = MECHANICS[mechanic]
    campaign = launch(mechanic, terms, **({"product": serum, "pieces": 10} if sells else {}), **HELD)
    found = seated(campaign, at)
    (loner,) = people(1, at)
    refused = []
    for member in [*found["treated"], *found["held_out"], loner]:
        try:
            with suppress(NoChanceLeft):
                do(key=key(), actor=as_member(member), at=at, campaign=campaign, member=member)
        except NotInAudience as refusal:
            refused.append((member, refusal.say("en")))

    assert [member for member, _ in refused] == found["held_out"]
    assert {said for _, said in refused} == {"“夏日活动” is not for you: it is not offered to your group this time."}
    assert arms(campaign) == {one.pk: arm for arm, some in found.items() for one in some} | {loner.pk: "treated"}
    told = [json.loads(one.fact) for one in Fact.objects.filter(name="arm_assigned")]
    assert {one["member_id"]: one["group_id"] for one in told} == {
        one.public_id: groups_of([one.pk])[one.pk] for some in found.values() for one in some
    }


@pytest.mark.parametrize("mechanic", ["threshold", "points"])
def test_what_works_by_itself_leaves_whole_groups_out(mechanic, launch, serum, at):
    terms = {"threshold": {"steps": [{"from_fen": 5_000, "off_fen": 1_000}]}, "points": {"per_hundred_fen": 1}}[mechanic]
    campaign = launch(mechanic, terms, **HELD)
    found = seated(campaign, at, least=1)
    for some in found.values():
        for member in some[:2]:
            order = checkout(key=key(), actor=as_member(member), at=at, member=member, lines=[(serum, 1)])
            settle_order.pay(key=key(), actor=OWNER, at=at, order=order, reference=key(), amount_fen=order.payable_fen)

    got = OrderOffer.objects.filter(campaign=campaign) if mechanic == "threshold" else Accrual.objects.filter(campaign=campaign)
    assert set(got.values_list("order__member", flat=True)) == {one.pk for one in found["treated"][:2]}
    assert arms(campaign) == {one.pk: arm for arm, some in found.items() for one in some[:2]}


def test_an_inviter_of_a_held_out_group_earns_nothing(launch, at):
    campaign = launch("referral", {"inviter_points": 100, "invitee_points": 50}, **HELD)
    inviter = seated(campaign, at, least=1)["held_out"][0]
    (friend,) = people(1, at, referrer_id=inviter.public_id)
    with pytest.raises(NotInAudience):
        claim(key=key(), actor=as_member(friend), at=at, campaign=campaign, invitee=friend)

    assert arms(campaign) == {inviter.pk: "held_out"}


def test_a_group_entered_later_changes_nothing(launch, at):
    campaign = launch("coupon", {"amount_fen": 1_000, "total": 100}, **HELD)
    found = seated(campaign, at, least=1)
    (loner,) = people(1, at)
    shown, held = found["treated"][0], found["held_out"][0]
    for member in (loner, shown, held):
        see(actor=as_member(member), at=at, campaign=campaign, member=member)
    there = groups_of([shown.pk, held.pk])
    for member, group in ((loner, there[held.pk]), (held, there[shown.pk])):
        adopt_seats(actor=OWNER, at=at, seats=[KnownSeat(group_id=group, member_id=member.public_id, joined_at=at - DAY)])

    assert grab(key=key(), actor=as_member(loner), at=at + HOUR, campaign=campaign, member=loner).campaign == campaign
    with pytest.raises(NotInAudience):
        grab(key=key(), actor=as_member(held), at=at + HOUR, campaign=campaign, member=held)
    assert arms(campaign) == {loner.pk: "treated", shown.pk: "treated", held.pk: "held_out"}


def test_a_member_counts_in_the_first_group_that_they_have_not_left(at, mei):
    seats = [
        KnownSeat(group_id=name, member_id=mei.public_id, joined_at=at - days * DAY)
        for name, days in (("g_left", 9), ("g_first", 5), ("g_later", 1))
    ]
    adopt_groups(actor=OWNER, at=at, groups=[KnownGroup(group_id=one.group_id, title="") for one in seats])
    came = adopt_seats(actor=OWNER, at=at, seats=seats)
    left = adopt_seats(actor=OWNER, at=at, seats=[replace(seats[0], left_at=at)])

    assert (came, left) == (Seated(came=3, left=0), Seated(came=0, left=1))
    assert groups_of([mei.pk]) == {mei.pk: "g_first"}


def test_the_check_says_for_how_many_no_lot_is_drawn(goal, budget, at):
    people(3, at)
    said = Said(
        mechanic="coupon",
        terms={"amount_fen": 1_000, "total": 5},
        title="券",
        starts_at=at,
        ends_at=at + DAY,
        goal=goal,
        budget=budget,
        **HELD,
    )
    campaign = create_campaign(actor=OWNER, at=at, said=said)
    seated(campaign, at, least=1)
    (item,) = [one for one in check_campaign(actor=OWNER, at=at, campaign=campaign).items if one["id"] == "groups"]

    assert (item["passed"], item["hard"]) == (False, False)
    assert "3 in none" in item["en"]


def test_the_readout_compares_groups_and_counts_who_is_in_none_apart(launch, serum, at):
    campaign = launch("flash_sale", {"price_fen": 5_000}, product=serum, pieces=10, **HELD)
    found = seated(campaign, at)
    (loner,) = people(1, at)
    for member in [*found["treated"], *found["held_out"], loner]:
        see(actor=as_member(member), at=at, campaign=campaign, member=member)
    pay(buy(key=key(), actor=as_member(found["treated"][0]), at=at, campaign=campaign, member=found["treated"][0]), at)
    pay(buy(key=key(), actor=as_member(loner), at=at, campaign=campaign, member=loner), at)
    read = readout(campaign, at + DAY)

    assert not read.is_known
    assert read.in_none == 1
    assert (read.shown.members, len(read.shown.clusters), read.shown.buyers) == (len(found["treated"]), len(found["treated"]) // 2, 1)
    assert (read.held_out.members, read.held_out.buyers) == (len(found["held_out"]), 0)
    held = next(one for one in figures(campaign) if one.id == "held_groups")
    assert (held.value, held.of) == (len(found["held_out"]) // 2, (len(found["held_out"]) + len(found["treated"])) // 2)


def side(clusters: list[Cluster]) -> Side:
    return Side(sum(one.members for one in clusters), [100] * sum(one.buyers for one in clusters), clusters)


def test_nothing_is_said_of_fewer_groups_than_eight():
    groups = [Cluster(50, 10, 1_000), Cluster(50, 12, 1_200)] * (LEAST_GROUPS // 2)

    assert read_out_groups(side(groups), side(groups), 0).is_known
    assert not read_out_groups(side(groups), side(groups[1:]), 0).has_enough
    assert not read_out_groups(side(groups), side(groups[1:]), 0).is_known


def test_nothing_is_said_while_nobody_has_bought():
    groups = [Cluster(50, 0, 0)] * LEAST_GROUPS
    found = read_out_groups(side(groups), side(groups), 0)

    assert found.has_enough
    assert not found.is_known


def test_intervals_by_group_hold_where_those_by_member_do_not():
    chance = np.random.default_rng(7)
    holds = {"groups": 0, "members": 0}
    for _ in range(400):
        sides = []
        for _ in range(2):
            shares = chance.beta(2, 8, 12)
            bought = [int(n) for n in chance.binomial(40, shares)]
            sides.append(side([Cluster(40, n, n * 100) for n in bought]))
        for name, read in (("groups", read_out_groups(*sides, 0)), ("members", read_out(*sides))):
            holds[name] += read.lift_interval[0] <= 0 <= read.lift_interval[1]

    assert holds["groups"] >= 0.92 * 400
    assert holds["members"] < 0.8 * 400


def test_the_interval_by_group_is_the_one_worked_out_by_hand():
    shown = side([Cluster(10, 4, 400), Cluster(10, 2, 200)] * 4)
    held = side([Cluster(10, 1, 100)] * 8)
    read = read_out_groups(shown, held, 0)

    # Shares 0.3 and 0.1; variance 8/7 * 8 * 1 / 80^2, t of 7 degrees 2.364624.
    assert read.lift == pytest.approx(0.2)
    assert read.lift_interval[1] - read.lift == pytest.approx(2.364624 * (8 / 7 * 8 / 6_400) ** 0.5, rel=1e-5)
    assert read.earned_fen[1] == pytest.approx(20 * 80)


def test_a_member_who_is_erased_is_in_no_group(at, mei):
    group = make_group(actor=OWNER, at=at, title="群")
    enter_group(key=key(), actor=as_member(mei), at=at, group=group, member=mei)
    erase(actor=OWNER, at=at + dt.timedelta(days=1), member=mei)

    assert groups_of([mei.pk]) == {}

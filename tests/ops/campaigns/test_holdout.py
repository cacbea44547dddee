"""Hold-outs of every mechanic: whoever tries to take part is counted, on both sides alike, whatever becomes of the try."""

from contextlib import suppress

import pytest

from lianyi.kernel.errors import LianyiError
from lianyi.ops.campaigns.models import Exposure
from lianyi.ops.campaigns.refusals import CouponsGone, NoChanceLeft, NotInAudience
from lianyi.ops.campaigns.rules.holdout import is_held_out
from lianyi.ops.campaigns.selectors.monitor import readout
from lianyi.ops.campaigns.services import buy, check_in, claim, draw, enter, grab, join_team, open_team, start_bargain
from lianyi.ops.journal.models import Command, Fact
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people
from tests.ops.campaigns.launching import PUBLISHED
from tests.ops.campaigns.test_draws import LADDER
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
HELD = {"holdout_unit": "member", "holdout_bp": 5_000}
# mechanic -> its terms, whether it sells, and how a member takes part in it.
MECHANICS = {
    "flash_sale": ({"price_fen": 9_000}, True, buy),
    "group_buy": ({"price_fen": 9_000, "size": 2}, True, open_team),
    "bargain": ({"start_fen": 9_900, "floor_fen": 6_000, "helpers": 3}, True, start_bargain),
    "coupon": ({"amount_fen": 1_000, "total": 100}, False, grab),
    "lottery": ({"rungs": LADDER, **PUBLISHED}, False, draw),
    "check_in": ({}, False, check_in),
}


def arms(campaign) -> dict[int, str]:
    return dict(Exposure.objects.filter(campaign=campaign).values_list("member_id", "arm"))


def expected(campaign, members) -> dict[int, str]:
    held = {one.pk: is_held_out(campaign.salt, one.public_id, campaign.holdout_bp) for one in members}
    return {pk: "held_out" if out else "treated" for pk, out in held.items()}


def crowd(campaign, at, least=6) -> list:
    """Members of both sides, however the lot falls: two of each at least."""
    members = people(least, at)
    while min(list(expected(campaign, members).values()).count(arm) for arm in ("treated", "held_out")) < 2:
        members += people(1, at)
    return members


@pytest.mark.parametrize("mechanic", MECHANICS)
def test_who_tries_is_counted_whichever_side_they_are_on(mechanic, launch, serum, at):
    terms, sells, do = MECHANICS[mechanic]
    campaign = launch(mechanic, terms, **({"product": serum, "pieces": 10} if sells else {}), **HELD)
    members = crowd(campaign, at)
    for member in members:
        with suppress(NotInAudience, NoChanceLeft):
            do(key=key(), actor=as_member(member), at=at, campaign=campaign, member=member)

    assert arms(campaign) == expected(campaign, members)
    assert Fact.objects.filter(name="arm_assigned").count() == len(members)
    assert not Command.objects.filter(result="").exists()


def test_who_comes_too_late_for_the_last_coupon_was_shown_it_all_the_same(launch, at):
    campaign = launch("coupon", {"amount_fen": 1_000, "total": 1}, **HELD)
    members, gone = crowd(campaign, at), 0
    for member in members:
        try:
            grab(key=key(), actor=as_member(member), at=at, campaign=campaign, member=member)
        except CouponsGone:
            gone += 1
        except LianyiError:
            continue

    wanted = expected(campaign, members)
    assert gone == list(wanted.values()).count("treated") - 1 > 0
    assert arms(campaign) == wanted
    found = readout(campaign, at + DAY)
    assert (found.shown.members, found.held_out.members) == (gone + 1, len(members) - gone - 1)


def test_a_friend_who_joins_a_team_is_counted_also_when_they_are_held_out(launch, serum, at):
    campaign = launch("group_buy", {"price_fen": 9_000, "size": 5}, product=serum, pieces=10, **HELD)
    members = crowd(campaign, at)
    wanted = expected(campaign, members)
    leader = next(one for one in members if wanted[one.pk] == "treated")
    team = open_team(key=key(), actor=as_member(leader), at=at, campaign=campaign, member=leader).team
    pay(team.seats.get().order, at)
    held = next(one for one in members if wanted[one.pk] == "held_out")
    with pytest.raises(NotInAudience):
        join_team(key=key(), actor=as_member(held), at=at + HOUR, team=team, member=held)

    assert arms(campaign) == {leader.pk: "treated", held.pk: "held_out"}


def test_an_inviter_is_counted_when_a_friend_takes_their_invitation(launch, at):
    campaign = launch("referral", {"inviter_points": 100, "invitee_points": 50}, **HELD)
    inviters = people(10, at)
    friends = [people(1, at, referrer_id=one.public_id)[0] for one in inviters]
    for friend in friends:
        with suppress(NotInAudience):
            claim(key=key(), actor=as_member(friend), at=at, campaign=campaign, invitee=friend)

    assert arms(campaign) == expected(campaign, inviters)


def test_for_whom_it_is_not_or_not_now_is_not_counted(launch, serum, at):
    campaign = launch("lottery", {"rungs": LADDER, **PUBLISHED}, audience="tag:gold", **HELD)
    over = launch("coupon", {"amount_fen": 1_000, "total": 5}, **HELD)
    (member,) = people(1, at)
    for do, given, when in ((enter, campaign, at), (grab, over, at + 8 * DAY)):
        with pytest.raises(LianyiError):
            do(key=key(), actor=as_member(member), at=when, campaign=given, member=member)

    assert not Exposure.objects.exists()


def test_somebody_of_the_team_and_the_member_may_both_be_first(launch, at):
    campaign = launch("check_in", {}, **HELD)
    for member in people(6, at):
        for actor, when in ((OWNER, at), (as_member(member), at + DAY)):
            with suppress(NotInAudience):
                check_in(key=key(), actor=actor, at=when, campaign=campaign, member=member)

    assert Exposure.objects.count() == 6

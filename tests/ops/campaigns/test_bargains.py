"""Bargains: the cuts are those of the seed, friends help once, and the price of the moment is the price."""

import datetime as dt

import pytest

from lianyi.flows import settle_order
from lianyi.flows.campaign_clock import tick
from lianyi.ops.campaigns.refusals import AlreadyIn, BargainClosed, FloorNotReached, HelpsUsedUp, OwnBargain
from lianyi.ops.campaigns.selectors import get_bargain, list_helps, price_now
from lianyi.ops.campaigns.selectors.monitor import figures
from lianyi.ops.campaigns.services import buy_bargain, help_bargain, start_bargain
from lianyi.ops.campaigns.services.bargains import cuts_of
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people, told
from tests.ops.conftest import as_member

pytestmark = pytest.mark.django_db
TERMS = {"start_fen": 9_900, "floor_fen": 4_900, "helpers": 3, "helps_per_day": 2}


@pytest.fixture
def sale(launch, serum):
    return launch("bargain", TERMS, product=serum, pieces=5)


def started(sale, member, at):
    return start_bargain(key=key(), actor=as_member(member), at=at, campaign=sale, member=member)


def helped(bargain, helper, at):
    return help_bargain(key=key(), actor=as_member(helper), at=at, bargain=bargain, helper=helper)


def test_friends_cut_the_price_to_the_floor_by_the_cuts_that_were_fixed_before(sale, mei, at):
    bargain = started(sale, mei, at)
    planned = cuts_of(bargain)

    cuts = [helped(bargain, friend, at).cut_fen for friend in people(3, at)]

    now = get_bargain(bargain.public_id)
    assert cuts == planned
    assert (now.cut_fen, now.helps, price_now(now)) == (5_000, 3, 4_900)
    assert [one.nth for one in list_helps(now)] == [1, 2, 3]
    assert told(bargain.public_id) == ["bargain_started", *["bargain_helped"] * 3]
    assert {one.id: one.value for one in figures(sale) if one.value} == {"bargains": 1, "helps": 3, "floor": 1}


def test_nobody_helps_twice_nor_themself_nor_beyond_the_floor(sale, mei, at):
    bargain = started(sale, mei, at)
    first, *others, late = people(4, at)
    helped(bargain, first, at)

    with pytest.raises(AlreadyIn):
        helped(bargain, first, at)
    with pytest.raises(OwnBargain):
        helped(bargain, mei, at)
    for friend in others:
        helped(bargain, friend, at)
    with pytest.raises(BargainClosed):
        helped(bargain, late, at)

    assert get_bargain(bargain.public_id).helps == 3


def test_a_helper_has_so_many_helps_a_day_and_new_ones_tomorrow(sale, mei, bo, at):
    (friend,) = people(1, at)
    owners = people(3, at)
    bargains = [started(sale, owner, at) for owner in owners]
    helped(bargains[0], friend, at)
    helped(bargains[1], friend, at)

    with pytest.raises(HelpsUsedUp):
        helped(bargains[2], friend, at)
    assert get_bargain(bargains[2].public_id).helps == 0

    assert helped(bargains[2], friend, at + 16 * HOUR).nth == 1, "after midnight in Shanghai, and before the bargain's end"


def test_the_price_of_the_moment_is_what_the_order_costs_and_no_help_comes_after_it(sale, mei, at):
    bargain = started(sale, mei, at)
    one, other = people(2, at)
    cut = helped(bargain, one, at).cut_fen

    order = buy_bargain(key=key(), actor=as_member(mei), at=at, bargain=bargain)

    assert order.payable_fen == 9_900 - cut
    with pytest.raises(BargainClosed):
        helped(bargain, other, at)
    pay(order, at)
    assert get_bargain(bargain.public_id).state == "bought"
    assert told(bargain.public_id)[-1] == "bargain_bought"


def test_unpaid_it_goes_on_and_after_its_time_it_is_over(sale, mei, at):
    bargain = started(sale, mei, at)
    (friend,) = people(1, at)
    buy_bargain(key=key(), actor=as_member(mei), at=at, bargain=bargain)

    settle_order.sweep(at=at + HOUR)
    assert get_bargain(bargain.public_id).state == "open"
    assert helped(bargain, friend, at + HOUR).nth == 1

    assert tick(at + DAY).ended == (bargain.public_id,)
    with pytest.raises(BargainClosed):
        buy_bargain(key=key(), actor=as_member(mei), at=at + DAY, bargain=get_bargain(bargain.public_id))


def test_where_the_terms_say_so_it_is_sold_at_the_floor_only(launch, serum, mei, at):
    sale = launch("bargain", TERMS | {"floor_only": True}, product=serum, pieces=5)
    bargain = started(sale, mei, at)
    for friend in people(2, at):
        helped(bargain, friend, at)

    with pytest.raises(FloorNotReached):
        buy_bargain(key=key(), actor=as_member(mei), at=at, bargain=bargain)
    helped(bargain, people(1, at)[0], at)

    assert buy_bargain(key=key(), actor=as_member(mei), at=at, bargain=bargain).payable_fen == 4_900


def test_one_bargain_at_a_time(sale, mei, at):
    bargain = started(sale, mei, at)

    with pytest.raises(AlreadyIn):
        started(sale, mei, at)
    with pytest.raises(BargainClosed):
        helped(bargain, people(1, at)[0], bargain.expires_at)
    assert started(sale, mei, tick(at + DAY) and at + DAY + dt.timedelta(minutes=1)).state == "open"

"""Group-buy from opening to filling, leaving and expiry."""

import datetime as dt

import pytest

from lianyi.flows import settle_order
from lianyi.flows.campaign_clock import tick
from lianyi.ops.campaigns.refusals import AlreadyIn, NotInAudience, TeamClosed
from lianyi.ops.campaigns.selectors import get_team, list_open_teams, list_seats
from lianyi.ops.campaigns.services import join_team, open_team, pause
from lianyi.ops.shop.selectors import get_order, get_stock
from tests.ops.campaigns.conftest import HOUR, key, pay, people, refund, told
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(launch, serum):
    return launch("group_buy", {"price_fen": 7_900, "size": 3, "window_hours": 24}, product=serum, pieces=8)


def opened(sale, member, at):
    return open_team(key=key(), actor=as_member(member), at=at, campaign=sale, member=member)


def joined(team, member, at):
    return join_team(key=key(), actor=as_member(member), at=at, team=team, member=member)


def facts(team):
    return told(team.public_id)


def test_a_team_fills_when_its_last_member_pays(sale, mei, bo, at):
    (kai,) = people(1, at)
    seat = opened(sale, mei, at)
    team = seat.team
    assert (seat.order.payable_fen, list_open_teams(sale)) == (7_900, []), "before the leader pays there is nothing to join"

    pay(seat.order, at)
    orders = [joined(team, member, at + HOUR).order for member in (bo, kai)]
    pay(orders[0], at + HOUR)
    assert (get_team(team.public_id).state, get_team(team.public_id).joined) == ("open", 2)
    pay(orders[1], at + HOUR)

    done = get_team(team.public_id)
    assert (done.state, done.joined, done.held) == ("full", 3, 0)
    assert [one.member for one in list_seats(done)] == [mei, bo, kai]
    assert facts(team).count("team_joined") == 3
    assert facts(team)[0] == "campaign_joined"
    assert [name for name in facts(team) if name in ("team_opened", "team_completed")] == ["team_opened", "team_completed"]
    assert orders[0].referrer_id == mei.public_id, "who opened the team brought the order"


def test_a_held_seat_cannot_be_taken_and_is_free_again_when_its_order_closes(sale, mei, bo, at):
    kai, lan, an = people(3, at)
    team = opened(sale, mei, at).team
    joined(team, bo, at)
    joined(team, kai, at)

    with pytest.raises(TeamClosed):
        joined(team, lan, at)
    settle_order.sweep(at=at + HOUR)

    assert get_team(team.public_id).state == "cancelled", "nobody had paid"
    with pytest.raises(TeamClosed):
        joined(team, an, at + HOUR)
    stock = get_stock(sale.product, f"campaign:{sale.public_id}")
    assert (stock.available, stock.held, stock.sold) == (8, 0, 0)


def test_at_its_end_every_paid_member_gets_the_money_back_once(sale, mei, bo, at):
    seat = opened(sale, mei, at)
    pay(seat.order, at)
    other = joined(seat.team, bo, at)
    pay(other.order, at)

    end = seat.team.expires_at
    assert tick(end - dt.timedelta(seconds=1)).ended == ()
    assert tick(end).ended == (seat.team.public_id,)
    assert tick(end + HOUR).ended == ()

    for order in (seat.order, other.order):
        now = get_order(order.public_id)
        assert (now.state, now.refunded_fen) == ("refunded", now.payable_fen)
        assert now.refunds.count() == 1
    assert get_team(seat.team.public_id).state == "expired"
    assert facts(seat.team)[-1] == "team_failed"
    assert get_stock(sale.product, f"campaign:{sale.public_id}").available == 8


def test_joining_at_the_instant_of_expiry_is_too_late_and_just_before_it_is_not(sale, mei, bo, at):
    seat = opened(sale, mei, at)
    pay(seat.order, at)
    kai, *_ = people(1, at)

    with pytest.raises(TeamClosed):
        joined(seat.team, bo, seat.team.expires_at)
    late = joined(seat.team, kai, seat.team.expires_at - dt.timedelta(seconds=1))

    assert late.order.expires_at == seat.team.expires_at, "an order never outlives its team"


def test_who_leaves_before_it_is_full_gives_the_seat_up_and_the_next_leads(sale, mei, bo, at):
    (kai,) = people(1, at)
    seat = opened(sale, mei, at)
    pay(seat.order, at)
    pay(joined(seat.team, bo, at).order, at)

    refund(seat.order, at + HOUR)

    team = get_team(seat.team.public_id)
    assert (team.state, team.joined, team.leader) == ("open", 1, bo)
    assert "team_left" in facts(team)
    pay(joined(team, kai, at + HOUR).order, at + HOUR)
    assert get_team(team.public_id).joined == 2


def test_a_refund_after_it_is_full_leaves_the_team_as_it_was(sale, mei, bo, at):
    (kai,) = people(1, at)
    seat = opened(sale, mei, at)
    pay(seat.order, at)
    last = [pay(joined(seat.team, member, at).order, at) for member in (bo, kai)][-1]

    refund(last, at + HOUR)

    team = get_team(seat.team.public_id)
    assert (team.state, team.joined) == ("full", 3)
    assert "team_left" not in facts(team)


def test_nobody_joins_twice_nor_opens_two_at_once(sale, mei, at):
    seat = opened(sale, mei, at)

    with pytest.raises(AlreadyIn):
        opened(sale, mei, at)
    with pytest.raises(AlreadyIn):
        joined(seat.team, mei, at)


def test_a_pause_stops_new_teams_and_not_those_under_way(sale, mei, bo, at):
    seat = opened(sale, mei, at)
    pay(seat.order, at)
    pause(actor=OWNER, at=at, campaign=sale, reason="看一下")

    assert joined(seat.team, bo, at).order.state == "pending"


def test_only_newcomers_may_join_where_the_terms_say_so(launch, serum, mei, bo, at):
    sale = launch("group_buy", {"price_fen": 7_900, "size": 2, "newcomers_only": True}, product=serum, pieces=8)
    first = opened(sale, bo, at)
    pay(first.order, at)
    team = opened(sale, mei, at).team

    with pytest.raises(NotInAudience):
        joined(team, bo, at)
    assert get_team(team.public_id).held == 1, "a refusal leaves the seat free"

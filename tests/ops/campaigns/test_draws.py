"""Prize draws: chances earned, results that anybody can compute again, prizes claimed or forfeited."""

import pytest

from lianyi.flows.settle_order import sweep
from lianyi.ops.campaigns.mechanics.lottery import replay
from lianyi.ops.campaigns.models import Entry, Prize
from lianyi.ops.campaigns.refusals import DrawNotOver, NoChanceLeft, NotInAudience, PrizeNotClaimable
from lianyi.ops.campaigns.rules.commitment import commitment
from lianyi.ops.campaigns.selectors import terms_of
from lianyi.ops.campaigns.services import check_in, claim_prize, close, draw, enter, forfeit_due, reveal
from lianyi.ops.campaigns.services.draws import ticket_of
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.ledger.services import account_of
from lianyi.ops.members.services import tag
from lianyi.ops.shop.selectors import get_order, has_bought
from tests.ops.campaigns.conftest import DAY, key, people, told
from tests.ops.campaigns.launching import PUBLISHED
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
LADDER = [
    {"name": "精华", "units": 2, "market_fen": 9_900, "odds_ppm": 200_000, "product_id": "p_serum"},
    {"name": "积分", "kind": "points", "units": 5, "market_fen": 100, "odds_ppm": 500_000, "points": 100},
]


@pytest.fixture
def lottery(launch, serum):
    return launch("lottery", {"rungs": LADDER, "most_per_member": 3, **PUBLISHED})


def entered(lottery, member, at):
    return enter(key=key(), actor=as_member(member), at=at, campaign=lottery, member=member)


def drawn(lottery, member, at):
    return draw(key=key(), actor=as_member(member), at=at, campaign=lottery, member=member)


def test_every_result_can_be_computed_again_from_the_published_seed(lottery, at):
    members = people(20, at)
    for member in members:
        assert entered(lottery, member, at) == 1
    entries = [drawn(lottery, member, at) for member in members]

    with pytest.raises(DrawNotOver):
        reveal(key=key(), actor=OWNER, at=at, campaign=lottery)
    close(actor=OWNER, at=at, campaign=lottery)
    shown = reveal(key=key(), actor=OWNER, at=at, campaign=lottery)

    seed = bytes.fromhex(shown.seed)
    assert commitment(seed, shown.public_id) == shown.commitment
    again = replay(seed, [f"{ticket_of(lottery, member)}#1" for member in members], terms_of(lottery).rungs)
    assert [(one.public_id, one.drawn, one.given) for one in entries] == again
    given = [one.given for one in entries]
    assert given.count(0) <= 2
    assert given.count(1) <= 5
    assert {prize.place: prize.given for prize in Prize.objects.filter(campaign=lottery)} == {0: given.count(0), 1: given.count(1)}


def test_points_are_given_at_once_and_goods_as_an_order_that_costs_nothing(lottery, at):
    # The seed is drawn anew: they draw until one of each prize was won.
    won: set[int | None] = set()
    for member in people(80, at):
        if {0, 1} <= won:
            break
        entered(lottery, member, at)
        won.add(drawn(lottery, member, at).given)
    points = Entry.objects.filter(given=1).first()
    goods = Entry.objects.filter(given=0).select_related("campaign", "member").first()

    assert (points.state, balance(account_of(points.member, "points"))) == ("claimed", 100)
    order = claim_prize(key=key(), actor=as_member(goods.member), at=at, entry=goods)
    sweep(at=at + DAY)
    assert (order.payable_fen, get_order(order.public_id).state) == (0, "paid")
    assert not has_bought(goods.member)
    with pytest.raises(PrizeNotClaimable):
        claim_prize(key=key(), actor=as_member(goods.member), at=at, entry=goods)
    assert told(goods.public_id) == ["prize_drawn", "prize_claimed"]


def test_without_a_chance_there_is_no_draw(lottery, mei, at):
    with pytest.raises(NoChanceLeft):
        drawn(lottery, mei, at)
    entered(lottery, mei, at)
    entered(lottery, mei, at)
    drawn(lottery, mei, at)
    with pytest.raises(NoChanceLeft):
        drawn(lottery, mei, at)


def test_chances_from_check_ins_are_earned_once_a_day_up_to_the_most(launch, serum, mei, at):
    daily = launch("check_in", {})
    lottery = launch("lottery", {"rungs": LADDER, "earned_by": "check_in", "most_per_member": 2, **PUBLISHED})
    for n in range(3):
        check_in(key=key(), actor=as_member(mei), at=at + n * DAY, campaign=daily, member=mei)

    drawn(lottery, mei, at + 2 * DAY)
    drawn(lottery, mei, at + 2 * DAY)
    with pytest.raises(NoChanceLeft):
        drawn(lottery, mei, at + 2 * DAY)


def test_staff_cannot_take_part(lottery, mei, at):
    tag(actor=OWNER, at=at, member=mei, name="staff")

    with pytest.raises(NotInAudience):
        entered(lottery, mei, at)


def test_a_prize_that_nobody_claims_in_time_is_forfeited_once(lottery, at):
    for member in people(12, at):
        entered(lottery, member, at)
        drawn(lottery, member, at)
    waiting = Entry.objects.filter(state="won").count()

    assert forfeit_due(at=at + 29 * DAY) == 0
    assert forfeit_due(at=at + 30 * DAY) == waiting
    assert forfeit_due(at=at + 31 * DAY) == 0

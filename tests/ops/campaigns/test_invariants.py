"""`lianyi check` of campaigns: all is well after a lively week, and each planted fault is found."""

import json

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Abs

from lianyi.flows import settle_order
from lianyi.flows.campaign_clock import tick
from lianyi.ops.campaigns.invariants import INVARIANTS
from lianyi.ops.campaigns.models import Accrual, Bargain, Coupon, CouponPool, Entry, Help, Prize, Reward, Seat, Team
from lianyi.ops.campaigns.services import (
    become_promoter,
    buy,
    buy_bargain,
    checkout,
    claim,
    draw,
    enter,
    grab,
    help_bargain,
    join_team,
    open_team,
    start_bargain,
)
from lianyi.ops.journal import triggers
from lianyi.ops.journal.checking import Found
from lianyi.ops.journal.models import Fact
from lianyi.ops.plan.models import Budget
from lianyi.ops.shop.services import add_product
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people, refund
from tests.ops.campaigns.launching import PUBLISHED
from tests.ops.campaigns.test_draws import LADDER
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(launch, mei, bo, serum, at):
    """Everything once: a team that fills and one that does not, a bargain, an invitation, coupons, draws, commission, refunds."""
    product = add_product(actor=OWNER, at=at, title="面霜", price_fen=12_000, pieces=100, public_id="p_cream")
    kai, lan, an = people(3, at, referrer_id=mei.public_id)
    launch("points", {}, until=60 * DAY)
    referral = launch("referral", {"inviter_points": 100, "invitee_points": 50}, until=60 * DAY)
    team_sale = launch("group_buy", {"price_fen": 9_900, "size": 2}, product=product, pieces=20)
    bargain_sale = launch("bargain", {"start_fen": 12_000, "floor_fen": 6_000, "helpers": 3}, product=product, pieces=5)
    coupons = launch("coupon", {"amount_fen": 1_000, "total": 5})
    lottery = launch("lottery", {"rungs": LADDER, "most_per_member": 3, **PUBLISHED})
    sale = launch("flash_sale", {"price_fen": 9_000, "limit_per_member": 3}, product=product, pieces=9, rates_bp=(1_000,))
    become_promoter(key=key(), actor=as_member(mei), at=at, member=mei, agreement="1")
    for friend in (kai, lan):
        claim(key=key(), actor=as_member(friend), at=at, campaign=referral, invitee=friend)
    seats = [open_team(key=key(), actor=as_member(one), at=at, campaign=team_sale, member=one) for one in (mei, an)]
    for seat in seats:
        pay(seat.order, at)
    pay(join_team(key=key(), actor=as_member(kai), at=at, team=seats[0].team, member=kai).order, at)
    bargain = start_bargain(key=key(), actor=as_member(lan), at=at, campaign=bargain_sale, member=lan)
    for helper in (mei, bo):
        help_bargain(key=key(), actor=as_member(helper), at=at, bargain=bargain, helper=helper)
    pay(buy_bargain(key=key(), actor=as_member(lan), at=at, bargain=bargain), at)
    for member in (mei, bo):
        grab(key=key(), actor=as_member(member), at=at, campaign=coupons, member=member)
    pay(checkout(key=key(), actor=as_member(bo), at=at, member=bo, lines=[(product, 1)]), at)
    for member in (mei, bo, kai, lan, an):
        enter(key=key(), actor=as_member(member), at=at, campaign=lottery, member=member)
        draw(key=key(), actor=as_member(member), at=at, campaign=lottery, member=member)
    for member in (bo, an):
        order = pay(buy(key=key(), actor=as_member(member), at=at, campaign=sale, member=member, quantity=2, referrer_id=mei.public_id), at)
    refund(order, at + HOUR)
    settle_order.sweep(at=at + HOUR)
    tick(at + DAY)
    tick(at + 15 * DAY)
    return at + 15 * DAY


def faults():
    broken = {}
    for one in INVARIANTS:
        found = Found()
        one.check(None, found)
        if found.wrong:
            broken[one.number] = found.examples
    return broken


def say(fact_name, **changes):
    """Change what a fact says, as somebody could who took the guards away."""

    def do():
        if connection.vendor == "postgresql":
            # A table with checks still to come cannot be altered, as putting the guards back does.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers.lift()
        fact = Fact.objects.filter(name=fact_name).first()
        Fact.objects.filter(pk=fact.pk).update(fact=json.dumps(json.loads(fact.fact) | changes))
        triggers.install()

    return do


def test_after_a_lively_week_everything_holds_and_everything_was_looked_at(week):
    assert faults() == {}
    looked = {}
    for one in INVARIANTS:
        found = Found()
        one.check(None, found)
        looked[one.number] = found.checked
    assert [number for number, n in looked.items() if n == 0] == [34], "nothing was held for review"


# What somebody might do behind the services' back, and the invariant that must notice.
PLANTED = [
    (11, lambda: Team.objects.filter(state="expired").update(held=1)),
    (12, lambda: Seat.objects.filter(team__state="expired").update(state="paid")),
    (14, lambda: Bargain.objects.filter(helps=2).update(cut_fen=1)),
    (14, lambda: Help.objects.filter(nth=1).update(cut_fen=7)),
    (17, lambda: Reward.objects.filter(state="given", side="inviter").update(points=999)),
    (18, lambda: Entry.objects.filter(nth=1).update(drawn=0, given=1)),
    (18, lambda: Prize.objects.filter(place=1).update(given=Abs(F("given") - 1))),
    (19, lambda: CouponPool.objects.update(issued=1)),
    (19, lambda: Coupon.objects.filter(state="issued").first().delete()),
    (23, lambda: Accrual.objects.filter(kind="commission", reversed=0).update(amount=5)),
    (24, lambda: Accrual.objects.filter(order__state="refunded", amount__gt=0).update(reversed=0)),
    (25, say("coupon_issued", subject_id="k_other")),
    (25, lambda: Coupon.objects.filter(state="issued").first().delete()),
    (27, say("team_joined", subject_id="t_other")),
    (27, say("bargain_helped", amount_fen=1)),
    (35, lambda: Budget.objects.update(spent_fen=3)),
]


def test_each_planted_fault_is_found(week):
    unseen = []
    for number, plant in PLANTED:
        with transaction.atomic():
            plant()
            if number not in faults():
                unseen.append(number)
            transaction.set_rollback(True)

    assert unseen == [], connection.vendor
    assert faults() == {}

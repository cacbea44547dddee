"""Points and commission of orders: frozen, released, taken back to the last fen."""

import pytest
from django.db import IntegrityError, transaction

from lianyi.flows.campaign_clock import tick
from lianyi.ops.campaigns.models import Accrual
from lianyi.ops.campaigns.refusals import NotPromoter, WithdrawalRefused
from lianyi.ops.campaigns.rules.commission import LevelsRefused
from lianyi.ops.campaigns.services import become_promoter, buy, checkout, decide_withdrawal, request_withdrawal
from lianyi.ops.ledger.selectors import balance, house_balance
from lianyi.ops.ledger.services import account_of
from lianyi.ops.shop.services import ReturnLine, add_product
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people, refund
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def points(launch):
    return launch("points", {"per_hundred_fen": 1, "freeze_days": 15}, until=60 * DAY)


@pytest.fixture
def sale(launch, serum):
    return launch("flash_sale", {"price_fen": 7_900, "limit_per_member": 5}, product=serum, pieces=8, rates_bp=(1_000,), until=60 * DAY)


def held(member, kind):
    return balance(account_of(member, kind))


def ordered(sale, member, at, quantity=1, referrer_id=""):
    return buy(key=key(), actor=as_member(member), at=at, campaign=sale, member=member, quantity=quantity, referrer_id=referrer_id)


def promoter(member, at):
    become_promoter(key=key(), actor=as_member(member), at=at, member=member, agreement="2026-05")
    return member


def test_points_are_pending_until_the_return_window_is_over_and_a_refund_takes_its_part(points, mei, serum, at):
    order = pay(checkout(key=key(), actor=as_member(mei), at=at, member=mei, lines=[(serum, 2)]), at)
    assert (held(mei, "points_pending"), held(mei, "points")) == (198, 0)

    refund(order, at + DAY, lines=[ReturnLine(1, 1)])
    assert held(mei, "points_pending") == 99
    assert tick(at + 15 * DAY).released == 1
    assert (held(mei, "points_pending"), held(mei, "points"), house_balance("points_issuer")) == (0, 99, -99)


def test_points_of_a_whole_refund_come_back_even_after_they_were_released(points, mei, serum, at):
    order = pay(checkout(key=key(), actor=as_member(mei), at=at, member=mei, lines=[(serum, 1)]), at)
    tick(at + 15 * DAY)
    assert held(mei, "points") == 99

    refund(order, at + 16 * DAY)

    assert (held(mei, "points"), house_balance("points_issuer")) == (0, 0)


def test_commission_goes_to_who_brought_the_order_frozen_and_then_free(sale, mei, bo, at):
    promoter(mei, at)
    order = pay(ordered(sale, bo, at, referrer_id=mei.public_id), at)

    assert (held(mei, "commission_pending"), held(mei, "commission")) == (790, 0)
    assert tick(at + 14 * DAY).released == 0
    tick(at + 15 * DAY)
    assert (held(mei, "commission_pending"), held(mei, "commission")) == (0, 790)
    assert [(one.level, one.amount) for one in Accrual.objects.filter(order=order)] == [(1, 790)]


def test_who_has_not_agreed_to_promote_earns_no_commission(sale, mei, bo, at):
    pay(ordered(sale, bo, at, referrer_id=mei.public_id), at)

    assert held(mei, "commission_pending") == 0


def test_nobody_earns_commission_on_an_own_order(sale, mei, at):
    promoter(mei, at)
    pay(ordered(sale, mei, at, referrer_id=mei.public_id), at)

    assert Accrual.objects.count() == 0


def test_refunds_take_commission_back_in_part_and_in_whole(sale, mei, bo, at):
    promoter(mei, at)
    order = pay(ordered(sale, bo, at, quantity=3, referrer_id=mei.public_id), at)
    assert held(mei, "commission_pending") == 2_370

    refund(order, at + HOUR, lines=[ReturnLine(1, 1)])
    assert held(mei, "commission_pending") == 1_580
    refund(order, at + HOUR)
    assert (held(mei, "commission_pending"), house_balance("commission_expense")) == (0, 0)


def test_commission_that_was_paid_out_is_owed_after_a_refund_and_made_good_by_the_next(sale, mei, bo, at):
    promoter(mei, at)
    order = pay(ordered(sale, bo, at, referrer_id=mei.public_id), at)
    tick(at + 15 * DAY)
    asked = request_withdrawal(key=key(), actor=as_member(mei), at=at + 15 * DAY, member=mei, amount_fen=790)
    decide_withdrawal(key=key(), actor=OWNER, at=at + 15 * DAY, withdrawal=asked, pay=True, reference="wx-1")

    refund(order, at + 16 * DAY)
    assert (held(mei, "commission"), held(mei, "commission_owed")) == (0, -790)

    pay(ordered(sale, bo, at + 17 * DAY, quantity=2, referrer_id=mei.public_id), at + 17 * DAY)
    tick(at + 32 * DAY)
    assert (held(mei, "commission"), held(mei, "commission_owed")) == (790, 0)


def test_a_second_level_earns_only_behind_its_approval(launch, serum, mei, bo, at):
    (lan,) = people(1, at, referrer_id=bo.public_id)
    with pytest.raises(LevelsRefused):
        launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=2, rates_bp=(1_000, 300))
    sale = launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=2, rates_bp=(1_000, 300), approval="法务 2026-05")
    for member in (mei, bo):
        promoter(member, at)

    pay(ordered(sale, lan, at, referrer_id=bo.public_id), at)

    assert (held(bo, "commission_pending"), held(mei, "commission_pending")) == (790, 237)


def test_the_database_itself_knows_no_third_level(sale, mei, bo, at):
    order = pay(ordered(sale, bo, at), at)
    row = {
        "order": order,
        "kind": "commission",
        "member": mei,
        "campaign": sale,
        "plan": {},
        "base_fen": 1,
        "amount": 1,
        "at": at,
        "free_at": at,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Accrual.objects.create(level=3, **row)


def test_only_released_commission_can_be_withdrawn_by_a_promoter_once_at_a_time(sale, mei, bo, at):
    with pytest.raises(NotPromoter):
        request_withdrawal(key=key(), actor=as_member(mei), at=at, member=mei, amount_fen=100)
    promoter(mei, at)
    pay(ordered(sale, bo, at, quantity=2, referrer_id=mei.public_id), at)
    with pytest.raises(WithdrawalRefused):
        request_withdrawal(key=key(), actor=as_member(mei), at=at, member=mei, amount_fen=100)
    tick(at + 15 * DAY)

    asked = request_withdrawal(key=key(), actor=as_member(mei), at=at + 15 * DAY, member=mei, amount_fen=1_000)
    with pytest.raises(WithdrawalRefused):
        request_withdrawal(key=key(), actor=as_member(mei), at=at + 15 * DAY, member=mei, amount_fen=100)
    assert (held(mei, "commission"), held(mei, "wallet_due")) == (580, 1_000)
    decide_withdrawal(key=key(), actor=OWNER, at=at + 15 * DAY, withdrawal=asked, pay=False)
    assert (held(mei, "commission"), held(mei, "wallet_due")) == (1_580, 0)


def test_group_buy_orders_pay_no_commission(launch, mei, bo, at):
    product = add_product(actor=OWNER, at=at, title="面霜", price_fen=12_000, pieces=5, public_id="p_cream")
    from lianyi.ops.campaigns.refusals import TermsUnusable

    with pytest.raises(TermsUnusable):
        launch("group_buy", {"price_fen": 9_900}, product=product, pieces=5, rates_bp=(500,))

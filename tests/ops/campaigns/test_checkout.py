"""Coupons and the checkout: the best lawful combination, each coupon once, and its promise kept."""

import pytest

from lianyi.flows import settle_order
from lianyi.kernel.actor import Actor, NotAllowed
from lianyi.ops.campaigns.refusals import CampaignNotOpen, CouponsGone, CouponUnknown, CouponUnusable, EntitlementUsedUp, NotInAudience
from lianyi.ops.campaigns.selectors import find_pool, get_campaign, get_coupon, list_offers_of, list_usable
from lianyi.ops.campaigns.services import Said, checkout, close, expire_coupons, grab, quote, revise_campaign, revoke
from lianyi.ops.ledger.selectors import house_balance
from lianyi.ops.plan.selectors import get_budget
from lianyi.ops.shop.selectors import get_order, list_lines
from lianyi.ops.shop.services import ReturnLine, add_product
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people, refund, told
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
TEN_OFF = {"amount_fen": 1_000, "threshold_fen": 9_900, "total": 3, "valid_days": 10}


@pytest.fixture
def coupons(launch):
    return launch("coupon", TEN_OFF)


@pytest.fixture
def cream(at):
    return add_product(actor=OWNER, at=at, title="面霜 50g", price_fen=12_000, pieces=10, public_id="p_cream", category="face")


def grabbed(coupons, member, at):
    return grab(key=key(), actor=as_member(member), at=at, campaign=coupons, member=member)


def bought(member, lines, at, **more):
    return checkout(key=key(), actor=as_member(member), at=at, member=member, lines=lines, **more)


def test_a_coupon_is_grabbed_used_redeemed_and_counted_as_subsidy(coupons, mei, serum, at):
    coupon = grabbed(coupons, mei, at)

    order = bought(mei, [(serum, 1)], at)

    assert (order.payable_fen, order.discount_fen) == (8_900, 1_000)
    assert get_coupon(coupon.public_id, mei).state == "used"
    assert list_usable(mei, at) == []
    pay(order, at)
    assert told(coupon.public_id) == ["coupon_issued", "coupon_redeemed"]
    assert (house_balance("coupon_subsidy"), house_balance("coupon_settled")) == (-1_000, 1_000)
    assert get_budget(coupons.budget.public_id).spent_fen == 1_000


def test_there_are_as_many_as_there_are_and_each_member_has_as_many_as_they_may(coupons, at):
    one, two, three, late = people(4, at)
    for member in (one, two, three):
        grabbed(coupons, member, at)

    with pytest.raises(CouponsGone):
        grabbed(coupons, late, at)
    with pytest.raises(EntitlementUsedUp):
        grabbed(coupons, one, at)

    pool = find_pool(coupons.pk)
    assert (pool.issued, pool.total) == (3, 3)


def test_a_coupon_comes_back_from_an_order_that_is_closed(coupons, mei, serum, at):
    coupon = grabbed(coupons, mei, at)
    order = bought(mei, [(serum, 1)], at)

    settle_order.cancel(key=key(), actor=as_member(mei), at=at, order=order)

    assert get_coupon(coupon.public_id, mei).state == "issued"
    assert told(coupon.public_id) == ["coupon_issued", "coupon_given_back"]
    assert bought(mei, [(serum, 1)], at).payable_fen == 8_900


def test_two_orders_at_once_cannot_share_a_coupon(coupons, mei, serum, at):
    coupon = grabbed(coupons, mei, at)
    bought(mei, [(serum, 1)], at, coupon=coupon.public_id)

    with pytest.raises(CouponUnusable):
        bought(mei, [(serum, 1)], at, coupon=coupon.public_id)
    assert bought(mei, [(serum, 1)], at).payable_fen == 9_900


def test_another_members_coupon_is_unknown(coupons, mei, bo, serum, at):
    coupon = grabbed(coupons, mei, at)

    with pytest.raises(CouponUnknown):
        bought(bo, [(serum, 1)], at, coupon=coupon.public_id)
    with pytest.raises(NotAllowed):
        checkout(key=key(), actor=as_member(bo), at=at, member=mei, lines=[(serum, 1)])


def test_what_was_promised_when_it_was_issued_is_kept_whatever_the_campaign_says_later(coupons, mei, serum, at, goal, budget):
    grabbed(coupons, mei, at)
    later = Said(
        mechanic="coupon", title="夏日活动", terms=TEN_OFF | {"amount_fen": 1}, starts_at=coupons.starts_at, ends_at=coupons.ends_at,
        goal=goal, budget=budget, hypothesis="x", channels=("own_h5",),
    )  # fmt: skip
    revise_campaign(actor=OWNER, at=at, campaign=get_campaign(coupons.public_id), said=later, why="force_majeure", reason="试")

    assert bought(mei, [(serum, 1)], at).payable_fen == 8_900


def test_it_is_over_at_its_expiry_whether_or_not_anybody_swept(coupons, mei, serum, at):
    coupon = grabbed(coupons, mei, at)

    assert quote(at=coupon.expires_at, member=mei, lines=[(serum, 1)]).payable_fen == 9_900
    with pytest.raises(CouponUnusable):
        bought(mei, [(serum, 1)], coupon.expires_at, coupon=coupon.public_id)
    assert expire_coupons(at=coupon.expires_at) == 1
    assert told(coupon.public_id)[-1] == "coupon_expired"


def test_a_coupon_that_is_asked_for_and_does_not_fit_is_refused_with_nothing_changed(coupons, mei, at):
    coupon = grabbed(coupons, mei, at)
    cheap = add_product(actor=OWNER, at=at, title="香皂", price_fen=900, pieces=5, public_id="p_soap")

    with pytest.raises(CouponUnusable):
        bought(mei, [(cheap, 1)], at, coupon=coupon.public_id)
    assert get_coupon(coupon.public_id, mei).state == "issued"


def test_promotions_and_coupon_combine_and_every_line_knows_its_share(launch, mei, serum, cream, at):
    launch("threshold", {"steps": [{"from_fen": 20_000, "off_fen": 2_000}]})
    grabbed(launch("coupon", TEN_OFF), mei, at)

    order = bought(mei, [(serum, 1), (cream, 1)], at)

    assert order.payable_fen == 21_900 - 2_000 - 1_000
    lines = list_lines([order])[order.pk]
    assert sum(line.paid_fen for line in lines) == order.payable_fen
    assert {one.kind: one.off_fen for one in list_offers_of(order)} == {"threshold": 2_000, "coupon": 1_000}


def test_a_gift_is_a_line_at_no_price_out_of_the_same_stock(launch, mei, serum, cream, at):
    launch("gift", {"from_fen": 9_900, "product_id": "p_cream", "title": "面霜 50g"})

    order = bought(mei, [(serum, 1)], at)

    lines = list_lines([order])[order.pk]
    assert [(line.product.public_id, line.quantity, line.paid_fen) for line in lines] == [("p_serum", 1, 9_900), ("p_cream", 1, 0)]


def test_the_subsidy_of_what_goes_back_goes_back_and_a_whole_refund_leaves_none(coupons, mei, serum, cream, at):
    grabbed(coupons, mei, at)
    order = pay(bought(mei, [(serum, 1), (cream, 1)], at), at)
    first, _ = list_lines([order])[order.pk]

    refund(order, at + HOUR, lines=[ReturnLine(first.number, 1)])
    part = list_offers_of(order)[0].returned_fen
    assert part == 1_000 * get_order(order.public_id).refunded_fen // order.payable_fen
    refund(order, at + HOUR)

    assert list_offers_of(order)[0].returned_fen == 1_000
    assert (house_balance("coupon_subsidy"), get_budget(coupons.budget.public_id).spent_fen) == (0, 0)


def test_a_campaign_for_some_is_not_for_others_and_one_that_is_over_for_nobody(launch, mei, bo, serum, at):
    newcomers = launch("coupon", TEN_OFF, audience="new")
    pay(bought(bo, [(serum, 1)], at), at)

    grabbed(newcomers, mei, at)
    with pytest.raises(NotInAudience):
        grabbed(newcomers, bo, at)
    close(actor=OWNER, at=at, campaign=newcomers)
    with pytest.raises(CampaignNotOpen):
        grabbed(newcomers, people(1, at)[0], at)


def test_a_used_up_budget_takes_nobody_in(launch, budget, mei, bo, serum, at):
    from lianyi.ops.plan.services import change_budget

    coupons = launch("coupon", TEN_OFF)
    grabbed(coupons, mei, at)
    pay(bought(mei, [(serum, 1)], at), at)
    change_budget(actor=OWNER, at=at, budget=budget, amount_fen=1_000)

    with pytest.raises(CampaignNotOpen):
        grabbed(coupons, bo, at)


def test_an_unused_coupon_can_be_revoked_by_an_approver_with_a_reason(coupons, mei, at):
    coupon = grabbed(coupons, mei, at)

    with pytest.raises(NotAllowed):
        revoke(key=key(), actor=Actor("team", "t1", frozenset({"operator"})), at=at, coupon=coupon, reason="重复发放")
    assert revoke(key=key(), actor=OWNER, at=at, coupon=coupon, reason="重复发放").state == "revoked"


def test_the_same_request_twice_is_one_coupon_and_one_order(coupons, mei, serum, at):
    first = grab(key="g1", actor=as_member(mei), at=at, campaign=coupons, member=mei)
    again = grab(key="g1", actor=as_member(mei), at=at + DAY, campaign=coupons, member=mei)
    orders = {checkout(key="c1", actor=as_member(mei), at=at, member=mei, lines=[(serum, 1)]).public_id for _ in range(3)}

    assert (first.pk, len(orders), find_pool(coupons.pk).issued) == (again.pk, 1, 1)

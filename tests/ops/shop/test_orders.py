"""Orders from placing to refund, and what each step leaves in stock, payments and the journal."""

import datetime as dt

import pytest

from lianyi.ops.journal.selectors import list_facts
from lianyi.ops.shop.models import Payment, Refund
from lianyi.ops.shop.refusals import LimitReached, NotPending, SoldOut
from lianyi.ops.shop.selectors import get_order, get_stock, purchased_by
from lianyi.ops.shop.services import (
    Discount,
    Line,
    allot_stock,
    cancel_order,
    pay_order,
    place_order,
    refund_order,
    request_refund,
    sweep_expired,
)  # fmt: skip
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


def stock_of(product, purpose="shop"):
    row = get_stock(product, purpose)
    return row.available, row.held, row.sold


def placed(member, product, at, *, key="k1", quantity=1, **more):
    return place_order(key=key, actor=as_member(member), at=at, member=member, lines=[Line(product, quantity)], **more)


def paid(order, at, *, amount_fen=None, reference="cash-1"):
    return pay_order(
        key=f"pay:{reference}", actor=OWNER, at=at, order=order, reference=reference,
        amount_fen=order.payable_fen if amount_fen is None else amount_fen,
    )  # fmt: skip


def facts_of(order):
    return [fact.name for fact in list_facts(order_id=order.public_id)]


def test_an_order_holds_its_pieces_until_it_is_paid(mei, serum, at):
    order = placed(mei, serum, at, quantity=3)

    assert (order.state, order.payable_fen, order.expires_at) == ("pending", 29700, at + dt.timedelta(minutes=30))
    assert stock_of(serum) == (7, 3, 0)

    payment = paid(order, at + dt.timedelta(minutes=5))

    assert (payment.state, get_order(order.public_id).state) == ("captured", "paid")
    assert stock_of(serum) == (7, 0, 3)
    assert facts_of(order) == ["order_placed", "order_paid"]


def test_the_same_key_places_one_order(mei, serum, at):
    assert placed(mei, serum, at).pk == placed(mei, serum, at).pk
    assert stock_of(serum) == (9, 1, 0)


def test_what_is_not_there_is_not_sold_and_leaves_nothing(mei, serum, at):
    with pytest.raises(SoldOut):
        placed(mei, serum, at, quantity=11)

    assert stock_of(serum) == (10, 0, 0)
    assert [fact.name for fact in list_facts(member_id=mei.public_id)] == ["member_joined"]


def test_two_lines_of_one_product_count_together(mei, serum, at):
    with pytest.raises(SoldOut):
        place_order(key="k", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 6), Line(serum, 5)])

    assert stock_of(serum) == (10, 0, 0)


def test_a_limit_counts_pending_and_paid_pieces_and_lets_go_of_closed_ones(mei, serum, at):
    stock = allot_stock(actor=OWNER, at=at, product=serum, pieces=5, campaign_id="c1", member_limit=2)
    order = placed(mei, serum, at, quantity=2, stock_of="campaign:c1", campaign_id="c1")
    with pytest.raises(LimitReached):
        placed(mei, serum, at, key="k2", stock_of="campaign:c1")

    assert (purchased_by(mei, stock), stock_of(serum, "campaign:c1"), stock_of(serum)) == (2, (3, 2, 0), (5, 0, 0))

    cancel_order(key="c", actor=as_member(mei), at=at, order=order)

    assert (purchased_by(mei, stock), stock_of(serum, "campaign:c1")) == (0, (5, 0, 0))


def test_a_cancelled_order_gives_its_pieces_back_once(mei, serum, at):
    order = placed(mei, serum, at)
    cancel_order(key="c1", actor=as_member(mei), at=at, order=order)
    with pytest.raises(NotPending):
        cancel_order(key="c2", actor=as_member(mei), at=at, order=order)

    assert stock_of(serum) == (10, 0, 0)
    assert facts_of(order) == ["order_placed", "order_closed"]


def test_a_payment_at_the_instant_of_expiry_is_late_and_goes_back(mei, serum, at):
    order = placed(mei, serum, at)
    payment = paid(order, order.expires_at)

    assert (payment.state, payment.reason) == ("returned", "late")
    assert get_order(order.public_id).state == "pending"
    assert [(refund.kind, refund.state, refund.amount_fen) for refund in Refund.objects.all()] == [("payment", "approved", 9900)]

    assert sweep_expired(at=order.expires_at) == [order.public_id]
    assert stock_of(serum) == (10, 0, 0)


def test_a_second_payment_goes_back_and_the_same_notice_twice_is_one_payment(mei, serum, at):
    order = placed(mei, serum, at)
    first = paid(order, at)
    again = pay_order(key="other key", actor=OWNER, at=at, order=order, reference="cash-1", amount_fen=9900)
    second = paid(order, at, reference="cash-2")

    assert again.pk == first.pk
    assert (second.state, second.reason) == ("returned", "paid_already")
    assert Payment.objects.filter(state="captured").count() == 1


def test_discounts_are_shared_to_the_fen(mei, serum, at):
    order = place_order(
        key="k", actor=as_member(mei), at=at, member=mei,
        lines=[Line(serum, 1, 1000), Line(serum, 1, 1000), Line(serum, 1, 1000)], discounts=[Discount("coupon", 100, "cp1")],
    )  # fmt: skip

    assert [line.paid_fen for line in order.lines.order_by("number")] == [966, 967, 967]
    assert (order.goods_fen, order.discount_fen, order.payable_fen) == (3000, 100, 2900)


def test_refunds_in_parts_give_back_what_was_paid_and_no_more(mei, serum, at):
    order = placed(mei, serum, at, quantity=3, discounts=[Discount("coupon", 100)], shipping_fen=800)
    paid(order, at)
    from lianyi.ops.shop.services import ReturnLine

    part = refund_order(key="r1", actor=OWNER, at=at, order=order, lines=[ReturnLine(1, 1)])
    asked = request_refund(key="r2", actor=as_member(mei), at=at, order=order)
    rest = refund_order(key="r3", actor=OWNER, at=at, order=order, refund=asked)

    assert (part.amount_fen, rest.amount_fen, rest.state) == (9866, 29600 + 800 - 9866, "settled")
    now = get_order(order.public_id)
    assert (now.state, now.refunded_fen) == ("refunded", now.payable_fen)
    assert stock_of(serum) == (10, 0, 0)
    assert facts_of(order) == ["order_placed", "order_paid", "order_refunded", "order_refunded"]

"""The shop's rooms: orders, refunds, products, each for who may, each change in the log."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from lianyi.flows import settle_order
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns.services import checkout
from lianyi.ops.journal.selectors import Command
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import find_price, get_order, get_product, get_refund, get_stock, list_refunds
from lianyi.ops.shop.services import add_product, request_refund
from tests.web.console.conftest import browser

pytestmark = pytest.mark.django_db(transaction=True)
AGO = dt.timedelta(hours=2)


@pytest.fixture
def serum(team, brand):
    return add_product(
        actor=SYSTEM, at=timezone.now() - dt.timedelta(days=9), title="精华 30ml", price_fen=9900, pieces=50, public_id="p_serum"
    )


def bought(serum, n=1, *, pieces=2):
    """Orders that were paid, each by another member."""
    orders = []
    for number in range(n):
        at = timezone.now() - AGO
        member = join(actor=SYSTEM, at=at, phone=f"138{number:08d}")
        order = checkout(key=f"o{number}", actor=SYSTEM, at=at, member=member, lines=[(serum, pieces)], channel="own_h5")
        settle_order.pay(key=f"p{number}", actor=SYSTEM, at=at, order=order, reference=f"r{number}", amount_fen=order.payable_fen)
        orders.append(get_order(order.public_id))
    return orders


def test_an_order_shows_its_lines_and_what_happened(team, serum):
    (order,) = bought(serum)

    page = browser(team["reader"]).get(f"/console/shop/orders/{order.public_id}/").content.decode()

    assert "精华 30ml" in page
    assert page.count("¥198.00") >= 2
    assert "Order placed" in page or "placed" in page
    assert "Refund</span>" not in page, "a reader is offered no refund"


def waiting(serum):
    """An order that was placed a moment ago."""
    at = timezone.now()
    member = join(actor=SYSTEM, at=at, phone="13700000000")
    return checkout(key="w", actor=SYSTEM, at=at, member=member, lines=[(serum, 1)], channel="own_h5")


def test_money_at_the_counter_is_noted_by_who_may_and_once(team, serum):
    order = waiting(serum)
    page, address = f"/console/shop/orders/{order.public_id}/", f"/console/shop/orders/{order.public_id}/payment/"
    assert "¥99.00" in browser(team["operator"]).get(page).content.decode().partition('id="payment"')[2]
    assert 'id="payment"' not in browser(team["finance"]).get(page).content.decode()
    assert browser(team["finance"]).post(address, {"key": "a", "reference": "R1"}).status_code == 403
    assert browser(team["operator"]).post(address, {"key": "b", "reference": " "}).status_code == 422
    assert get_order(order.public_id).state == "pending"

    for key in ("c", "c", "d"):
        assert browser(team["operator"]).post(address, {"key": key, "reference": "R1"}).status_code == 302

    assert get_order(order.public_id).state == "paid"
    assert list_refunds(order) == []
    assert 'id="payment"' not in browser(team["operator"]).get(page).content.decode()


def test_one_receipt_does_not_pay_two_orders_and_late_money_goes_back(team, serum):
    order, (other,) = waiting(serum), bought(serum, pieces=1)
    clash = browser(team["operator"]).post(f"/console/shop/orders/{order.public_id}/payment/", {"key": "a", "reference": "r0"})
    assert clash.status_code == 422
    assert get_order(order.public_id).state == "pending"

    late = browser(team["operator"]).post(f"/console/shop/orders/{other.public_id}/payment/", {"key": "b", "reference": "R2"}, follow=True)
    assert "goes back" in late.content.decode()
    assert [(back.kind, back.state, back.amount_fen) for back in list_refunds(other)] == [("payment", "approved", 9900)]


def test_part_of_an_order_goes_back_with_a_reason_and_the_pieces_return(team, serum):
    (order,) = bought(serum)
    address = f"/console/shop/orders/{order.public_id}/refund/"

    assert browser(team["growth_lead"]).post(address, {"key": "a", "line-1": "1", "reason": "泛红"}).status_code == 403
    refused = browser(team["finance"]).post(address, {"key": "b", "line-1": "1", "reason": ""})
    assert refused.status_code == 200
    assert list_refunds(order) == []

    done = browser(team["finance"]).post(address, {"key": "c", "line-1": "1", "reason": "泛红", "restocked": "on"})

    assert done.status_code == 302
    (back,) = list_refunds(order)
    assert (back.amount_fen, back.state, back.reason) == (9900, "settled", "泛红")
    assert get_stock(serum).available == 49
    assert Command.objects.filter(name="flows.refund", actor_id="finance").count() == 1


def test_more_pieces_than_were_bought_do_not_go_back(team, serum):
    (order,) = bought(serum)

    page = browser(team["finance"]).post(f"/console/shop/orders/{order.public_id}/refund/", {"key": "a", "line-1": "3", "reason": "x"})

    assert page.status_code == 200
    assert list_refunds(order) == []


@pytest.mark.parametrize(("decision", "more", "state"), [("approve", {}, "settled"), ("reject", {"reason": "已拆封"}, "rejected")])
def test_what_a_member_asked_back_is_decided(decision, more, state, team, serum):
    (order,) = bought(serum)
    asked = request_refund(key="a", actor=Actor("member", order.member.public_id), at=timezone.now(), order=order, reason="不合适")
    client = browser(team["operator"])
    assert "To decide" in client.get("/console/shop/refunds/?state=requested").content.decode()

    assert client.post(f"/console/shop/refunds/{asked.public_id}/", {"key": "b", "decision": decision, **more}).status_code == 302
    assert get_refund(asked.public_id).state == state
    assert client.post(f"/console/shop/refunds/{asked.public_id}/", {"key": "c", "decision": decision, **more}).status_code == 409


def test_nobody_is_refused_a_refund_without_a_reason(team, serum):
    (order,) = bought(serum)
    asked = request_refund(key="a", actor=Actor("member", order.member.public_id), at=timezone.now(), order=order)

    assert (
        browser(team["operator"]).post(f"/console/shop/refunds/{asked.public_id}/", {"key": "b", "decision": "reject"}).status_code == 422
    )
    assert get_refund(asked.public_id).state == "requested"


def test_a_product_is_added_priced_stocked_and_taken_off_sale(team, brand):
    client = browser(team["operator"])
    form = {"key": "a", "title": "面霜", "category": "护肤", "price_fen": "159.00", "unit_cost_fen": "40", "pieces": "20"}
    path = client.post("/console/shop/products/new/", form).url
    public_id = path.split("/")[-2]

    client.post(f"{path}change/", {"key": "b", "change": "price", "price_fen": "129.00"})
    client.post(f"{path}change/", {"key": "c", "change": "pieces", "pieces": "-3", "kind": "damaged", "reason": "碎了"})
    client.post(f"{path}change/", {"key": "d", "change": "on_sale", "on_sale": "no"})

    product = get_product(public_id)
    assert (find_price(product, timezone.now()).price_fen, get_stock(product).available, product.on_sale) == (12900, 17, False)
    page = client.get(path).content.decode()
    assert page.index("¥129.00") < page.rindex("¥159.00"), "the older price stays in the record"


def test_a_crossed_out_price_that_the_law_forbids_is_said_beside_the_form(team, serum):
    page = browser(team["operator"]).post(
        "/console/shop/products/p_serum/change/", {"key": "a", "change": "price", "price_fen": "89", "list_fen": "199"}
    )

    assert page.status_code == 200
    assert "crossed-out price may not be above" in page.content.decode()
    assert find_price(serum, timezone.now()).price_fen == 9900


@pytest.mark.parametrize(("path", "queries"), [("/console/shop/", 6), ("/console/shop/products/", 8)])
def test_lists_ask_as_often_for_many_as_for_one(path, queries, team, serum, django_assert_num_queries):
    client = browser(team["reader"])
    bought(serum)
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)
    for n in range(6):
        add_product(actor=SYSTEM, at=timezone.now(), title=f"面膜{n}", price_fen=100, pieces=1)
    bought(serum, 5)
    with django_assert_num_queries(queries):
        client.get(path)


def test_orders_are_found_by_their_beginning_and_saved_as_a_file(team, serum):
    orders = bought(serum, 3)
    client = browser(team["analyst"])

    page = client.get(f"/console/shop/?words={orders[0].public_id}").content.decode()
    file = client.get("/console/shop/?as=csv&state=paid")

    assert len(set(re.findall(r"/console/shop/orders/(?!bulk)([^/]+)/", page))) == 1
    assert file.content.decode("utf-8-sig").count("198.00") == 3

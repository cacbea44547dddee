"""Buying, cancelling and asking for the money back through the pages; what is refused changes nothing."""

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianyi.flows import settle_order
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.shop.selectors import Order, get_stock, list_orders, list_refunds
from lianyi.ops.shop.services import add_product
from lianyi.web.edge.limits import COUNTS
from tests.web.pages.conftest import OWNER, new_key, order_at, pay, signed_in

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def state_of_the_shop():
    return (Order.objects.count(), Fact.objects.count(), Order.objects.aggregate(Sum("payable_fen"))["payable_fen__sum"])


def bought(browser, pieces="1"):
    return browser.post("/p/p_serum/checkout/", {"quantity": pieces, **new_key()})


@pytest.fixture
def paid(mei, serum, now):
    """An order of Mei's for two pieces, paid at the counter."""
    return pay(order_at(bought(signed_in(mei), "2").url))


def test_an_order_is_placed_at_the_shops_price_and_waits_for_payment(mei, serum):
    browser = signed_in(mei)

    answer = bought(browser, "3")

    page = browser.get(answer.url).content.decode()
    assert "¥297" in page
    assert "To pay" in page
    assert get_stock(serum).held == 3


def test_a_price_in_the_form_is_not_looked_at(mei, serum):
    answer = signed_in(mei).post("/p/p_serum/checkout/", {"quantity": "1", "unit_price_fen": "1", "price_fen": "1", **new_key()})

    assert order_at(answer.url).payable_fen == 9900


def test_the_same_form_twice_is_one_order(mei, serum):
    browser, form = signed_in(mei), {"quantity": "1", **new_key()}

    assert browser.post("/p/p_serum/checkout/", form).url == browser.post("/p/p_serum/checkout/", form).url
    assert len(list_orders(mei)) == 1


def test_the_same_key_for_something_else_is_refused(mei, serum):
    browser, key = signed_in(mei), new_key()
    browser.post("/p/p_serum/checkout/", {"quantity": "1", **key})
    before = state_of_the_shop()

    assert browser.post("/p/p_serum/checkout/", {"quantity": "2", **key}).status_code == 409
    assert state_of_the_shop() == before


def test_another_members_key_is_no_key_of_mine(mei, bo, serum):
    form = {"quantity": "1", **new_key()}

    assert signed_in(mei).post("/p/p_serum/checkout/", form).url != signed_in(bo).post("/p/p_serum/checkout/", form).url


@FUZZ
@given(
    st.one_of(
        st.text(max_size=30),
        st.integers().map(str),
        st.sampled_from(["0", "-1", "1e3", "1.0", "９９９", "0x1", " ", "NaN", "100", str(2**63)]),
    )
)
def test_no_quantity_that_is_none_buys_anything(mei, serum, quantity):
    COUNTS.forget()
    before = state_of_the_shop()

    answer = bought(signed_in(mei), quantity)

    if answer.status_code == 302:
        order = order_at(answer.url)
        assert 1 <= order.payable_fen // 9900 <= 10
    else:
        assert answer.status_code in {409, 422}
        assert state_of_the_shop() == before


def test_more_than_there_is_is_refused_with_words_and_holds_nothing(mei, serum):
    before = state_of_the_shop()

    answer = bought(signed_in(mei), "11")

    assert answer.status_code == 409
    assert state_of_the_shop() == before
    assert get_stock(serum).available == 10


def test_a_cancelled_order_gives_its_pieces_back(mei, serum):
    browser = signed_in(mei)
    address = bought(browser, "4").url

    browser.post(f"{address}cancel/", new_key())

    assert get_stock(serum).available == 10
    assert "It was cancelled" in browser.get(address).content.decode()


def test_an_order_that_was_not_paid_in_time_says_so(mei, serum):
    browser = signed_in(mei)
    address = bought(browser).url
    order = order_at(address)
    settle_order.sweep(at=order.expires_at)

    assert "nothing was charged" in browser.get(address).content.decode()


def test_money_back_is_asked_for_some_pieces(mei, serum, paid):
    browser = signed_in(mei)

    answer = browser.post(f"/me/orders/{paid.public_id}/refund/", {"reason": "quality", "pieces-1": "1", **new_key()})

    assert answer.status_code == 302
    (refund,) = list_refunds(paid)
    assert (refund.amount_fen, refund.state, refund.reason) == (9900, "requested", "quality")
    assert "Being looked at" in browser.get(answer.url).content.decode()
    assert browser.post(f"/me/orders/{paid.public_id}/refund/", {"reason": "late", **new_key()}).status_code == 409, "one at a time"


@FUZZ
@given(reason=st.text(max_size=20), pieces=st.one_of(st.text(max_size=10), st.integers(-3, 9).map(str)))
def test_a_request_that_makes_no_sense_changes_nothing(mei, serum, paid, reason, pieces):
    COUNTS.forget()
    before = state_of_the_shop()

    answer = signed_in(mei).post(f"/me/orders/{paid.public_id}/refund/", {"reason": reason, "pieces-1": pieces, **new_key()})

    assert answer.status_code == 422
    assert state_of_the_shop() == before
    assert list_refunds(paid) == []


def test_whoever_orders_too_often_waits(mei, serum):
    answers = [bought(signed_in(mei)).status_code for _ in range(21)]

    assert answers[-1] == 429


def test_the_list_of_orders_asks_the_same_number_of_questions_however_long(mei, serum, django_assert_max_num_queries):
    browser = signed_in(mei)
    for _ in range(5):
        bought(browser)
    with django_assert_max_num_queries(5):
        assert browser.get("/me/orders/").status_code == 200


def test_the_front_asks_the_same_number_of_questions_however_much_is_on_sale(mei, now, django_assert_max_num_queries):
    for number in range(12):
        add_product(actor=OWNER, at=now, title=f"No. {number}", price_fen=100, pieces=1)
    browser = signed_in(mei)
    with django_assert_max_num_queries(7):
        assert browser.get("/").status_code == 200

"""Paying through a gateway, from the button to the refund that comes back, with a gateway on loopback."""

import datetime as dt
import json
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.utils import timezone

from lianyi.flows.settle_order import refund, send_refunds
from lianyi.kernel.actor import Actor
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.shop.lists import count_refunds_waiting
from lianyi.ops.shop.selectors import Payment, Refund, get_order, list_refunds
from lianyi.ops.shop.services import Line, place_order
from lianyi.ops.shop.tenders import Owed, Sent, TenderUnreachable
from lianyi.ops.shop.tenders.alipay import Alipay
from lianyi.ops.shop.tenders.signing import signed
from lianyi.ops.team.services import add_member
from tests.signing import a_key
from tests.web.console.conftest import browser
from tests.web.pages.conftest import OWNER, signed_in
from tests.web.pages.test_taking_part import text_of

KEY = a_key()
APP = "2021000000000001"


class Gateway(Alipay):
    """Alipay's own signatures, and a counter of what is sent back instead of the wire.

    fails : how often nobody answers first; refuses : what it then says no with
    """

    def send_back(self, owed: Owed, *, at: dt.datetime) -> Sent:
        said = self.sent.setdefault(owed.key, 0)
        self.sent[owed.key] = said + 1
        if said < self.fails:
            raise TenderUnreachable(tender=self.name, why="silence")
        return Sent("refused", why=self.refuses) if self.refuses else Sent("settled", "4200")


@pytest.fixture
def gateway(settings):
    made = Gateway(APP, KEY, KEY.public_key())
    object.__setattr__(made, "sent", {})
    object.__setattr__(made, "fails", 0)
    object.__setattr__(made, "refuses", "")
    settings.TENDERS = {"alipay": made}
    return made


@pytest.fixture
def order(mei, serum, now):
    return place_order(key="o", actor=Actor("member", mei.public_id), at=now, member=mei, lines=[Line(serum, 1)])


@pytest.fixture
def owner(now):
    return browser(add_member(key="owner", actor=OWNER, at=now, username="owner", name="owner", roles=["owner"]))


def form(order, **changed):
    """What Alipay sends when an order's money is in."""
    said = {
        "app_id": APP, "out_trade_no": order.public_id, "trade_no": "2024052922001400010000000001", "total_amount": "99.00",
        "trade_status": "TRADE_SUCCESS", "notify_id": "1", "charset": "utf-8",
    } | changed  # fmt: skip
    joined = "&".join(f"{name}={said[name]}" for name in sorted(said))
    return urlencode(said | {"sign_type": "RSA2", "sign": signed(joined, KEY)})


def tell(body):
    """The gateway's call, which carries no session and no form's token."""
    client = signed_in(None)
    client.handler.enforce_csrf_checks = True
    return client.post("/pay/alipay/notice/", body, content_type="application/x-www-form-urlencoded")


def test_the_orders_page_leads_to_the_gateway_and_the_gateway_is_told_where_to_come_back(gateway, order, mei):
    browser = signed_in(mei)
    address = f"/me/orders/{order.public_id}/pay/alipay/"

    assert address in browser.get(f"/me/orders/{order.public_id}/").content.decode()
    answer = browser.get(address, headers={"user-agent": "Mobile"})
    assert answer.status_code == 302
    assert answer["Referrer-Policy"] == "origin"
    sent = dict(parse_qsl(urlsplit(answer.url).query))
    assert sent["return_url"].endswith(f"/me/orders/{order.public_id}/")
    assert sent["notify_url"].endswith("/pay/alipay/notice/")
    assert json.loads(sent["biz_content"])["total_amount"] == "99.00"


def test_without_a_gateway_the_page_says_how_to_pay_at_the_counter(settings, order, mei):
    settings.TENDERS = {}
    page = signed_in(mei).get(f"/me/orders/{order.public_id}/").content.decode()

    assert "Pay at the counter" in page
    assert signed_in(mei).get(f"/me/orders/{order.public_id}/pay/alipay/").status_code == 404


def test_a_notice_pays_the_order_once_however_often_it_comes(gateway, order):
    for _ in range(3):
        answer = tell(form(order))
        assert (answer.status_code, answer.content) == (200, b"success")

    assert get_order(order.public_id).state == "paid"
    assert [(p.tender, p.amount_fen, p.state) for p in Payment.objects.all()] == [("alipay", 9900, "captured")]
    assert Fact.objects.filter(name="order_paid").count() == 1


@pytest.mark.parametrize(
    "spoilt",
    [lambda body: body.replace("99.00", "0.01"), lambda body: "", lambda body: body.replace("RSA2", "RSA"), lambda body: body + "&x=1"],
)
def test_a_spoilt_notice_changes_nothing(gateway, order, spoilt):
    facts = Fact.objects.count()

    assert tell(spoilt(form(order))).status_code == 403
    assert get_order(order.public_id).state == "pending"
    assert (Payment.objects.count(), Fact.objects.count()) == (0, facts)


def test_a_notice_for_an_order_that_we_do_not_have_is_not_thanked_for(gateway, order):
    assert tell(form(order, out_trade_no="o_nobody")).status_code == 404
    assert Payment.objects.count() == 0


def test_a_notice_of_nothing_that_came_in_is_thanked_for_and_changes_nothing(gateway, order):
    assert tell(form(order, trade_status="WAIT_BUYER_PAY")).content == b"success"
    assert Payment.objects.count() == 0


def test_a_wrong_amount_pays_nothing_and_goes_back_by_itself(gateway, order):
    assert tell(form(order, total_amount="1.00")).status_code == 200

    assert get_order(order.public_id).state == "pending"
    sent_back = Refund.objects.get()
    assert (sent_back.kind, sent_back.state, sent_back.amount_fen) == ("payment", "approved", 100)
    assert send_refunds(tenders={"alipay": gateway}, at=timezone.now()) == [sent_back.public_id]
    assert Refund.objects.get().reference == "4200"


def test_a_granted_refund_is_sent_through_the_gateway_it_came_by(gateway, order):
    tell(form(order))
    at = timezone.now()
    granted = refund(key="r", actor=OWNER, at=at, order=get_order(order.public_id), reason="unwanted")

    assert granted.state == "approved", "the money is not there yet"
    assert send_refunds(tenders={}, at=at) == []
    assert send_refunds(tenders={"alipay": gateway}, at=at) == [granted.public_id]
    assert send_refunds(tenders={"alipay": gateway}, at=at) == []
    assert get_order(order.public_id).state == "refunded"
    assert gateway.sent == {granted.public_id: 1}


def test_a_silent_gateway_is_asked_again_ever_less_often_under_the_same_number(gateway, order):
    tell(form(order))
    at = timezone.now()
    granted = refund(key="r", actor=OWNER, at=at, order=get_order(order.public_id), reason="unwanted")
    object.__setattr__(gateway, "fails", 2)

    rounds = [send_refunds(tenders={"alipay": gateway}, at=at + dt.timedelta(seconds=s)) for s in (0, 1, 2, 3, 5, 6, 7)]

    assert rounds == [[], [], [], [], [], [granted.public_id], []]
    assert gateway.sent == {granted.public_id: 3}
    assert [r.state for r in list_refunds(get_order(order.public_id))] == ["settled"]


def test_a_refund_that_the_gateway_refuses_is_told_to_the_team_with_what_to_do_until_it_is_sent(gateway, order, owner):
    tell(form(order))
    at = timezone.now()
    granted = refund(key="r", actor=OWNER, at=at, order=get_order(order.public_id), reason="unwanted")
    object.__setattr__(gateway, "refuses", "ACQ.SELLER_BALANCE_NOT_ENOUGH")
    seconds = (0, 2, 6)
    assert [send_refunds(tenders={"alipay": gateway}, at=at + dt.timedelta(seconds=s)) for s in seconds] == [[], [], []]

    page = unescape(text_of(owner.get(f"/console/shop/orders/{order.public_id}/")))
    assert "The gateway says: ACQ.SELLER_BALANCE_NOT_ENOUGH (asked 3 times). The merchant's account is short of money" in page
    rows = text_of(owner.get("/console/shop/refunds/?state=stuck"))
    assert "Not sent, look at it" in rows
    assert "ACQ.SELLER_BALANCE_NOT_ENOUGH" in rows
    assert count_refunds_waiting() == 1

    object.__setattr__(gateway, "refuses", "")
    assert send_refunds(tenders={"alipay": gateway}, at=at + dt.timedelta(minutes=1)) == [granted.public_id]
    assert count_refunds_waiting() == 0
    assert "NOT_ENOUGH" not in text_of(owner.get(f"/console/shop/orders/{order.public_id}/"))


def test_what_is_paid_or_expired_is_not_paid_again(gateway, order, mei):
    tell(form(order))
    answer = signed_in(mei).get(f"/me/orders/{order.public_id}/pay/alipay/")

    assert answer.url == f"/me/orders/{order.public_id}/"

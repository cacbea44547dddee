"""Alipay: forms that it signed are believed, nothing else; what we send is signed as it demands."""

import base64
import datetime as dt
import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.shop.tenders import ForgedNotice, Notice, Owed, Sent, TenderUnreachable, Wanted
from lianyi.ops.shop.tenders.alipay import Alipay, fen, yuan
from lianyi.ops.shop.tenders.signing import public_key
from tests.ops.shop.tenders.conftest import RECORDED

SAID = RECORDED["alipay"]
AT = dt.datetime(2024, 5, 29, 2, 35, tzinfo=dt.UTC)
WANTED = Wanted(
    order_id="o_1", amount_fen=12805, what="云岫 & 植物", expires_at=AT, back_url="https://shop.example/me/orders/1/?a=b",
    notice_url="https://shop.example/pay/alipay/notice/",
)  # fmt: skip
OWED = Owed(key="r_1", reference="2024052922001400010000000001", order_id="o_1", amount_fen=12800, paid_fen=12800, reason="不想要了")


@pytest.fixture
def shop(ours):
    return Alipay(app_id="2021000000000001", key=ours, platform=public_key(SAID["platform"], "platform"))


def told(shop, body):
    return shop.notice({}, body.encode(), at=AT)


def test_a_recorded_notice_tells_of_its_payment(shop):
    assert told(shop, SAID["paid"]) == Notice("o_1f0c9e2d7a4b5c6d8e9f", "2024052922001400010000000001", 12800)


@pytest.mark.parametrize("name", ["waiting", "refunded"])
def test_a_genuine_notice_of_something_else_is_no_payment(shop, name):
    assert told(shop, SAID[name]) is None


@pytest.mark.parametrize("name", ["other_app", "odd_amount"])
def test_a_genuine_notice_for_another_application_or_of_no_amount_is_refused(shop, name):
    with pytest.raises(ForgedNotice):
        told(shop, SAID[name])


@pytest.mark.parametrize(
    "changed",
    [{"total_amount": "0.01"}, {"out_trade_no": "o_other"}, {"sign": ""}, {"sign_type": "RSA"}, {"added": "x"}, {"sign": "eA=="}],
    ids=["amount", "order", "no signature", "weaker kind", "a field more", "odd signature"],
)
def test_a_notice_changed_in_any_part_is_refused(shop, changed):
    form = dict(parse_qsl(SAID["paid"])) | changed

    with pytest.raises(ForgedNotice):
        told(shop, urlencode(form))


@pytest.mark.parametrize("body", [b"", b"\xff=1", b"no form", b"&".join([b"a=1"] * 200)])
def test_what_is_no_form_is_refused(shop, body):
    with pytest.raises(ForgedNotice):
        shop.notice({}, body, at=AT)


@pytest.mark.parametrize(("on_phone", "method"), [(True, "alipay.trade.wap.pay"), (False, "alipay.trade.page.pay")])
def test_the_buyer_is_sent_with_a_signed_link(shop, ours, on_phone, method):
    start = shop.start(replace(WANTED, on_phone=on_phone), at=AT)
    sent = dict(parse_qsl(urlsplit(start.value).query))
    signature = sent.pop("sign")
    message = "&".join(f"{name}={sent[name]}" for name in sorted(sent)).encode()
    ours.public_key().verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())

    assert start.kind == "link"
    assert (sent["method"], sent["sign_type"], sent["return_url"]) == (method, "RSA2", "https://shop.example/me/orders/1/?a=b")
    content = json.loads(sent["biz_content"])
    assert (content["total_amount"], content["out_trade_no"], content["time_expire"]) == ("128.05", "o_1", "2024-05-29 10:35:00")


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ("refund_answer", Sent("settled", "2024052922001400010000000001")),
        ("failed_answer", Sent("refused", why="ACQ.TRADE_HAS_FINISHED")),
    ],
)
def test_a_refund_is_sent_under_its_own_number_and_the_signed_answer_believed(shop, gateway, answer, sent):
    asked = []

    def said(method, path, headers, body):
        asked.append(dict(parse_qsl(body.decode())))
        return 200, {"Content-Type": "text/html;charset=utf-8"}, SAID[answer].encode()

    assert replace(shop, api=gateway(said)).send_back(OWED, at=AT) == sent
    assert json.loads(asked[0]["biz_content"]) == {
        "trade_no": "2024052922001400010000000001", "refund_amount": "128.00", "out_request_no": "r_1", "refund_reason": "不想要了",
    }  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        SAID["refund_answer"].replace('"10000"', '"20000"'),
        SAID["failed_answer"].replace("40004", "10000"),
        "<html>",
        "[]",
        "{}",
        '{"alipay_trade_refund_response":{"code":"10000"}}',
        '{"alipay_trade_refund_response":{"code":"10000"},"sign":""}',
        '{"error_response":{"code":"10000"},"sign":"eA=="}',
    ],
)
def test_an_answer_that_alipay_did_not_sign_decides_nothing(shop, gateway, answer):
    with pytest.raises(TenderUnreachable):
        replace(shop, api=gateway(lambda *_: (200, {}, answer.encode()))).send_back(OWED, at=AT)


@given(st.integers(0, 10**12))
def test_fen_and_yuan_are_the_same_money(amount_fen):
    assert fen(yuan(amount_fen)) == amount_fen


@pytest.mark.parametrize("amount", ["", "x", "NaN", "Infinity", "-1.00", "1.005"])
def test_what_is_no_amount_is_none(amount):
    with pytest.raises(ValueError, match="no amount"):
        fen(amount)

"""WeChat Pay: what it signs is believed, nothing else; what we ask is signed as it demands."""

import base64
import datetime as dt
import json
import re
import time
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from lianyi.ops.shop.tenders import ForgedNotice, Notice, Owed, Sent, TenderUnreachable, Wanted
from lianyi.ops.shop.tenders.signing import public_key, signed
from lianyi.ops.shop.tenders.wechat import WeChatPay
from tests.ops.shop.tenders.conftest import RECORDED

SAID = RECORDED["wechat"]
AT = dt.datetime.fromtimestamp(SAID["at"], dt.UTC)
SERIAL = "PUB_KEY_ID_0119000001092024"
PAID = Notice("o_1f0c9e2d7a4b5c6d8e9f", "4200002024052912345678901", 12800)
WANTED = Wanted(
    order_id="o_1f0c9e2d7a4b5c6d8e9f", amount_fen=12800, what="云岫植物护肤", expires_at=AT, back_url="https://shop.example/me/orders/1/",
    notice_url="https://shop.example/pay/wechat/notice/", address="203.0.113.9",
)  # fmt: skip
OWED = Owed(key="r_1", reference="4200002024052912345678901", order_id="o_1", amount_fen=800, paid_fen=12800, reason="late")


@pytest.fixture
def shop(ours):
    return WeChatPay(
        app_id="wxd678efh567hg6787", merchant_id="1900000109", serial="5157F09EFDC096DE15EBE81A47057A72", key=ours, platform_id=SERIAL,
        platform=public_key(SAID["platform"], "platform"), seal_key=SAID["seal_key"].encode(),
    )  # fmt: skip


def told(shop, name, *, at=AT, **changed):
    headers = SAID[name]["headers"] | changed.pop("headers", {})
    return shop.notice(headers, changed.get("body", SAID[name]["body"].encode()), at=at)


def test_a_recorded_notice_tells_of_its_payment(shop):
    assert told(shop, "paid") == PAID


def test_the_names_of_headers_are_read_in_any_case(shop):
    headers = {name.upper(): value for name, value in SAID["paid"]["headers"].items()}

    assert shop.notice(headers, SAID["paid"]["body"].encode(), at=AT) == PAID


@pytest.mark.parametrize("name", ["refunded", "open"])
def test_a_genuine_notice_of_something_else_is_no_payment(shop, name):
    assert told(shop, name) is None


@pytest.mark.parametrize("name", ["other_merchant", "dollars"])
def test_a_genuine_notice_for_another_merchant_or_in_another_currency_is_refused(shop, name):
    with pytest.raises(ForgedNotice):
        told(shop, name)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": SAID["paid"]["body"].replace("EV-2024", "EV-2025").encode()},
        {"body": b""},
        {"headers": {"Wechatpay-Signature": ""}},
        {"headers": {"Wechatpay-Signature": "not base64"}},
        {"headers": {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + SAID["paid"]["headers"]["Wechatpay-Signature"]}},
        {"headers": {"Wechatpay-Nonce": "another"}},
        {"headers": {"Wechatpay-Serial": "another"}},
        {"headers": {"Wechatpay-Timestamp": "1716950098"}},
        {"headers": {"Wechatpay-Timestamp": "soon"}},
        {"at": AT + dt.timedelta(minutes=6)},
        {"at": AT - dt.timedelta(minutes=6)},
    ],
    ids=["body", "no body", "no signature", "odd signature", "a probe's signature", "nonce", "serial", "stamp", "no stamp", "old", "early"],
)
def test_a_notice_changed_in_any_part_or_replayed_later_is_refused(shop, changed):
    with pytest.raises(ForgedNotice):
        told(shop, "paid", **changed)


def test_a_notice_sealed_with_another_key_is_refused(shop):
    with pytest.raises(ForgedNotice, match="seal"):
        told(replace(shop, seal_key=b"x" * 32), "paid")


def test_a_notice_signed_by_another_is_refused(shop, ours):
    with pytest.raises(ForgedNotice, match="signature"):
        told(replace(shop, platform=ours.public_key()), "paid")


def now():
    return dt.datetime.now(dt.UTC)


class Platform:
    """WeChat on loopback: refuses what is not signed by the merchant, signs what it answers."""

    def __init__(self, ours, theirs, answers):
        self.ours, self.theirs, self.answers, self.asked = ours.public_key(), theirs, answers, []

    def __call__(self, method, path, headers, body):
        pairs = dict(re.findall(r'(\w+)="([^"]*)"', headers["authorization"]))
        assert headers["authorization"].startswith("WECHATPAY2-SHA256-RSA2048 ")
        assert (pairs["mchid"], pairs["serial_no"]) == ("1900000109", "5157F09EFDC096DE15EBE81A47057A72")
        message = f"{method}\n{path}\n{pairs['timestamp']}\n{pairs['nonce_str']}\n".encode() + body + b"\n"
        self.ours.verify(base64.b64decode(pairs["signature"]), message, padding.PKCS1v15(), hashes.SHA256())
        self.asked.append((path, json.loads(body)))
        status, said = self.answers[path]
        text = said if isinstance(said, str) else json.dumps(said)
        stamp = str(int(time.time()))
        seal = {"Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": "n", "Wechatpay-Serial": SERIAL}
        return status, seal | {"Wechatpay-Signature": signed(f"{stamp}\nn\n{text}\n", self.theirs)}, text.encode()


@pytest.fixture
def asks(shop, ours, theirs, gateway):
    def made(**answers):
        platform = Platform(ours, theirs, {f"/v3/{path.replace('__', '/')}": answer for path, answer in answers.items()})
        return replace(shop, platform=theirs.public_key(), api=gateway(platform)), platform

    return made


def test_on_a_telephone_the_buyer_is_sent_to_wechats_page_and_back(asks):
    shop, platform = asks(pay__transactions__h5=(200, {"h5_url": "https://wx.tenpay.com/checkmweb?prepay_id=1"}))
    start = shop.start(WANTED, at=now())

    assert start.kind == "link"
    assert start.value == "https://wx.tenpay.com/checkmweb?prepay_id=1&redirect_url=https%3A%2F%2Fshop.example%2Fme%2Forders%2F1%2F"
    said = platform.asked[0][1]
    assert said["amount"] == {"total": 12800, "currency": "CNY"}
    assert (said["out_trade_no"], said["notify_url"]) == ("o_1f0c9e2d7a4b5c6d8e9f", "https://shop.example/pay/wechat/notice/")
    assert said["scene_info"]["payer_client_ip"] == "203.0.113.9"
    assert said["time_expire"] == "2024-05-29T02:35:00+00:00"


def test_elsewhere_a_code_is_scanned(asks):
    shop, _ = asks(pay__transactions__native=(200, {"code_url": "weixin://wxpay/bizpayurl?pr=x"}))
    start = shop.start(replace(WANTED, on_phone=False), at=now())

    assert (start.kind, start.value) == ("code", "weixin://wxpay/bizpayurl?pr=x")


def test_in_wechat_its_window_is_handed_a_signed_bridge(asks, ours):
    shop, platform = asks(pay__transactions__jsapi=(200, {"prepay_id": "wx2916"}))
    given = shop.start(replace(WANTED, open_id="oUpF"), at=now()).given

    assert platform.asked[0][1]["payer"] == {"openid": "oUpF"}
    assert (given["package"], given["signType"]) == ("prepay_id=wx2916", "RSA")
    message = f"{given['appId']}\n{given['timeStamp']}\n{given['nonceStr']}\n{given['package']}\n".encode()
    ours.public_key().verify(base64.b64decode(given["paySign"]), message, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        ("SUCCESS", Sent("settled", "50000")),
        ("PROCESSING", Sent("waiting", "50000")),
        ("CLOSED", Sent("refused", "50000", "CLOSED")),
        ("ABNORMAL", Sent("refused", "50000", "ABNORMAL")),
    ],
)
def test_a_refund_is_asked_for_under_its_own_number_and_its_state_told(asks, status, sent):
    shop, platform = asks(refund__domestic__refunds=(200, {"refund_id": "50000", "status": status}))

    assert shop.send_back(OWED, at=now()) == sent
    said = platform.asked[0][1]
    assert (said["out_refund_no"], said["transaction_id"], said["amount"]) == (
        "r_1", "4200002024052912345678901", {"refund": 800, "total": 12800, "currency": "CNY"},
    )  # fmt: skip


@pytest.mark.parametrize("answer", [(500, {"code": "SYSTEM_ERROR"}), (200, "<html>"), (200, {"status": "?"}), (403, "[]"), (200, {})])
def test_an_answer_that_decides_nothing_is_no_decision(asks, answer):
    shop, _ = asks(refund__domestic__refunds=answer)

    with pytest.raises(TenderUnreachable):
        shop.send_back(OWED, at=now())


def test_an_answer_that_wechat_did_not_sign_is_not_believed(asks, ours):
    shop, _ = asks(refund__domestic__refunds=(200, {"refund_id": "50000", "status": "SUCCESS"}))

    with pytest.raises(TenderUnreachable):
        replace(shop, platform=ours.public_key()).send_back(OWED, at=now())


def test_nobody_there_is_no_decision(shop):
    with pytest.raises(TenderUnreachable):
        replace(shop, api="http://127.0.0.1:9").send_back(OWED, at=now())

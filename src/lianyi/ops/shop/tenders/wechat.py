"""WeChat Pay, API version 3: requests signed with the merchant's key, answers and notices with the platform's, notices sealed besides.

Source: pay.weixin.qq.com/doc/v3, chapters on signing, on checking signatures and on decrypting notices, read 2026.
"""

import base64
import binascii
import datetime as dt
import json
import secrets
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lianyi.ops.shop.tenders.port import Ask, ForgedNotice, Notice, Owed, Sent, Start, TenderUnreachable, Wanted, asked
from lianyi.ops.shop.tenders.signing import is_signed, signed

API = "https://api.mch.weixin.qq.com"
# How far a signature's clock may be from ours.
TOLERANCE_SECONDS = 300
_REFUND_STATES = {"SUCCESS": "settled", "PROCESSING": "waiting", "CLOSED": "refused", "ABNORMAL": "refused"}


@dataclass(frozen=True)
class WeChatPay:
    """A merchant's account at WeChat Pay.

    app_id, merchant_id   : of the official account and of the merchant
    serial, key           : the merchant's certificate number and private key
    platform_id, platform : the number and public key that WeChat signs with
    seal_key              : the 32 bytes that notices are sealed with (APIv3 key)
    """

    app_id: str
    merchant_id: str
    serial: str
    key: rsa.RSAPrivateKey = field(repr=False)
    platform_id: str
    platform: rsa.RSAPublicKey = field(repr=False)
    seal_key: bytes = field(repr=False)
    api: str = API
    ask: Ask = asked

    name = "wechat"
    thanks = (200, "application/json", '{"code":"SUCCESS"}')

    def start(self, wanted: Wanted, *, at: dt.datetime) -> Start:
        """In WeChat by its own window, on a telephone by a link, elsewhere by a code to scan. Raises TenderUnreachable."""
        body: dict[str, Any] = {
            "appid": self.app_id,
            "mchid": self.merchant_id,
            "description": wanted.what[:127],
            "out_trade_no": wanted.order_id,
            "time_expire": wanted.expires_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "notify_url": wanted.notice_url,
            "amount": {"total": wanted.amount_fen, "currency": "CNY"},
        }
        if wanted.open_id:
            said = self._asked("POST", "/v3/pay/transactions/jsapi", body | {"payer": {"openid": wanted.open_id}}, at)
            return Start("bridge", given=self._for_bridge(self._word(said, "prepay_id"), at))
        if wanted.on_phone:
            scene = {"payer_client_ip": wanted.address, "h5_info": {"type": "Wap"}}
            said = self._asked("POST", "/v3/pay/transactions/h5", body | {"scene_info": scene}, at)
            back = urllib.parse.urlencode({"redirect_url": wanted.back_url})
            return Start("link", self._word(said, "h5_url") + "&" + back)
        said = self._asked("POST", "/v3/pay/transactions/native", body, at)
        return Start("code", self._word(said, "code_url"))

    def notice(self, headers: Mapping[str, str], body: bytes, *, at: dt.datetime) -> Notice | None:
        """The money that a notice tells of. Raises ForgedNotice for a signature, age, seal, merchant or app that is not right."""
        self._check(headers, body, now=at.timestamp())
        try:
            said = json.loads(body)
            sealed = said["resource"]
            opened = AESGCM(self.seal_key).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed.get("associated_data", "").encode()
            )
            told = json.loads(opened)
        except InvalidTag:
            raise ForgedNotice(why="seal") from None
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise ForgedNotice(why="form") from None
        if said.get("event_type") != "TRANSACTION.SUCCESS" or told.get("trade_state") != "SUCCESS":
            return None
        if (told.get("mchid"), told.get("appid")) != (self.merchant_id, self.app_id):
            raise ForgedNotice(why="merchant")
        try:
            if told["amount"].get("currency", "CNY") != "CNY":
                raise ForgedNotice(why="currency")
            return Notice(str(told["out_trade_no"]), str(told["transaction_id"]), int(told["amount"]["total"]))
        except (KeyError, TypeError, ValueError):
            raise ForgedNotice(why="form") from None

    def send_back(self, owed: Owed, *, at: dt.datetime) -> Sent:
        """Ask for a refund; asked again with the same key, WeChat answers what became of it. Raises TenderUnreachable."""
        body = {
            "transaction_id": owed.reference,
            "out_refund_no": owed.key,
            "amount": {"refund": owed.amount_fen, "total": owed.paid_fen, "currency": "CNY"},
        }
        if owed.reason:
            body["reason"] = owed.reason[:80]
        said = self._asked("POST", "/v3/refund/domestic/refunds", body, at)
        status = said.get("status")
        if status not in _REFUND_STATES:
            raise TenderUnreachable(tender=self.name, why=f"status {status}")
        return Sent(_REFUND_STATES[status], str(said.get("refund_id", "")), "" if status in {"SUCCESS", "PROCESSING"} else str(status))

    def _for_bridge(self, prepay_id: str, at: dt.datetime) -> dict[str, str]:
        """What WeChat's own payment window is handed, signed."""
        stamp, nonce, package = str(int(at.timestamp())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        signature = signed(f"{self.app_id}\n{stamp}\n{nonce}\n{package}\n", self.key)
        return {"appId": self.app_id, "timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA", "paySign": signature}

    def _asked(self, method: str, path: str, said: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
        """Ask WeChat with a signed request; only an answer that WeChat signed is believed."""
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        stamp, nonce = str(int(at.timestamp())), secrets.token_hex(16)
        signature = signed(f"{method}\n{path}\n{stamp}\n{nonce}\n{body}\n", self.key)
        pairs = {"mchid": self.merchant_id, "nonce_str": nonce, "signature": signature, "timestamp": stamp, "serial_no": self.serial}
        headers = {
            "Authorization": "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in pairs.items()),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "Lianyi",
            "Wechatpay-Serial": self.platform_id,
        }
        try:
            status, answered, text = self.ask(method, self.api + path, headers, body.encode())
        except OSError as fault:
            raise TenderUnreachable(tender=self.name, why=type(fault).__name__) from None
        try:
            if status < 300:
                self._check(answered, text, now=at.timestamp())
            told = json.loads(text)
        except (ForgedNotice, ValueError):
            raise TenderUnreachable(tender=self.name, why=f"HTTP {status}") from None
        if status >= 300 or not isinstance(told, dict):
            raise TenderUnreachable(tender=self.name, why=f"HTTP {status} {told.get('code', '') if isinstance(told, dict) else ''}".strip())
        return told

    def _check(self, headers: Mapping[str, str], body: bytes, *, now: float) -> None:
        """That WeChat signed this, not long ago. Raises ForgedNotice."""
        given = {name.lower(): value for name, value in headers.items()}
        stamp, nonce = given.get("wechatpay-timestamp", ""), given.get("wechatpay-nonce", "")
        if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
            raise ForgedNotice(why="time")
        if given.get("wechatpay-serial") != self.platform_id:
            raise ForgedNotice(why="serial")
        message = b"\n".join([stamp.encode(), nonce.encode(), body, b""])
        if not is_signed(message, given.get("wechatpay-signature", ""), self.platform):
            raise ForgedNotice(why="signature")

    def _word(self, said: Mapping[str, Any], name: str) -> str:
        found = said.get(name)
        if not isinstance(found, str) or not found:
            raise TenderUnreachable(tender=self.name, why=f"no {name}")
        return found

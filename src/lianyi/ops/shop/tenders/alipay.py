"""Alipay's open platform: parameters sorted and signed with RSA2, notices as forms signed by Alipay.

Source: opendocs.alipay.com, chapters on signing (020, RSA2), on notices of trade.wap.pay and on trade.refund, read 2026.
"""

import datetime as dt
import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import rsa

from lianyi.ops.shop.tenders.port import Ask, ForgedNotice, Notice, Owed, Sent, Start, TenderUnreachable, Wanted, asked
from lianyi.ops.shop.tenders.signing import is_signed, signed

API = "https://openapi.alipay.com/gateway.do"
# Alipay's clock, whatever the shop's.
ZONE = ZoneInfo("Asia/Shanghai")
PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}
REFUND = "alipay_trade_refund_response"


@dataclass(frozen=True)
class Alipay:
    """A merchant's application at Alipay. key : ours, private; platform : Alipay's public key for this application."""

    app_id: str
    key: rsa.RSAPrivateKey = field(repr=False)
    platform: rsa.RSAPublicKey = field(repr=False)
    api: str = API
    ask: Ask = asked

    name = "alipay"
    thanks = (200, "text/plain", "success")

    def start(self, wanted: Wanted, *, at: dt.datetime) -> Start:
        """A link to Alipay's page, the telephone's or the desk's; nothing is asked of Alipay before the buyer follows it."""
        method, product = (
            ("alipay.trade.wap.pay", "QUICK_WAP_WAY") if wanted.on_phone else ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY")
        )
        content = {
            "out_trade_no": wanted.order_id,
            "total_amount": yuan(wanted.amount_fen),
            "subject": wanted.what[:256],
            "product_code": product,
            "time_expire": wanted.expires_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"),
        }
        given = self._signed(method, content, {"return_url": wanted.back_url, "notify_url": wanted.notice_url}, at)
        return Start("link", f"{self.api}?{urllib.parse.urlencode(given)}")

    def notice(self, headers: Mapping[str, str], body: bytes, *, at: dt.datetime) -> Notice | None:
        """The money that a notice tells of. Raises ForgedNotice for a signature, application or form that is not right.

        Alipay repeats a notice for 25 hours with the signature of the first: its age says nothing, its number does (a payment is taken once).
        """
        try:
            given = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100))
        except (UnicodeDecodeError, ValueError):
            raise ForgedNotice(why="form") from None
        signature, kind = given.pop("sign", ""), given.pop("sign_type", "")
        if kind != "RSA2" or not is_signed(_joined(given).encode(), signature, self.platform):
            raise ForgedNotice(why="signature")
        if given.get("app_id") != self.app_id:
            raise ForgedNotice(why="application")
        # A refund is told by a notice of the same status; only one without it tells of money that came in.
        if given.get("trade_status") not in PAID or given.get("refund_fee"):
            return None
        try:
            return Notice(given["out_trade_no"], given["trade_no"], fen(given["total_amount"]))
        except (KeyError, ValueError):
            raise ForgedNotice(why="form") from None

    def send_back(self, owed: Owed, *, at: dt.datetime) -> Sent:
        """Send a refund; the same key again is the same refund, and Alipay answers as it did. Raises TenderUnreachable."""
        content = {"trade_no": owed.reference, "refund_amount": yuan(owed.amount_fen), "out_request_no": owed.key}
        if owed.reason:
            content["refund_reason"] = owed.reason[:256]
        given = self._signed("alipay.trade.refund", content, {}, at)
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        try:
            status, _, text = self.ask("POST", self.api, headers, urllib.parse.urlencode(given).encode())
            said = self._believed(text.decode(), status)
        except (OSError, UnicodeDecodeError) as fault:
            raise TenderUnreachable(tender=self.name, why=type(fault).__name__) from None
        if said.get("code") == "10000":
            return Sent("settled", str(said.get("trade_no", "")))
        why = str(said.get("sub_code") or said.get("code"))
        # Its own system's fault: the same request decides it later.
        return Sent("waiting" if why in {"ACQ.SYSTEM_ERROR", "20000", "aop.ACQ.SYSTEM_ERROR"} else "refused", why=why)

    def _signed(self, method: str, content: Mapping[str, str], more: Mapping[str, str], at: dt.datetime) -> dict[str, str]:
        given = {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            **more,
        }
        return given | {"sign": signed(_joined(given), self.key)}

    def _believed(self, text: str, status: int) -> dict[str, Any]:
        """The answer's content, which Alipay signs as the very text that stands in it."""
        content = re.search(rf'"{REFUND}"\s*:\s*(?=\{{)', text)
        try:
            signature = json.loads(text)["sign"]
            found, end = json.JSONDecoder().raw_decode(text, content.end() if content else len(text))
        except (ValueError, TypeError, KeyError):
            raise TenderUnreachable(tender=self.name, why=f"HTTP {status}") from None
        if content is None or not is_signed(text[content.end() : end].encode(), str(signature), self.platform):
            raise TenderUnreachable(tender=self.name, why="signature")
        told: dict[str, Any] = found
        return told


def _joined(given: Mapping[str, str]) -> str:
    """What is signed: every parameter that has a value, by name."""
    return "&".join(f"{name}={value}" for name, value in sorted(given.items()) if value != "")


def yuan(amount_fen: int) -> str:
    """Fen as the yuan that Alipay reads.

    >>> yuan(12805)
    '128.05'
    """
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def fen(amount_yuan: str) -> int:
    """Yuan as Alipay writes them in fen, exactly. Raises ValueError for what is no amount of whole fen.

    >>> fen("128.05")
    12805
    """
    try:
        amount = Decimal(amount_yuan) * 100
    except InvalidOperation:
        raise ValueError(f"no amount in yuan: {amount_yuan!r}") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or amount < 0:
        raise ValueError(f"no amount in yuan: {amount_yuan!r}")
    return int(amount)

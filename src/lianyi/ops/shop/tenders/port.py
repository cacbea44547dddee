"""What a payment gateway does for the shop, whichever it is: begin a payment, tell of one by a signed notice, send money back."""

import datetime as dt
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lianyi.kernel.actor import NotAllowed
from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text

PATIENCE_SECONDS = 8
MOST_BYTES = 64 * 1024


class ForgedNotice(NotAllowed):
    """A notice that does not bear the gateway's signature, is too old, or is meant for another shop."""

    code = "forged_notice"
    message = Text(zh="支付通知未通过验证：%(why)s", en="The payment notice was not accepted: %(why)s")
    remedy = Text(zh="请核对商户号、应用与平台公钥的设置", en="Check the settings: merchant, application, the platform's public key")


class TenderUnreachable(Broken):
    """The gateway could not be asked, or answered what cannot be trusted. Nothing was decided; the same request may be sent again."""

    code = "tender_unreachable"
    message = Text(zh="支付渠道 %(tender)s 没有正常应答：%(why)s", en="The payment gateway %(tender)s did not answer as it should: %(why)s")
    remedy = Text(zh="请稍后再试；没有扣款。", en="Try again in a moment; nothing was charged.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment to begin.

    order_id   : ours; the gateway gives it back in its notice
    amount_fen : above 0
    what       : what the buyer reads, such as the brand's name
    expires_at : after it the gateway takes no money
    back_url   : where the buyer's browser goes afterwards
    notice_url : where the gateway tells of the money
    address    : the buyer's network address, which one gateway asks for
    open_id    : of a buyer inside the gateway's own app, else ""
    on_phone   : whether the browser is a telephone's
    """

    order_id: str
    amount_fen: int
    what: str
    expires_at: dt.datetime
    back_url: str
    notice_url: str
    address: str = ""
    open_id: str = ""
    on_phone: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """How the buyer pays.

    kind : link (go to `value`) | code (scan `value` as a QR code) | bridge (hand `given` to the app's own payment window)
    """

    kind: str
    value: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Money that a gateway says came in. reference : the gateway's own number, the same in every repetition of the notice."""

    order_id: str
    reference: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Owed:
    """Money to send back. key : made and kept before the first try; the gateway sends it once, however often it is asked."""

    key: str
    reference: str
    order_id: str
    amount_fen: int
    paid_fen: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of money sent back. state : settled (it is there) | waiting (ask again later) | refused (a person must look)."""

    state: str
    reference: str = ""
    why: str = ""


class Tender(Protocol):
    """One payment gateway. `name` is what a payment's `tender` says.

    thanks : what a notice is answered with once it is taken: (HTTP status, media type, body); anything else and it comes again
    """

    name: str
    thanks: tuple[int, str, str]

    def start(self, wanted: Wanted, *, at: dt.datetime) -> Start:
        """Begin a payment. Raises TenderUnreachable."""
        ...

    def notice(self, headers: Mapping[str, str], body: bytes, *, at: dt.datetime) -> Notice | None:
        """The money that a notice tells of, its signature checked; None for a genuine one that tells of none. Raises ForgedNotice."""
        ...

    def send_back(self, owed: Owed, *, at: dt.datetime) -> Sent:
        """Send money back, or ask what became of it: the same key again never sends it twice. Raises TenderUnreachable."""
        ...


# (method, address, headers, body) -> (status, headers in lower case, body)
Ask = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], bytes]]


def asked(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    """Ask over HTTPS (the addresses are settings of ours); an answer that is no success is an answer too. Raises OSError."""
    request = urllib.request.Request(url, data=body or None, headers=dict(headers), method=method)  # noqa: S310 - https, or loopback in tests
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read(MOST_BYTES)
    except urllib.error.HTTPError as fault:
        return fault.code, {k.lower(): v for k, v in fault.headers.items()}, fault.read(MOST_BYTES)

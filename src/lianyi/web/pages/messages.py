"""Getting a sign-in link to a telephone: through the brand's own gateway, or, without one, into a folder that the team reads.

The number itself is used here and nowhere else: it is not stored, except in the folder, from which a message goes when its link expires.
"""

import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text

PATIENCE_SECONDS = 5


class MessageNotSent(Broken):
    """The gateway did not take a message."""

    code = "message_not_sent"
    message = Text(zh="短信通道没有接收：%(why)s", en="The message gateway did not take it: %(why)s")


class Messenger(Protocol):
    """Something that takes a short text to a telephone."""

    def send(self, phone: str, text: str) -> None:
        """Deliver, or raise MessageNotSent."""


@dataclass(frozen=True)
class Folder:
    """Messages as files that only the server's user may read; for a shop without a gateway, where the team passes links on."""

    path: Path

    def send(self, phone: str, text: str) -> None:
        self.path.mkdir(mode=0o700, exist_ok=True)
        file = self.path / f"{secrets.token_hex(8)}.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"phone": phone, "text": text}, ensure_ascii=False), encoding="utf-8")


@dataclass(frozen=True)
class Gateway:
    """The brand's gateway: a POST of {"phone", "text"} as JSON, with X-Signature, the HMAC-SHA256 of the body in hex."""

    url: str
    secret: str

    def send(self, phone: str, text: str) -> None:
        body = json.dumps({"phone": phone, "text": text}, ensure_ascii=False).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        request = urllib.request.Request(self.url, data=body, headers=headers)  # noqa: S310 - the address is a setting of ours, https or loopback
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
                answer.read()
        except (urllib.error.URLError, TimeoutError) as fault:
            raise MessageNotSent(why=str(fault)) from fault


def messenger() -> Messenger:
    """The gateway when there is one, else the folder."""
    options = settings.OPTIONS
    return Gateway(options.sms_url, options.sms_secret) if options.sms_url else Folder(settings.WORKSPACE.path / "messages")

"""Sealed tokens for links: nobody reads what is in them, changes it, or uses it after its time or for another purpose."""

import base64
import binascii
import datetime as dt
import json
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.conf import settings

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

NONCE_BYTES = 12
LONGEST = 600
"""Characters of a token that is looked at."""


class LinkBroken(BadInput):
    """A link that we did not make, or that was changed on its way."""

    code = "link_broken"
    message = Text(zh="这个链接不完整或被改动过。", en="This link is incomplete or was changed.")
    remedy = Text(zh="请让对方重新分享一次。", en="Ask for it to be shared again.")


class LinkExpired(BadInput):
    """A link whose time is over, or that was used already."""

    code = "link_expired"
    message = Text(zh="这个链接已经过期或用过了。", en="This link has expired or was used already.")
    remedy = Text(zh="请重新获取一个。", en="Ask for a new one.")


@cache
def cipher(purpose: str) -> ChaCha20Poly1305:
    """The cipher of one purpose, keyed by the workspace."""
    return ChaCha20Poly1305(bytes.fromhex(settings.OPTIONS.secret(f"link {purpose}")))


def seal(purpose: str, said: dict[str, str], *, until: dt.datetime) -> str:
    """A token that holds `said` until an instant; letters, digits, - and _ only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = json.dumps([int(until.timestamp()), said], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(nonce + cipher(purpose).encrypt(nonce, plain, purpose.encode())).decode().rstrip("=")


def opened(purpose: str, token: str, *, at: dt.datetime) -> dict[str, str]:
    """What a token of this purpose holds.

    Raises LinkBroken, LinkExpired.
    """
    if len(token) > LONGEST or not token.isascii():
        raise LinkBroken
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        plain = cipher(purpose).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode())
    except (binascii.Error, InvalidTag, ValueError):
        raise LinkBroken from None
    until, said = json.loads(plain)
    if at.timestamp() >= until:
        raise LinkExpired
    return dict(said)

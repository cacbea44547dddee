"""Identifiers: time-ordered for our own facts, keyed hashes for what comes from outside."""

import hashlib
import hmac
import secrets


def new_event_id(t_us: int) -> bytes:
    """16 bytes in UUIDv7 form, ordered by the instant `t_us` (UTC microseconds).

    >>> len(new_event_id(0)), new_event_id(0) < new_event_id(10**15)
    (16, True)
    """
    milliseconds = max(t_us, 0) // 1000
    raw = bytearray(milliseconds.to_bytes(6, "big") + secrets.token_bytes(10))
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    return bytes(raw)


def pseudonym(value: str, key: bytes, *, prefix: str = "m") -> str:
    """A stable stand-in for a personal identifier: keyed, one way, 80 bits (HMAC-SHA-256 cut short).

    >>> pseudonym("13800000000", b"k") == pseudonym("13800000000", b"k") != pseudonym("13800000000", b"other")
    True
    """
    return f"{prefix}_{hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:20]}"

"""One way to write a value, so that equal values have equal digests."""

import datetime as dt
import hashlib
import json
from typing import Any

from lianyi.kernel.clock import US_PER_SECOND
from lianyi.kernel.errors import Broken

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US = dt.timedelta(microseconds=1)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; instants as UTC microseconds.

    >>> canonical({"b": 1, "a": "涟"})
    '{"a":"涟","b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False)


def sha256(*parts: str) -> str:
    """Hex digest of several texts, each ended so that no two lists of texts are alike.

    >>> sha256("a", "b") != sha256("ab", "")
    True
    """
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def microseconds(at: dt.datetime) -> int:
    """UTC microseconds of an aware instant, exactly.

    Raises Broken for one without a zone.
    >>> microseconds(dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))
    1000000
    """
    if at.tzinfo is None:
        raise Broken(reason=f"an instant without a time zone: {at.isoformat()}")
    return (at - _EPOCH) // _US


def instant(t_us: int) -> dt.datetime:
    """The aware UTC instant of microseconds.

    >>> instant(1_000_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    seconds, rest = divmod(t_us, US_PER_SECOND)
    return _EPOCH + dt.timedelta(seconds=seconds, microseconds=rest)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return microseconds(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")

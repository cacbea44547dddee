"""Commit, then reveal: chance that anybody can check afterwards.

Before it starts the house publishes the hash of a secret seed. Every draw is HMAC-SHA256(seed, id), so it was decided before anyone took part. When it
is over the seed is published; whoever hashes it finds the number that was published first, and can draw everything again.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

ALGORITHM = "HMAC-SHA256/1"
SPACE = 1 << 256


def commitment(seed: bytes, campaign_id: str) -> str:
    """The hash to publish before the start, in hexadecimal.

    >>> commitment(b"s" * 32, "c1") == commitment(b"s" * 32, "c1") != commitment(b"s" * 32, "c2")
    True
    """
    return hashlib.sha256(seed + b"|" + campaign_id.encode()).hexdigest()


def drawn(seed: bytes, id_: str) -> int:
    """A number in [0, 2^256) for one id.

    >>> 0 <= drawn(b"s", "entry-1") < SPACE
    True
    """
    return int.from_bytes(hmac.new(seed, id_.encode(), hashlib.sha256).digest(), "big")


def position(seed: bytes, id_: str, of: int) -> int:
    """A number in [0, of), uniform to within 2^-200 for any `of` in use.

    >>> {position(b"s", str(n), 6) for n in range(100)} == set(range(6))
    True
    """
    return drawn(seed, id_) * of // SPACE


def ranked(seed: bytes, ids: Iterable[str]) -> list[str]:
    """Ids in the order in which they win: by their number, which nobody could know or steer.

    >>> ranked(b"s", ["a", "b", "c"]) == ranked(b"s", ["c", "b", "a"])
    True
    """
    return sorted(ids, key=lambda id_: (drawn(seed, id_), id_))


def parted(seed: bytes, id_: str, total: int, parts: int) -> list[int]:
    """A total cut into `parts` positive whole numbers that sum to it, each at most about twice the mean.

    total : at least `parts`
    >>> sum(parted(b"s", "b1", 5000, 8)), min(parted(b"s", "b1", 5000, 8)) > 0
    (5000, True)
    """
    if not 1 <= parts <= total:
        raise ValueError(f"{total} cannot be cut into {parts} positive parts")
    weights = [500_000 + position(seed, f"{id_}/{n}", 1_000_001) for n in range(parts)]
    whole = sum(weights)
    pieces = [1 + (total - parts) * weight // whole for weight in weights]
    for n in range(total - sum(pieces)):
        pieces[n] += 1
    return pieces


def merkle_root(ids: Sequence[str]) -> str:
    """The root of a hash tree over ids in sorted order: published when entries are frozen, so that none can be added or taken out.

    >>> merkle_root(["b", "a"]) == merkle_root(["a", "b"]) != merkle_root(["a"])
    True
    """
    level = [hashlib.sha256(b"\0" + id_.encode()).digest() for id_ in sorted(ids)] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [level[n : n + 2] for n in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + b"".join(pair)).digest() for pair in pairs]
    return level[0].hex()

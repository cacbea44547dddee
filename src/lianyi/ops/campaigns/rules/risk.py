"""Doubts about a reward: signals with reasons, added up; rings found by joining accounts over what they share.

What is shared is known by keyed hashes only (device, payment account, address), kept as long as they serve this purpose and no longer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lianyi.kernel.entries import check_keys, read, text_of
from lianyi.kernel.text import Text

# A network address joins nobody: thousands share one. Only its crowd counts.
JOINS = ("payment", "device", "address")
KINDS = (*JOINS, "network")
BANDS = ("pass", "delay", "review", "hold")
KEEP_DAYS = 180


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for doubt. least : from which count on; pattern : of the list of fraud patterns; mistaken : whom it may wrong."""

    code: str
    says: Text
    weight: int
    least: int
    pattern: str
    mistaken: Text


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is held against a reward.

    score   : 0 to 100
    band    : pass (given) | delay (until the return window is over) | review (a person looks) | hold (a person looks, the member is told and may appeal)
    reasons : codes, the heaviest first
    """

    score: int
    band: str
    reasons: tuple[str, ...]


@cache
def reasons() -> dict[str, Reason]:
    """Every reason by code, from risk.toml.

    >>> reasons()["same_payment"].weight
    95
    """
    found = {}
    for code, entry in read(__package__, "risk.toml")["reasons"].items():
        where = f"risk.toml [reasons.{code}]"
        check_keys(where, entry, needed=("says", "weight", "pattern", "mistaken"), may=("least",))
        found[code] = Reason(
            code, text_of(where, entry, "says"), entry["weight"], entry.get("least", 1), entry["pattern"], text_of(where, entry, "mistaken")
        )
    return found


@cache
def bands() -> dict[str, int]:
    """From which score on each band begins."""
    told = check_keys("risk.toml [bands]", read(__package__, "risk.toml")["bands"], needed=BANDS)
    return {band: int(told[band]) for band in BANDS}


def doubt(counts: Mapping[str, int]) -> Doubt:
    """What signals amount to.

    counts : reason code -> how often or how many; below its least a reason does not count
    >>> doubt({"same_address": 1}).band, doubt({"same_address": 1, "invite_rush": 12}).band, doubt({"network_crowd": 500}).band
    ('delay', 'review', 'pass')
    """
    found = [reason for code, reason in reasons().items() if counts.get(code, 0) >= reason.least]
    score = min(100, sum(reason.weight for reason in found))
    band = max((band for band, least in bands().items() if score >= least), key=BANDS.index)
    return Doubt(score, band, tuple(reason.code for reason in sorted(found, key=lambda reason: (-reason.weight, reason.code))))


def rings(links: Iterable[tuple[str, str, str]]) -> dict[str, frozenset[str]]:
    """Accounts that hang together over anything they share, at any distance.

    links : (account, kind, key); kinds other than payment, device and address join nobody
    Returns each account that shares something -> all accounts of its ring, itself included. Cost: nearly linear in the links.
    >>> sorted(rings([("a", "device", "d1"), ("b", "device", "d1"), ("b", "payment", "p1"), ("c", "payment", "p1"), ("x", "device", "d9")])["a"])
    ['a', 'b', 'c']
    """
    parent: dict[str, str] = {}

    def top(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    first: dict[tuple[str, str], str] = {}
    for account, kind, key in links:
        if kind not in JOINS:
            continue
        other = first.setdefault((kind, key), account)
        one, two = sorted((top(account), top(other)))
        parent[two] = one
    members: dict[str, set[str]] = {}
    for account in parent:
        members.setdefault(top(account), set()).add(account)
    return {account: frozenset(ring) for ring in members.values() if len(ring) > 1 for account in ring}

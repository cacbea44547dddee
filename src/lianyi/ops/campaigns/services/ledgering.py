"""Points and commission in the ledger, where an amount of nothing is nothing to post."""

import datetime as dt

from lianyi.kernel.actor import Actor
from lianyi.ops.ledger import earnings
from lianyi.ops.members.selectors import Member


def accrue(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> None:
    """An earning begins as pending."""
    if amount:
        earnings.accrue(kind, member, amount, key=key, actor=actor, at=at)


def release(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> None:
    """Pending becomes the member's own; what they owe is made good first."""
    if amount:
        earnings.release(kind, member, amount, key=key, actor=actor, at=at)


def give(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> None:
    """An earning that was never pending, such as points for a check-in."""
    if amount:
        earnings.give(kind, member, amount, key=key, actor=actor, at=at)


def take_back(kind: str, member: Member, amount: int, *, pending: bool, key: str, actor: Actor, at: dt.datetime) -> None:
    """An earning goes back to the house: from what is pending; or from what was released, and beyond what is left of it as owed."""
    if amount:
        earnings.take_back(kind, member, amount, pending=pending, key=key, actor=actor, at=at)

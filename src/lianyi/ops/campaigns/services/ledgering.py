"""Points and commission in the ledger: pending, released, taken back, owed."""

import datetime as dt

from lianyi.kernel.actor import Actor
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.ledger.services import Leg, account_of, house, post
from lianyi.ops.members.selectors import Member

# What earns -> the house's account that pays for it.
SOURCE = {"points": "points_issuer", "commission": "commission_expense"}


def accrue(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> None:
    """An earning begins as pending."""
    if amount:
        legs = [Leg(account_of(member, f"{kind}_pending"), amount), Leg(house(SOURCE[kind], member), -amount)]
        post(key=key, at=at, actor=actor, kind=f"{kind}_accrued", legs=legs)


def release(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> None:
    """Pending becomes the member's own; what they owe is made good first."""
    if amount == 0:
        return
    owed = min(amount, -balance(account_of(member, f"{kind}_owed")))
    legs = [Leg(account_of(member, f"{kind}_pending"), -amount)]
    if owed > 0:
        legs.append(Leg(account_of(member, f"{kind}_owed"), owed))
    if amount - max(owed, 0):
        legs.append(Leg(account_of(member, kind), amount - max(owed, 0)))
    post(key=key, at=at, actor=actor, kind=f"{kind}_released", legs=legs)


def give(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> None:
    """An earning that was never pending, such as points for a check-in; what the member owes is made good first."""
    if amount == 0:
        return
    owed = max(0, min(amount, -balance(account_of(member, f"{kind}_owed"))))
    legs = [Leg(house(SOURCE[kind], member), -amount)]
    if owed:
        legs.append(Leg(account_of(member, f"{kind}_owed"), owed))
    if amount - owed:
        legs.append(Leg(account_of(member, kind), amount - owed))
    post(key=key, at=at, actor=actor, kind=f"{kind}_given", legs=legs)


def take_back(kind: str, member: Member, amount: int, *, pending: bool, key: str, actor: Actor, at: dt.datetime) -> None:
    """An earning goes back to the house: from what is pending; or from what was released, and beyond what is left of it as owed."""
    if amount == 0:
        return
    legs = [Leg(house(SOURCE[kind], member), amount)]
    if pending:
        legs.append(Leg(account_of(member, f"{kind}_pending"), -amount))
    else:
        there = min(amount, balance(account_of(member, kind)))
        if there:
            legs.append(Leg(account_of(member, kind), -there))
        if amount - there:
            legs.append(Leg(account_of(member, f"{kind}_owed"), there - amount))
    post(key=key, at=at, actor=actor, kind=f"{kind}_reversed", legs=legs)

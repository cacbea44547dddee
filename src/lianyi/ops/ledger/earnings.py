"""Points and commission as they are earned: pending, released, given at once, taken back, spent; and points that expire.

kind : points | commission, everywhere here. Inside the command that is running, like `post`.
"""

import datetime as dt
import secrets
from collections.abc import Sequence

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.ledger.accounts import Leg, account_of, house
from lianyi.ops.ledger.models import Account, PointLot, Transaction
from lianyi.ops.ledger.posting import post
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.members.selectors import Member

# What earns -> the house's account that pays for it.
SOURCE = {"points": "points_issuer", "commission": "commission_expense"}
AT_ONCE = 200
MOST = 10**12


class AmountUnusable(BadInput):
    """Not an amount of points or money to earn or spend."""

    code = "amount_unusable"
    message = Text(zh="数额应为正整数。", en="An amount is a whole number above zero.")


def accrue(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> Transaction:
    """An earning begins as pending: seen on the statement, not to be spent. Raises AmountUnusable, KeyReused."""
    _require(amount)
    legs = [Leg(account_of(member, f"{kind}_pending"), amount), Leg(house(SOURCE[kind], member), -amount)]
    return post(key=key, at=at, actor=actor, kind=f"{kind}_accrued", legs=legs)


def release(kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime) -> Transaction:
    """Pending becomes the member's own; what they owe is made good first. Raises Overdrawn, AmountUnusable, KeyReused."""
    _require(amount)
    legs = [Leg(account_of(member, f"{kind}_pending"), -amount), *_own(kind, member, amount)]
    return post(key=key, at=at, actor=actor, kind=f"{kind}_released", legs=legs)


def give(
    kind: str, member: Member, amount: int, *, key: str, actor: Actor, at: dt.datetime, expires_at: dt.datetime | None = None
) -> Transaction:
    """An earning that was never pending, such as points for a check-in; what the member owes is made good first.

    expires_at : of points; a year later unless stated
    Raises AmountUnusable, KeyReused.
    """
    _require(amount)
    legs = [Leg(house(SOURCE[kind], member), -amount), *_own(kind, member, amount)]
    return post(key=key, at=at, actor=actor, kind=f"{kind}_given", legs=legs, points_expire_at=expires_at)


def take_back(kind: str, member: Member, amount: int, *, pending: bool, key: str, actor: Actor, at: dt.datetime) -> Transaction:
    """An earning goes back to the house: from what is pending; or from what was released, and beyond what is left of it as owed.

    Raises Overdrawn (less is pending), AmountUnusable, KeyReused.
    """
    _require(amount)
    legs = [Leg(house(SOURCE[kind], member), amount)]
    if pending:
        legs.append(Leg(account_of(member, f"{kind}_pending"), -amount))
    else:
        own, debt = _locked(kind, member)
        there = min(amount, balance(own))
        legs += [Leg(account, n) for account, n in ((own, -there), (debt, there - amount)) if n]
    return post(key=key, at=at, actor=actor, kind=f"{kind}_reversed", legs=legs)


def spend_points(member: Member, points: int, *, key: str, actor: Actor, at: dt.datetime) -> Transaction:
    """A member's points are used, those first that expire first. Raises Overdrawn, AmountUnusable, KeyReused, NotAllowed."""
    actor.require_self(member.public_id, otherwise="ledger.write")
    _require(points)
    legs = [Leg(account_of(member, "points"), -points), Leg(house("points_burnt", member), points)]
    return post(key=key, at=at, actor=actor, kind="points_burnt", legs=legs)


def expire_points(*, at: dt.datetime, actor: Actor = SYSTEM, at_once: int = AT_ONCE) -> int:
    """End points whose time is over, a command for each portion; answers how many points. Several at once do no harm."""
    actor.require("ledger.write")
    expired = 0
    while due := list(
        PointLot.objects.filter(remaining__gt=0, expires_at__lte=at).order_by("expires_at", "pk").values_list("pk", flat=True)[:at_once]
    ):

        def do(due: Sequence[int] = due) -> Result:
            return {"points": _expire(due, actor, at)}

        key = f"expire:{secrets.token_urlsafe(12)}"
        expired += execute(key=key, name="ledger.expire_points", actor=actor, at=at, payload={"lots": due}, do=do)["points"]
    return expired


def _expire(pks: Sequence[int], actor: Actor, at: dt.datetime) -> int:
    """Post the end of these lots, as far as there is something left in them."""
    members = sorted(set(PointLot.objects.filter(pk__in=pks).values_list("member_id", flat=True)))
    list(Account.objects.select_for_update().filter(member_id__in=members, kind="points").order_by("pk").values_list("pk"))
    expired = 0
    for lot in PointLot.objects.filter(pk__in=pks, remaining__gt=0).select_related("member").order_by("expires_at", "pk"):
        legs = [Leg(account_of(lot.member, "points"), -lot.remaining), Leg(house("points_expired", lot.member), lot.remaining)]
        # Taken from what expires first, which is this very lot: those before it in this portion are empty by now.
        post(key=f"lot:{lot.pk}:expired", at=at, actor=actor, kind="points_expired", legs=legs)
        expired += lot.remaining
    return expired


def _own(kind: str, member: Member, amount: int) -> list[Leg]:
    """Legs that make an amount the member's own, what they owe first."""
    own, debt = _locked(kind, member)
    repaid = max(0, min(amount, -balance(debt)))
    return [Leg(account, n) for account, n in ((debt, repaid), (own, amount - repaid)) if n]


def _locked(kind: str, member: Member) -> tuple[Account, Account]:
    """What is the member's own and what they owe; nobody else moves either until this command ends."""
    own, debt = account_of(member, kind), account_of(member, f"{kind}_owed")
    list(Account.objects.select_for_update().filter(pk__in=(own.pk, debt.pk)).order_by("pk").values_list("pk"))
    return own, debt


def _require(amount: int) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MOST:
        raise AmountUnusable

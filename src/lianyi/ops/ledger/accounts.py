"""Which accounts there are, and how they are found."""

from dataclasses import dataclass

from django.conf import settings

from lianyi.kernel.errors import UnknownName
from lianyi.ops.ledger.models import Account
from lianyi.ops.members.selectors import Member

POINTS = "PTS"
# Kinds of account -> whether in points. A member's may not go below zero unless stated; the house's have no limit.
MEMBER_KINDS = {
    "points": True,
    "points_pending": True,
    "points_owed": True,
    "commission": False,
    "commission_pending": False,
    "commission_owed": False,
    "wallet_due": False,
}
# What a member owes, because it was spent or paid out before it was taken back: zero or below.
OWED = ("points_owed", "commission_owed")
HOUSE_KINDS = {
    "points_issuer": True,
    "points_burnt": True,
    "points_expired": True,
    "commission_expense": False,
    "coupon_subsidy": False,
    "coupon_settled": False,
    "refund_due": False,
    "sales": False,
    "payout": False,
    "rounding": False,
}
# Members' accounts are not hot, the house's are: each is kept in as many rows, chosen by the member.
SHARDS = 16


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg to be posted. amount : signed, fen or points; currency : "" for the account's own."""

    account: Account
    amount: int
    currency: str = ""


def account_of(member: Member, kind: str) -> Account:
    """A member's account, opened when it is not there yet. Raises UnknownName."""
    if kind not in MEMBER_KINDS:
        raise UnknownName(what="account", given=kind, allowed=list(MEMBER_KINDS))
    least = None if kind in OWED else 0
    return _opened(f"m:{member.pk}:{kind}", kind, _currency(in_points=MEMBER_KINDS[kind]), member_id=member.pk, min_balance=least)


def house(kind: str, member: Member | None = None) -> Account:
    """An account of the house; with a member, the shard that serves them. Raises UnknownName."""
    if kind not in HOUSE_KINDS:
        raise UnknownName(what="account", given=kind, allowed=list(HOUSE_KINDS))
    shard = member.pk % SHARDS if member is not None else 0
    return _opened(f"house:{kind}:{shard:02d}", kind, _currency(in_points=HOUSE_KINDS[kind]), member_id=None, min_balance=None)


def _currency(*, in_points: bool) -> str:
    return POINTS if in_points else str(settings.WORKSPACE.currency)


def _opened(code: str, kind: str, currency: str, *, member_id: int | None, min_balance: int | None) -> Account:
    account = Account.objects.filter(code=code).first()
    if account is None:
        Account.objects.bulk_create(
            [Account(code=code, kind=kind, currency=currency, member_id=member_id, min_balance=min_balance)], ignore_conflicts=True
        )
        account = Account.objects.get(code=code)
    return account

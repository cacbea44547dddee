"""Reading the ledger."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from lianyi.ops.ledger.models import Account, Entry, PointLot, Transaction
from lianyi.ops.members.selectors import Member

__all__ = [
    "Account",
    "Line",
    "Transaction",
    "balance",
    "balances_of",
    "find_transaction",
    "house_balance",
    "list_entries",
    "statement",
    "sums_by_key",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement. amount : signed; balance : after it, on that account."""

    at: dt.datetime
    account: str
    kind: str
    key: str
    amount: int
    balance: int
    currency: str


def balance(account: Account) -> int:
    """What an account holds now, in fen or points."""
    return int(Account.objects.values_list("balance", flat=True).get(pk=account.pk))


def balances_of(member: Member) -> dict[str, int]:
    """What each of a member's accounts holds now, by kind; one that was never opened is left out."""
    return dict(Account.objects.filter(member=member).values_list("kind", "balance"))


def house_balance(kind: str) -> int:
    """What the house's accounts of a kind hold now, over all shards."""
    return int(Account.objects.filter(kind=kind, member__isnull=True).aggregate(total=Sum("balance"))["total"] or 0)


def find_transaction(key: str) -> Transaction | None:
    """A transaction by its key; None when it was not posted."""
    return Transaction.objects.filter(key=key).first()


def sums_by_key(prefix: str) -> dict[str, int]:
    """What members' accounts gained (or, negative, lost) in each transaction whose key begins with a prefix."""
    entries = Entry.objects.filter(transaction__key__startswith=prefix, account__member__isnull=False)
    return dict(entries.values_list("transaction_id").annotate(total=Sum("amount")))


def list_entries(key: str) -> list[Entry]:
    """The entries of a transaction, in order."""
    return list(Entry.objects.filter(transaction_id=key).select_related("account").order_by("id"))


def statement(member: Member, *, kind: str = "") -> list[Line]:
    """Every movement on a member's accounts (or on those of one kind), oldest first, with the balance after each."""
    accounts = Account.objects.filter(member=member, **({"kind": kind} if kind else {}))
    entries = Entry.objects.filter(account__in=accounts).select_related("account", "transaction").order_by("id")
    sums: dict[int, int] = {}
    lines = []
    for entry in entries:
        sums[entry.account_id] = sums.get(entry.account_id, 0) + entry.amount
        lines.append(
            Line(
                entry.transaction.at, entry.account.kind, entry.transaction.kind, entry.transaction_id, entry.amount,
                sums[entry.account_id], entry.currency,
            )
        )  # fmt: skip
    return lines


@dataclass(frozen=True, slots=True)
class Liability:
    """What the brand has promised in points. live : to be spent now; pending : not yet; expiring : month (its first day) -> points that end in it."""

    live: int
    pending: int
    expiring: dict[dt.date, int]


def points_liability(*, at: dt.datetime) -> Liability:
    """Points outstanding at this moment; those whose time is over but which were not swept yet are left out."""
    months: dict[dt.date, int] = {}
    rows = PointLot.objects.filter(remaining__gt=0, expires_at__gt=at).annotate(month=TruncMonth("expires_at")).values_list("month")
    for month, points in rows.annotate(n=Sum("remaining")).order_by("month"):
        months[month.date()] = points
    pending = Account.objects.filter(kind="points_pending", member__isnull=False).aggregate(n=Sum("balance"))["n"] or 0
    return Liability(live=sum(months.values()), pending=int(pending), expiring=months)


def list_expiring(member: Member, *, before: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """Points of a member that end before an instant, the earliest first: (when, how many)."""
    lots = PointLot.objects.filter(member=member, remaining__gt=0, expires_at__lt=before)
    return list(lots.order_by("expires_at", "pk").values_list("expires_at", "remaining"))

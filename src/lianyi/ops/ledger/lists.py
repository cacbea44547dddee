"""The ledger as finance looks at it: accounts summed by kind, transactions, statements."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from lianyi.kernel.pages import PER_PAGE, Page, page_of
from lianyi.ops.journal.days import begins, ends
from lianyi.ops.journal.prefixes import begins_with
from lianyi.ops.ledger.accounts import HOUSE_KINDS, MEMBER_KINDS
from lianyi.ops.ledger.models import Account, Entry, Transaction


@dataclass(frozen=True, slots=True)
class Held:
    """Accounts of one kind. in_points : whether their balance is in points, else in fen; accounts : how many; balance : of all."""

    kind: str
    in_points: bool
    accounts: int
    balance: int


def sums_by_kind() -> tuple[list[Held], list[Held]]:
    """What members' accounts hold and what the house's hold, by kind; kinds without an account are left out. One query."""
    rows = Account.objects.values("kind").annotate(
        ours=Count("id", filter=Q(member__isnull=True)),
        theirs=Count("id", filter=Q(member__isnull=False)),
        house=Sum("balance", filter=Q(member__isnull=True), default=0),
        members=Sum("balance", filter=Q(member__isnull=False), default=0),
    )
    found = {row["kind"]: row for row in rows}
    members = [Held(kind, points, found[kind]["theirs"], found[kind]["members"]) for kind, points in MEMBER_KINDS.items() if kind in found]
    house = [Held(kind, points, found[kind]["ours"], found[kind]["house"]) for kind, points in HOUSE_KINDS.items() if kind in found]
    return members, house


def list_transaction_kinds() -> list[str]:
    """Kinds of transactions that there are."""
    return sorted(set(Transaction.objects.values_list("kind", flat=True).distinct()))


def page_entries(
    *,
    kind: str = "",
    words: str = "",
    member: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    number: int = 1,
    size: int = PER_PAGE,
) -> Page[Entry]:
    """Entries with their account, its member and their transaction, the newest first.

    words : the beginning of a transaction's key; member : a member's public id, whole; since, until : days, both included
    """
    entries = Entry.objects.select_related("account__member", "transaction").order_by("-id")
    if kind:
        entries = entries.filter(transaction__kind=kind)
    if words:
        entries = entries.filter(begins_with("transaction_id", words))
    if member:
        entries = entries.filter(account__member__public_id=member)
    if since:
        entries = entries.filter(transaction__at__gte=begins(since))
    if until:
        entries = entries.filter(transaction__at__lt=ends(until))
    return page_of(entries, number, size)

"""What must always be true of the ledger."""

from collections import defaultdict

from django.db.models import Count, F, Sum

from lianyi.kernel.text import Text
from lianyi.ops.journal.checking import Found, Invariant, Scope
from lianyi.ops.journal.selectors import iterate_facts
from lianyi.ops.ledger.accounts import OWED
from lianyi.ops.ledger.models import Account, Entry, PointLot, Transaction

AT_ONCE = 5_000


def transactions_balance(scope: Scope, found: Found) -> None:
    """Every transaction has two entries or more and sums to zero in each currency; no entry is without its transaction."""
    found.checked += Transaction.objects.count()
    for row in Entry.objects.values("transaction_id", "currency").annotate(total=Sum("amount")).exclude(total=0)[:100]:
        found.fault(f"transaction {row['transaction_id']} sums to {row['total']} {row['currency']}")
    for key in Transaction.objects.annotate(n=Count("entries")).filter(n__lt=2).values_list("key", flat=True)[:100]:
        found.fault(f"transaction {key} has fewer than two entries")
    sealed = Transaction.objects.values("key")
    for key in Entry.objects.exclude(transaction_id__in=sealed).values_list("transaction_id", flat=True).distinct()[:100]:
        found.fault(f"entries of {key} are without their transaction")


def balances_are_sums(scope: Scope, found: Found) -> None:
    """Every balance is the sum of its entries and not below its minimum; all balances of a currency together are zero."""
    sums = dict(Entry.objects.values_list("account_id").annotate(total=Sum("amount")))
    totals: dict[str, int] = defaultdict(int)
    for pk, code, currency, balance, least in Account.objects.values_list("pk", "code", "currency", "balance", "min_balance").iterator(
        AT_ONCE
    ):
        found.expect(balance == sums.get(pk, 0), f"{code} holds {balance}, its entries are {sums.get(pk, 0)}")
        if least is not None and balance < least:
            found.fault(f"{code} holds {balance}, less than {least}")
        totals[currency] += balance
    for currency, total in totals.items():
        if total:
            found.fault(f"all balances in {currency} are {total} together")
    for entry in Entry.objects.exclude(currency=F("account__currency"))[:100]:
        found.fault(f"entry {entry.pk} is in {entry.currency}")


def entries_are_as_told(scope: Scope, found: Found) -> None:
    """The entries of every transaction are those that the facts tell, which the chain seals."""
    told: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for _, said in iterate_facts("ledger_posted"):
        body = said["body"]
        told[said["subject_id"]].append((body["account"], body["currency"], body["amount"]))
    posted: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for key, code, currency, amount in Entry.objects.values_list("transaction_id", "account__code", "currency", "amount").iterator(AT_ONCE):
        posted[key].append((code, currency, amount))
    for key in told.keys() | posted.keys():
        found.expect(sorted(told[key]) == sorted(posted[key]), f"transaction {key} is not what its facts tell")


def balances_rebuild(scope: Scope, found: Found) -> None:
    """Adding up the facts gives every balance."""
    sums: dict[str, int] = defaultdict(int)
    for _, said in iterate_facts("ledger_posted"):
        sums[said["body"]["account"]] += said["body"]["amount"]
    for code, balance in Account.objects.values_list("code", "balance").iterator(AT_ONCE):
        found.expect(sums.pop(code, 0) == balance, f"{code} holds {balance}, its facts say otherwise")
    for code in sums:
        found.fault(f"facts tell of an account {code} that is not there")


def reversals_mirror(scope: Scope, found: Found) -> None:
    """No transaction was reversed for more than it moved on any account."""
    for original in Transaction.objects.filter(reversals__isnull=False).distinct():
        moved = dict(Entry.objects.filter(transaction=original).values_list("account_id").annotate(total=Sum("amount")))
        back = dict(Entry.objects.filter(transaction__reverses=original).values_list("account_id").annotate(total=Sum("amount")))
        for account, amount in moved.items():
            rest = amount + back.get(account, 0)
            found.expect(rest * amount >= 0, f"transaction {original.key} was reversed beyond what it moved")


def lots_are_the_points(scope: Scope, found: Found) -> None:
    """The remainders of a member's lots are the balance of their points; nobody is owed by whom they owe."""
    lots = dict(PointLot.objects.values_list("member_id").annotate(n=Sum("remaining")))
    for member, code, balance in Account.objects.filter(kind="points", member__isnull=False).values_list("member_id", "code", "balance"):
        found.expect(balance == lots.pop(member, 0), f"{code} holds {balance}, its lots say otherwise")
    for member, n in lots.items():
        if n:
            found.fault(f"lots of member {member} hold {n} points, without an account")
    for code in Account.objects.filter(kind__in=OWED, balance__gt=0).values_list("code", flat=True)[:100]:
        found.fault(f"{code} is above zero: a debt was paid twice")


INVARIANTS = (
    Invariant(20, Text(zh="每笔交易每个币种合计为零", en="Every transaction sums to zero in each currency"), transactions_balance),
    Invariant(
        21,
        Text(zh="余额等于分录之和，不低于下限", en="Every balance is the sum of its entries, and not below its minimum"),
        balances_are_sums,
    ),
    Invariant(21, Text(zh="积分批次之和等于积分余额", en="Lots of points are the balance of points"), lots_are_the_points),
    Invariant(22, Text(zh="分录与事实一致，没有改动", en="Entries are as the facts tell, unchanged"), entries_are_as_told),
    Invariant(24, Text(zh="冲回不多于原额", en="Nothing was reversed beyond what it moved"), reversals_mirror),
    Invariant(27, Text(zh="由事实重算得到每个余额", en="The facts rebuild every balance"), balances_rebuild),
)

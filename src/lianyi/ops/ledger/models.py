"""Accounts, transactions and their entries.

A transaction's header is written after its entries and is its seal: the header's guard checks that they sum to zero, no entry
may be added once it is there, and a deferred foreign key lets no entry be committed without it. So on both databases.
"""

from django.db import models
from django.db.models import F, Q


class Account(models.Model):
    """One account in one currency: a member's, or the house's.

    code        : "m:<member's row>:points", "house:points_issuer:07"
    currency    : CNY (fen) or another ISO 4217 code in minor units, or PTS (points)
    balance     : kept by the entries' guard, by nobody else
    min_balance : below which it must not go; null for a house account without limit
    """

    code = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=32)
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    balance = models.BigIntegerField(default=0)
    min_balance = models.BigIntegerField(null=True)
    last_entry_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "账户"
        constraints = [
            models.CheckConstraint(condition=Q(min_balance__isnull=True) | Q(balance__gte=F("min_balance")), name="account_not_overdrawn"),
        ]
        indexes = [models.Index(fields=["member", "kind"], name="account_of_member")]

    def __str__(self) -> str:
        return self.code


class Transaction(models.Model):
    """The header of a transaction, and its seal. key : what it was posted for, once."""

    key = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reversals")

    class Meta:
        verbose_name = "交易"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Entry(models.Model):
    """One leg: an amount on an account, signed."""

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries", db_column="transaction_key")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = "分录"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount} {self.currency}"


class PointLot(models.Model):
    """Points that became a member's own in one transaction, and expire together.

    remaining : not yet spent, expired or taken back; the remainders of all lots of a member are the balance of their points
    """

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="lots")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "积分批次"
        constraints = [
            models.UniqueConstraint(fields=["transaction", "member"], name="lot_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, remaining__gte=0, remaining__lte=F("amount")), name="lot_remaining_within_amount"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "expires_at"], name="lot_of_member", condition=Q(remaining__gt=0)),
            models.Index(fields=["expires_at"], name="lot_to_expire", condition=Q(remaining__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.remaining}/{self.amount}"

"""Posting to the ledger."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import Broken, Refusal
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import KeyReused
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.services import draft, record_all
from lianyi.ops.ledger import lots
from lianyi.ops.ledger.accounts import Leg
from lianyi.ops.ledger.models import Account, Entry, Transaction


class Overdrawn(Refusal):
    """An account does not hold what should be taken from it."""

    code = "overdrawn"
    message = Text(zh="账户余额不足，未记账。", en="The account does not hold that much; nothing was posted.")


class LegsUnbalanced(Broken):
    """The legs of a transaction do not sum to zero."""

    code = "legs_unbalanced"
    message = Text(zh="交易 %(key)s 的分录不平：%(what)s", en="The legs of transaction %(key)s do not balance: %(what)s")


def post(
    *,
    key: str,
    at: dt.datetime,
    actor: Actor,
    kind: str,
    legs: Sequence[Leg],
    reverses: Transaction | None = None,
    points_expire_at: dt.datetime | None = None,
) -> Transaction:
    """Post one transaction, inside the command that is running; posted once however often it is asked for.

    key  : what it is for, unique ("order:o_x:points")
    kind : what it is (points_given, commission_accrued ...)
    legs : two or more that sum to zero in each currency
    points_expire_at : when points that become a member's own here expire; a year later unless stated
    The database refuses what is unbalanced, overdrawn, in a wrong currency, or changed afterwards.
    Raises Overdrawn, KeyReused (other legs under this key), LegsUnbalanced (a programming error).
    """
    wanted = sorted((leg.account.pk, leg.currency or leg.account.currency, leg.amount) for leg in legs)
    known = Transaction.objects.filter(key=key).first()
    if known is not None:
        if sorted(Entry.objects.filter(transaction=known).values_list("account_id", "currency", "amount")) != wanted:
            raise KeyReused(key=key)
        return known
    _require_balance(key, legs)
    # Always in the same order of accounts: two transactions over the same accounts wait for each other instead of locking up.
    ordered = sorted(legs, key=lambda leg: leg.account.pk)
    try:
        insert_all(
            [
                Entry(transaction_id=key, account=leg.account, currency=leg.currency or leg.account.currency, amount=leg.amount)
                for leg in ordered
            ]
        )
    except IntegrityError as fault:
        if "account_not_overdrawn" in str(fault):
            raise Overdrawn from fault
        raise
    header = Transaction.objects.create(key=key, kind=kind, at=at, reverses=reverses)
    lots.keep(header, ordered, expires_at=points_expire_at or at + lots.LIFE)
    record_all([_fact(header, leg, number, len(ordered), actor) for number, leg in enumerate(ordered, start=1)])
    return header


def reverse(*, key: str, at: dt.datetime, actor: Actor, of: Transaction, kind: str = "") -> Transaction:
    """Post the mirror image of a transaction. Raises Overdrawn when what it gave has been spent, KeyReused."""
    legs = [Leg(entry.account, -entry.amount, entry.currency) for entry in of.entries.select_related("account").order_by("id")]
    return post(key=key, at=at, actor=actor, kind=kind or f"{of.kind}_reversed", legs=legs, reverses=of)


def _require_balance(key: str, legs: Sequence[Leg]) -> None:
    if len(legs) < 2 or any(leg.amount == 0 for leg in legs):
        raise LegsUnbalanced(key=key, what="two legs or more, none of them zero")
    sums: dict[str, int] = {}
    for leg in legs:
        currency = leg.currency or leg.account.currency
        sums[currency] = sums.get(currency, 0) + leg.amount
    if any(sums.values()):
        raise LegsUnbalanced(key=key, what=str(sums))


def _fact(header: Transaction, leg: Leg, number: int, legs: int, actor: Actor):  # noqa: ANN202
    account: Account = leg.account
    return draft(
        name="ledger_posted",
        at=header.at,
        actor=actor,
        member_id=account.member.public_id if account.member_id else "",
        subject_id=header.key,
        kind=header.kind,
        value=float(leg.amount),
        body={
            "account": account.code,
            "currency": leg.currency or account.currency,
            "amount": leg.amount,
            "leg": number,
            "legs": legs,
        },
    )

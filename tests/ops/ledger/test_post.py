"""Posting, and what the database refuses whoever asks."""

import pytest
from django.apps import apps
from django.db import Error, connection, transaction

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.journal import triggers
from lianyi.ops.ledger.models import Account, Entry, Transaction
from lianyi.ops.ledger.selectors import balance, house_balance, statement
from lianyi.ops.ledger.services import Leg, LegsUnbalanced, Overdrawn, account_of, house, post, reverse

pytestmark = pytest.mark.django_db


def earn(member, points, at, key="earn:1"):
    legs = [Leg(account_of(member, "points"), points), Leg(house("points_issuer", member), -points)]
    return post(key=key, at=at, actor=SYSTEM, kind="points_earned", legs=legs)


def test_points_are_posted_once_and_told_on_the_statement(mei, at):
    earn(mei, 100, at)
    earn(mei, 100, at)

    assert balance(account_of(mei, "points")) == 100
    assert house_balance("points_issuer") == -100
    assert [(line.kind, line.amount, line.balance) for line in statement(mei)] == [("points_earned", 100, 100)]


def test_more_than_there_is_cannot_be_spent(mei, at):
    earn(mei, 100, at)
    with transaction.atomic(), pytest.raises(Overdrawn), transaction.atomic():
        post(
            key="burn:1", at=at, actor=SYSTEM, kind="points_burnt",
            legs=[Leg(account_of(mei, "points"), -101), Leg(house("points_burnt", mei), 101)],
        )  # fmt: skip

    assert balance(account_of(mei, "points")) == 100


def test_a_reverse_takes_everything_back(mei, at):
    earned = earn(mei, 100, at)
    reverse(key="earn:1:back", at=at, actor=SYSTEM, of=earned)

    assert (balance(account_of(mei, "points")), house_balance("points_issuer")) == (0, 0)


def test_legs_that_do_not_sum_to_zero_are_a_fault_of_ours(mei, at):
    with pytest.raises(LegsUnbalanced):
        post(key="x", at=at, actor=SYSTEM, kind="x", legs=[Leg(account_of(mei, "points"), 5), Leg(house("points_issuer"), -4)])


ATTACKS = {
    "unbalanced": lambda a, b: (entry("x", a, 5), entry("x", b, -4), header("x")),
    "one leg": lambda a, b: (entry("x", a, 5), header("x")),
    "overdrawn": lambda a, b: (entry("x", a, -101), entry("x", b, 101), header("x")),
    "replayed": lambda a, b: (entry("earn:1", a, 5), entry("earn:1", b, -5), header("earn:1")),
    "a leg more on an old transaction": lambda a, b: (entry("earn:1", a, 5), entry("earn:1", b, -5)),
    "without a header": lambda a, b: (entry("x", a, 5), entry("x", b, -5), connection.check_constraints(), commit_now()),
    "in a wrong currency": lambda a, b: (entry("x", a, 5, "CNY"), entry("x", b, -5, "CNY"), header("x")),
    "an entry edited": lambda a, b: Entry.objects.all().update(amount=7),
    "an entry deleted": lambda a, b: Entry.objects.all()._raw_delete("default"),
    "a header edited": lambda a, b: Transaction.objects.update(kind="gift"),
    "a header deleted": lambda a, b: Transaction.objects.all()._raw_delete("default"),
    "a balance edited": lambda a, b: Account.objects.filter(pk=a.pk).update(balance=1000),
    "a balance edited with a made-up entry": lambda a, b: Account.objects.filter(pk=a.pk).update(balance=1000, last_entry_id=10**9),
    "an account opened with money": lambda a, b: Account.objects.create(code="x", kind="points", currency="PTS", balance=5),
    "an account deleted": lambda a, b: Account.objects.filter(pk=a.pk)._raw_delete("default"),
    "an account turned into money": lambda a, b: Account.objects.filter(pk=a.pk).update(currency="CNY"),
}


def entry(key, account, amount, currency=None):
    Entry.objects.create(transaction_id=key, account=account, amount=amount, currency=currency or account.currency)


def header(key):
    import datetime as dt

    Transaction.objects.create(key=key, kind="x", at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))


def commit_now():
    """What a commit would do: check what was put off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses(attack, mei, at):
    earn(mei, 100, at)
    before = list(Account.objects.order_by("pk").values_list("code", "balance")), Entry.objects.count(), Transaction.objects.count()
    with pytest.raises(Error), transaction.atomic():
        ATTACKS[attack](account_of(mei, "points"), house("points_issuer", mei))

    assert before == (
        list(Account.objects.order_by("pk").values_list("code", "balance")),
        Entry.objects.count(),
        Transaction.objects.count(),
    )


def test_the_live_guards_are_those_the_code_states():
    assert triggers.differences() == []


def test_a_dropped_and_a_changed_guard_are_noticed():
    with connection.cursor() as cursor:
        on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER ledger_entry_no_update{on}")

    assert triggers.differences() == ["ledger_entry_no_update is missing"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_has_its_guards_again_and_every_attack_is_refused_as_before(mei, at):
    """What a migration does: on SQLite it copies the table, and the copy has no trigger until they are put up again."""
    with transaction.atomic():
        earn(mei, 100, at)
    triggers.before_migrating(using="default", plan=["something"])
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(Entry)
    if connection.vendor == "sqlite":
        assert "ledger_entry_no_update is missing" in triggers.differences()
        with pytest.raises(triggers.GuardsMissing):
            triggers.require()
    triggers.after_migrating(using="default", sender=apps.get_app_config(triggers._last_label()))

    assert triggers.differences() == []
    own, issuer = account_of(mei, "points"), house("points_issuer", mei)
    assert [name for name in ATTACKS if succeeds(name, own, issuer)] == []


def succeeds(attack, own, issuer):
    try:
        with transaction.atomic():
            ATTACKS[attack](own, issuer)
    except Error:
        return False
    return True

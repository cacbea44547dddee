"""Every invariant holds after a day's work, and each is broken by something that somebody might do to the database."""

import datetime as dt
import json
import tomllib
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.journal import triggers
from lianyi.ops.journal.checking import Scope, check_all, invariants
from lianyi.ops.journal.invariants import named_parts, our_models
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.journal.relay import relay
from lianyi.ops.ledger.models import Account, Entry, PointLot, Transaction
from lianyi.ops.ledger.services import Leg, account_of, house, post, reverse
from lianyi.ops.members.models import Identity, Member
from lianyi.ops.shop.models import Order, OrderLine, Payment, Purchased, Refund, Stock
from lianyi.ops.shop.services import Line, ReturnLine, allot_stock, cancel_order, pay_order, place_order, refund_order, sweep_expired
from lianyi.stream import workspace
from lianyi.stream.log.table import EventLog
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(mei, bo, serum, at, tmp_path):
    """A day in which everything happens that the shop, the ledger and the members know."""
    allot_stock(actor=OWNER, at=at, product=serum, pieces=6, campaign_id="c1", member_limit=3)
    orders = [
        place_order(
            key=f"o{n}", actor=as_member(member), at=at, member=member, lines=[Line(serum, quantity)], stock_of="campaign:c1", campaign_id="c1"
        )
        for n, (member, quantity) in enumerate([(mei, 2), (bo, 1), (mei, 1), (bo, 2)])
    ]  # fmt: skip
    for n in (0, 1):
        pay_order(key=f"p{n}", actor=OWNER, at=at, order=orders[n], reference=f"cash-{n}", amount_fen=orders[n].payable_fen)
    refund_order(key="r", actor=OWNER, at=at, order=orders[0], lines=[ReturnLine(1, 1)])
    cancel_order(key="c", actor=as_member(mei), at=at, order=orders[2])
    later = at + dt.timedelta(hours=1)
    sweep_expired(at=later)
    pay_order(key="late", actor=OWNER, at=later, order=orders[3], reference="cash-late", amount_fen=orders[3].payable_fen)
    earned = post(
        key="earn", at=at, actor=SYSTEM, kind="points_earned", legs=[Leg(account_of(mei, "points"), 50), Leg(house("points_issuer"), -50)]
    )  # fmt: skip
    post(
        key="earn2", at=at, actor=SYSTEM, kind="points_earned", legs=[Leg(account_of(bo, "points"), 70), Leg(house("points_issuer"), -70)]
    )  # fmt: skip
    reverse(key="back", at=at, actor=SYSTEM, of=earned)
    log = EventLog(workspace.create(tmp_path / "w"))
    relay(log)
    # What a commit would check is checked, so that tables may be altered.
    connection.check_constraints()
    return Scope(log, later)


def broken(scope, told):
    checked = check_all(scope, numbers={number for number, _ in told})
    return {(one.invariant.number, one.app) for one in checked if one.status in ("broken", "late")}


def notices(scope, *told):
    return set(told) <= broken(scope, told)


def test_everything_holds_after_a_day_and_everything_was_looked_at(day):
    checked = list(check_all(day))

    assert [(one.invariant.number, one.app, one.found.examples) for one in checked if one.status in ("broken", "late")] == []
    # The campaigns' own day is in tests/ops/campaigns.
    assert [(one.invariant.number, one.app) for one in checked if one.status == "empty" and one.app != "campaigns"] == [(33, "members")]


STATED = tomllib.loads((Path(__file__).parent / "invariants.toml").read_text(encoding="utf-8"))["invariant"]


def test_each_of_the_thirty_two_statements_has_a_check():
    assert [stated["number"] for stated in STATED] == list(range(1, 33))
    assert {stated["number"] for stated in STATED} - {invariant.number for _, invariant in invariants()} == set()


@pytest.mark.parametrize("stated", STATED, ids=lambda stated: str(stated["number"]))
def test_what_is_said_to_hold_a_statement_is_in_the_database(stated):
    uniques = {
        f"{model._meta.db_table}.{field.column}" for model in our_models() for field in model._meta.fields if field.unique
    }  # fmt: skip
    live = {name for model in our_models() for name in named_parts(model._meta.db_table)}
    live |= {guard.name for guard in triggers.guards(connection.vendor)} | uniques

    assert [name for name in stated["held_by"] if name not in live] == []
    assert triggers.differences() == []


def unchecked(statement):
    """Run a statement that a constraint would refuse, as somebody with the file or the password could."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = 1")
            cursor.execute(statement)
            cursor.execute("PRAGMA ignore_check_constraints = 0")
        else:
            cursor.execute(statement)


def without(table, constraint, statement):
    """The same where PostgreSQL has to lose the constraint first."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    unchecked(statement)


def say(fact_name, **changes):
    """Change what a fact says."""
    fact = Fact.objects.filter(name=fact_name).first()
    said = json.loads(fact.fact) | changes
    Fact.objects.filter(pk=fact.pk).update(fact=json.dumps(said))


# What was done -> the invariants that tell, of those that must.
DAMAGE = {
    "pieces vanish from a stock": (
        lambda: without("shop_stock", "stock_adds_up", "UPDATE shop_stock SET available = available - 1 WHERE purpose = 'shop'"),
        {(1, "shop"), (27, "shop")},
    ),
    "pieces move from held to available": (
        lambda: Stock.objects.filter(purpose="campaign:c1").update(sold=F("sold") - 1, available=F("available") + 1),
        {(2, "shop"), (27, "shop")},
    ),
    "a member's count is lowered": (lambda: Purchased.objects.update(quantity=0), {(3, "shop")}),
    "an order gets another key": (lambda: Order.objects.filter(key="o1").update(key="other"), {(4, "shop")}),
    "a command loses its answer": (lambda: Command.objects.filter(key="o1").update(result=""), {(5, "journal")}),
    "a fact is told again": (
        lambda: Fact.objects.create(
            **{
                field: getattr(Fact.objects.filter(name="order_paid").first(), field)
                for field in ("name", "at", "order_id", "fact", "salt", "digest", "actor_kind")
            },
            uid="f" * 32,
        ),
        {(6, "shop"), (25, "shop")},
    ),
    "a payment vanishes": (
        lambda: (Refund.objects.all().update(payment=Payment.objects.get(reference="cash-1")), Payment.objects.filter(reference="cash-0").delete()),
        {(7, "shop")},
    ),
    "a late payment keeps its money": (lambda: Refund.objects.filter(kind="payment").delete(), {(7, "shop")}),
    "more goes back than came in": (lambda: Order.objects.filter(key="o0").update(refunded_fen=F("payable_fen")), {(8, "shop"), (27, "shop")}),
    "an order is revived": (
        lambda: Order.objects.filter(key="o3").update(state="pending", closed_at=None),
        {(9, "shop"), (2, "shop"), (25, "shop"), (27, "shop")},
    ),
    "a gateway does not send a refund": (
        lambda: Refund.objects.filter(kind="payment").update(state="approved", tries=3, fault="NOT_ENOUGH"),
        {(36, "shop")},
    ),
    "a payment was accepted late": (lambda: Order.objects.filter(key="o1").update(expires_at=F("paid_at")), {(10, "shop")}),
    "a circle of referrers": (
        lambda: without(
            "members_member",
            "member_referrer_came_before",
            "UPDATE members_member SET referrer_id = (SELECT max(id) FROM members_member) WHERE referrer_id IS NULL",
        ),
        {(16, "members")},
    ),
    "an entry is changed": (lambda: Entry.objects.filter(amount=50).update(amount=60), {(20, "ledger"), (21, "ledger"), (22, "ledger")}),
    "a balance is changed": (lambda: Account.objects.filter(kind="points").update(balance=7), {(21, "ledger"), (27, "ledger")}),
    "a transaction vanishes whole": (
        lambda: [
            kind.objects.filter(**{field: "earn2"}).delete()
            for kind, field in ((PointLot, "transaction_id"), (Entry, "transaction_id"), (Transaction, "key"))
        ],
        {(21, "ledger"), (22, "ledger")},
    ),
    "a reverse takes more": (
        lambda: Entry.objects.filter(transaction_id="back").update(amount=F("amount") * 2),
        {(24, "ledger"), (22, "ledger")},
    ),
    "a joining was not told": (lambda: Fact.objects.filter(name="member_joined").first().delete(), {(25, "members"), (26, "journal")}),
    "a fact vanishes": (
        lambda: Fact.objects.filter(name="order_closed").first().delete(),
        {(25, "shop"), (26, "journal"), (27, "shop"), (28, "journal"), (29, "journal")},
    ),
    "an order's facts take an illegal path": (
        lambda: Fact.objects.filter(name="order_closed").update(order_id=Order.objects.get(key="o0").public_id),
        {(26, "shop")},
    ),
    "a fact says something else": (lambda: say("order_paid", amount_fen=1), {(28, "journal"), (29, "journal")}),
    "a fact waits for the relay": (
        lambda: Fact.objects.filter(seq=Fact.objects.order_by("-seq").first().seq).update(seq=None, link="", at=F("at") - dt.timedelta(days=1)),
        {(28, "journal"), (29, "journal")},
    ),
    "the chain is written anew": (lambda: Fact.objects.filter(seq__gt=5).update(link="0" * 64), {(29, "journal")}),
    "an erased member can be recognised": (
        lambda: Member.objects.filter(pk=Identity.objects.first().member_id).update(erased_at=F("joined_at")),
        {(33, "members")},
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_noticed(day, damage):
    do, told = DAMAGE[damage]
    triggers.lift()
    do()
    connection.check_constraints()
    triggers.install()

    assert notices(day, *told)


def test_a_missing_guard_a_missing_constraint_and_a_float_column_are_noticed(day):
    with connection.cursor() as cursor:
        on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER ledger_entry_no_delete{on}")
        cursor.execute("DROP INDEX order_due")
        cursor.execute("ALTER TABLE shop_order ADD COLUMN tip_fen double precision")

    assert notices(day, (30, "journal"), (31, "journal"))


def test_an_order_for_nothing_is_noticed(day):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for constraint in ("line_quantity_positive", "line_amounts_add_up", "line_returned_within_bought"):
                cursor.execute(f"ALTER TABLE shop_orderline DROP CONSTRAINT {constraint}")
    unchecked(f"UPDATE shop_orderline SET quantity = 0 WHERE id = {OrderLine.objects.order_by('-pk').first().pk}")

    assert notices(day, (32, "shop"))

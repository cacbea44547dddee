"""Commands where the database says no for a while, or has no room."""

import threading
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from django.db import OperationalError, connection, transaction

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.journal.batch import Asked, execute_batch
from lianyi.ops.journal.commands import DatabaseBusy, execute, find_result
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.members.models import Member
from lianyi.ops.members.selectors import list_tags
from lianyi.ops.members.services import tag
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.selectors import get_stock
from lianyi.ops.shop.services import Line, place_order
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def somebody_writes():
    """Another connection in the middle of a command with the key "k", until we are done."""
    written, go = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            Command.objects.create(key="k", name="n", digest="d", result="{}", actor_kind="system", at="2026-06-01T00:00:00Z")
            written.set()
            go.wait(30)
            transaction.set_rollback(True)
        connection.close()

    other = threading.Thread(target=write)
    other.start()
    assert written.wait(10)
    try:
        yield
    finally:
        go.set()
        other.join()


@pytest.fixture
def impatient():
    """A connection that does not wait long for others."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '20ms'")
    else:
        connection.ensure_connection()
        connection.turn.timeout_seconds = 0.02
    yield
    connection.close()


def test_who_waits_too_long_for_others_is_told_to_come_again_and_nothing_is_written(mei, at, impatient):
    def ask():
        return execute(key="k", name="n", actor=SYSTEM, at=at, payload={}, do=lambda: {"done": Member.objects.count()})

    with somebody_writes(), pytest.raises(DatabaseBusy) as busy:
        ask()

    assert busy.value.retry_after_seconds >= 1
    assert find_result("k") is None
    assert ask() == {"done": 1}


def test_a_statement_that_takes_too_long_is_come_again_at_once_and_nothing_is_written(mei, at):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL stops statements by itself")
    asked = []

    def slow():
        asked.append(tag(actor=OWNER, at=at, member=mei, name="slow"))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(1)")
        return {}

    def batch(name):
        one = Asked(key=name, name="n", actor=SYSTEM, at=at, payload={}, request=None)
        return execute_batch([one, replace(one, key=f"{name}2")], lock=lambda _: None, work=lambda some, _: [slow() for _ in some])

    with pytest.raises(DatabaseBusy) as busy:
        execute(key="k", name="n", actor=SYSTEM, at=at, payload={}, do=slow)

    assert busy.value.retry_after_seconds >= 1
    assert [type(one) for one in batch("b")] == [DatabaseBusy, DatabaseBusy]
    assert len(asked) == 2
    assert (find_result("k"), find_result("b"), list_tags(mei)) == (None, None, [])


def is_refused_for_want_of_room(order, n):
    try:
        order(n)
    except OperationalError as fault:
        return "full" in str(fault)
    return False


def test_a_commit_that_finds_the_disk_full_leaves_nothing_and_can_be_asked_for_again(mei, serum, at):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL's disk cannot be filled from here; that it refuses the whole transaction is its own contract")

    def order(n):
        return place_order(key=f"order {n}", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 1)])

    facts = Fact.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (x)")
        cursor.execute("PRAGMA max_page_count = 1")
        # Pages that are free inside the file are filled first, else many an order would find room in them.
        with suppress(OperationalError):
            for _ in range(100_000):
                cursor.execute("INSERT INTO filler VALUES (zeroblob(2000))")
    placed = next(n for n in range(10) if is_refused_for_want_of_room(order, n))

    assert Order.objects.count() == Fact.objects.count() - facts == get_stock(serum).held == placed
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
        cursor.execute("DROP TABLE filler")
    assert order(placed).state == "pending"

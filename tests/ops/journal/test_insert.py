"""Rows written many at once are what Django would have written one by one."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.shop.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 5, 1, 8, 30, 15, 123456, tzinfo=dt.UTC)


def commands(*keys):
    return [Command(key=key, name="test", digest="d", result='{"a":"一"}', actor_kind="member", actor_id="m_1", at=AT) for key in keys]


def facts(many, first=0):
    return [
        Fact(
            uid=f"{first + nth:032x}",
            name="order_paid",
            at=AT + dt.timedelta(seconds=nth),
            member_id="m",
            fact='{"一":1}',
            salt="s",
            digest=f"{nth}",
        )
        for nth in range(many)
    ]


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def contents(rows):
    return [{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} for row in rows]


def test_every_field_comes_back_as_bulk_create_would_have_written_it():
    ours, theirs = facts(3), facts(3, first=10)
    insert_all(ours)
    Fact.objects.bulk_create(theirs)

    read = contents(Fact.objects.order_by("pk"))
    assert [without(row, "id", "uid") for row in read[:3]] == [without(row, "id", "uid") for row in read[3:]]
    assert [row["uid"] for row in read] == [row.uid for row in ours + theirs]
    assert [row.pk for row in ours] == [row["id"] for row in read[:3]]
    assert not any(row._state.adding for row in ours)


def test_rows_beyond_what_a_statement_may_hold_are_all_written():
    rows = facts(300)
    with CaptureQueriesContext(connection) as asked:
        insert_all(rows)

    assert [row.uid for row in Fact.objects.order_by("pk")] == [row.uid for row in rows]
    assert len({row.pk for row in rows}) == 300
    inserts = [one for one in asked.captured_queries if one["sql"].startswith("INSERT")]
    assert len(inserts) == (1 if connection.features.max_query_params is None else -(-300 // (999 // 14)))


def test_one_row_that_cannot_be_leaves_none():
    insert_all(commands("a"))

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all(commands("b", "a"))

    assert list(Command.objects.values_list("key", flat=True)) == ["a"]
    assert Command.objects.get(key="a").result == '{"a":"一"}'


def goes_on_after_a_fault():
    with transaction.atomic():
        try:
            insert_all(commands("a", "a"))
        except IntegrityError:
            Order.objects.count()


def test_after_one_that_cannot_be_the_transaction_is_spoilt_even_if_the_fault_is_caught():
    with pytest.raises(transaction.TransactionManagementError):
        goes_on_after_a_fault()


def test_no_rows_are_no_statement():
    with CaptureQueriesContext(connection) as asked:
        insert_all([])
    assert not asked.captured_queries

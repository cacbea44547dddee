"""Statements that are sent together do what they would have done one by one."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.models import Command
from lianyi.ops.journal.together import sent_together

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 5, 1, 8, 30, tzinfo=dt.UTC)


def written(*keys):
    insert_all([Command(key=key, name="test", digest="d", result="{}", actor_kind="member", at=AT) for key in keys])


def keys():
    return sorted(Command.objects.values_list("key", flat=True))


def test_each_is_done_and_the_transaction_goes_on():
    with transaction.atomic():
        with sent_together():
            written("a")
            written("b", "c")
        assert keys() == ["a", "b", "c"]
        written("d")

    assert keys() == ["a", "b", "c", "d"]


def two_of_which_one_cannot_be():
    with transaction.atomic(), sent_together():
        written("b")
        written("a")
        written("c")


def test_one_that_cannot_be_is_said_as_ever_and_leaves_none():
    written("a")

    with pytest.raises(IntegrityError) as refused:
        two_of_which_one_cannot_be()

    assert getattr(refused.value.__cause__, "sqlstate", "23505") == "23505"
    assert keys() == ["a"]
    assert not connection.in_atomic_block

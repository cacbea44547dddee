"""From the journal to the stream."""

import threading

import pytest
from django.db import connection, transaction

from lianyi.ops.journal.models import Fact
from lianyi.ops.journal.relay import APPLICATION, StreamAhead, as_table, relay
from lianyi.ops.journal.running import carrying_out
from lianyi.ops.shop.services import Line, allot_stock, place_order
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path):
    return EventLog(workspace.create(tmp_path / "w"))


def in_stream(log):
    engine = DuckDBEngine(log.snapshot())
    rows = engine.run("SELECT seq, name, member_id, order_id, quantity, amount_fen FROM events ORDER BY seq").to_pylist()
    engine.close()
    return rows


def test_facts_arrive_once_in_the_order_in_which_they_were_written(mei, bo, serum, at, log, django_capture_on_commit_callbacks):
    order = place_order(key="k", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 2)])
    first = relay(log)
    again = relay(log)

    rows = in_stream(log)
    assert [row["name"] for row in rows] == ["member_joined", "member_joined", "price_set", "stock_adjusted", "order_placed"]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[-1] == {
        "seq": 5, "name": "order_placed", "member_id": mei.public_id, "order_id": order.public_id, "quantity": 2, "amount_fen": 19800,
    }  # fmt: skip
    assert (first.delivered, again.delivered, again.last) == (5, 0, 5)
    assert Fact.objects.filter(seq__isnull=True).count() == 0


def test_a_database_older_than_the_stream_is_not_relayed_from(mei, at, log):
    relay(log)
    log.append(as_table([]), source="later", transaction=(APPLICATION, 99))

    with pytest.raises(StreamAhead) as refused:
        relay(log)
    assert "99" in refused.value.say("en")


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_and_what_somebody_reads_for_long_holds_up_nobody_and_is_not_lost(mei, serum, at, log):
    begun, go = threading.Event(), threading.Event()

    def linger():
        if connection.vendor == "postgresql":
            # A fact with an earlier row number, committed after later ones.
            with carrying_out("late"), transaction.atomic():
                place_order(key="late order", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 1)], stock_of="campaign:late")
                begun.set()
                go.wait(30)
        else:
            # One writer at a time: here only a reader can linger, on a picture of the past.
            connection.ensure_connection()
            raw = connection.connection
            raw.execute("BEGIN DEFERRED")
            raw.execute("SELECT count(*) FROM journal_fact").fetchone()
            begun.set()
            go.wait(30)
            raw.execute("ROLLBACK")
        connection.close()

    allot_stock(actor=OWNER, at=at, product=serum, pieces=3, campaign_id="late")
    relay(log)
    other = threading.Thread(target=linger)
    other.start()
    assert begun.wait(10)
    place_order(key="soon", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 1)])
    soon = relay(log)
    go.set()
    other.join()
    late = relay(log)

    assert soon.delivered == 1
    assert late.delivered == (1 if connection.vendor == "postgresql" else 0)
    seqs = [row["seq"] for row in in_stream(log)]
    assert seqs == list(range(1, Fact.objects.count() + 1))

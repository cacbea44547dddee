"""From the journal to the stream."""

import pytest

from lianyi.ops.journal.models import Fact
from lianyi.ops.journal.relay import relay
from lianyi.ops.shop.services import Line, place_order
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from tests.ops.conftest import as_member

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

"""What the worker does every second."""

import datetime as dt
import logging

import pytest

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.campaigns.models import Trait
from lianyi.ops.campaigns.services import note_trait
from lianyi.ops.campaigns.services.risk import KEEP_DAYS
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import get_order, get_stock
from lianyi.ops.shop.services import Line, place_order
from lianyi.ops.shop.services.products import add_product
from lianyi.server import upkeep
from lianyi.stream import workspace
from lianyi.stream.log.table import EventLog

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 6, 1, 4, 0, tzinfo=dt.UTC)


def test_a_round_closes_what_expired_and_tells_the_history_even_when_a_part_fails(tmp_path, monkeypatch, caplog):
    def failing(**_):
        raise OSError("planted")

    monkeypatch.setattr(upkeep, "expire_points", failing)
    monkeypatch.setattr(logging.getLogger("lianyi"), "propagate", True)
    member = join(actor=SYSTEM, at=NOON)
    product = add_product(actor=SYSTEM, at=NOON, title="精华", price_fen=9900, pieces=3)
    order = place_order(key="k", actor=SYSTEM, at=NOON, member=member, lines=[Line(product)])
    monkeypatch.setattr(upkeep.connection, "close", lambda: None)
    space = workspace.create(tmp_path / "w")

    upkeep.go_round(space, NOON + dt.timedelta(hours=1))

    assert get_order(order.public_id).state == "closed"
    assert get_stock(product).available == 3
    assert EventLog(space).delivered("lianyi-journal") >= 5
    assert "expiring points failed" in caplog.text


def test_what_is_known_of_devices_and_payments_goes_when_its_time_is_over(tmp_path, settings):
    space = settings.WORKSPACE = workspace.create(tmp_path / "w")
    member = join(actor=SYSTEM, at=NOON)
    note_trait(at=NOON, member=member, kind="payment", value="alipay 2088")
    note_trait(at=NOON + dt.timedelta(days=100), member=member, kind="device", value="d1")

    upkeep.go_round(space, NOON + dt.timedelta(days=KEEP_DAYS + 1))

    assert [trait.kind for trait in Trait.objects.all()] == ["device"]

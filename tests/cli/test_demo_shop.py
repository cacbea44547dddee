"""The demo brand's weeks: lived through the services, so that every book agrees and every room has something to show."""

import datetime as dt

import pytest
from django.conf import settings

from lianyi.cli.demo_shop import TODAY, live
from lianyi.cli.simulate import fill
from lianyi.lab.worlds import read_world
from lianyi.ops.campaigns.selectors import list_campaigns
from lianyi.ops.journal.checking import Scope, check_all
from lianyi.ops.members.selectors import get_member
from lianyi.ops.shop.lists import page_orders, page_products, page_refunds
from lianyi.stream import workspace as workspaces
from lianyi.stream.log.table import EventLog


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_weeks_leave_every_book_in_order_and_are_lived_once(tmp_path, monkeypatch):
    workspace = workspaces.create(tmp_path / "brand", brand="云岫", days_back=1)
    world = read_world("brand")
    fill(workspace, world, members=1_500, days=world.days, seed=1, twins=False)
    monkeypatch.setattr(settings, "WORKSPACE", workspace)
    at = dt.datetime.combine(TODAY, dt.time(15), tzinfo=workspace.zone)

    assert live(workspace, at)
    assert not live(workspace, at)

    assert {one.state for one in list_campaigns()} >= {"draft", "scheduled", "running", "closed"}
    assert page_orders().total > 100
    assert page_products().total == 24
    assert {one.state for one in page_refunds().rows} >= {"requested", "settled", "rejected"}
    assert get_member("m000014").tier
    checked = list(check_all(Scope(EventLog(workspace), at)))
    assert [(one.invariant.number, one.app, one.found.examples[:3]) for one in checked if one.status in ("broken", "late")] == []
    assert EventLog(workspace).snapshot().last_day == (TODAY - dt.date(1970, 1, 1)).days, "no fact lies beyond the brand's own today"

"""The story at service level: a member opens a team, shares, two friends join, it fills, pays, one refunds; every book agrees."""

import pytest

from lianyi.flows.campaign_clock import tick
from lianyi.insight.measure import measure
from lianyi.kernel.clock import Window
from lianyi.ops.campaigns.invariants import INVARIANTS
from lianyi.ops.campaigns.selectors import get_team
from lianyi.ops.campaigns.services import claim, join_team, open_team
from lianyi.ops.journal.checking import Found
from lianyi.ops.journal.relay import relay
from lianyi.ops.ledger.selectors import balance, house_balance
from lianyi.ops.ledger.services import account_of
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import get_stock
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, refund
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path):
    return EventLog(workspace.create(tmp_path / "w"))


def test_points_stock_stream_and_metrics_agree(launch, mei, serum, at, log):
    launch("points", {"per_hundred_fen": 1}, until=60 * DAY)
    referral = launch("referral", {"inviter_points": 100, "invitee_points": 50}, until=60 * DAY)
    sale = launch("group_buy", {"price_fen": 7_900, "size": 3}, product=serum, pieces=6, until=20 * DAY)

    seat = open_team(key=key(), actor=as_member(mei), at=at, campaign=sale, member=mei)
    pay(seat.order, at)
    friends = [join(actor=OWNER, at=at + HOUR, phone=f"1370000000{n}", referrer_id=mei.public_id) for n in (1, 2)]
    orders = []
    for friend in friends:
        claim(key=key(), actor=as_member(friend), at=at + HOUR, campaign=referral, invitee=friend)
        order = join_team(key=key(), actor=as_member(friend), at=at + HOUR, team=seat.team, member=friend).order
        orders.append(pay(order, at + HOUR))
    assert get_team(seat.team.public_id).state == "full"
    refund(orders[1], at + DAY)
    tick(at + 16 * DAY)
    relay(log)

    points = {one.public_id: balance(account_of(one, "points")) for one in (mei, *friends)}
    assert points == {mei.public_id: 79 + 100, friends[0].public_id: 79 + 50, friends[1].public_id: 0}
    assert house_balance("points_issuer") == -sum(points.values())
    stock = get_stock(serum, f"campaign:{sale.public_id}")
    assert (stock.available, stock.held, stock.sold) == (4, 0, 2)

    found = measure(DuckDBEngine(log.snapshot()), ["k_factor", "group_success_rate", "net_sales"], Window.parse("2026-06-01", "2026-06-03"))
    values = {one.metric: one.value for one in found}
    assert values["net_sales"] == 2 * 7_900
    assert values["group_success_rate"] == 1.0
    assert values["k_factor"] == pytest.approx(2 / 3), "of three who joined in the window, one brought two"
    for one in INVARIANTS:
        seen = Found()
        one.check(None, seen)
        assert seen.wrong == 0, seen.examples

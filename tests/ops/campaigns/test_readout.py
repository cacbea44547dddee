"""Hold-outs: both sides are counted when they see a campaign, and what the difference says comes with its interval."""

import datetime as dt

import pytest

from lianyi.kernel.errors import Refusal
from lianyi.ops.campaigns.models import Exposure
from lianyi.ops.campaigns.rules.readout import LEAST_MEMBERS, Side, read_out
from lianyi.ops.campaigns.selectors.monitor import figures, readout
from lianyi.ops.campaigns.services import buy, see
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay, people
from tests.ops.conftest import as_member


def test_nothing_is_said_of_a_handful():
    assert not read_out(Side(1_000, [100] * 200), Side(LEAST_MEMBERS - 1, [])).is_known


def test_equal_sides_differ_by_nothing_beyond_chance():
    found = read_out(Side(400, [10_000] * 40), Side(400, [10_000] * 40))

    assert found.lift == 0
    assert found.lift_interval[0] < 0 < found.lift_interval[1]
    assert not found.is_beyond_chance


def test_a_large_difference_is_stated_in_money_with_its_interval():
    found = read_out(Side(1_000, [10_000] * 300), Side(1_000, [10_000] * 100))
    low, likely, high = found.earned_fen

    assert found.lift == pytest.approx(0.2)
    assert likely == pytest.approx(2_000_000)
    assert 0 < low < likely < high
    # Welch by hand: both variances are p(1-p) of 10,000 squared, over n - 1.
    spread = (((0.3 * 0.7 + 0.1 * 0.9) * 10_000**2) / 999) ** 0.5
    assert high - likely == pytest.approx(1.959964 * spread * 1_000, rel=1e-3)


@pytest.mark.django_db
def test_who_is_held_out_is_counted_at_the_page_though_refused_at_the_till(launch, serum, at):
    sale = launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=8, holdout_unit="member", holdout_bp=5_000)
    members = people(12, at)
    arms = {one.public_id: see(actor=as_member(one), at=at + HOUR, campaign=sale, member=one) for one in members}
    assert set(arms.values()) == {"treated", "held_out"}

    bought = 0
    for one in members:
        try:
            order = buy(key=key(), actor=as_member(one), at=at + HOUR, campaign=sale, member=one)
        except Refusal:
            continue
        pay(order, at + HOUR + dt.timedelta(minutes=1))
        bought += 1
        assert arms[one.public_id] == "treated"

    again = [see(actor=as_member(one), at=at + 2 * HOUR, campaign=sale, member=one) for one in members]
    assert again == list(arms.values())
    assert Exposure.objects.filter(campaign=sale).count() == 12
    found = readout(sale, at + DAY)
    assert (found.shown.members, found.shown.buyers) == (list(arms.values()).count("treated"), bought)
    assert (found.held_out.members, found.held_out.buyers) == (list(arms.values()).count("held_out"), 0)
    shown = {one.id: one.value for one in figures(sale)}
    assert (shown["paid"], shown["net"]) == (bought, bought * 7_900)


@pytest.mark.django_db
def test_what_was_paid_before_the_first_meeting_does_not_count(launch, serum, at):
    sale = launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=8, holdout_unit="member", holdout_bp=5_000)
    from lianyi.ops.campaigns.services import checkout

    (one,) = people(1, at)
    pay(checkout(key=key(), actor=as_member(one), at=at + HOUR, member=one, lines=[(serum, 1)]), at + HOUR)
    see(actor=as_member(one), at=at + 2 * HOUR, campaign=sale, member=one)

    found = readout(sale, at + DAY)

    assert found.shown.buyers + found.held_out.buyers == 0

"""Points and commission: pending, released, given, spent, taken back, owed, expired."""

import datetime as dt

import pytest
from django.db import transaction

from lianyi.kernel.actor import SYSTEM, NotAllowed
from lianyi.ops.ledger.earnings import AmountUnusable, accrue, expire_points, give, release, spend_points, take_back
from lianyi.ops.ledger.selectors import balances_of, list_expiring, points_liability, statement
from lianyi.ops.ledger.services import Overdrawn
from tests.ops.conftest import as_member

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)


def by(at, key):
    return {"key": key, "actor": SYSTEM, "at": at}


def has(member, **wanted):
    return {kind: n for kind, n in balances_of(member).items() if n} == wanted


@pytest.mark.parametrize("kind", ["points", "commission"])
def test_an_earning_waits_is_released_and_is_the_members_own(kind, mei, at):
    accrue(kind, mei, 100, **by(at, "a"))
    assert has(mei, **{f"{kind}_pending": 100})

    release(kind, mei, 100, **by(at, "r"))

    assert has(mei, **{kind: 100})
    assert [(line.account, line.amount) for line in statement(mei)] == [(f"{kind}_pending", 100), (f"{kind}_pending", -100), (kind, 100)]


def test_more_cannot_be_released_than_is_pending(mei, at):
    accrue("points", mei, 100, **by(at, "a"))
    with transaction.atomic(), pytest.raises(Overdrawn), transaction.atomic():
        release("points", mei, 101, **by(at, "r"))

    assert has(mei, points_pending=100)


def test_what_was_spent_is_owed_when_it_is_taken_back_and_the_next_earning_pays(mei, at):
    give("points", mei, 100, **by(at, "g"))
    spend_points(mei, 80, key="s", actor=as_member(mei), at=at)
    take_back("points", mei, 100, pending=False, **by(at, "t"))
    assert has(mei, points_owed=-80)

    give("points", mei, 50, **by(at, "g2"))
    assert has(mei, points_owed=-30)

    accrue("points", mei, 40, **by(at, "a"))
    release("points", mei, 40, **by(at, "r"))
    assert has(mei, points=10)
    assert points_liability(at=at).live == 10


def test_points_that_expire_first_are_spent_first(mei, at):
    give("points", mei, 100, **by(at, "late"))
    give("points", mei, 60, **by(at, "soon"), expires_at=at + dt.timedelta(days=30))
    spend_points(mei, 70, key="s", actor=as_member(mei), at=at)

    assert list_expiring(mei, before=at + 2 * YEAR) == [(at + YEAR, 90)]


def test_points_end_when_their_time_is_over_and_once(mei, bo, at):
    give("points", mei, 100, **by(at, "late"))
    give("points", mei, 60, **by(at, "soon"), expires_at=at + dt.timedelta(days=30))
    give("points", bo, 5, **by(at, "bo"), expires_at=at + dt.timedelta(days=31))
    spend_points(mei, 20, key="s", actor=as_member(mei), at=at)
    later = at + dt.timedelta(days=31)

    assert expire_points(at=at + dt.timedelta(days=30) - dt.timedelta(microseconds=1)) == 0
    assert expire_points(at=later, at_once=1) == 45
    assert expire_points(at=later) == 0
    assert has(mei, points=100)
    assert has(bo)
    assert [line.kind for line in statement(bo)] == ["points_given", "points_expired"]


def test_the_liability_tells_by_month_what_will_end(mei, bo, at):
    give("points", mei, 100, **by(at, "a"), expires_at=dt.datetime(2026, 7, 10, tzinfo=dt.UTC))
    give("points", bo, 30, **by(at, "b"), expires_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    accrue("points", bo, 7, **by(at, "c"))

    found = points_liability(at=at)

    assert (found.live, found.pending) == (130, 7)
    assert found.expiring == {dt.date(2026, 7, 1): 100, dt.date(2026, 9, 1): 30}


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, 2**63])
def test_only_a_whole_number_above_zero_is_an_amount(amount, mei, at):
    for do in (lambda: give("points", mei, amount, **by(at, "g")), lambda: spend_points(mei, amount, **by(at, "s"))):
        with pytest.raises(AmountUnusable):
            do()

    assert has(mei)


def test_nobody_spends_anothers_points(mei, bo, at):
    give("points", mei, 100, **by(at, "g"))
    with pytest.raises(NotAllowed):
        spend_points(mei, 1, key="s", actor=as_member(bo), at=at)

    assert has(mei, points=100)

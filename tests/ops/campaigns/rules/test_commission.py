"""Commission: one level, a second behind an approval, never a third; nothing is paid twice and refunds end at nothing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.compliance import rule
from lianyi.ops.campaigns.rules.commission import (
    LEVELS_LIMIT,
    RATE_LIMIT_BP,
    LevelsRefused,
    Plan,
    RatesRefused,
    due_fen,
    earners,
    free_from,
    is_bound,
    plan,
)

NOON = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
plans = st.builds(
    Plan,
    st.lists(st.integers(1, 2_500), min_size=1, max_size=2).map(tuple),
    st.one_of(st.just(0), st.integers(1, 50_000)),
)


def test_the_limits_in_code_are_those_of_the_register():
    values = rule("CN-DI-005").values

    assert (values["levels_limit"], values["rate_limit_bp"]) == (LEVELS_LIMIT, RATE_LIMIT_BP)


@pytest.mark.parametrize("rates,approval", [((500, 200), ""), ((500, 200), "  "), ((500, 200, 100), "file 7"), ((1,) * 9, "file 7")])
def test_levels_beyond_the_limit_cannot_be_planned(rates, approval):
    with pytest.raises(LevelsRefused):
        plan(rates, approval=approval)


def test_a_second_level_stands_behind_its_approval():
    assert plan((500, 200), approval="legal/2026-05.pdf").rates_bp == (500, 200)


@pytest.mark.parametrize("rates", [(), (0,), (5_001,), (-1,)])
def test_rates_outside_their_limits_are_refused(rates):
    with pytest.raises(RatesRefused):
        plan(rates, approval="x")


@given(st.integers(0, 10**10), plans)
def test_commission_never_exceeds_the_rates_nor_the_cap(net_fen, one):
    shares = due_fen(net_fen, one)

    assert all(share >= 0 for share in shares)
    assert all(share * 10_000 <= net_fen * rate for share, rate in zip(shares, one.rates_bp, strict=True))
    assert not one.cap_fen or sum(shares) <= one.cap_fen


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=8), plans)
def test_claw_backs_of_part_refunds_are_never_negative_and_end_at_nothing(refunds, one):
    net = sum(refunds)
    held = list(due_fen(net, one))
    for refund in refunds:
        net -= refund
        for level, share in enumerate(due_fen(net, one)):
            assert share <= held[level], "less was paid, so no level is owed more"
            held[level] = share

    assert held == [0] * len(one.rates_bp)


def test_nobody_earns_on_an_own_order_nor_twice_on_one():
    two = Plan((500, 200))

    assert earners("buyer", ("a", "b", "c"), two) == ("a", "b")
    assert earners("buyer", ("buyer", "b"), two) == ("", "b")
    assert earners("buyer", ("a", "a"), two) == ("a", "")
    assert earners("buyer", (), two) == ("", "")


def test_commission_is_frozen_until_goods_can_no_longer_come_back():
    assert free_from(NOON, Plan((500,))) == NOON + dt.timedelta(days=15)


def test_a_click_binds_for_thirty_days_half_open():
    assert is_bound(NOON, NOON)
    assert is_bound(NOON, NOON + dt.timedelta(days=30, microseconds=-1))
    assert not is_bound(NOON, NOON + dt.timedelta(days=30))

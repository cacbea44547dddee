"""The reference price and what prizes count as."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from lianyi.compliance.prices import reference_ceiling_fen
from lianyi.compliance.prizes import Prize, top_win_fen

NOON = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)


def days_ago(days: float, price_fen: int) -> tuple[dt.datetime, int]:
    return NOON - dt.timedelta(days=days), price_fen


def test_the_ceiling_is_the_lowest_deal_of_the_seven_days_before():
    assert reference_ceiling_fen([days_ago(7, 8_800), days_ago(1, 12_900), days_ago(7.01, 5_000)], at=NOON) == 8_800


def test_without_a_recent_deal_it_is_the_last_one_whatever_its_height():
    assert reference_ceiling_fen([days_ago(90, 5_000), days_ago(30, 12_900)], at=NOON) == 12_900


def test_where_nothing_was_ever_sold_there_is_no_ground_for_a_crossed_out_price():
    assert reference_ceiling_fen([], at=NOON) is None
    assert reference_ceiling_fen([(NOON, 9_900)], at=NOON) is None


@given(st.lists(st.tuples(st.floats(0.001, 60), st.integers(1, 10**6)), max_size=20))
def test_the_ceiling_is_always_a_price_that_was_really_paid(history):
    deals = [days_ago(days, price) for days, price in history]

    ceiling = reference_ceiling_fen(deals, at=NOON)

    assert ceiling in ({price for _, price in deals} if deals else {None})


def test_repeated_chances_on_one_purchase_add_up_as_far_as_there_are_prizes():
    ladder = [Prize("goods", 3_000_000, units=1), Prize("goods", 1_000_000, units=5)]

    assert top_win_fen(ladder) == 3_000_000
    assert top_win_fen(ladder, chances=3) == 5_000_000


def test_a_lottery_ticket_counts_as_what_it_may_win():
    assert Prize("lottery_ticket", 200, top_fen=500_000_000).counted_fen == 500_000_000

"""What a campaign may bring: no range from too few, a wider one from fewer, and one that holds."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.campaigns.rules.outlook import LEVEL, Past, look_ahead, range_of


def test_two_campaigns_say_nothing_of_a_third():
    assert look_ahead([Past(1, 10, 1000), Past(2, 10, 1000)], 3).orders is None


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=12), st.floats(0.1, 60))
def test_the_middle_lies_within_the_range_which_is_never_below_nothing(daily, days):
    found = range_of(daily, days)

    assert 0 <= found.low <= found.middle + 1e-6
    assert found.middle <= found.high + 1e-6


def test_four_in_five_of_the_next_ones_come_to_lie_within_it():
    chance = random.Random(3)
    inside = 0
    for _ in range(2_000):
        *before, after = (math.expm1(chance.gauss(3, 0.5)) for _ in range(6))
        found = range_of(before, 1)
        inside += found.low <= after <= found.high

    assert abs(inside / 2_000 - LEVEL) < 0.03

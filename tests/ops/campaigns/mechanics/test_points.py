"""Points for orders."""

from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.campaigns.mechanics.points import earned


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=8), st.integers(1, 100))
def test_part_refunds_take_points_back_and_end_at_nothing(refunds, per_hundred_fen):
    net = sum(refunds)
    held = earned(net, per_hundred_fen)
    for refund in refunds:
        net -= refund
        left = earned(net, per_hundred_fen)
        assert 0 <= left <= held
        held = left

    assert held == 0

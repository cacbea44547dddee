"""Flash sale."""

import pytest

from lianyi.ops.campaigns.mechanics.flash_sale import Terms, phase


@pytest.mark.parametrize(
    "to_start,to_end,expected",
    [
        (86_401, 90_000, "before"),
        (86_400, 90_000, "preview"),
        (1, 100, "preview"),
        (0, 100, "running"),
        (-50, 1, "running"),
        (-50, 0, "over"),
        (-50, -1, "over"),
    ],
)
def test_a_sale_runs_from_its_start_to_before_its_end(to_start, to_end, expected):
    assert phase(to_start, to_end, Terms(price_fen=100)) == expected

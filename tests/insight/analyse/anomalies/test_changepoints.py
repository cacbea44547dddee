from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.anomalies.changepoints import changes


def cheapest(values: np.ndarray, least: int, penalty: float) -> float:
    n = len(values)
    best = [0.0] + [np.inf] * n
    for end in range(least, n + 1):
        for start in range(end - least + 1):
            part = values[start:end]
            best[end] = min(best[end], best[start] + float(((part - part.mean()) ** 2).sum()) + penalty)
    return best[n]


@given(st.lists(st.integers(-3, 12), min_size=6, max_size=30), st.integers(1, 3), st.floats(0.5, 30))
def test_no_other_way_to_cut_is_cheaper(given_values: list[int], least: int, penalty: float) -> None:
    values = np.array(given_values, dtype=float)

    cuts = [0, *(c.at for c in changes(values, least=least, penalty=penalty)), len(values)]

    parts = [values[a:b] for a, b in pairwise(cuts)]
    assert all(len(p) >= least for p in parts)
    cost = sum(float(((p - p.mean()) ** 2).sum()) + penalty for p in parts)
    assert cost == pytest.approx(cheapest(values, least, penalty), abs=1e-6)


def test_planted_changes_are_found_within_days() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 1, 1_000) + np.repeat([0.0, 2.0, -0.5], [400, 300, 300])

    found = [c.at for c in changes(values)]

    assert len(found) == 2
    assert abs(found[0] - 400) <= 3
    assert abs(found[1] - 700) <= 3


@pytest.mark.slow
def test_noise_alone_is_seldom_cut() -> None:
    cut = sum(bool(changes(np.random.default_rng(seed).normal(0, 1, 365))) for seed in range(60))

    assert cut <= 6


def test_too_short_a_series_has_no_changes() -> None:
    assert changes(np.arange(13.0)) == ()

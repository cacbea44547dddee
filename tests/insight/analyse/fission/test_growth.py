import math

import numpy as np
import pytest

from lianyi.insight.analyse.fission.delay import Delay, fit, normal_cdf
from lianyi.insight.analyse.fission.forest import forest
from lianyi.insight.analyse.fission.growth import Growth, extinction, growth
from tests.insight.analyse.fission.fission_cases import branching


def grown(seed: int, *, r: float, k: float = 0.8, days: float = 12.0, seeds: int = 1_500) -> Growth:
    joined, parent = branching(np.random.default_rng(seed), seeds=seeds, r=r, k=k, median_days=2.0, sigma=0.9, days=days)
    found = forest(parent)
    brought = np.flatnonzero(parent >= 0)
    return growth(days - joined, found.children, found.root, joined[brought] - joined[parent[brought]], parent[brought])


@pytest.mark.slow
def test_naive_k_is_biased_low_while_the_corrected_one_finds_the_truth() -> None:
    found = [grown(seed, r=0.62) for seed in range(8)]

    assert all(g.k_naive is not None and g.k_naive < 0.52 for g in found)
    inside = [g.k_factor.interval is not None and g.k_factor.interval[0] <= 0.62 <= g.k_factor.interval[1] for g in found]
    assert sum(inside) >= 7
    assert np.mean([g.k_factor.value for g in found if g.k_factor.value]) == pytest.approx(0.62, abs=0.02)
    assert np.mean([g.cycle_days.value for g in found if g.cycle_days.value]) == pytest.approx(2.0, abs=0.07)
    assert np.mean([g.dispersion.value for g in found if g.dispersion.value]) == pytest.approx(0.8, abs=0.08)
    assert np.mean([g.multiplier.value for g in found if g.multiplier.value]) == pytest.approx(1 / 0.38, rel=0.06)
    assert all(g.extinct.value == 1.0 for g in found)


@pytest.mark.slow
def test_growth_without_end_has_no_final_size_but_may_die_out() -> None:
    found = grown(1, r=1.3, k=0.5, seeds=400)

    assert found.k_factor.value == pytest.approx(1.3, abs=0.12)
    assert found.multiplier.value is None
    assert found.multiplier.because is not None
    assert found.extinct.value == pytest.approx(extinction(1.3, 0.5), abs=0.1)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_interval() -> None:
    assert grown(3, r=0.4, seeds=300) == grown(3, r=0.4, seeds=300)


def test_too_few_invitees_give_the_naive_figure_and_a_reason() -> None:
    found = growth(np.full(30, 10.0), np.array([1, 1, *[0] * 28]), np.arange(30), np.array([1.0, 2.0]), np.array([0, 1]))

    assert found.k_naive == pytest.approx(2 / 30)
    assert found.k_factor.value is None
    assert found.k_factor.because is not None


def test_delays_longer_than_anybody_was_watched_are_not_guessed() -> None:
    # Joining dates without any rhythm: the later the more invitees, and no end of it in sight.
    rng = np.random.default_rng(0)
    n = 4_000
    inviter = np.where(rng.random(n) < 0.6, (rng.random(n) * np.arange(n)).astype(np.int64), -1)
    inviter[0] = -1
    joined = np.sort(rng.random(n)) * 300
    found = forest(inviter)
    brought = np.flatnonzero(inviter >= 0)

    measured = growth(300 - joined, found.children, found.root, joined[brought] - joined[inviter[brought]], inviter[brought])

    assert measured.k_factor.value is None
    assert measured.k_factor.because is not None
    assert measured.k_naive == pytest.approx(0.6, abs=0.03)


def test_nobody_brought_anybody_is_said() -> None:
    found = growth(np.full(5, 10.0), np.zeros(5, dtype=np.int64), np.arange(5), np.zeros(0), np.zeros(0, dtype=np.int64))

    assert (found.k_naive, found.k_factor.value) == (0.0, None)


def test_when_everyone_was_watched_for_long_the_fit_is_the_plain_one() -> None:
    logs = np.random.default_rng(4).normal(1.0, 0.5, 4_000)

    found = fit(len(logs), logs.sum(), float(logs @ logs), np.array([math.log(1e6)]), np.array([4_000.0]))

    assert found == Delay(pytest.approx(logs.mean(), abs=1e-6), pytest.approx(logs.std(), abs=1e-6))


def test_cut_off_delays_are_recovered() -> None:
    rng = np.random.default_rng(9)
    delay, watched = np.exp(rng.normal(1.0, 0.8, 60_000)), rng.random(60_000) * 6
    seen = delay < watched
    logs = np.log(delay[seen])
    edges, counts = np.unique(np.round(np.log(watched[seen]), 2), return_counts=True)

    found = fit(len(logs), logs.sum(), float(logs @ logs), edges, counts.astype(float))

    assert found is not None
    assert logs.mean() < 0.6
    assert (found.mu, found.sigma) == pytest.approx((1.0, 0.8), abs=0.06)


def test_the_normal_distribution_is_exact_to_many_digits() -> None:
    x = np.linspace(-8, 8, 3_001)

    assert normal_cdf(x) == pytest.approx([0.5 * math.erfc(-v / math.sqrt(2)) for v in x], abs=1e-13)


@pytest.mark.parametrize("r,k", [(1.5, 0.3), (2.0, 1.0), (1.2, math.inf)])
def test_extinction_solves_its_equation(r: float, k: float) -> None:
    q = extinction(r, k)

    assert 0 < q < 1
    assert q == pytest.approx(math.exp(-r * (1 - q)) if math.isinf(k) else (1 + r * (1 - q) / k) ** -k, abs=1e-9)
    if k == 1.0:
        assert q == pytest.approx(0.5)

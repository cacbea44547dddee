"""Chance by counter, and what is drawn from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.lab.chance import Chance, philox
from lianyi.lab.draws import counts, normals, picks, picks_by_kind, times_of_day, waits

# Random123's known answers: counter words, key words, cipher words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize("counter,key,answer", KNOWN)
def test_the_cipher_gives_the_published_answers(counter, key, answer):
    words = philox(np.array([counter[0]], np.uint64), np.array([counter[1]], np.uint64), counter[2], counter[3], *key)

    assert " ".join(f"{int(word[0]):08x}" for word in words) == answer


@given(st.integers(0, 2**31), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50), st.integers(-1000, 10_000))
def test_a_member_draws_the_same_whoever_else_draws(seed, who, day):
    together = Chance(seed).each("x", day, np.array(who), 3)

    for place, one in enumerate(who):
        assert (Chance(seed).each("x", day, [one], 3)[:, 0] == together[:, place]).all()


def test_other_seeds_purposes_days_and_subjects_draw_otherwise():
    who = np.arange(1000)
    drawn = [
        Chance(1).each("a", 0, who)[0],
        Chance(2).each("a", 0, who)[0],
        Chance(1).each("b", 0, who)[0],
        Chance(1).each("a", 1, who)[0],
        Chance(1).each("a", 0, who, 1)[0],
        Chance(1).each("a", 0, who)[1],
        Chance(1).everyone("a", 0, 1000),
        Chance(1).everyone("a", -1, 1000),
    ]

    alike = np.corrcoef(drawn) - np.eye(len(drawn))
    assert np.abs(alike).max() < 5 / np.sqrt(1000)


def test_numbers_are_uniform():
    drawn = Chance(3).each("u", 0, np.arange(200_000)).ravel()

    assert 0 < drawn.min() < drawn.max() < 1
    observed = np.histogram(drawn, 100, (0, 1))[0]
    # 99 degrees of freedom: the 1 in 10,000 quantile is 159
    assert ((observed - 8000.0) ** 2 / 8000).sum() < 159


@pytest.mark.parametrize("mean", [0.05, 0.7, 3.0])
def test_counts_are_poisson(mean):
    drawn = counts(Chance(4).everyone("n", 0, 100_000), mean, most=40)

    assert drawn.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / 100_000))
    assert drawn.var() == pytest.approx(mean, rel=0.03)


@given(st.floats(0, 0.999), st.floats(0, 3), st.floats(0, 3))
def test_more_of_a_cause_never_means_less_of_its_effect(u, low, more):
    luck = np.array([u])

    assert counts(luck, low)[0] <= counts(luck, low + more)[0]


def test_choices_follow_their_weights():
    u = Chance(5).everyone("c", 0, 100_000)
    table = np.cumsum([[1.0, 3.0, 0.0], [0.0, 0.0, 2.0]], axis=1)

    assert np.bincount(picks(u, table[0])) / 100_000 == pytest.approx([0.25, 0.75], abs=0.01)
    kinds = np.arange(100_000) % 2
    chosen = picks_by_kind(u, kinds, table)
    assert (chosen[kinds == 1] == 2).all()
    assert np.bincount(chosen[kinds == 0], minlength=3) / 50_000 == pytest.approx([0.25, 0.75, 0], abs=0.01)


def test_normals_and_waits_have_their_quantiles():
    u, v, _, _ = Chance(6).each("w", 0, np.arange(100_000))

    assert np.quantile(normals(u, v), [0.025, 0.5, 0.975]) == pytest.approx([-1.96, 0, 1.96], abs=0.03)
    assert np.median(waits(u, v, median=18.0, spread=1.1)) == pytest.approx(18.0, rel=0.02)


def test_times_fall_in_the_hours_that_have_weight():
    shares = np.zeros(24)
    shares[[9, 21]] = 1.0, 3.0

    hours = times_of_day(Chance(7).everyone("t", 0, 40_000), shares) // 3_600_000_000

    assert np.bincount(hours, minlength=24)[[9, 21]] / 40_000 == pytest.approx([0.25, 0.75], abs=0.01)

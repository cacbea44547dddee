"""Rates compared between two windows: what is planted is found, what is not stays unfound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.rates.compare import FALSE_DISCOVERY_RATE, Slice, compare, compare_families, t_quantiles, t_tails
from lianyi.insight.analyse.rates.onset import onset
from lianyi.insight.analyse.rates.sides import Side, Units, doubt, summed, without

DAYS = 28


def side(rng: np.random.Generator, rate: float, *, a_day: float = 200, shock: float = 0.05, days: int = DAYS) -> Side:
    base = rng.poisson(a_day, days).astype(float)
    daily = np.clip(rate * np.exp(rng.normal(0, shock, days)), 0, 1)
    return Side(rng.binomial(base.astype(int), daily).astype(float), base)


def world(rng: np.random.Generator, now: dict[str, float], *, rate: float = 0.3) -> list[Slice]:
    """The whole and its parts; every part at `rate` before, and at its own rate now."""
    pairs = {name: (side(rng, rate), side(rng, then)) for name, then in now.items()}
    whole = Slice(None, None, summed([p[0] for p in pairs.values()]), summed([p[1] for p in pairs.values()]))
    return [whole, *(Slice("platform", name, before, after) for name, (before, after) in pairs.items())]


@pytest.mark.slow
def test_in_worlds_where_nothing_happened_at_most_one_in_twenty_shows_a_change():
    rng = np.random.default_rng(1)
    shown = sum(any(m.selected for m in compare(world(rng, dict.fromkeys("abcde", 0.3)))) for _ in range(80))

    assert shown <= 7  # 4 are expected at most; the procedure errs on the careful side


@pytest.mark.slow
def test_days_that_resemble_each_other_are_not_taken_for_news():
    rng = np.random.default_rng(2)
    shown = 0
    for _ in range(60):
        drift = np.zeros(2 * DAYS)
        for i in range(1, 2 * DAYS):
            drift[i] = 0.5 * drift[i - 1] + rng.normal(0, 0.09)
        base = rng.poisson(400, 2 * DAYS).astype(float)
        hits = rng.binomial(base.astype(int), np.clip(0.3 * np.exp(drift), 0, 1)).astype(float)
        (moved,) = compare([Slice(None, None, Side(hits[:DAYS], base[:DAYS]), Side(hits[DAYS:], base[DAYS:]))])
        shown += moved.selected and moved.change < 0

    assert shown <= 5


def test_a_fault_in_one_place_is_found_there_and_nowhere_else():
    moved = compare(world(np.random.default_rng(3), {"ios": 0.15, "android": 0.3, "web": 0.3}))

    apart = {m.slice.value for m in moved if m.selected and m.excess_p is not None and m.excess_p < 0.05 and m.change < 0}
    assert apart == {"ios"}
    assert moved[0].selected, "the whole fell with it"


@pytest.mark.slow
def test_of_twenty_families_in_which_nothing_happened_one_world_in_twenty_says_something():
    rng = np.random.default_rng(5)
    flat = dict.fromkeys("abc", 0.3)
    alone = together = 0
    for _ in range(25):
        families = [world(rng, flat) for _ in range(20)]
        together += any(m.selected for found in compare_families(families) for m in found)
        alone += any(m.selected for slices in families for m in compare(slices))

    assert together <= 4
    assert alone > together  # each family by itself errs in one of twenty: together they nearly always would


def test_what_happened_in_one_family_is_found_beside_nineteen_others():
    rng = np.random.default_rng(6)
    families = [world(rng, dict.fromkeys("abc", 0.3)) for _ in range(19)] + [world(rng, {"a": 0.15, "b": 0.3, "c": 0.3})]
    found = compare_families(families)

    assert {m.slice.value for m in found[-1] if m.selected and m.change < 0} >= {"a"}
    assert [m for moved in found[:-1] for m in moved if m.selected] == []
    for one in (m for m in found[-1] if m.selected):
        assert one.interval[1] < 0 or one.interval[0] > 0


def test_families_without_anything_to_test_do_not_count():
    few = [Slice(None, None, Side(np.ones(20), np.ones(20)), Side(np.ones(20), np.ones(20)))]
    one = world(np.random.default_rng(7), {"a": 0.2, "b": 0.3})

    assert [m.q for m in compare_families([few, one, few])[1]] == [m.q for m in compare(one)]
    assert [m.q for m in compare_families([few])[0]] == [None]


def test_amounts_of_a_few_days_are_not_tested():
    """Twelve orders on six days say little, whatever their amounts: the other days are no evidence that nothing varies."""
    base = np.zeros(DAYS)
    base[::5] = 2.0
    before, now = Side(base * 300, base), Side(base * 170, base)
    steady = np.ones(DAYS)

    assert compare([Slice(None, None, before, now, "mean")])[0].p is None
    assert compare([Slice(None, None, Side(steady * 300, steady), Side(steady * 170 + np.arange(DAYS), steady), "mean")])[0].selected


def test_a_fall_everywhere_is_nobodys_excess():
    moved = compare(world(np.random.default_rng(4), {"ios": 0.2, "android": 0.2, "web": 0.2}))

    assert moved[0].selected
    assert [m.slice.value for m in moved[1:] if m.excess_p is not None and m.excess_p < 0.01] == []


def test_a_rate_that_falls_to_nothing_is_tested():
    before, now = Side(np.full(DAYS, 5.0), np.full(DAYS, 10.0)), Side(np.zeros(DAYS), np.full(DAYS, 10.0))

    (moved,) = compare([Slice(None, None, before, now)])

    assert moved.selected
    assert moved.now == 0.0
    assert moved.lost == 140.0


def test_a_fault_that_begins_in_the_middle_of_a_window_is_no_noise_of_it():
    rng = np.random.default_rng(5)
    first, then = side(rng, 0.88, a_day=60, shock=0.02, days=10), side(rng, 0.5, a_day=60, shock=0.02, days=DAYS - 10)
    now = Side(np.concatenate([first.hits, then.hits]), np.concatenate([first.base, then.base]))
    before = side(rng, 0.88, a_day=60, shock=0.02)

    (moved,) = compare([Slice(None, None, before, now)])

    assert moved.selected
    assert onset(before, now) == DAYS + 10


def test_too_little_is_not_tested():
    few = Side(np.full(DAYS, 0.1), np.full(DAYS, 1.0))
    short = Side(np.full(7, 50.0), np.full(7, 100.0))
    nothing = Side(np.zeros(DAYS), np.zeros(DAYS))

    assert [m.p for m in compare([Slice(None, None, x, x) for x in (few, short, nothing)])] == [None, None, None]


def test_a_whole_that_is_only_there_for_its_parts_takes_no_part_in_the_testing():
    slices = world(np.random.default_rng(6), {"a": 0.15, "b": 0.3})
    there = [Slice(None, None, slices[0].before, slices[0].now, tested=False), *slices[1:]]

    moved = compare(there)

    assert moved[0].p is None
    assert moved[1].excess is not None
    assert moved[1].excess < 0


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.1, 0.5), st.floats(0.5, 1.5))
def test_the_interval_of_what_is_selected_excludes_no_change_and_only_that(seed, rate, times):
    rng = np.random.default_rng(seed)
    moved = compare(world(rng, {"a": min(0.9, rate * times), "b": rate, "c": rate}, rate=rate))

    for m in moved:
        if m.selected:
            assert m.interval is not None
            assert m.interval[0] > 0 or m.interval[1] < 0
        elif m.interval is not None and m.p is not None and m.p > FALSE_DISCOVERY_RATE:
            assert m.interval[0] <= 0 <= m.interval[1]


@given(st.integers(0, 10_000))
def test_turning_time_round_turns_the_change_round(seed):
    rng = np.random.default_rng(seed)
    before, now = side(rng, 0.3), side(rng, 0.25)
    (forth,), (back,) = compare([Slice(None, None, before, now)]), compare([Slice(None, None, now, before)])

    assert forth.change == pytest.approx(-back.change)


def test_units_that_carry_much_widen_the_doubt():
    plain = Side(np.full(DAYS, 100.0), np.full(DAYS, 1_000.0))
    carried = Side(plain.hits, plain.base, Units(50, 400_000.0, 900_000.0, 20_000_000.0))

    assert doubt(carried, "count").variance > 5 * doubt(plain, "count").variance


def test_a_part_and_its_rest_make_the_whole():
    rng = np.random.default_rng(7)
    a, b = side(rng, 0.3), side(rng, 0.2)
    rest = without(a + b, a)

    assert np.array_equal(rest.hits, b.hits)
    assert np.array_equal(rest.base, b.base)


def test_students_t_agrees_with_the_tables():
    assert t_tails([(2.042, 30), (12.706, 1), None]) == [pytest.approx(0.05, abs=2e-4), pytest.approx(0.05, abs=2e-4), None]
    assert t_quantiles(np.array([0.05, 0.01]), np.array([5.0, 20.0])).tolist() == pytest.approx([2.5706, 2.8453], abs=1e-3)


def test_a_steady_rate_has_no_onset():
    rng = np.random.default_rng(8)

    assert onset(side(rng, 0.3), side(rng, 0.3)) is None

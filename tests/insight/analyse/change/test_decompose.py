import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianyi.insight.analyse.change.decompose import Product, chain, lmdi, log_mean, shapley
from lianyi.insight.analyse.change.mix import split

# Factors of very different sizes, and zeros.
factor = st.one_of(st.just(0.0), st.floats(1e-4, 1e6))
shapes = st.tuples(st.integers(1, 5), st.integers(1, 6))
pairs = shapes.flatmap(lambda s: st.tuples(arrays(np.float64, s, elements=factor), arrays(np.float64, s, elements=factor)))


@given(pairs)
def test_effects_sum_to_the_change_with_zeros_new_and_vanished_segments(pair: tuple[np.ndarray, np.ndarray]) -> None:
    x0, x1 = pair
    v0, v1 = x0.prod(axis=0), x1.prod(axis=0)

    effects = lmdi(x0, x1)

    assert np.all(np.abs(effects.sum(axis=0) - (v1 - v0)) <= 1e-9 * np.maximum(v0, v1))
    assert abs(effects.sum() - (v1.sum() - v0.sum())) <= 1e-9 * max(v0.sum(), v1.sum())


@given(pairs)
def test_running_time_backwards_flips_every_effect(pair: tuple[np.ndarray, np.ndarray]) -> None:
    x0, x1 = pair
    np.testing.assert_allclose(lmdi(x0, x1), -lmdi(x1, x0), rtol=1e-12, atol=0)


@given(pairs, st.randoms(use_true_random=False))
def test_effects_do_not_depend_on_the_order_of_factors_or_segments(pair: tuple[np.ndarray, np.ndarray], random: object) -> None:
    x0, x1 = pair
    rows, columns = np.arange(x0.shape[0])[::-1], np.roll(np.arange(x0.shape[1]), 1)
    np.testing.assert_allclose(lmdi(x0[rows][:, columns], x1[rows][:, columns]), lmdi(x0, x1)[rows][:, columns], rtol=1e-9, atol=1e-12)


@given(pairs)
def test_the_limit_of_tiny_values_is_what_zero_gives(pair: tuple[np.ndarray, np.ndarray]) -> None:
    x0, x1 = pair
    tiny = 1e-300
    scale = np.maximum(x0.prod(axis=0), x1.prod(axis=0))
    zero_once = ((x0 == 0).sum(axis=0) + (x1 == 0).sum(axis=0)) == 1
    near = lmdi(np.where(x0 == 0, tiny, x0), np.where(x1 == 0, tiny, x1))
    # ln(1e-300) is -691, and the other factors together move by at most e**90 or so: the zero one takes nearly all, and all in the limit.
    assert np.all(np.abs(near - lmdi(x0, x1))[:, zero_once] <= 0.2 * scale[zero_once])


def test_a_new_segment_is_the_gain_of_the_factor_that_was_zero() -> None:
    levels0, levels1 = np.array([[0.0], [0.0], [0.0]]), np.array([[50.0], [10.0], [700.0]])

    assert lmdi(chain(levels0), chain(levels1)).ravel().tolist() == [700.0, 0.0, 0.0]
    assert lmdi(chain(levels1), chain(levels0)).ravel().tolist() == [-700.0, 0.0, 0.0]


def test_two_factors_that_were_zero_share_the_gain() -> None:
    assert lmdi([0.0, 0.0, 3.0], [2.0, 5.0, 6.0]).tolist() == [30.0, 30.0, 0.0]
    assert lmdi([0.0, 5.0], [2.0, 0.0]).tolist() == [0.0, 0.0]


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        lmdi([1.0, -2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="must both be"):
        lmdi([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="neither period"):
        lmdi([1.0, np.nan], [2.0, np.nan])
    assert lmdi([1.0, np.nan], [1.0, np.nan]).tolist() == [0.0, 0.0]


@given(st.floats(1e-6, 1e9), st.floats(1e-6, 1e9))
def test_the_log_mean_lies_between_the_geometric_and_the_arithmetic(a: float, b: float) -> None:
    mean = float(log_mean(np.array([a]), np.array([b]))[0])
    assert np.sqrt(a) * np.sqrt(b) * (1 - 1e-12) <= mean <= (a + b) / 2 * (1 + 1e-12)


def test_log_mean_effects_lie_within_a_hundredth_and_a_half_of_shapley_on_random_trees() -> None:
    # up to five factors, each falling by up to 30% or rising by up to 42%; the gap is measured against the value
    generator = np.random.default_rng(7)
    worst = 0.0
    for _ in range(300):
        k = int(generator.integers(2, 6))
        names = tuple(f"f{i}" for i in range(k))
        x0 = np.exp(generator.normal(0, 2, k))
        x1 = x0 * np.exp(generator.uniform(-0.35, 0.35, k))
        exact = shapley([Product(names)], dict(zip(names, x0, strict=True)), dict(zip(names, x1, strict=True)))
        gap = np.abs(lmdi(x0, x1) - np.array(list(exact.values()))) / max(x0.prod(), x1.prod())
        worst = max(worst, float(gap.max()))
    assert worst < 0.015


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=4, max_size=4))
def test_shapley_effects_sum_to_the_change_of_a_tree_with_minus_nodes(values: list[tuple[float, float]]) -> None:
    names = ("visits", "orders_per_visit", "price", "unit_cost")
    old, new = ({n: v[i] for n, v in zip(names, values, strict=True)} for i in (0, 1))
    tree = [Product(("visits", "orders_per_visit", "price")), Product(("visits", "orders_per_visit", "unit_cost"), -1)]

    def profit(x: dict[str, float]) -> float:
        return x["visits"] * x["orders_per_visit"] * (x["price"] - x["unit_cost"])

    effects = shapley(tree, old, new)

    assert sum(effects.values()) == pytest.approx(profit(new) - profit(old), abs=1e-6)
    assert shapley(tree, new, old) == pytest.approx({k: -v for k, v in effects.items()}, abs=1e-6)


def test_shapley_is_the_mean_over_all_orders_of_moving() -> None:
    import itertools

    names, old, new = ("a", "b", "c"), {"a": 2.0, "b": 3.0, "c": 5.0}, {"a": 4.0, "b": 1.0, "c": 7.0}
    sums = dict.fromkeys(names, 0.0)
    for order in itertools.permutations(names):
        state = dict(old)
        for name in order:
            before = state["a"] * state["b"] * state["c"]
            state[name] = new[name]
            sums[name] += (state["a"] * state["b"] * state["c"] - before) / 6
    assert shapley([Product(names)], old, new) == pytest.approx(sums)


counts = st.integers(0, 200)
tables = st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=6).map(
    lambda rows: [np.array(c, dtype=float) for c in zip(*rows, strict=True)]
)


@given(tables)
def test_within_and_mix_sum_to_the_change_of_the_rate_and_flip_with_time(table: list[np.ndarray]) -> None:
    h0, b0, h1, b1 = table
    h0, h1 = np.minimum(h0, b0), np.minimum(h1, b1)

    forward, back = split(h0, b0, h1, b1), split(h1, b1, h0, b0)

    if forward.change is None:
        assert b0.sum() == 0 or b1.sum() == 0
    else:
        assert float((forward.within + forward.mix).sum()) == pytest.approx(forward.change, abs=1e-12)
        np.testing.assert_allclose(forward.within, -back.within, atol=1e-12)


def test_simpsons_textbook_table_is_flagged() -> None:
    # Kidney stones: from treatment A (large stones mostly) to B the whole rate rises from 78% to 83% while both sizes fall.
    found = split([81, 192], [87, 263], [234, 55], [270, 80])

    assert (found.simpson, found.sign_flip) == (True, True)
    assert (found.baseline, found.current) == (pytest.approx(273 / 350), pytest.approx(289 / 350))
    assert np.all(found.within < 0)
    calm = split([81, 192], [87, 263], [84, 200], [87, 263])
    assert (calm.simpson, calm.sign_flip) == (False, False)
    assert calm.mix.tolist() == [0.0, 0.0]

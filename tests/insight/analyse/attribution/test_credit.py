import csv
import gzip
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.attribution import markov, shapley
from lianyi.insight.analyse.attribution.credit import MODELS, credit, over_credit, whole_parts
from lianyi.insight.analyse.attribution.journeys import Journeys, journeys_of
from lianyi.insight.analyse.estimate import Estimate
from lianyi.kernel.errors import BadInput, UnknownName

RULES = ("first", "last", "linear", "position")
NO_TIME = (*RULES, "markov", "shapley")

journey_sets = st.lists(
    st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12
).filter(lambda rows: sum(c for _, c, _ in rows) > 0)


def made(rows: list[tuple[list[str], int, int]]) -> Journeys:
    return journeys_of(
        [p for p, _, _ in rows], [c for _, c, _ in rows], values=[c * 7.0 for _, c, _ in rows], nulls=[n for _, _, n in rows]
    )


def path_data(folder: Path) -> Journeys:
    with gzip.open(folder / "PathData.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    return journeys_of(
        [r["path"].split(" > ") for r in rows],
        [float(r["total_conversions"]) for r in rows],
        values=[float(r["total_conversion_value"]) for r in rows],
        nulls=[float(r["total_null"]) for r in rows],
    )


def test_the_published_paths_give_their_published_credit(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("attribution_pathdata")
    journeys = path_data(folder)
    with (folder / "expected_attribution.csv").open() as file:
        expected = {r["channel_name"]: {k: float(v) for k, v in r.items() if k != "channel_name"} for r in csv.DictReader(file)}

    found = {m.model: m for m in credit(journeys, models=NO_TIME)}

    for channel, row in expected.items():
        for rule in ("first", "last", "linear"):
            mine = found[rule].of(channel)
            assert mine.orders == pytest.approx(row[f"{rule}_touch_conversions"], abs=1e-6)
            assert mine.value == pytest.approx(row[f"{rule}_touch_value"], abs=1e-6)
        chain = found["markov"].of(channel)
        assert chain.orders == pytest.approx(row["exact_conv"], abs=1e-6)
        assert chain.removal == pytest.approx(row["removal"], abs=1e-9)
    moves, _ = markov.transitions(journeys, np.zeros(len(journeys.who), dtype=np.int64), 1)
    assert markov.chance_of_order(moves[0]) == pytest.approx(0.2238451, abs=1e-7)
    assert [sum(c.orders for c in m.credits) for m in found.values()] == pytest.approx([19_785.0] * len(NO_TIME))
    assert [sum(c.value for c in m.credits) for m in found.values()] == pytest.approx([74_802.97] * len(NO_TIME), abs=0.01)


@given(journey_sets)
def test_every_model_hands_out_exactly_what_was_earned(rows: list[tuple[list[str], int, int]]) -> None:
    journeys = made(rows)

    for model in credit(journeys, models=NO_TIME):
        assert sum(c.orders for c in model.credits) == pytest.approx(journeys.conversions.sum())
        assert sum(c.value for c in model.credits) == pytest.approx(journeys.values.sum())
        assert sum(c.share or 0 for c in model.credits) == pytest.approx(1)


@given(journey_sets)
def test_the_closed_form_is_what_removing_a_channel_by_hand_gives(rows: list[tuple[list[str], int, int]]) -> None:
    journeys = made(rows)
    moves, _ = markov.transitions(journeys, np.zeros(len(journeys.who), dtype=np.int64), 1)
    chance = markov.chance_of_order(moves[0])

    effects = markov.removal_effects(moves[0])

    for j in range(len(journeys.channels)):
        gone = moves[0].copy()
        gone[j] = 0
        gone[j, -1] = 1
        assert effects[j] == pytest.approx(1 - markov.chance_of_order(gone) / chance, abs=1e-9)


def brute_shapley(rows: list[tuple[list[str], int, int]], channels: tuple[str, ...]) -> dict[str, float]:
    everyone = sum(c + n for _, c, n in rows)

    def worth(inside: frozenset[str]) -> float:
        mine = [(c, n) for p, c, n in rows if set(p) <= inside]
        seen = sum(c + n for c, n in mine)
        return everyone * sum(c for c, _ in mine) / seen if seen else 0.0

    gains = dict.fromkeys(channels, 0.0)
    orders = list(itertools.permutations(channels))
    for order in orders:
        for i, channel in enumerate(order):
            gains[channel] += (worth(frozenset(order[: i + 1])) - worth(frozenset(order[:i]))) / len(orders)
    return gains


@given(journey_sets.filter(lambda rows: sum(n for _, _, n in rows) > 0))
def test_exact_shapley_is_the_mean_over_every_ordering(rows: list[tuple[list[str], int, int]]) -> None:
    journeys = made(rows)

    (found,) = credit(journeys, models=["shapley"])

    assert {c.channel: c.orders for c in found.credits} == pytest.approx(brute_shapley(rows, journeys.channels), abs=1e-9)


def test_without_lost_journeys_shapley_shares_an_order_equally_by_its_channels() -> None:
    (found,) = credit(journeys_of([["a", "a", "b"], ["b"]], [2, 1]), models=["shapley"])

    assert [(c.channel, c.orders) for c in found.credits] == [("b", 2.0), ("a", 1.0)]


def test_sampled_shapley_sums_exactly_and_comes_near_the_exact_credit() -> None:
    rng = np.random.default_rng(5)
    rows = [
        (list(rng.choice(list("abcdef"), size=rng.integers(1, 5))), int(rng.integers(0, 4)), int(rng.integers(0, 9))) for _ in range(200)
    ]
    journeys = made(rows)
    sets, orders, _, seen = shapley.by_set(journeys, np.zeros(len(rows), dtype=np.int64), 1)

    exact = shapley.exact(sets, orders, seen, 6)[0]
    drawn = shapley.sampled(sets, orders, seen, 6, draws=2_000, seed=1)[0]

    assert drawn.sum() == pytest.approx(exact.sum())
    assert np.abs(drawn - exact).max() < 0.02 * exact.sum()
    assert (shapley.sampled(sets, orders, seen, 6, draws=50, seed=1) == shapley.sampled(sets, orders, seen, 6, draws=50, seed=1)).all()


def test_twenty_channels_are_sampled_and_sixty_three_refused() -> None:
    names = [f"c{i:02d}" for i in range(63)]
    (found,) = credit(journeys_of([names[:20], names[5:10]], [3, 1], nulls=[1, 8]), models=["shapley"])
    assert sum(c.orders for c in found.credits) == pytest.approx(4)

    with pytest.raises(shapley.TooManyChannels):
        credit(journeys_of([names], [1]), models=["shapley"])


@pytest.mark.parametrize(
    "path,expected", [("a", {"a": 1}), ("ab", {"a": 0.5, "b": 0.5}), ("abcd", {"a": 0.4, "d": 0.4, "b": 0.1, "c": 0.1})]
)
def test_position_gives_forty_twenty_forty(path: str, expected: dict[str, float]) -> None:
    (found,) = credit(journeys_of([list(path)], [1]), models=["position"])

    assert {c.channel: c.orders for c in found.credits} == pytest.approx(expected)


def test_time_decay_halves_for_every_half_life_and_survives_long_ages() -> None:
    base = journeys_of([["a", "b"], ["a", "b"]], [1, 0], nulls=[0, 1])
    aged = Journeys(
        channels=base.channels, starts=base.starts, touches=base.touches, age_days=np.array([14.0, 7.0, 0, 0]),
        conversions=base.conversions, values=base.values, nulls=base.nulls, who=base.who,
    )  # fmt: skip

    (found,) = credit(aged, models=["time_decay"], half_life_days=7)
    (short,) = credit(aged, models=["time_decay"], half_life_days=0.001)

    assert (found.of("b").orders, found.of("a").orders) == pytest.approx((2 / 3, 1 / 3))
    assert (short.of("b").orders, short.of("a").orders) == (1.0, 0.0)
    with pytest.raises(BadInput):
        credit(base, models=["time_decay"])
    with pytest.raises(BadInput):
        credit(aged, models=["time_decay"], half_life_days=0)


@pytest.mark.slow
def test_intervals_cover_the_share_that_made_the_data_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    covered = {"last": 0, "markov": 0}
    tries = 120
    # Every person: one touch of a (70%) or b; orders at .3 and .2: the share of a is .21/.27.
    for _ in range(tries):
        a = rng.random(600) < 0.7
        bought = rng.random(600) < np.where(a, 0.3, 0.2)
        journeys = journeys_of([["a"] if x else ["b"] for x in a], bought.astype(float), nulls=(~bought).astype(float))
        for model in credit(journeys, models=list(covered)):
            interval = model.of("a").interval
            assert interval is not None
            covered[model.model] += interval[0] <= 0.21 / 0.27 <= interval[1]

    assert all(0.88 <= hits / tries <= 1 for hits in covered.values())


def test_few_people_get_no_interval() -> None:
    (found,) = credit(journeys_of([["a"], ["b"]], [3, 1]), models=["last"])

    assert [c.interval for c in found.credits] == [None, None]


def test_over_credit_answers_only_where_a_hold_out_can_tell() -> None:
    (last,) = credit(journeys_of([["kol"], ["search"]], [90, 30]), models=["last"])

    found = over_credit(last, {"kol": Estimate(45.0, (30.0, 60.0), 900, "A"), "search": Estimate(5.0, (-5.0, 15.0), 900, "A")})

    assert (found["kol"].value, found["kol"].interval, found["kol"].grade) == (2.0, (1.5, 3.0), "A")
    assert found["search"].value is None
    assert found["search"].because is not None


def test_a_model_or_channel_that_does_not_exist_is_refused() -> None:
    journeys = journeys_of([["kol"]], [1])
    with pytest.raises(UnknownName) as refused:
        credit(journeys, models=["markof"])
    assert refused.value.near == "markov"
    with pytest.raises(UnknownName):
        credit(journeys, models=["last"])[0].of("sms")


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=8))
def test_rounded_parts_keep_their_sum(parts: list[float]) -> None:
    total = round(sum(parts))

    rounded = whole_parts(parts, total)

    assert sum(rounded) == total
    assert all(abs(r - p) <= 1 for r, p in zip(rounded, parts, strict=True))


def test_every_model_is_offered() -> None:
    assert MODELS == ("first", "last", "linear", "position", "time_decay", "markov", "shapley")

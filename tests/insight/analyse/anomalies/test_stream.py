from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.anomalies.stream import _highest_before, surprise
from tests.insight.analyse.anomalies.nab_scoring import Series, gaussian_tail, load, nab_score


@pytest.mark.slow
def test_brand_mentions_and_ad_cost_are_watched_better_than_by_a_gaussian_tail(
    shared_data: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    corpus = load(shared_data("nab_social_ads"))
    assert [len(corpus), sum(len(s.windows) for s in corpus)] == [16, 47]

    ours = nab_score(corpus, [surprise(s.values) for s in corpus])
    baseline = nab_score(corpus, [gaussian_tail(s.values) for s in corpus])

    record_property("ours", float(ours))
    record_property("gaussian_tail", float(baseline))
    print(f"NAB score: ours {ours:.1f}, Gaussian tail {baseline:.1f}")
    assert ours > baseline + 5


def test_the_scorer_gives_what_its_definition_says() -> None:
    series = Series("x", np.zeros(1_000), [(500, 599)])
    perfect, silent, early_and_false = np.zeros(1_000), np.zeros(1_000), np.zeros(1_000)
    perfect[500] = 1
    early_and_false[[500, 300]] = 1
    silent[10] = 1  # probation

    assert nab_score([series], [perfect]) == pytest.approx(100, abs=0.01)
    assert nab_score([series], [silent]) == pytest.approx(0, abs=0.01)
    assert nab_score([series], [early_and_false]) == pytest.approx(100 * (2 - 0.11) / 2, abs=0.01)


@given(st.lists(st.floats(0, 100), min_size=40, max_size=80), st.integers(25, 39))
def test_nothing_looks_ahead(values: list[float], cut: int) -> None:
    whole = surprise(np.array(values), memory=30, quiet=8)

    assert surprise(np.array(values[:cut]), memory=30, quiet=8).tolist() == whole[:cut].tolist()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 50))
def test_the_highest_before_is_the_highest_of_the_rows_before(scores: list[int], width: int) -> None:
    found = _highest_before(np.array(scores, dtype=float), width)

    assert found.tolist() == [max(scores[max(0, i - width) : i], default=0) for i in range(len(scores))]


def test_one_event_rings_once_and_again_when_it_gets_worse() -> None:
    calm = np.random.default_rng(1).poisson(20, 600).astype(float)
    calm[400:410] = [80, 70, 60, 60, 60, 60, 60, 60, 200, 60]

    rung = np.flatnonzero(surprise(calm, memory=200, quiet=50) > 6)

    assert rung.tolist() == [400, 408]

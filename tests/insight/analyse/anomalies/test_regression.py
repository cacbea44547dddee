import numpy as np
import pytest

from lianyi.insight.analyse.anomalies.regression import FEWEST_DAYS, fit
from lianyi.insight.analyse.anomaly import judge
from tests.insight.analyse.anomalies.anomaly_cases import sales


@pytest.mark.slow
def test_with_the_calendar_more_is_found_and_far_less_is_false() -> None:
    found = {"calendar": [0, 0], "none": [0, 0], "weekdays": [0, 0]}
    for seed in range(6):
        rng = np.random.default_rng(seed)
        first, values = sales(rng)
        planted = set(rng.choice(np.arange(400, 730), 10, replace=False).tolist())
        values[sorted(planted)] *= np.where(rng.random(10) < 0.5, 1.25, 0.75)
        scores = {
            "calendar": fit(values, first).score[365:],
            "none": fit(values, first, with_calendar=False).score[365:],
            "weekdays": np.array([p.score or 0.0 for p in judge(values, first, 365)]),
        }
        for name, score in scores.items():
            odd = {int(i) + 365 for i in np.flatnonzero(np.abs(score) >= 3.5)}
            found[name][0] += len(odd & planted)
            found[name][1] += len(odd - planted)

    print({name: f"recall {hits / 60:.2f}, false alarms a month {false / 72:.2f}" for name, (hits, false) in found.items()})
    assert found["calendar"][0] >= 42  # of 60
    assert found["calendar"][1] <= 30  # in 72 months
    assert found["calendar"][0] > 3 * found["weekdays"][0]
    assert found["weekdays"][1] > 2 * found["calendar"][1]


def test_the_expected_value_follows_an_event_that_came_before() -> None:
    first, values = sales(np.random.default_rng(1), noise=0.01)

    found = fit(values, first)

    day = 365 + 305 + 10  # 11 November of the second year
    assert values[day] > 1.2 * values[day - 40]
    assert found.expected[day] == pytest.approx(values[day], rel=0.05)
    assert found.low[day] < values[day] < found.high[day]


def test_a_first_occurrence_is_unsure() -> None:
    first, values = sales(np.random.default_rng(1), days=340)

    found = fit(values, first)

    assert found.unsure[304:315].all()  # Double 11, seen once
    assert not found.unsure[200]


def test_a_steady_series_has_nothing_odd() -> None:
    assert np.abs(fit(np.full(100, 50.0), 19_000).score).max() < 1e-3


def test_closed_weekdays_are_no_news() -> None:
    values = np.tile([0.0, 100, 110, 105, 98, 130, 140], 20) * np.random.default_rng(3).normal(1, 0.03, 140)

    assert np.abs(fit(values, 19_000, with_calendar=False).score).max() < 5


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit(np.ones(FEWEST_DAYS - 1), 19_000)

"""Kaplan-Meier beside lifelines."""

import numpy as np
import pyarrow.csv as csv
import pytest

from lianyi.insight.analyse.care.survival import kaplan_meier

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]


def check(durations, ended):
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    theirs = KaplanMeierFitter().fit(durations, ended)
    curve = kaplan_meier(durations, ended)
    for t in np.unique(durations):
        found = curve.waiting_after(t)
        low, high = theirs.confidence_interval_.loc[t]
        assert found.value == pytest.approx(theirs.survival_function_at_times(t).iloc[0], abs=1e-12)
        if 0 < found.value < 1:
            assert found.interval == pytest.approx((low, high), abs=1e-9)
    median = theirs.median_survival_time_
    assert curve.quantile().value == (None if np.isinf(median) else median)
    # Where the band never comes down to a half, lifelines says infinity and we give no interval.
    if np.isfinite(median):
        low, high = median_survival_times(theirs.confidence_interval_).to_numpy().ravel()
        assert curve.quantile().interval == ((low, high) if np.isfinite(high) else None)
    return curve


def test_the_curve_of_real_churn_with_its_band_and_median(shared_data):
    table = csv.read_csv(shared_data("telco_churn") / "telco_churn.csv.gz")

    curve = check(table["tenure"].to_numpy(), np.array(table["Churn"].to_pylist()) == "Yes")

    assert [round(curve.waiting_after(t).value, 4) for t in (12, 24, 48, 72)] == [0.8432, 0.7887, 0.7088, 0.5928]


@pytest.mark.parametrize("seed", range(6))
def test_curves_with_many_ties_and_much_censoring(seed):
    rng = np.random.default_rng(seed)
    waited, watched = np.ceil(rng.exponential(8, 300)), np.ceil(rng.exponential(10 + 5 * seed, 300))

    check(np.minimum(waited, watched), waited <= watched)

import numpy as np
import pyarrow.csv as csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.care.causes import causes_table, pareto
from lianyi.insight.analyse.care.survival import kaplan_meier

# lifelines 0.30.3 on the same file, KaplanMeierFitter: t -> (S, lower, upper).
LIFELINES = {
    1: (0.9459613196814566, 0.9404183713158356, 0.9510021209572403),
    6: (0.8848262389332724, 0.8769910175693204, 0.8921935526017892),
    12: (0.8431995538158302, 0.834168685811462, 0.8517833206931235),
    24: (0.7887363983705965, 0.7783129555299131, 0.798735202136176),
    36: (0.7485454148763702, 0.7370785621208633, 0.7595970312942879),
    48: (0.7088401843460741, 0.696245083070984, 0.7210227332102613),
    60: (0.6644039143747397, 0.6502267928533968, 0.6781567791866754),
    72: (0.5927901520522275, 0.5730628910042918, 0.6119362091926619),
}


def test_the_curve_of_real_churn_is_that_of_lifelines(shared_data):
    table = csv.read_csv(shared_data("telco_churn") / "telco_churn.csv.gz")
    tenure, left = table["tenure"].to_numpy(), np.array(table["Churn"].to_pylist()) == "Yes"

    curve = kaplan_meier(tenure, left)

    assert (curve.n, curve.events) == (7043, 1869)
    for t, (share, low, high) in LIFELINES.items():
        found = curve.waiting_after(t)
        assert found.value == pytest.approx(share, abs=1e-12)
        assert found.interval == pytest.approx((low, high), abs=1e-12)
    assert curve.quantile(0.5).value is None
    assert "40.7%" in curve.quantile(0.5).because.en
    assert (curve.quantile(0.25).value, curve.quantile(0.25).interval) == (36.0, (32.0, 39.0))
    monthly = np.array(table["Contract"].to_pylist()) == "Month-to-month"
    of_those = kaplan_meier(tenure[monthly], left[monthly])
    assert (of_those.quantile().value, of_those.quantile().interval) == (35.0, (32.0, 38.0))
    assert of_those.waiting_after(12).interval == pytest.approx((0.687259357620821, 0.7183040754301768), abs=1e-12)


def test_without_censoring_the_curve_is_the_plain_share():
    curve = kaplan_meier([1, 2, 2, 5], [1, 1, 1, 1])

    assert [curve.ended_within(t).value for t in (0.5, 1, 2, 4, 5)] == pytest.approx([0, 0.25, 0.75, 0.75, 1])
    assert curve.quantile(0.5).value == 2


def test_those_still_waiting_make_the_wait_longer_than_the_answered_suggest():
    answered_only = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]).quantile().value
    all_of_them = kaplan_meier([1, 2, 3, 4, 10, 10, 10], [1, 1, 1, 1, 0, 0, 0]).quantile().value

    assert (answered_only, all_of_them) == (2, 4)


def test_beyond_the_longest_observation_nothing_is_claimed():
    curve = kaplan_meier([1, 2, 3], [1, 0, 0])

    assert curve.ended_within(4).value is None
    assert curve.ended_within(4).because.en == "nothing was observed beyond 3"
    assert kaplan_meier([1, 2], [1, 1]).ended_within(4).value == 1


def test_nothing_observed_is_said_and_not_nought():
    curve = kaplan_meier([], [])

    assert curve.quantile().value is None
    assert curve.waiting_after(1).value is None


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_the_curve_falls_and_depends_on_no_order(rows):
    t, ended = [r[0] for r in rows], [r[1] for r in rows]

    curve, turned = kaplan_meier(t, ended), kaplan_meier(t[::-1], ended[::-1])

    assert np.all(np.diff(curve.share) <= 1e-15)
    assert np.all((curve.share >= 0) & (curve.share <= 1))
    assert np.array_equal(curve.share, turned.share)
    assert curve.ended.sum() + curve.left.sum() == len(rows)
    seen = ~np.isnan(curve.low)
    assert np.all(curve.low[seen] <= curve.share[seen])
    assert np.all(curve.share[seen] <= curve.high[seen])


def test_what_is_no_duration_is_refused():
    for bad in ([-1.0], [float("nan")]):
        with pytest.raises(ValueError, match="duration"):
            kaplan_meier(bad, [1])


def test_the_few_causes_that_make_four_fifths_are_marked():
    found = pareto({"late": 50, "broken": 30, "rude": 15, None: 5, "never": 0})

    assert [(c.cause, c.count, c.vital) for c in found] == [("late", 50, True), ("broken", 30, True), ("rude", 15, False), (None, 5, False)]
    assert found[-1].cumulated == 1
    assert causes_table(found).num_rows == 4
    assert pareto({}) == ()

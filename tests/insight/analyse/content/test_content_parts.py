import csv

import numpy as np
import pyarrow.csv as pa_csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.content.discovery import variant_tests
from lianyi.insight.analyse.content.groups import count_groups, rate_groups
from lianyi.insight.analyse.content.shrink import shrink_means, shrink_rates
from lianyi.insight.analyse.content.timing import best_time
from lianyi.kernel.errors import BadInput

HOURS = [f"{h:02d}" for h in range(24)]


def test_false_discovery_control_on_real_headline_tests(shared_data):
    table = pa_csv.read_csv(shared_data("upworthy_headlines") / "upworthy_exploratory.csv.gz")

    found = variant_tests(table["clickability_test_id"].to_pylist(), table["impressions"].to_numpy(), table["clicks"].to_numpy())

    assert (found.n, found.testable) == (4873, 4872)
    assert (found.plain, found.kept, found.bonferroni) == (2203, 1711, 487)
    assert (found.trials, found.hits) == (81_024_151, 1_231_208)
    assert round(found.to_json()["rate"]["value"], 7) == 0.0151956
    assert len(found.to_json()["kept"]) == 1711


@pytest.fixture
def facebook(shared_data):
    with (shared_data("facebook_posts") / "dataset_Facebook.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_by_type_is_that_of_the_data(facebook):
    found = {g.value: g for g in count_groups([float(r["Total Interactions"]) for r in facebook], [r["Type"] for r in facebook])}

    assert {k: (g.posts, round(g.mean.value, 1), g.median.value) for k, g in found.items()} == {
        "Video": (7, 295.9, 271),
        "Status": (45, 217.0, 186),
        "Photo": (426, 216.6, 122),
        "Link": (22, 89.0, 52.5),
    }
    assert sum(g.total for g in found.values()) == 106_060
    consumers = count_groups([float(r["Lifetime Post Consumers"]) for r in facebook], [r["Type"] for r in facebook])
    assert {g.value: round(g.mean.value, 1) for g in consumers} == {"Status": 1949.6, "Video": 1584.7, "Photo": 690.4, "Link": 292.7}
    reach = count_groups([float(r["Lifetime Post Total Reach"]) for r in facebook if r["Paid"]], [r["Paid"] for r in facebook if r["Paid"]])
    assert {g.value: (g.posts, g.median.value) for g in reach}["1"] == (139, 7132)


def test_seven_videos_do_not_lead_because_their_interval_is_wide(facebook):
    found = count_groups([float(r["Total Interactions"]) for r in facebook], [r["Type"] for r in facebook])
    video = next(g for g in found if g.value == "Video")

    assert max(found, key=lambda g: g.mean.value).value == "Video"
    assert found[0].value == "Status"
    assert video.typical.interval[1] / video.typical.interval[0] > 4


def test_no_best_hour_is_claimed_from_sparse_posts(facebook):
    few = facebook[:40]

    found = best_time([float(r["Total Interactions"]) for r in few], [f"{int(r['Post Hour']):02d}" for r in few], every=HOURS)

    assert found.best is None
    assert "Not enough data" in found.because.en
    assert len(found.untried) > 10


def test_a_best_hour_that_is_really_better_is_found():
    rng = np.random.default_rng(2)
    hours = [HOURS[i % 4 + 8] for i in range(200)]
    values = np.round(np.exp(rng.normal(4, 0.5, 200) + np.array([1.0 if h == "10" else 0.0 for h in hours])))

    found = best_time(values, hours, every=HOURS)

    assert found.best == "10"
    assert found.chance["10"] > 0.99


@pytest.mark.slow
def test_where_hours_do_not_differ_a_best_one_is_seldom_claimed():
    rng = np.random.default_rng(6)
    claimed = sum(
        best_time(np.round(np.exp(rng.normal(4, 1, 80))), [HOURS[i % 8 + 8] for i in range(80)], every=HOURS).best is not None
        for _ in range(40)
    )

    assert claimed <= 3


def test_a_chance_leader_falls_behind_a_proven_one():
    found = shrink_rates([3, 300, 200, 210, 190, 250], [4, 1000, 1000, 1000, 1000, 1000])

    assert found.low.argmax() == 1
    assert found.value[0] < 0.75


def test_shrinking_beats_the_raw_rates():
    rng = np.random.default_rng(8)
    truth, trials = rng.beta(4, 96, 500), rng.integers(20, 2000, 500)
    hits = rng.binomial(trials, truth)

    found = shrink_rates(hits, trials)

    assert np.abs(found.value - truth).mean() < 0.9 * np.abs(hits / trials - truth).mean()
    assert 0.93 < ((found.low <= truth) & (truth <= found.high)).mean() < 0.97
    assert found.spread == pytest.approx(4 * 96 / 100**2 / 101, rel=0.3)


def test_rates_that_differ_by_chance_only_are_drawn_together():
    rng = np.random.default_rng(9)
    trials = np.full(200, 500)
    hits = rng.binomial(trials, 0.1)

    assert np.ptp(shrink_rates(hits, trials).value) < 0.4 * np.ptp(hits / trials)


@pytest.mark.slow
@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_shrunken_rates_lie_between_their_own_and_the_common_rate(rows):
    hits, trials = np.array([r[0] for r in rows]), np.array([r[0] + r[1] for r in rows])
    if trials.sum() == 0:
        return

    found = shrink_rates(hits, trials)

    assert np.all((found.low <= found.value + 1e-9) & (found.value <= found.high + 1e-9))
    own = np.divide(hits, trials, out=np.full(len(rows), found.towards), where=trials > 0)
    slack = 0.5 / (trials.sum() + 1) + 1e-9
    assert np.all(found.value >= np.minimum(own, found.towards) - slack)
    assert np.all(found.value <= np.maximum(own, found.towards) + slack)


def test_equal_means_are_drawn_wholly_together():
    found = shrink_means([1.0, 1.1, 0.9], [1.0, 1.0, 1.0])

    assert found.spread == 0
    assert found.value.tolist() == pytest.approx([1.0] * 3)


def test_a_rate_by_group_counts_posts_and_not_readers():
    # One post with a million readers is one post.
    hits, trials = [100_000, 90, 110, 50, 45, 55], [1_000_000, 1000, 1000, 1000, 1000, 1000]

    found = rate_groups(hits, trials, ["a", "a", "a", "b", "b", "b"])

    assert [g.value for g in found] == ["a", "b"]
    assert rate_groups([1000], [10_000], ["a"])[0].p is None


def test_unknown_groups_are_a_group_and_unknown_values_are_left_out():
    found = count_groups([1, 2, np.nan, 4], ["a", None, "a", None])

    assert {g.value: g.posts for g in found} == {"a": 1, None: 2}
    assert count_groups([], []) == ()


def test_a_test_that_says_nothing_is_not_tested():
    found = variant_tests(["a", "a", "b", "c", "c"], [10, 10, 10, 0, 10], [0, 0, 5, 0, 5])

    assert [t.p for t in found.tests] == [None, None, None]
    assert found.testable == 0
    assert "no test" in found.explain().en
    with pytest.raises(BadInput):
        variant_tests(["a"], [1], [2])


def test_tests_without_any_difference_keep_to_their_false_discoveries():
    rng = np.random.default_rng(11)
    names = np.repeat(np.arange(400), 3).astype(str)
    trials = np.full(1200, 2000)

    found = variant_tests(names.tolist(), trials, rng.binomial(trials, 0.05))

    assert 8 <= found.plain <= 34
    assert found.kept <= 1

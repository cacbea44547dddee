"""Intervals, tests and reliability beside scipy and statsmodels."""

import numpy as np
import pytest

from lianyi.insight.analyse.chance import adjusted, share_interval
from lianyi.insight.analyse.content.discovery import variant_tests
from lianyi.insight.analyse.content.groups import count_groups
from lianyi.insight.measure.intervals import wilson

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]


def test_false_discovery_control_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(1).beta(0.4, 2, 200)

    assert adjusted(p.tolist()) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


@pytest.mark.parametrize("hits,n", [(0, 5), (1, 9), (40, 50), (521, 4521), (7, 7)])
def test_wilson_intervals_are_those_of_statsmodels(hits, n):
    from statsmodels.stats.proportion import proportion_confint

    assert wilson(hits, n) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-9)
    assert share_interval(hits, n) == wilson(hits, n)


def test_headline_tests_are_the_chi_squares_of_scipy():
    from scipy.stats import chi2_contingency

    rng = np.random.default_rng(2)
    test, shown = np.repeat(np.arange(30), 4), rng.integers(500, 3_000, 120)
    clicks = rng.binomial(shown, 0.02 + 0.01 * (np.arange(120) % 4 == 0))
    p = [
        chi2_contingency(np.stack([clicks[test == i], shown[test == i] - clicks[test == i]]), correction=False).pvalue for i in range(30)
    ]  # fmt: skip

    found = variant_tests([str(i) for i in test], shown, clicks)

    assert found.plain == sum(x < 0.05 for x in p)
    assert found.bonferroni == sum(x < 0.05 / 30 for x in p)


def test_groups_of_posts_are_told_apart_by_the_t_test_of_welch():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(4)
    kind = rng.choice(["a", "b", "c"], 200, p=[0.1, 0.3, 0.6])
    drawn = np.floor(rng.lognormal(3 + 0.4 * (kind == "a"), 1))

    for group in count_groups(drawn, kind.tolist()):
        inside = kind == group.value
        assert group.p == pytest.approx(ttest_ind(np.log1p(drawn[inside]), np.log1p(drawn[~inside]), equal_var=False).pvalue, rel=1e-9)

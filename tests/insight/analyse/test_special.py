import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.special import beta_cdf, beta_quantile, chi_square_tail, log_gamma


def test_log_gamma_is_that_of_the_tables():
    assert log_gamma([0.5, 1, 2, 10, 171]) == pytest.approx(
        [np.log(np.pi) / 2, 0, 0, 12.801827480081469, 706.5730622457875], rel=1e-13, abs=1e-13
    )


# scipy 1.17.1: stats.chi2.sf, special.betainc, stats.beta.ppf.
def test_tails_of_chi_square_far_out_and_near():
    x, k = [0.0, 0.1, 3.841458820694124, 30.0, 600.0, 25.0], [1, 3, 1, 4, 2, 11]

    found = chi_square_tail(x, k)

    assert found == pytest.approx(
        [1.0, 0.9918374237318764, 0.05, 4.894437128029217e-06, 5.148200222411903e-131, 0.009116681125526997], rel=1e-10
    )


def test_beta_distribution_and_its_points():
    assert beta_cdf([0.1, 0.5, 0.9], [2, 30, 0.5], [3, 5, 0.5]) == pytest.approx(
        [0.0523, 3.08244489133358e-06, 0.7951672353008665], rel=1e-10
    )
    assert float(beta_cdf(0.25, 2, 2)) == pytest.approx(3 * 0.25**2 - 2 * 0.25**3, abs=1e-14)
    assert beta_cdf([0.0, 1.0], 3, 4).tolist() == [0, 1]


@given(st.floats(0.02, 0.98), st.floats(0.3, 5000), st.floats(0.3, 5000))
def test_a_quantile_gives_back_its_share(share, a, b):
    x = float(beta_quantile(share, a, b))

    assert 0 <= x <= 1
    assert float(beta_cdf(x, a, b)) == pytest.approx(share, abs=1e-7)

"""Objective weights beside scikit-criteria."""

import numpy as np
import pytest

from lianyi.insight.evaluate.index.objective import critic_weights, entropy_weights
from tests.insight.evaluate.index.test_weights import TUS_ADALI, XU, ZAVADSKAS

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]
TABLES = {
    "Xu 2004": XU,
    "Zavadskas and Podvezko 2016": ZAVADSKAS,
    "Tus and Adali 2019": TUS_ADALI,
    "random": np.random.default_rng(3).lognormal(size=(12, 7)).tolist(),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_entropy_and_critic_weights(table):
    from skcriteria.preprocessing import weighters

    matrix = np.array(table, dtype=float)
    theirs = weighters.critic_weights(matrix, np.ones(matrix.shape[1]), correlation="pearson", scale=True)

    assert entropy_weights(matrix) == pytest.approx(weighters.entropy_weights(matrix), abs=1e-12)
    assert critic_weights(matrix) == pytest.approx(theirs, abs=1e-12)

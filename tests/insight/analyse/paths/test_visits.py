"""Sessions in numbers: what is counted part by part."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.paths.visits import CLOSE_TOGETHER, _add

SECONDS = st.integers(0, 3) | st.integers(0, 3 * CLOSE_TOGETHER) | st.integers(0, 2**40)


@given(parts=st.lists(st.lists(SECONDS, max_size=30), max_size=4))
def test_values_near_and_far_are_counted_as_often_as_they_are_there(parts):
    counted = Counter()

    for part in parts:
        _add(counted, np.array(part, dtype=np.int64))

    assert counted == Counter(value for part in parts for value in part)

"""Service times: those still waiting when the data end are not left out, and not taken for answered."""

import numpy as np
import pytest

from lianyi.insight.analyse.care.survival import kaplan_meier
from tests.truth.truth_cases import engine_on, least_of, told

pytestmark = pytest.mark.truth
MEMBERS, DAYS = 6000, 40
HOUR = 3_600_000_000
WAITS = """
SELECT q.t, min(a.t) - q.t AS waited
FROM (SELECT e.subject_id, min(e.t) AS t FROM events AS e WHERE e.name = 'message_posted' AND e.kind IS NOT NULL GROUP BY e.subject_id) AS q
LEFT JOIN events AS a ON a.subject_id = q.subject_id AND a.name = 'message_replied'
GROUP BY q.subject_id, q.t ORDER BY q.t, q.subject_id
"""


@pytest.fixture(scope="module")
def waits(tmp_path_factory):
    """(n,) when each was asked and how long it waited, in hours; infinite for those never answered."""
    with engine_on(told(tmp_path_factory.mktemp("care") / "w", "null", seed=11, members=MEMBERS, days=DAYS)) as engine:
        rows = engine.run(WAITS, {})
    waited = np.array([np.inf if one is None else one / HOUR for one in rows["waited"].to_pylist()])
    return np.array(rows["t"].to_pylist()) / HOUR, waited


def cut(waits, end, hours=30.0):
    """Those asked in the hours before an end, as they stand then: how long each has waited, and whether that is over."""
    asked, waited = waits
    recent = (asked > end - hours) & (asked <= end)
    watched = end - asked[recent]
    return np.minimum(waited[recent], watched), waited[recent] <= watched


def ends(waits, n=100):
    asked, _ = waits
    return np.linspace(asked[0] + 60, asked[-1] - 40, n)


def truth(waits, within):
    asked, waited = waits
    early = asked < asked[-1] - 30
    return float((waited[early] <= within).mean())


@pytest.mark.parametrize("within", [0.5, 2.0, 6.0])
def test_the_share_answered_in_time_is_right_though_many_still_wait(waits, within):
    found = [kaplan_meier(*cut(waits, end)).ended_within(within) for end in ends(waits)]
    real = truth(waits, within)

    assert np.mean([one.value for one in found]) == pytest.approx(real, abs=0.02)
    assert sum(one.interval[0] <= real <= one.interval[1] for one in found) >= least_of(len(found))


def test_counting_only_what_is_over_would_be_wrong(waits):
    """What is avoided: the mean over the answered leaves out those who wait longest."""
    answered = [durations[over].mean() for durations, over in (cut(waits, end) for end in ends(waits))]
    _, waited = waits

    assert np.mean(answered) < 0.9 * waited[np.isfinite(waited)].mean()


def test_the_limit_is_a_moment_that_goes_with_how_long_it_takes(waits):
    """Who looks at midnight sees the quick ones answered; what came after closing waits for the morning, and is taken to be as quick."""
    asked, waited = waits
    # 16:00 UTC is midnight in Shanghai
    midnights = np.arange(np.ceil(asked[0] / 24) * 24 + 72, asked[-1] - 40, 24.0) - 8.0
    seen = [cut(waits, end, hours=3.0) for end in midnights]
    said = kaplan_meier(np.concatenate([d for d, _ in seen]), np.concatenate([over for _, over in seen])).ended_within(2.0)
    real = np.concatenate([waited[(asked > end - 3) & (asked <= end)] for end in midnights]) <= 2.0

    assert said.interval[0] > real.mean()

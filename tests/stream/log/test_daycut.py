"""The business day of an instant, whichever way it is found."""

import datetime as dt
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lianyi.kernel.clock import US_PER_SECOND
from lianyi.stream.log.daycut import business_days

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe")
HOUR_US = 3600 * US_PER_SECOND


def by_the_calendar(t: int, zone: str) -> int:
    local = dt.datetime.fromtimestamp(t // US_PER_SECOND, ZoneInfo(zone))
    return local.date().toordinal() - dt.date(1970, 1, 1).toordinal()


@given(
    st.sampled_from(ZONES),
    st.integers(1_000_000_000, 1_900_000_000),
    st.lists(st.integers(0, 60 * HOUR_US), min_size=1, max_size=400),
)
def test_days_are_those_of_the_calendar_close_together_or_not(zone, start, after):
    t = [start * US_PER_SECOND + us for us in after]

    assert business_days(pa.array(t), zone).to_pylist() == [by_the_calendar(one, zone) for one in t]


def test_the_night_on_which_clocks_are_set_is_cut_right():
    # Midnight did not exist in São Paulo on 4 November 2018, and came twice on 17 February.
    for start in (1541289600, 1518825600):
        t = [(start + 60 * minute) * US_PER_SECOND for minute in range(12 * 60)]

        assert business_days(pa.array(t), "America/Sao_Paulo").to_pylist() == [by_the_calendar(one, "America/Sao_Paulo") for one in t]


def test_an_instant_that_is_not_known_has_no_day():
    assert business_days(pa.array([None, 0], pa.int64()), "Asia/Shanghai").to_pylist() == [None, 0]

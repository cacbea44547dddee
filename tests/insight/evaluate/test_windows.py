"""Which windows are compared."""

import pytest

from lianyi.insight.evaluate.windows import asked_baseline, comparison, covered
from lianyi.kernel.clock import Window, parse_day
from lianyi.kernel.errors import BadInput, UnknownName

YEAR = Window.parse("2024-01-01", "2025-01-01")


def test_a_whole_month_is_compared_with_the_month_before():
    kind, before = asked_baseline("previous", Window.parse("2024-03-01", "2024-04-01"))

    assert (kind, str(before)) == ("previous", "2024-02-01..2024-03-01")


def test_a_baseline_may_be_given_by_its_dates():
    assert str(asked_baseline("2023-11-01:2023-12-01", YEAR)[1]) == "2023-11-01..2023-12-01"


def test_an_unknown_baseline_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match="Did you mean previous"):
        asked_baseline("previuos", YEAR)


def test_a_baseline_that_ends_before_it_begins_is_refused():
    with pytest.raises(BadInput):
        asked_baseline("2024-02-01:2024-01-01", YEAR)


def test_a_baseline_the_data_reaches_is_used_whole():
    found = comparison(YEAR, "previous", YEAR.previous(), first_day=parse_day("2022-05-05"), horizon_day=parse_day("2025-01-31"))

    assert found is not None
    assert (found.kind, found.before, found.now) == ("previous", YEAR.previous(), YEAR)


def test_an_unfinished_window_is_compared_with_as_many_days_of_its_baseline():
    month = Window.parse("2024-03-01", "2024-04-01")

    found = comparison(month, "previous", month.previous(), first_day=parse_day("2023-01-01"), horizon_day=parse_day("2024-03-10"))

    assert found is not None
    assert (str(found.before), str(found.now)) == ("2024-02-01..2024-02-11", "2024-03-01..2024-03-11")


def test_without_a_baseline_the_last_months_are_compared_with_those_before():
    found = comparison(YEAR, "previous", YEAR.previous(), first_day=parse_day("2024-01-01"), horizon_day=parse_day("2025-02-01"))

    assert found is not None
    assert (found.kind, str(found.before), str(found.now)) == ("within", "2024-07-01..2024-10-01", "2024-10-01..2025-01-01")


def test_a_part_month_at_the_end_is_left_out_of_a_comparison_within():
    window = Window.parse("2010-12-01", "2011-12-10")

    found = comparison(window, "previous", window.previous(), first_day=window.from_day, horizon_day=window.to_day - 1)

    assert found is not None
    assert (str(found.before), str(found.now)) == ("2011-06-01..2011-09-01", "2011-09-01..2011-12-01")


def test_too_little_history_is_not_compared_at_all():
    window = Window.parse("2024-01-01", "2024-02-01")

    assert comparison(window, "previous", window.previous(), first_day=window.from_day, horizon_day=window.to_day) is None


def test_a_window_after_the_data_is_not_compared():
    assert comparison(YEAR, "previous", YEAR.previous(), first_day=0, horizon_day=YEAR.from_day - 1) is None


def test_a_shop_closed_on_the_first_days_still_covers_its_baseline():
    assert covered(YEAR, YEAR.from_day + 7)
    assert not covered(YEAR, YEAR.from_day + 8)
    assert not covered(Window.parse("2024-01-01", "2024-01-11"), parse_day("2024-01-03"))

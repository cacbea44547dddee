import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.report.cells import Interval, Period, Quantity
from lianyi.insight.report.formats import Formatter
from tests.insight.report.reading import read_back

ZH, EN = Formatter("zh", "CNY"), Formatter("en", "GBP")
finite = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@given(
    value=finite,
    unit=st.sampled_from(["count", "money", "ratio", "share", "times", "score"]),
    language=st.sampled_from(["zh", "en"]),
    delta=st.booleans(),
    short=st.booleans(),
)
def test_every_written_number_reads_back_as_the_number(value, unit, language, delta, short):
    formatter = Formatter(language, "CNY")
    quantity = Quantity(value, unit, delta=delta)
    text = formatter.short(quantity) if short else formatter.full(quantity)
    back, half = read_back(text, unit, "CNY")
    assert abs(back - value) <= half * 1.0001 + 1e-9 * abs(value)


@given(seconds=st.floats(min_value=0, max_value=1e7))
def test_a_duration_reads_back_as_the_duration(seconds):
    back, half = read_back(ZH.full(Quantity(seconds, "seconds")), "seconds", "CNY")
    assert abs(back - seconds) <= half * 1.0001 + 1e-9


def test_a_missing_number_says_why_and_is_never_zero():
    assert ZH.full(Quantity(None, "money", because="缺数据")) == "缺数据"
    assert ZH.full(Quantity(None, "count")) == "–"
    assert ZH.full(Quantity(float("nan"), "ratio")) == "–"


def test_money_follows_the_currency():
    assert EN.full(Quantity(145_615_612, "money")) == "£1,456,156"
    assert EN.full(Quantity(54_804, "money")) == "£548.04"
    assert Formatter("en", "JPY").full(Quantity(54_804, "money")) == "¥54,804"
    assert Formatter("zh", "MYR").short(Quantity(123_456_700, "money")) == "MYR 123万"


def test_a_change_of_a_ratio_is_in_percentage_points_and_a_change_of_a_share_in_percent():
    assert ZH.full(Quantity(-0.0272, "ratio", delta=True)) == "−2.72 个百分点"
    assert EN.full(Quantity(0.125, "share", delta=True)) == "+12.5%"


def test_a_window_is_written_with_its_last_day_included():
    assert EN.window("2011-11-01", "2011-12-01") == "1 Nov 2011 to 30 Nov 2011"


def test_an_interval_names_both_ends():
    assert ZH.interval(Interval(0.1778, 0.1887, "ratio")) == "17.8% 至 18.9%"


@given(
    date=st.dates(min_value=dt.date(1971, 1, 1), max_value=dt.date(2100, 1, 1)),
    grain=st.sampled_from(["day", "week", "month", "quarter"]),
    language=st.sampled_from(["zh", "en"]),
)
def test_a_period_name_always_carries_its_year(date, grain, language):
    assert str(date.year) in Formatter(language, "CNY").period(Period(date.isoformat(), grain))

"""Cells to values: numbers, money, dates, yes and no; laws checked by made values."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.kernel.ids import pseudonym
from lianyi.stream.engines.duckdb import connect
from lianyi.stream.intake import values
from lianyi.stream.intake.dates import date_column
from lianyi.stream.intake.words import words
from lianyi.stream.intake.zones import to_local, to_utc

work = connect()


def read(expression: str, *cells: str | None) -> list:
    offer(*cells)
    return [row[0] for row in work.execute(f"SELECT {expression} FROM cells ORDER BY nth").fetchall()]


def offer(*cells: str | None) -> None:
    work.register("given", pa.table({"nth": pa.array(range(len(cells)), pa.int64()), "x": pa.array(cells, pa.string())}))
    work.execute("CREATE OR REPLACE TABLE cells AS SELECT * FROM given")
    work.unregister("given")


def instants(zone_name: str, *cells: str, **options) -> list[str | None]:
    zone = ZoneInfo(zone_name)
    offer(*cells)
    column = date_column("x", "cells", lambda sql: work.execute(sql).fetchall()[0], zone, **options)
    found = read(column.instant, *cells)
    days = read(column.day, *cells)
    answers = []
    for t, day in zip(found, days, strict=True):
        if t is None:
            assert day is None
            answers.append(None)
            continue
        local = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=t)).astimezone(zone)
        assert dt.date(1970, 1, 1) + dt.timedelta(days=day) == local.date()
        answers.append(local.replace(tzinfo=None).isoformat(sep=" "))
    return answers


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("¥1,234.50", 123450), ("￥12元", 1200), ("(1,234.50)", -123450), ("-1,234.50", -123450), ("12-", -1200), ("$ -5.00", -500), ("£0.001", 0), ("0.005", 1), ("-0.005", -1),
        ("1.2万", 1_200_000), ("3.5w", 3_500_000), ("10万+", 10_000_000), ("2亿", 20_000_000_000), ("１２．５", 1250), ("RMB 5", 500), ("5件", 500), (".5", 50), ("1e3", 100_000),
        ("1,23", None), ("1,2345", None), ("abc", None), ("1.2.3", None), ("12元5角", None), ("1 2", None), ("99999999999999999999999", None),
    ],
)  # fmt: skip
def test_money_is_read_as_people_write_it(cell, fen):
    assert read(values.minor_units(values.number("x"), 2), cell) == [fen]


@settings(max_examples=8)
@given(st.lists(st.decimals(min_value=-10_000_000, max_value=10_000_000, places=4), min_size=1, max_size=20))
def test_money_round_trips_through_thousands_separators(amounts):
    written = [f for a in amounts for f in (f"{a:,}", f"¥{a:,}", f"{a}", f"({-a:,})" if a < 0 else f"{a:,}元")]
    expected = [int((a * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for a in amounts for _ in range(4)]
    assert read(values.minor_units(values.number("x"), 2), *written) == expected


def test_a_decimal_comma_is_read_where_the_column_is_written_so():
    assert read(values.number("x", decimal_comma=True), "1.234,56", "7,5") == [Decimal("1234.56"), Decimal("7.5")]


def test_yes_and_no_in_the_words_people_use():
    said = pa.array(["是", "Y", "TRUE", "有", "√", "１", "否", "n", "没有", "0", "也许", None])
    assert values.meanings(said, words().flags).to_pylist() == ["true"] * 6 + ["false"] * 4 + [None] * 2


def test_a_status_is_known_by_its_words_by_a_part_or_by_its_own_name():
    said = pa.array(["交易成功", " 交易 成功 ", "退款中（仅退款）", "partially_refunded", "no such thing"])
    assert values.meanings(said, words().lists["order_status"]).to_pylist() == [
        "completed",
        "completed",
        "paid",
        "partially_refunded",
        None,
    ]


def test_shares_with_and_without_a_percent_sign():
    assert read(values.share("x"), "12.5%", "0.125", "１２％") == [0.125, 0.125, 0.12]


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=20).filter(lambda s: "\x00" not in s and s.isprintable()), st.binary(min_size=1, max_size=80))
def test_a_stand_in_is_the_same_in_sql_and_in_the_kernel(name, key):
    assert read(values.pseudonym_sql("x", key), name) == [pseudonym(name, key)]


@pytest.mark.parametrize(
    ("cell", "local"),
    [
        ("2024-05-31", "2024-05-31 00:00:00"), ("2024/5/31 8:05", "2024-05-31 08:05:00"), ("20240531", "2024-05-31 00:00:00"), ("20240531080501", "2024-05-31 08:05:01"),
        ("2024年5月31日 8时5分", "2024-05-31 08:05:00"), ("2024年5月31日8点5分3秒", "2024-05-31 08:05:03"), ("2024年5月", "2024-05-01 00:00:00"), ("2024.5.31 8:05:09", "2024-05-31 08:05:09"),
        ("2024-05-31T00:05:01Z", "2024-05-31 08:05:01"), ("2024-05-31T08:05:01+08:00", "2024-05-31 08:05:01"), ("2024-05-31 08:05:01 +0800", "2024-05-31 08:05:01"), ("2024-05-31 00:05 UTC", "2024-05-31 08:05:00"),
        ("1717113600", "2024-05-31 08:00:00"), ("1717113600000", "2024-05-31 08:00:00"), ("1717113600000000", "2024-05-31 08:00:00"), ("45443", "2024-05-31 00:00:00"), ("45443.336805555555", "2024-05-31 08:05:00"),
        ("2024/5/31 下午 3:05", "2024-05-31 15:05:00"), ("May 31, 2024", "2024-05-31 00:00:00"), ("31 May 2024 08:05", "2024-05-31 08:05:00"), ("2024-05-31 03:05:01 PM", "2024-05-31 15:05:01"), ("２０２４-05-31", "2024-05-31 00:00:00"),
        ("2024-02-30", None), ("2024-13-01", None), ("garbage", None), ("0001-01-01", None), ("9999-12-31", None), ("99999", None), ("5月31日", None), ("infinity", None), ("12:30", None),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_and_programs_write_them(cell, local):
    assert instants("Asia/Shanghai", cell) == [local]


def test_day_and_month_are_told_apart_by_the_whole_column():
    assert instants("UTC", "31/05/2024", "01/02/2024 8:05") == ["2024-05-31 00:00:00", "2024-02-01 08:05:00"]
    assert instants("UTC", "05/31/2024 8:05 PM", "01/02/24") == ["2024-05-31 20:05:00", "2024-01-02 00:00:00"]
    assert instants("UTC", "01/02/2024", default_order="mdy") == ["2024-01-02 00:00:00"]
    column = date_column("x", "cells", lambda sql: work.execute(sql).fetchall()[0], ZoneInfo("UTC"))
    assert (column.order, column.ambiguous) == ("dmy", 1)


def test_a_column_may_mix_forms():
    assert instants("Asia/Shanghai", "2024-05-31", "1717113600", "45443", "2024年5月31日") == [
        "2024-05-31 00:00:00", "2024-05-31 08:00:00", "2024-05-31 00:00:00", "2024-05-31 00:00:00",
    ]  # fmt: skip


@settings(max_examples=25)
@given(
    st.datetimes(min_value=dt.datetime.fromisoformat("1975-01-01"), max_value=dt.datetime.fromisoformat("2037-12-31")),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"]),
)
def test_wall_clock_time_becomes_the_instant_that_the_zone_database_says(moment, zone_name):
    zone = ZoneInfo(zone_name)
    naive = int((moment - dt.datetime.fromisoformat("1970-01-01")) / dt.timedelta(microseconds=1))
    aware = moment.replace(tzinfo=zone).astimezone(dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    expected = aware // dt.timedelta(microseconds=1)
    span = (naive - 400 * 86_400_000_000, naive + 400 * 86_400_000_000)
    assert work.execute(f"SELECT {to_utc('v', zone, *span)} FROM (SELECT {naive}::BIGINT AS v)").fetchall() == [(expected,)]
    local = int(
        ((dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + aware).astimezone(zone).replace(tzinfo=None) - dt.datetime.fromisoformat("1970-01-01"))
        / dt.timedelta(microseconds=1)
    )
    assert work.execute(f"SELECT {to_local('v', zone, *span)} FROM (SELECT {expected}::BIGINT AS v)").fetchall() == [(local,)]


@settings(max_examples=6)
@given(
    st.lists(
        st.datetimes(min_value=dt.datetime.fromisoformat("1990-01-01"), max_value=dt.datetime.fromisoformat("2037-12-31")).map(
            lambda d: d.replace(microsecond=0)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_moment_survives_every_way_of_writing_it(moments):
    forms = [
        "%Y-%m-%d %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y年%m月%d日 %H:%M:%S",
        "%Y年%m月%d日%H时%M分%S秒",
        "%Y%m%d%H%M%S",
        "%Y-%m-%dT%H:%M:%S",
    ]
    assert instants("Asia/Shanghai", *[moment.strftime(f) for moment in moments for f in forms]) == [
        moment.isoformat(sep=" ") for moment in moments for _ in forms
    ]

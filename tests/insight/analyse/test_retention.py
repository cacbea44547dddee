import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.analyse.retention import Retention, retention
from lianyi.kernel.clock import Window, date_of, day_of, period_start
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.stream.engines.duckdb import DuckDBEngine
from tests.insight.analyse.analyse_cases import at, engine_on

JAN = day_of(dt.date(2024, 1, 1))


def act(who: str, day: int, name: str = "order_paid", **more: Any) -> dict[str, Any]:
    return {"member_id": who, "name": name, "t": at(day), **more}


def rows_of(found: Retention) -> list[tuple[str, list[int | None]]]:
    return [(c.start.isoformat(), list(c.actors)) for c in found.cohorts]


def orders_engine(path: Path, who: pd.Series, when: pd.Series, **columns: Any) -> DuckDBEngine:
    """Orders from columns of a data set: member and local time."""
    t = (when.dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC").dt.tz_localize(None) - pd.Timestamp(0)) // pd.Timedelta(microseconds=1)
    n = len(who)
    table = {
        "event_id": pa.array([i.to_bytes(16, "big") for i in range(n)]),
        "name": pa.array(["order_paid"] * n),
        "t": pa.array(t.to_numpy(np.int64)),
        "member_id": pa.array(who.astype(str)),
    }
    return engine_on(path, pa.table(table | {k: pa.array(v) for k, v in columns.items()}))


def test_a_cohort_is_counted_by_hand_and_the_unfinished_month_is_not(tmp_path: Path) -> None:
    opened = engine_on(
        tmp_path / "w",
        [
            act("a", JAN),
            act("b", JAN + 30),
            act("c", JAN + 31),
            act("a", JAN + 40),
            act("a", JAN + 41),
            act("b", JAN + 65),
            act("c", JAN + 70),
        ],
    )  # the data end on 11 March

    found = retention(opened, Window.parse("2024-01-01", "2024-04-01"), horizon=3)

    assert rows_of(found) == [("2024-01-01", [2, 1, None, None]), ("2024-02-01", [1, None, None, None])]
    assert [c.share for c in found.cohorts] == [(1.0, 0.5, None, None), (1.0, None, None, None)]
    assert [c.partial for c in found.cohorts] == [1, 1]
    assert found.cohorts[0].interval[1] == pytest.approx((0.094531, 0.905469), abs=1e-6)
    assert (found.start, found.active, found.overall, found.n) == ("first_purchase", "purchase", (1.0, 0.5, None, None), 3)
    assert found.to_json()["cohorts"][0]["share"] == [1.0, 0.5, None, None]
    assert found.to_table().column("actors").to_pylist() == [2, 1, None, None, 1, None, None, None]


def test_a_first_purchase_before_the_window_keeps_a_buyer_out_of_it(tmp_path: Path) -> None:
    opened = engine_on(tmp_path / "w", [act("old", JAN - 10), act("old", JAN + 1), act("new", JAN + 2), act("x", JAN + 60)])

    found = retention(opened, Window.parse("2024-01-01", "2024-02-01"), horizon=1)

    assert rows_of(found) == [("2024-01-01", [1, 0])]


def test_joining_cohorts_count_engagement_and_any_counts_own_events(tmp_path: Path) -> None:
    rows = [
        *(act(who, JAN, "member_joined") for who in "abcd"),
        act("a", JAN + 7, "page_viewed"),
        act("b", JAN + 8, "my_own_event"),
        act("c", JAN + 9, "coupon_issued", subject_id="c"),
        act("z", JAN + 20, "page_viewed"),
    ]
    opened = engine_on(tmp_path / "w", rows)
    window = Window(JAN, JAN + 1)

    assert rows_of(retention(opened, window, cohort="week", horizon=2)) == [("2024-01-01", [4, 1, 0])]
    assert rows_of(retention(opened, window, cohort="week", horizon=2, active="any")) == [("2024-01-01", [4, 3, 0])]
    assert retention(opened, window).start == "joined"
    assert retention(opened, window, cohort="week").cohorts[0].whole is False
    assert retention(opened, Window(JAN, JAN + 7), cohort="week").cohorts[0].whole is True


def test_without_joining_or_orders_the_first_event_starts_a_cohort(tmp_path: Path) -> None:
    opened = engine_on(tmp_path / "w", [act("a", JAN, "my_own"), act("a", JAN + 31, "my_own"), act("a", JAN + 62, "my_own")])

    found = retention(opened, Window.parse("2024-01-01", "2024-02-01"), horizon=2)

    assert (found.start, found.active, rows_of(found)) == ("first_seen", "any", [("2024-01-01", [1, 1, None])])


def test_an_empty_history_has_no_cohorts_and_says_so(tmp_path: Path) -> None:
    opened = engine_on(tmp_path / "w", [])

    found = retention(opened, Window(JAN, JAN + 31), horizon=2)

    assert (found.cohorts, found.overall) == ((), (None, None, None))
    assert "Nobody" in found.explain().en


def test_wrong_questions_are_refused(tmp_path: Path) -> None:
    opened = engine_on(tmp_path / "w", [])
    with pytest.raises(UnknownName):
        retention(opened, Window(0, 1), cohort="day")
    with pytest.raises(UnknownName):
        retention(opened, Window(0, 1), start="first")
    with pytest.raises(BadInput):
        retention(opened, Window(0, 1), horizon=0)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from("abcde"), st.integers(0, 130), st.sampled_from(["order_paid", "page_viewed", "own"])),
        min_size=1,
        max_size=30,
    ),
    cohort=st.sampled_from(["week", "month"]),
    active=st.sampled_from(["engaged", "purchase", "any"]),
    span=st.tuples(st.integers(0, 60), st.integers(1, 80)),
    unbounded=st.booleans(),
)
def test_any_history_agrees_with_counting_by_hand(
    tmp_path_factory: Any, acts: list[tuple[str, int, str]], cohort: str, active: str, span: tuple[int, int], unbounded: bool
) -> None:
    opened = engine_on(tmp_path_factory.mktemp("r") / "w", [act(w, JAN + d, n) for w, d, n in acts])
    window = Window(JAN + span[0], JAN + sum(span))

    found = retention(opened, window, cohort=cohort, start="first_purchase", active=active, horizon=6, unbounded=unbounded)

    counts = {"engaged": ("order_paid", "page_viewed"), "purchase": ("order_paid",), "any": ("order_paid", "page_viewed", "own")}[active]
    end = JAN + max(d for _, d, _ in acts) + 1
    first = {w: min(d for v, d, n in acts if v == w and n == "order_paid") + JAN for w, _, name in acts if name == "order_paid"}
    cohorts: dict[int, list[str]] = {}
    for who, day in first.items():
        if window.from_day <= day < window.to_day:
            cohorts.setdefault(period_start(day, cohort), []).append(who)
    expected = []
    for begin, people in sorted(cohorts.items()):
        row: list[int | None] = [len(people)]
        edges = [begin]
        for _ in range(7):
            edges.append(period_start(edges[-1] + (8 if cohort == "week" else 35), cohort) if cohort == "month" else edges[-1] + 7)
        for k in range(1, 7):
            if edges[k + 1] > end:
                row.append(None)
            else:
                until = end if unbounded else edges[k + 1]
                row.append(sum(any(v == w and n in counts and edges[k] <= JAN + d < until for v, d, n in acts) for w in people))
        expected.append((date_of(begin).isoformat(), row))
    assert rows_of(found) == expected


def test_the_gift_shop_gives_its_published_cohorts(shared_data: Any, tmp_path: Path) -> None:
    raw = pd.read_csv(
        shared_data("online_retail_uk") / "online_retail.csv.gz",
        dtype={"InvoiceNo": str, "CustomerID": str},
        usecols=["InvoiceNo", "CustomerID", "InvoiceDate", "Quantity", "UnitPrice"],
    )
    paid = raw[raw.CustomerID.notna() & ~raw.InvoiceNo.str.startswith("C") & (raw.Quantity > 0) & (raw.UnitPrice > 0)]
    orders = paid.drop_duplicates(["InvoiceNo", "CustomerID", "InvoiceDate"])
    opened = orders_engine(tmp_path / "w", orders.CustomerID, pd.to_datetime(orders.InvoiceDate), order_id=orders.InvoiceNo)

    found = retention(opened, Window.parse("2010-12-01", "2011-12-10"))

    assert found.n == 4338
    december = found.cohorts[0]
    assert list(december.actors) == [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, None]
    assert (december.partial, december.whole) == (235, True)
    assert list(found.cohorts[1].actors) == [417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, None, None]
    assert (found.cohorts[1].partial, found.cohorts[-1].whole) == (49, False)
    assert list(found.cohorts[2].actors)[:10] == [380, 71, 71, 108, 103, 94, 96, 106, 94, 116]


def test_cdnow_gives_its_published_cohorts(shared_data: Any, tmp_path: Path) -> None:
    with gzip.open(shared_data("cdnow") / "cdnow_master.txt.gz", "rt") as file:
        raw = pd.read_csv(file, sep=r"\s+", skiprows=1, names=["who", "date", "cds", "dollars"], dtype={"who": str, "date": str})
    opened = orders_engine(tmp_path / "w", raw.who, pd.to_datetime(raw.date))

    found = retention(opened, Window.parse("1997-01-01", "1998-07-01"), horizon=17)

    assert [(c.size, c.actors[1]) for c in found.cohorts] == [(7846, 1157), (8476, 1312), (7248, 1032)]
    assert found.cohorts[0].actors[17] is not None  # June 1998 is over
    assert found.cohorts[1].actors[17] is None


def test_the_demo_shop_retention_by_any_event(shared_data: Any, tmp_path: Path) -> None:
    raw = pd.read_csv(shared_data("funnel_ecom_sessions") / "ecom.csv.gz")
    opened = orders_engine(tmp_path / "w", raw.user_id, pd.to_datetime(raw.timestamp))

    found = retention(opened, Window.parse("2024-01-01", "2024-07-01"), start="first_seen", active="any", horizon=5)

    # The data end on 29 June: June is not over.
    assert [([a for a in c.actors if a is not None], c.partial) for c in found.cohorts] == [
        ([63, 45, 38, 43, 39], 32),
        ([124, 90, 93, 81], 77),
        ([181, 150, 138], 141),
        ([167, 148], 151),
        ([62], 58),
        ([3], None),
    ]

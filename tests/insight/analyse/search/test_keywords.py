"""Keywords: visibility worked out by hand, places that were not found, what moved it."""

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.search.keywords import SNAPSHOTS, keywords, of_snapshots
from lianyi.kernel.clock import Window
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import at, engine_on

WINDOW = Window(0, 30)
DAY = 19_730


def look(keyword, day, place, searches=9, platform="xhs"):
    return {"keyword": keyword, "platform": platform, "d": day, "place": place, "searches": searches}


def test_first_places_everywhere_are_all_that_can_be_seen():
    found = of_snapshots([look("茶", 3, 1, 10), look("壶", 3, 1, 5000)], window=WINDOW)

    assert found.visibility.value == 1.0
    assert found.visibility.interval == (1.0, 1.0)


def test_visibility_is_what_the_hand_works_out():
    places = [look("a", 1, 1), look("b", 1, 2), look("c", 1, 4), look("d", 1, 4)]

    assert of_snapshots(places, window=WINDOW).visibility.value == pytest.approx(0.5)


def test_what_is_searched_for_more_weighs_more():
    found = of_snapshots([look("a", 1, 1, 99), look("b", 1, 2, 9)], window=WINDOW)

    assert found.visibility.value == pytest.approx((math.log(100) + math.log(10) / 2) / (math.log(100) + math.log(10)))


def test_a_keyword_that_was_not_found_stands_somewhere_behind_the_last_place_seen():
    found = of_snapshots([look("a", 1, 1), look("b", 1, 4), look("c", 1, None)], window=WINDOW)

    assert [t.last.to_json() for t in found.terms if t.keyword == "c"] == [{"day": "1970-01-02", "place": None, "beyond": 4}]
    assert found.visibility.value == pytest.approx((1 + 0.25 + 0.1) / 3)
    assert found.visibility.interval == pytest.approx(((1 + 0.25) / 3, (1 + 0.25 + 0.2) / 3))


def test_a_day_on_which_no_place_was_looked_up_tells_volumes_only():
    found = of_snapshots([look("a", 1, 3), look("a", 8, None, 41)], window=WINDOW)

    assert (found.terms[0].last.place, found.terms[0].looks, found.searches) == (3, 1, 50)
    assert found.change.value is None
    assert found.change.because is not None


def test_the_keyword_that_moved_visibility_most_comes_first_and_is_named():
    rows = [look("a", 1, 5), look("a", 20, 4), look("b", 1, 2), look("b", 20, 1), look("c", 1, 1), look("c", 20, 1), look("d", 5, 9)]
    found = of_snapshots(sorted(rows, key=lambda r: (r["keyword"], r["d"])), window=WINDOW)

    assert found.terms[0].keyword == "b"
    assert (found.better, found.worse, found.same) == (2, 0, 1)
    assert found.before.value == pytest.approx((0.2 + 0.5 + 1) / 3)
    assert found.change.value == pytest.approx((0.05 + 0.5) / 3)
    assert "“b”" in found.explain().en


def test_without_any_volume_all_weigh_alike_and_one_without_volume_is_left_out_and_counted():
    alike = of_snapshots([look("a", 1, 1, None), look("b", 1, 2, None)], window=WINDOW)
    partly = of_snapshots([look("a", 1, 1, None), look("b", 1, 2, 9)], window=WINDOW)

    assert (alike.visibility.value, alike.searches) == (0.75, None)
    assert (partly.visibility.value, partly.unweighed) == (0.5, 1)


def test_the_same_keyword_on_two_platforms_is_two():
    found = of_snapshots([look("a", 1, 1, platform="douyin"), look("a", 1, 2, platform="xhs")], window=WINDOW)

    assert found.n == 2
    assert found.to_table().column("platform").to_pylist() == ["douyin", "xhs"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 29), st.none() | st.integers(1, 50), st.none() | st.integers(0, 10_000)),
        unique_by=lambda r: r[:2],
        max_size=30,
    )
)
def test_visibility_lies_between_its_bounds_and_moves_as_its_terms_do(rows):
    found = of_snapshots([look(k, d, p, v) for k, d, p, v in sorted(rows, key=lambda r: r[:2])], window=WINDOW)

    if found.visibility.value is not None:
        low, high = found.visibility.interval
        assert 0 <= low <= found.visibility.value <= high <= 1
    if found.change.value is not None:
        whole = sum(t.weight or 0 for t in found.terms if t.looks > 1)
        assert found.change.value == pytest.approx(sum(t.gain for t in found.terms) / whole, abs=1e-12)
        low, high = found.change.interval
        assert low <= found.change.value <= high


def test_a_workspace_answers_from_its_snapshots_and_says_where_there_are_none(tmp_path):
    table = pa.table(
        {
            "keyword": ["面霜", "面霜", "防晒"],
            "platform": ["xhs", "xhs", "xhs"],
            "d": pa.array([DAY, DAY + 9, DAY + 9], pa.int32()),
            "rank": pa.array([4, 2, None], pa.int64()),
            "search_volume": pa.array([9, 9, 9], pa.int64()),
        }
    )
    engine = engine_on(tmp_path / "w", [{"name": "page_viewed", "member_id": "m", "t": at(DAY)}], tables={"keywords": table})
    found, nothing = keywords(engine, Window(DAY, DAY + 10)), keywords(engine, Window(DAY + 20, DAY + 30))
    engine.close()

    assert lint(SNAPSHOTS) == []
    assert found.change.value == pytest.approx(0.25)
    assert found.terms[1].last.to_json()["beyond"] == 4
    assert nothing.explain().zh == "区间内没有关键词排名。"
    assert nothing.to_json()["headline"]["value"] is None

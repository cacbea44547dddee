import json

import pyarrow as pa
import pytest

from lianyi.insight.analyse.content.performance import performance
from lianyi.insight.analyse.content.posts import DRAWN, POSTS
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import MINUTE, ZONE, at, engine_on

DAY = 19_800
MONTH = Window(DAY, DAY + 30)
HOUR = 60 * MINUTE


@pytest.fixture
def engine(tmp_path):
    rows, contents = [], []
    for i in range(20):
        video = i < 10
        day = DAY + i
        t = at(day, (20 if video else 9) * HOUR)
        if i != 19:  # the last is known by its event only
            contents.append(
                {
                    "content_id": f"c{i}",
                    "format": "video" if video else "picture",
                    "published_t": t,
                    "published_d": day,
                    "is_hard_ad": i % 4 == 0,
                }
            )
        rows.append({"name": "content_published", "content_id": f"c{i}", "t": t, "platform": "douyin"})
        rows.append({"name": "content_viewed", "content_id": f"c{i}", "t": t, "quantity": 1000})
        rows.append({"name": "content_liked", "content_id": f"c{i}", "t": t, "quantity": (200 if video else 20) + i})
        rows.append({"name": "content_liked", "content_id": f"c{i}", "t": at(day + 8), "quantity": 5000})
    rows.append({"name": "content_published", "content_id": "young", "t": at(DAY + 26)})
    table = pa.Table.from_pylist(contents).set_column(3, "published_d", pa.array([c["published_d"] for c in contents], pa.int32()))
    opened = engine_on(tmp_path / "w", rows, tables={"contents": table})
    yield opened
    opened.close()


def test_posts_are_counted_within_days_of_publishing_and_the_young_left_out(engine):
    found = performance(engine, MONTH, zone=ZONE)

    assert (found.posts, found.young) == (19 + 1 - 0, 1)
    by = {g.value: g for g in found.groups}
    assert {k: g.posts for k, g in by.items()} == {"video": 10, "picture": 9, None: 1}
    assert by["video"].mean.value == pytest.approx(204.5)
    assert by["video"].q < 0.001
    assert "video (n=10)" in found.explain().en


def test_without_a_limit_everything_counts(engine):
    found = performance(engine, MONTH, zone=ZONE, within_days=None)

    assert found.young == 0
    assert {g.value: g.mean.value for g in found.groups}["video"] == pytest.approx(5204.5)


def test_hours_and_weekdays_are_those_of_the_workspace(engine):
    hours = performance(engine, MONTH, zone=ZONE, by="hour")
    weekdays = performance(engine, MONTH, zone=ZONE, by="weekday")

    assert {g.value: g.posts for g in hours.groups} == {"20": 10, "09": 10}
    assert hours.timing.best == "20"
    assert sum(g.posts for g in weekdays.groups) == 20
    assert weekdays.timing.best is None


def test_a_rate_has_a_leaderboard_by_lower_bound(engine):
    found = performance(engine, MONTH, zone=ZONE, metric="engagement_rate", by="hard_ad", leaders=3)

    assert [x.content_id for x in found.leaders] == ["c9", "c8", "c7"]
    assert found.leaders[0].raw == pytest.approx(0.209)
    assert found.leaders[0].shrunken.value < 0.209
    assert {g.value for g in found.groups} == {"yes", "no", None}


def test_what_was_never_recorded_is_said(engine):
    found = performance(engine, MONTH, zone=ZONE, metric="content_ctr")

    assert found.groups == ()
    assert "content_exposed" in found.explain().en
    assert performance(engine, Window(DAY + 100, DAY + 101), zone=ZONE).explain().zh == "区间内没有可计的内容。"


def test_the_answer_is_plain_data(engine):
    found = performance(engine, MONTH, zone=ZONE, by="hour")

    assert json.loads(json.dumps(found.to_json()))["best_time"]["best"] == "20"
    assert found.to_table().num_rows == 2


def test_unknown_names_are_refused(engine):
    with pytest.raises(UnknownName, match="format"):
        performance(engine, MONTH, zone=ZONE, by="formt")
    with pytest.raises(UnknownName, match="interactions"):
        performance(engine, MONTH, zone=ZONE, metric="interaction")
    with pytest.raises(BadInput):
        performance(engine, MONTH, zone=ZONE, within_days=0)


@pytest.mark.parametrize("sql", [POSTS, DRAWN.format(names="'content_viewed'")])
def test_the_queries_keep_to_the_house_dialect(sql):
    assert lint(sql) == []

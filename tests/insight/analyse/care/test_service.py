import json

import pytest

from lianyi.insight.analyse.care.service import COMPLAINTS, INBOUND, WHICH, service
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import MINUTE, ZONE, at, engine_on

DAY = 19_800
WEEK = Window(DAY, DAY + 7)
HOUR = 60 * MINUTE


def asked(id_: str, t: int, kind: str = "inbound") -> dict[str, object]:
    return {"name": "message_posted", "member_id": f"m-{id_}", "subject_id": id_, "t": t, "kind": kind}


def answered(id_: str, t: int, *, automatic: bool = False) -> dict[str, object]:
    return {"name": "message_replied", "subject_id": id_, "t": t, "body": json.dumps({"automatic": automatic})}


@pytest.fixture
def engine(tmp_path):
    noon = at(DAY, 12 * HOUR)
    rows = [
        asked("a", noon),
        answered("a", noon + MINUTE // 3, automatic=True),
        answered("a", noon + HOUR),
        asked("b", noon, "negative"),
        answered("b", noon + 3 * HOUR),
        asked("c", noon),
        {"name": "content_commented", "content_id": "p", "subject_id": "d", "t": noon},
        answered("d", noon + 30 * HOUR),
        {"name": "message_posted", "subject_id": "own", "t": noon},
        asked("before", at(DAY - 3)),
        {"name": "complaint_opened", "subject_id": "k1", "t": noon, "kind": "late"},
        {"name": "complaint_resolved", "subject_id": "k1", "t": noon + 10 * HOUR},
        {"name": "complaint_opened", "subject_id": "k1", "t": noon + 20 * HOUR, "kind": "late"},
        {"name": "complaint_opened", "subject_id": "k2", "t": noon, "kind": "late"},
        {"name": "complaint_opened", "subject_id": "k3", "t": noon, "kind": "broken"},
        {"name": "complaint_resolved", "subject_id": "k3", "t": noon + 70 * HOUR},
        {"name": "page_viewed", "member_id": "m", "t": at(DAY + 6)},
    ]
    opened = engine_on(tmp_path / "w", rows)
    yield opened
    opened.close()


def test_the_first_answer_of_any_kind_counts_and_the_unanswered_keep_waiting(engine):
    found = service(engine, WEEK, zone=ZONE)

    assert (found.replies.n, found.replies.curve.events) == (4, 3)
    assert {k: v.value for k, v in found.replies.within.items()} == {"30s": 0.25, "2h": 0.25, "24h": 0.5}
    assert found.replies.median.value == 3 * 3600
    assert found.replies.answered_mean == pytest.approx((20 + 3 * 3600 + 30 * 3600) / 3)
    assert found.negative.n == 1


def test_an_automatic_answer_is_not_a_human_one(engine):
    assert service(engine, WEEK, zone=ZONE, answers="human").replies.within["2h"].value == 0.25
    assert service(engine, WEEK, zone=ZONE, answers="human").replies.within["30s"].value == 0
    assert service(engine, WEEK, zone=ZONE, answers="automatic").replies.curve.events == 1


def test_complaints_have_their_times_causes_and_reopenings(engine):
    found = service(engine, WEEK, zone=ZONE)

    assert (found.complaints.n, found.complaints.still_waiting) == (3, 1)
    assert {k: round(v.value, 4) for k, v in found.complaints.within.items()} == {"24h": 0.3333, "72h": 0.6667}
    assert [(c.cause, c.count) for c in found.causes] == [("late", 2), ("broken", 1)]
    assert (found.reopened.value, found.reopened.n) == (0.5, 2)


def test_a_window_without_words_says_so(engine):
    found = service(engine, Window(DAY + 3, DAY + 4), zone=ZONE)

    assert found.n == 0
    assert found.replies.median.value is None
    assert "No comment" in found.explain().en
    assert json.loads(json.dumps(found.to_json()))["replies"]["within"]["24h"]["value"] is None


def test_the_answer_is_plain_data_and_a_table(engine):
    found = service(engine, WEEK, zone=ZONE)

    assert json.loads(json.dumps(found.to_json()))["schema"] == "lianyi.service/1"
    assert found.to_table().num_rows == 8
    assert "3 complaints" in found.explain().en


def test_an_unknown_kind_of_answer_is_refused(engine):
    with pytest.raises(UnknownName, match="human"):
        service(engine, WEEK, zone=ZONE, answers="humann")


@pytest.mark.parametrize("sql", [*(INBOUND.format(which=which) for which in WHICH.values()), COMPLAINTS])
def test_the_queries_keep_to_the_house_dialect(sql):
    assert lint(sql) == []

import json

import pyarrow as pa
import pytest

from lianyi.insight.analyse.survey.survey import ANSWERS, MEMBERS, SENT, survey
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import at, engine_on

DAY = 19_800
WEEK = Window(DAY, DAY + 7)


def answer(who: int, question: str, value: float, t: int = 0, survey_id: str = "s1") -> dict[str, object]:
    return {"name": "survey_answered", "member_id": f"m{who}", "subject_id": survey_id, "kind": question, "value": value, "t": at(DAY, t)}


@pytest.fixture
def engine(tmp_path):
    # Gold members are few and happy, and answer more than their share.
    rows = [answer(who, "nps", 10 if who < 12 else 5) for who in range(24)]
    rows += [answer(who, "csat", 5 if who < 12 else 2) for who in range(24)]
    rows += [answer(0, "nps", 0.0, t=-0) | {"t": at(DAY)}, answer(0, "nps", 10, t=60)]
    rows += [answer(who, q, 3 + who % 3) for who in range(24) for q in ("easy", "fast")]
    rows += [answer(who, "awareness_aided", float(who % 2)) for who in range(24)]
    rows += [answer(1, "nps", 1, survey_id="other")]
    members = pa.table(
        {
            "member_id": [f"m{i}" for i in range(120)],
            "joined_t": [at(DAY - 100)] * 120,
            "tier": ["gold" if i < 12 else "plain" if i < 108 else "iron" for i in range(120)],
        }
    )
    surveys = pa.table({"survey_id": ["s1"], "title": ["满意度"], "kind": ["csat"], "sent": [100], "d": pa.array([DAY], pa.int32())})
    opened = engine_on(tmp_path / "w", rows, tables={"members": members, "surveys": surveys})
    yield opened
    opened.close()


def test_scores_of_one_survey_with_its_response_rate(engine):
    found = survey(engine, WEEK, survey_id="s1")

    assert found.respondents == 24
    assert found.response.value == 0.24
    assert found.nps.score.value == 0.0
    assert found.csat.value == 0.5
    assert {q.id: (q.kind, q.value.value) for q in found.questions} == {
        "awareness_aided": ("share", 0.5),
        "easy": ("mean", 4.0),
        "fast": ("mean", 4.0),
    }
    assert found.reliability.raw.value == pytest.approx(1)


def test_weights_bring_the_answers_back_to_the_membership(engine):
    found = survey(engine, WEEK, survey_id="s1", rake_by=["tier"])

    assert found.weighting.converged
    # 12 gold of 108 members that somebody stands for: 1/9 promoters, 8/9 detractors.
    assert found.nps_weighted.score.value == pytest.approx(1 / 9 - 8 / 9)
    assert found.csat_weighted.value == pytest.approx(1 / 9)
    assert found.covered == pytest.approx(0.9)
    assert found.nps.score.value == 0.0
    assert found.weighting.design_effect > 1.5


def test_without_a_number_sent_there_is_no_response_rate(engine):
    found = survey(engine, WEEK, survey_id="other")

    assert found.response.value is None
    assert "not recorded" in found.response.because.en
    assert found.respondents == 1


def test_too_few_known_members_are_not_weighted(engine):
    found = survey(engine, WEEK, survey_id="other", rake_by=["tier"])

    assert found.weighting is None
    assert "too few" in found.unweighted.en


def test_an_empty_window_says_so(engine):
    found = survey(engine, Window(DAY + 50, DAY + 60))

    assert found.explain().en == "Nobody answered a survey in the window."
    assert json.loads(json.dumps(found.to_json()))["nps"]["promoters"] is None


def test_an_unknown_dimension_is_refused(engine):
    with pytest.raises(UnknownName, match="tier"):
        survey(engine, WEEK, rake_by=["teir"])


def test_the_answer_is_plain_data(engine):
    found = survey(engine, WEEK, survey_id="s1", rake_by=["tier"])

    assert json.loads(json.dumps(found.to_json()))["weighting"]["by"] == ["tier"]
    assert found.to_table().num_rows == 8


@pytest.mark.parametrize("sql", [ANSWERS, SENT, MEMBERS.format(columns="m.tier AS tier", known="1 = 1")])
def test_the_queries_keep_to_the_house_dialect(sql):
    assert lint(sql) == []

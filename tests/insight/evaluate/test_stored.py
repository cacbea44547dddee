import dataclasses
import json

import pytest

from lianyi.insight.evaluate.result import SCHEMA
from lianyi.insight.evaluate.stored import NotAnEvaluation, from_json
from tests.insight.report import report_cases as cases


@pytest.mark.parametrize("case", ["full", "orders_only", "nothing", "british", "hostile"])
def test_an_evaluation_comes_back_from_its_json_as_it_was(case):
    made = getattr(cases, case)()

    assert from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_field_with_a_default_may_be_missing():
    raw = cases.british().to_json()
    del raw["suggestions"]

    assert from_json(raw) == dataclasses.replace(cases.british(), suggestions=())


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"schema": "lianyi.evaluation/0"}, SCHEMA),
        ({"surprise": 1}, "evaluation.surprise"),
        ({"brand": 3}, "evaluation.brand"),
        ({"level": "0.95"}, "evaluation.level"),
        ({"window": ["2024-01-01"]}, "evaluation.window"),
        ({"figures": [{"metric": "orders"}]}, "evaluation.figures[0].name"),
        ({"summary": [{"zh": "好"}]}, "evaluation.summary[0]"),
        ({"figures": {}}, "evaluation.figures"),
    ],
)
def test_what_is_no_evaluation_is_refused_and_says_where(change, where):
    with pytest.raises(NotAnEvaluation) as refused:
        from_json({**json.loads(json.dumps(cases.full().to_json())), **change})

    assert where in refused.value.say("en")


def test_a_list_is_no_evaluation():
    with pytest.raises(NotAnEvaluation):
        from_json([])

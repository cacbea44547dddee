"""A finding's query stands alone and returns the rows of which the finding speaks."""

import datetime as dt
import re

import pytest

from lianyi.insight.evaluate.case import Comparison
from lianyi.insight.evaluate.evaluate import evaluate
from lianyi.insight.evaluate.evidence import part_and_rest, sides_of, with_whole
from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.report import compose
from lianyi.insight.report.html import html
from lianyi.kernel.clock import Window
from tests.insight.evaluate.made_world import FIRST_DAY, Held, Trouble, world
from tests.insight.evaluate.worked_out import unmatched
from tests.insight.report.reading import tree
from tests.insight.report.unbound import unbound

DAYS = 62
TROUBLES = (
    Trouble("checkout", DAYS // 2, 0.4),
    Trouble("traffic", DAYS // 2, 0.7),
    Trouble("reply", DAYS // 2, 0.4),
    Trouble("newcomers", DAYS // 2, 0.4),
)


@pytest.fixture(scope="module")
def given():
    return world(7, days=DAYS, troubles=TROUBLES)


@pytest.fixture(scope="module")
def made(given) -> Evaluation:
    return evaluate(
        Held(*given),
        Window(FIRST_DAY + DAYS // 2, FIRST_DAY + DAYS),
        brand="素白",
        time_zone="Asia/Shanghai",
        currency="CNY",
        made_at=dt.datetime(2024, 6, 1, tzinfo=dt.UTC),
        version="0",
    )


@pytest.mark.slow
def test_every_finding_can_be_worked_out_from_the_rows_of_its_query(given, made):
    fresh = Held(*given)
    days = [(dt.date.fromisoformat(b) - dt.date.fromisoformat(a)).days for a, b in (made.window, made.baseline_window or made.window)]
    wrong = []
    for finding in made.findings:
        sql = finding.evidence.sql
        assert sql, finding.id
        assert not re.search(r"\$[a-z_]+", sql), finding.id
        rows = fresh.run(sql).to_pylist()
        wrong += [(finding.id, "no rows")] if not rows else [(finding.id, *one) for one in unmatched(finding, rows, days)]
    print(*wrong, sep="\n")
    assert wrong == []
    assert len(made.findings) >= 5
    assert all(finding.evidence.rows for finding in made.findings if finding.basis in ("change", "level"))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_number_of_a_whole_report_stands_alone(made, language):
    assert unbound(tree(html(compose(made, language=language)))) == []


BY_DAY = """SELECT v.d AS d, v.value AS value, v.x AS x, v.n AS n FROM (VALUES
    (0, 'a', 1, 10), (1, 'a', 3, 10), (2, 'a', 2, 10), (3, 'a', 0, 10), (2, 'b', 5, 20), (9, 'a', 99, 99)) AS v(d, value, x, n)"""
SIDES = Comparison("given", Window(0, 2), Window(2, 4))


def test_counts_by_day_come_to_both_sides_of_a_comparison():
    engine = Held(*world(1, days=3, members=20))
    rows = engine.run(sides_of(BY_DAY, SIDES, hits="x", base="n", split=True)).to_pylist()
    assert rows == [{"value": "a", "before": 0.2, "now": 0.1, "base": 20.0}, {"value": "b", "before": None, "now": 0.25, "base": 20.0}]

    [plain] = engine.run(sides_of(BY_DAY, SIDES, hits="x", base=None, split=False)).to_pylist()
    assert plain == {"before": 2.0, "now": 3.5, "base": 2.0}

    both = engine.run(
        with_whole(sides_of(BY_DAY, SIDES, hits="x", base="n", split=True), sides_of(BY_DAY, SIDES, hits="x", base="n", split=False))
    )
    assert [(row["value"], row["base"]) for row in both.to_pylist()] == [("a", 20.0), ("b", 20.0), (None, 40.0)]


def test_one_part_is_set_beside_all_the_others():
    rows = Held(*world(1, days=3, members=20)).run(part_and_rest(BY_DAY, SIDES.now, "b", hits="x", base="n")).to_pylist()
    assert sorted((row["value"], row["now"], row["base"]) for row in rows) == [("b", 0.25, 20), ("rest", 0.1, 20)]

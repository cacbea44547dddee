"""The query beside a number, run by itself on the same history, returns the number: of every metric, by every dimension, in every period."""

import random

import pytest

from lianyi.insight.measure import catalogue, measure, measure_all
from lianyi.insight.measure.compute import run_of
from lianyi.insight.measure.dimensions import dimensions
from lianyi.kernel.clock import Window, day_of
from tests.insight.measure.test_laws import HORIZON, NAMES, TABLES, WINDOW, facts_of
from tests.insight.measure.worlds import World

SAMPLED = 12


@pytest.fixture(scope="module")
def facts():
    lots = random.Random(5)
    most = (5, 4, 3)
    return facts_of(
        [
            (lots.choice(NAMES), lots.randint(10, 60), lots.randint(0, 1439), *(lots.randint(0, n) for n in most), lots.randint(1, 900))
            for _ in range(1500)
        ]
    )


@pytest.fixture
def world(facts):
    made = World()
    yield made.load(facts, TABLES)
    made.close()


@pytest.fixture(scope="module")
def fresh(facts):
    """The same history on an engine on which nobody has measured anything."""
    made = World()
    yield made.load(facts, TABLES)
    made.close()


def unlike(values, fresh):
    """Values that their own query does not return, with what it does."""
    wrong, answers = [], {}
    for value in values:
        if not value.sql:
            continue
        if value.sql not in answers:
            answers[value.sql] = fresh.run(value.sql).to_pylist()
        part = None if value.by is None else next(iter(value.by.values()))
        mine = [
            row for row in answers[value.sql]
            if (value.by is None or (None if row["dim_value"] is None else str(row["dim_value"])) == part)
            and (value.at is None or row["period_d"] == day_of(value.at))
        ]  # fmt: skip
        said = [row["value"] for row in mine]
        # A part with nothing in a period has no row there.
        nothing = not said and value.value in (0, None)
        tolerance = 0.5 if value.unit in ("count", "money") else 1e-9
        if not nothing and said != ([None] if value.value is None else [pytest.approx(value.value, abs=tolerance)]):
            wrong.append((value.metric, value.by, value.at, value.value, said))
    return wrong


def test_the_query_of_a_metric_returns_its_value(world, fresh):
    values = measure(world, random.Random(1).sample(list(catalogue()), 3 * SAMPLED), WINDOW, horizon_day=HORIZON)

    assert sum(bool(value.sql) for value in values) > 2 * SAMPLED
    assert unlike(values, fresh) == []


@pytest.mark.parametrize("by", ["generation", "cohort", "new_returning", "content_topic"])
def test_it_does_so_by_dimensions_that_are_worked_out_first(world, fresh, by):
    lots = random.Random(by)
    metrics = [one.id for one in catalogue().values() if by in one.dims]
    values = measure(world, lots.sample(metrics, min(SAMPLED, len(metrics))), WINDOW, by=by, horizon_day=HORIZON)

    assert unlike(values, fresh) == []


@pytest.mark.slow
@pytest.mark.parametrize("by", dimensions())
@pytest.mark.parametrize("grain", ["total", "week"])
def test_the_query_of_every_metric_returns_its_value_by_every_dimension_it_allows(world, fresh, by, grain):
    assert unlike(measure_all(world, WINDOW, by=by, grain=grain, horizon_day=HORIZON), fresh) == []


@pytest.mark.slow
@pytest.mark.parametrize("grain", ["total", "day", "week", "month"])
def test_the_query_of_every_metric_returns_its_value_in_every_period(world, fresh, grain):
    assert unlike(measure_all(world, WINDOW, grain=grain, horizon_day=HORIZON), fresh) == []


def test_a_query_written_without_measuring_is_the_same(world):
    run = run_of(world, Window(WINDOW.from_day, WINDOW.to_day), None, grain="total", horizon_day=HORIZON)
    for id_ in ("gross_margin", "first_reply_seconds", "repurchase_rate", "net_sales"):
        [value] = measure(world, [id_], WINDOW, horizon_day=HORIZON)
        assert run.query_of(catalogue()[id_]) == value.sql

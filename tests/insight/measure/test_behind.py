"""The rows behind a number add up to the number: for every metric of the catalogue that counts rows, on the cases worked out by hand."""

import pytest

from lianyi.insight.measure import catalogue, measure, metric
from lianyi.insight.measure.behind import HIDDEN, NoRowsOfItsOwn, rows_behind
from lianyi.kernel.clock import Window
from tests.insight.measure.test_golden import CASES, told, world  # noqa: F401 - world is a fixture
from tests.insight.measure.worlds import DAY_0

ADDS_UP = {"none", "wilson", "mean", "clustered"}


def of_rows(behind, one):
    """The value that the aggregates over the rows make."""
    if "denominator" not in one.sql:
        return behind.numerator if behind.numerator is not None else 0
    return behind.numerator / behind.denominator if behind.denominator else None


def counted(name):
    """The metrics of a case whose value is their numerator, or that by their denominator."""
    return [
        id_ for id_ in CASES[name]["expect"]
        if (one := metric(id_)).formula is None and "numerator" in one.sql and one.interval in ADDS_UP and one.unit in ("count", "money", "ratio", "score")
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in CASES if counted(name)])
def test_the_rows_add_up_to_the_number(name, world):  # noqa: F811 - the fixture
    case = CASES[name]
    told(world, case)
    window, horizon = Window(DAY_0 + case["window"][0], DAY_0 + case["window"][1]), DAY_0 + case["horizon"]

    for value in measure(world, counted(name), window, horizon_day=horizon):
        if value.status == "ok":
            behind = rows_behind(world, value.metric, window, horizon_day=horizon, size=1000)
            assert of_rows(behind, metric(value.metric)) == pytest.approx(value.value, abs=0.5 if value.unit == "money" else 1e-12), (
                value.metric
            )
            assert len(behind.rows) == behind.total
            assert not HIDDEN & set(behind.columns)


FACTS = [
    "0 10:00 order_paid m=a o=1 p=s ch=social fen=10000",
    "1 10:00 order_paid m=a o=2 p=s ch=search fen=5000",
    "2 10:00 order_paid m=b o=3 p=s fen=2000",
    "3 10:00 order_refunded m=b o=3 p=s fen=500",
    "9 10:00 order_paid m=c o=4 p=s ch=social fen=7700",
]
WEEK = Window(DAY_0, DAY_0 + 7)


def test_money_is_shown_fact_by_fact_and_a_part_by_its_own_facts(world):  # noqa: F811 - the fixture
    world.tell(FACTS)

    whole = rows_behind(world, "net_sales", WEEK)
    social = rows_behind(world, "gmv", WEEK, by="channel", value="social")
    unknown = rows_behind(world, "gmv", WEEK, by="channel", value=None)

    assert (whole.total, whole.numerator) == (4, 16_500)
    assert [row[whole.columns.index("order_id")] for row in whole.rows] == ["1", "2", "3", "3"]
    assert (social.total, social.numerator) == (1, 10_000)
    assert (unknown.total, unknown.numerator) == (1, 2_000)


def test_members_are_counted_one_row_each_and_pages_follow_on(world):  # noqa: F811 - the fixture
    world.tell(FACTS)

    pages = [rows_behind(world, "repeat_buyer_rate", WEEK, first=first, size=1) for first in (0, 1)]

    assert [(page.numerator, page.denominator, page.total) for page in pages] == [(1, 2, 2)] * 2
    assert [page.rows[0][page.columns.index("buyer")] for page in pages] == ["a", "b"]


def test_the_query_stands_alone_and_answers_the_same(world):  # noqa: F811 - the fixture
    world.tell(FACTS)
    behind = rows_behind(world, "orders", WEEK, by="channel", value="social")

    assert len(world.run(behind.sql)) == behind.total == 1


def test_a_metric_made_of_others_names_them_and_has_no_rows(world):  # noqa: F811 - the fixture
    formula = next(one.id for one in catalogue().values() if one.formula)

    with pytest.raises(NoRowsOfItsOwn):
        rows_behind(world.tell(FACTS), formula, WEEK)

import datetime as dt

import pyarrow as pa
import pytest

from lianyi.insight.evaluate.evaluate import NothingToEvaluate
from lianyi.insight.evaluate.scoped import ScopeEmpty, evaluate_scope, life_of
from lianyi.insight.evaluate.stored import from_json
from lianyi.insight.report import compose
from lianyi.insight.report.document import Chart, Lead
from lianyi.kernel.clock import Window, date_of
from lianyi.kernel.errors import UnknownName
from tests.insight.analyse.analyse_cases import at, engine_on

FIRST = 19_723  # 2024-01-01
NOW = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
TOLD = {"brand": "素白", "time_zone": "Asia/Shanghai", "currency": "CNY", "made_at": NOW, "version": "0"}


def order(
    day: int, n: int, fen: int, *, campaign: str | None = None, partner: str | None = None, buyer: str = "", product: str = "p1"
) -> dict:
    return {
        "name": "order_paid",
        "t": at(FIRST + day, n * 1_000_000),
        "order_id": f"o{day}-{n}",
        "member_id": buyer or f"m{day}-{n}",
        "amount_fen": fen,
        "quantity": 1,
        "product_id": product,
        "campaign_id": campaign,
        "partner_id": partner,
    }


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Ninety days: campaign C1 on days 31 to 40, C2 beside it; partner K1 sells twice as much in the second month, K2 all along."""
    rows = [order(day, 0, 10_000, partner="K2", product="p2") for day in range(90)]
    rows += [order(day, 1, 5_000, partner="K1") for day in range(31)]
    rows += [order(day, 1, 10_000, partner="K1", product="p1" if day % 2 else "p3") for day in range(31, 60)]
    rows += [order(day, 2, 20_000, campaign="C1", buyer=f"b{day % 5}", product="p1" if day % 2 else "p2") for day in range(31, 41)]
    rows += [order(day, 3, 8_000, campaign="C2") for day in range(31, 60)]
    rows.append(
        {
            "name": "order_refunded",
            "t": at(FIRST + 41),
            "order_id": "o40-2",
            "member_id": "b0",
            "amount_fen": 20_000,
            "product_id": "p2",
            "campaign_id": "C1",
        }
    )
    made = engine_on(
        tmp_path_factory.mktemp("scoped") / "w",
        rows,
        tables={
            "campaigns": pa.table(
                {
                    "campaign_id": ["C1"],
                    "title": ["年货节"],
                    "starts_d": pa.array([FIRST + 31], pa.int32()),
                    "ends_d": pa.array([FIRST + 40], pa.int32()),
                }
            ),
            "partners": pa.table({"partner_id": ["K1"], "title": ["小鹿"]}),
        },
    )
    yield made
    made.close()


def test_a_campaigns_life_is_its_own_days_both_meant(engine):
    life = life_of(engine, "campaign:C1")
    assert life.name == "年货节"
    assert life.window == Window(FIRST + 31, FIRST + 41)
    assert life_of(engine, "campaign:C2").window is None
    assert life_of(engine, "campaign:C2").name == "C2"


def test_only_what_names_the_campaign_is_counted(engine):
    made = evaluate_scope(engine, Window(FIRST + 31, FIRST + 60), "campaign:C1", **TOLD)

    assert made.figure("gmv").value == 10 * 20_000
    assert made.figure("net_sales").value == 9 * 20_000
    assert made.figure("orders").value == 10
    assert made.figure("buyers").value == 5
    assert made.baseline_window is None, "a campaign was not there before"
    assert made.figure("net_sales").change is None
    assert made.scope == "campaign:C1"
    assert made.scope_name == "年货节"
    assert {figure.metric for figure in made.figures} >= {"campaign_sales", "refund_rate", "aov"}


def test_a_campaign_stands_beside_the_others_of_its_days(engine):
    [peers] = [e for e in evaluate_scope(engine, Window(FIRST + 31, FIRST + 60), "campaign:C1", **TOLD).exhibits if e.id == "peers"]

    assert [(getattr(row["value"], "zh", row["value"]), row["net_sales"]) for row in peers.rows] == [
        ("C2", 29 * 8_000),
        ("年货节（本活动）", 9 * 20_000),
    ]


def test_a_partner_is_compared_with_their_own_month_before_and_with_nobody(engine):
    made = evaluate_scope(engine, Window(FIRST + 31, FIRST + 60), "partner:K1", **TOLD)
    sales = made.figure("net_sales")

    assert sales.value == 29 * 10_000
    assert sales.baseline == 31 * 5_000
    assert made.baseline_window == ("2024-01-01", "2024-02-01")
    assert "peers" not in {exhibit.id for exhibit in made.exhibits}
    assert sum(row["net_sales"] for row in made.exhibit("products").rows) == sales.value
    assert "K2" not in str(made.to_json())
    assert sum(point.value for point in sales.series) == sales.value


def test_the_course_is_the_scopes_own_and_marks_cut_periods(engine):
    series = evaluate_scope(engine, Window(FIRST + 31, FIRST + 91), "partner:K2", **TOLD).figure("net_sales").series

    assert sum(point.value for point in series) == 59 * 10_000
    assert not series[-1].complete, "the data ends inside the last week"


def test_days_on_which_nothing_was_sold_are_days_of_nought_and_have_no_average(engine):
    made = evaluate_scope(engine, Window(FIRST + 31, FIRST + 60), "campaign:C1", **TOLD)
    sales, orders, average = (made.figure(name).series for name in ("gmv", "orders", "aov"))

    assert [point.at for point in sales] == [date_of(FIRST + day).isoformat() for day in range(31, 60)]
    assert [point.value for point in sales] == [20_000] * 10 + [0] * 19
    assert [point.value for point in orders] == [1] * 10 + [0] * 19
    assert [point.value for point in average] == [20_000] * 10 + [None] * 19


def test_a_scope_nobody_names_is_refused_and_says_who_there_is(engine):
    with pytest.raises(ScopeEmpty) as refused:
        evaluate_scope(engine, Window(FIRST + 31, FIRST + 60), "partner:K9", **TOLD)
    assert "K1, K2" in refused.value.say("en")


def test_a_window_without_facts_is_refused(engine):
    with pytest.raises(NothingToEvaluate):
        evaluate_scope(engine, Window(FIRST + 900, FIRST + 901), "partner:K1", **TOLD)


@pytest.mark.parametrize("scope", ["brand", "campaign:", "group:G1"])
def test_a_scope_of_another_kind_is_refused(engine, scope):
    with pytest.raises(UnknownName):
        evaluate_scope(engine, Window(FIRST, FIRST + 60), scope, **TOLD)


@pytest.mark.slow
@pytest.mark.parametrize(("scope", "template"), [("campaign:C1", "campaign"), ("partner:K1", "partner")])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_report_says_whose_it_is_and_binds_every_sentence(engine, scope, template, language):
    made = evaluate_scope(engine, Window(FIRST + 31, FIRST + 60), scope, **TOLD)
    document = compose(from_json(made.to_json()), template=template, language=language)
    [lead] = [block for block in document.front.blocks if isinstance(block, Lead)]

    assert made.scope_name in document.title
    assert made.scope_name in lead.sentences[0].text
    assert all(document.reference(anchor) for sentence in lead.sentences for anchor in sentence.rests_on)
    assert lead.sentences[0].rests_on[0] == "metric-net_sales"
    assert next(chart.id for chart in document.blocks() if isinstance(chart, Chart)).startswith("trend-")
    assert date_of(FIRST + 31).isoformat() == made.window[0]

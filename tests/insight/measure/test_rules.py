"""Definitions, refusals and conventions."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from lianyi.insight.measure import catalogue, dimension, dimensions, horizon, intervals, measure, metric, to_csv
from lianyi.insight.measure import entries as reading
from lianyi.insight.measure.catalogue import _metric
from lianyi.insight.measure.compile import Shape, Writer, aggregate, distribution, expressions, relation_sql
from lianyi.insight.measure.entries import sets
from lianyi.insight.measure.inputs import inputs
from lianyi.insight.measure.relation import relations
from lianyi.insight.measure.run import TooManyValues
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.stream.engines.lint import lint
from tests.insight.measure.worlds import DAY_0, World

PROMISED = [
    "impressions",
    "reads",
    "page_views",
    "visitors",
    "visits",
    "social_visit_share",
    "bounce_rate",
    "pages_per_visit",
    "new_members",
    "members_end",
    "member_growth_rate",
    "active_members",
    "stickiness",
    "retention_d1",
    "retention_d7",
    "retention_d30",
    "churn_rate",
    "interactions",
    "interactions_per_active",
    "engagement_rate",
    "group_active_rate",
    "silent_group_share",
    "followers_end",
    "follower_growth",
    "share_rate",
    "referred_members",
    "referred_share",
    "k_factor",
    "referral_cycle_days",
    "referral_depth",
    "invitee_quality",
    "buyers",
    "new_buyers",
    "conversion_rate",
    "funnel_exposed_viewed",
    "funnel_viewed_product_viewed",
    "funnel_product_viewed_cart_added",
    "funnel_cart_added_order_placed",
    "funnel_order_placed_order_paid",
    "orders",
    "units",
    "gmv",
    "refunds",
    "net_sales",
    "aov",
    "spend_per_buyer",
    "repeat_buyer_rate",
    "repurchase_rate",
    "refund_rate",
    "cogs",
    "gross_profit",
    "gross_margin",
    "marketing_cost",
    "contribution_profit",
    "roi",
    "input_output_ratio",
    "roas",
    "cac",
    "ltv_12m",
    "ltv_cac",
    "payback_days",
    "incremental_profit_per_yuan",
    "posts_published",
    "plan_adherence",
    "content_ctr",
    "hard_ad_share",
    "originality",
    "ugc_share",
    "keyword_rank",
    "search_volume",
    "reply_rate",
    "first_reply_seconds",
    "first_reply_p90_seconds",
    "replied_within_30s",
    "negative_within_2h",
    "complaint_resolution_rate",
    "complaint_hours",
    "csat",
    "nps",
    "page_load_p75",
    "path_index",
    "awareness_unaided",
    "awareness_aided",
    "mentions",
    "share_of_voice",
    "sentiment",
    "topic_heat",
    "market_share",
    "reach_multiplier",
    "partner_sales",
    "partner_roi",
    "cpm",
    "cpe",
    "cpc",
    "breakeven_sales",
    "live_value_per_viewer",
    "campaign_participants",
    "campaign_sales",
    "group_success_rate",
    "bargain_success_rate",
    "coupon_redemption_rate",
    "stock_sell_through",
    "interactions_per_post",
    "interactions_per_post_median",
    "group_buy_size",
    "refund_amount_rate",
]
WINDOW = Window(DAY_0, DAY_0 + 31)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def test_every_promised_metric_is_in_the_catalogue():
    assert set(PROMISED) <= set(catalogue())


def test_every_query_stays_inside_the_house_dialect():
    seen = set()
    by_relation = {m.relation: [n for n in catalogue().values() if n.relation == m.relation] for m in catalogue().values() if m.relation}
    for relation_id, sharing in by_relation.items():
        for by in (None, *(d for d in ("platform", "new_returning", "category") if d in relations()[relation_id].dims)):
            split = dimension(by) if by else None
            shape = Shape(split, by_period=by == "platform", has_devices=True, steps=sets()["FUNNEL"])
            rows = f"({relation_sql(relation_id, shape, sharing)})"
            queries = [distribution(relation_id, rows, m, shape).sql for m in sharing if "value" in m.sql]
            queries += [aggregate(relation_id, rows, sharing, shape).sql] if any(expressions(m) for m in sharing) else []
            seen |= {str(v) for query in [*queries, *(base.sql for base in shape.bases.values())] for v in lint(query)}
    assert seen == set()


def test_a_definition_says_by_how_much_its_interval_is_too_narrow():
    """What the lab measured (tests/truth) and could not be mended."""
    limits = tomllib.loads((Path(__file__).parents[2] / "truth" / "limits.toml").read_text(encoding="utf-8"))
    short = {path.removeprefix("measure/"): str(limit["times"]) for path, limit in limits.items() if path.startswith("measure/")}

    assert len(short) > 0
    for id_, times in short.items():
        assert f"{times} times its width" in catalogue()[id_].says.en
        assert f"宽度应乘 {times}" in catalogue()[id_].says.zh


def test_no_input_dimension_or_relation_is_left_over():
    used = {n for m in catalogue().values() for n in m.needs}
    counted = {m.relation for m in catalogue().values()} | {m.clusters for m in catalogue().values()}
    read = {word for r in relations().values() for word in re.findall(r'(?:base|of|facts)\("(\w+)"', r.sql)}

    assert set(inputs()) == used
    assert set(dimensions()) == {d for m in catalogue().values() for d in m.dims}
    assert set(relations()) == {r for r in counted | read if r in relations()} | {"generation"}


def test_an_unknown_metric_is_refused_with_the_nearest_name(world):
    with pytest.raises(UnknownName, match="Did you mean gmv"):
        measure(world.tell(["0 10:00 order_paid m=a o=1 fen=5"]), ["gvm"], WINDOW)


def test_a_dimension_that_makes_no_sense_is_refused_naming_those_that_do(world):
    with pytest.raises(BadInput, match="retention_d1 cannot be split by category; it can by: platform"):
        measure(world.tell(["0 10:00 order_paid m=a o=1 fen=5"]), ["retention_d1"], WINDOW, by="category")


def test_a_split_into_more_values_than_anybody_reads_is_refused_with_what_to_do(world):
    world.tell([f"{day} 10:00 content_viewed m=a c=c{day}" for day in range(10)])
    asked = {"by": "content", "grain": "day", "most": 99}

    with pytest.raises(TooManyValues) as refusal:
        measure(world, ["reads"], Window(DAY_0, DAY_0 + 10), **asked)

    assert refusal.value.say("en").startswith(
        "Split like this there are at least 100 numbers (10 periods, by Content); one question returns 99 at most. Ask for longer periods"
    )
    assert len(measure(world, ["reads"], Window(DAY_0, DAY_0 + 9), **asked)) == 81


def test_a_level_outside_the_open_interval_is_refused(world):
    with pytest.raises(BadInput, match="A level lies between 0 and 1"):
        measure(world.tell(["0 10:00 order_paid m=a o=1 fen=5"]), ["gmv"], WINDOW, level=1.0)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"unti": "count"}, "unknown key unti"),
        ({"unit": "yuan"}, "unit is 'yuan', not one of"),
        ({"relation": "no_such"}, "relation is 'no_such'"),
        ({"needs": ["nothing"]}, "needs: no such name nothing"),
        ({"adds_over": ["keyword"]}, "adds_over: keyword is not offered"),
        ({"formula": "a / b"}, "either a numerator or a value over a relation, or a formula"),
        ({"name": {"zh": "量"}}, "name: a Text needs both"),
        ({"better": "band"}, "band goes with better = band"),
    ],
)
def test_a_wrong_definition_is_refused_naming_file_and_entry(change, complaint):
    entry = {
        "name": {"zh": "量", "en": "x"}, "says": {"zh": "量", "en": "x"}, "unit": "count", "better": "up", "relation": "ledger",
        "numerator": "count(*)", "empty": "zero", "version": 1, "source": "test", **change,
    }  # fmt: skip
    with pytest.raises(reading.EntryFault, match=r"made\.toml \[x\].*" + re.escape(complaint)):
        _metric("made.toml [x]", "x", "made", entry)


def test_a_refund_is_never_subtracted_twice_and_belongs_to_the_window_it_happened_in(world):
    world.tell(["0 10:00 order_paid m=a o=1 fen=500", "40 10:00 order_refunded m=a o=1 fen=200"])

    january, february = (
        {v.metric: v.value for v in measure(world, ["gmv", "refunds", "net_sales", "refund_rate"], Window(DAY_0 + a, DAY_0 + b))}
        for a, b in ((0, 31), (31, 60))
    )

    assert january == {"gmv": 500, "refunds": 0, "net_sales": 500, "refund_rate": 1.0}
    assert february == {"gmv": 0, "refunds": 200, "net_sales": -200, "refund_rate": None}


def test_costs_on_record_make_a_window_without_any_zero_and_none_ever_makes_it_no_data(world):
    world.tell(["0 10:00 cost_booked kind=media fen=5", "40 10:00 page_viewed m=a"])
    assert measure(world, ["marketing_cost"], Window(DAY_0 + 20, DAY_0 + 30))[0].value == 0

    world.tell(["40 10:00 page_viewed m=a"])
    lacking = measure(world, ["marketing_cost"], Window(DAY_0 + 20, DAY_0 + 30))[0]
    assert (lacking.status, lacking.value, lacking.missing[0].en) == ("no_data", None, "booked costs")


def test_a_member_known_later_owns_what_its_device_did_before(world):
    world.tell(
        ["0 10:00 page_viewed dev=d1", "1 10:00 identity_linked dev=d1 m=a", "2 10:00 page_viewed m=a", "2 11:00 page_viewed dev=d2"]
    )

    values = {v.metric: v.value for v in measure(world, ["visitors", "active_members"], WINDOW)}

    assert values == {"visitors": 2, "active_members": 1}


def test_an_unknown_member_of_a_dimension_is_reported_and_not_dropped(world):
    world.tell(["0 10:00 order_paid m=a o=1 fen=500 ch=social", "1 10:00 order_paid o=2 fen=70"])

    found = [(v.by, v.value) for by in ("channel", "new_returning") for v in measure(world, ["gmv"], WINDOW, by=by)]

    assert found == [({"channel": "social"}, 500), ({"channel": None}, 70), ({"new_returning": "new"}, 500), ({"new_returning": None}, 70)]


def test_new_and_returning_are_judged_at_the_start_of_each_period(world):
    world.tell(["0 10:00 order_paid m=a o=1 fen=500", "40 10:00 order_paid m=a o=2 fen=70"])

    found = [
        (v.at.isoformat(), v.by["new_returning"], v.value)
        for v in measure(world, ["gmv"], Window(DAY_0, DAY_0 + 60), by="new_returning", grain="month")
    ]

    assert found == [
        ("2024-01-01", "new", 500),
        ("2024-01-01", "returning", 0),
        ("2024-02-01", "new", 0),
        ("2024-02-01", "returning", 70),
    ]


def test_in_a_quiet_week_a_sum_is_nought_a_mean_undefined_and_beyond_the_history_there_is_no_data(world):
    world.tell(["0 10:00 order_paid m=a o=1 fen=500 ch=social", "16 10:00 order_paid m=a o=2 fen=70 ch=social"])

    def said(metric, by):
        found = measure(world, [metric], Window(DAY_0 - 7, DAY_0 + 28), by=by, grain="week")
        return [(v.status, v.value, v.n) for v in found]

    for by in (None, "channel"):
        assert said("gmv", by) == [("no_data", None, 0), ("ok", 500, 1), ("ok", 0, 0), ("ok", 70, 1), ("no_data", None, 0)]
        assert [status for status, _, _ in said("aov", by)] == ["no_data", "ok", "undefined", "ok", "no_data"]


def test_goods_of_unknown_cost_are_left_out_and_counted_and_none_known_is_no_data(world):
    facts = ["0 10:00 order_paid o=1 p=p1 fen=500", "40 10:00 order_paid o=2 p=p2 fen=70"]
    world.tell(facts, {"products": [{"product_id": "p1", "unit_cost_fen": 100}]})

    january, february = (measure(world, ["gross_profit"], Window(DAY_0 + a, DAY_0 + b))[0] for a, b in ((0, 31), (31, 60)))

    assert (january.value, january.eligible, january.excluded) == (400, 1, 0)
    assert (february.status, february.value, february.excluded, february.missing[0].en) == ("no_data", None, 1, "unit costs of products")


def test_the_horizon_is_the_last_day_with_facts(world):
    assert horizon(world.tell(["0 10:00 page_viewed m=a", "9 10:00 page_viewed m=a"])) == DAY_0 + 9
    assert horizon(world.tell([])) is None


def test_a_spreadsheet_never_runs_a_value_as_a_formula(world):
    world.tell(["0 10:00 order_paid m=a o=1 fen=500 ch==cmd()"])

    assert to_csv(measure(world, ["gmv"], WINDOW, by="channel")).splitlines()[1].startswith("gmv,,channel,'=cmd(),ok,500")


def test_the_same_question_gives_the_same_bootstrap(world):
    lines = [f"{i} 09:00 member_joined m=m{i}" + (f" ref=m{i // 3}" if i else "") for i in range(12)]
    world.tell([*lines, "40 09:00 page_viewed m=m1"])

    first, second = (measure(world, ["k_factor"], WINDOW)[0].interval for _ in range(2))

    assert first == second
    assert first[0] < measure(world, ["k_factor"], WINDOW)[0].value < first[1]


def test_intervals_widen_with_the_level_and_the_quantile_one_needs_enough_observations():
    assert intervals.wilson(5, 10, 0.99)[0] < intervals.wilson(5, 10, 0.9)[0]
    values, ones = intervals.np.arange(5.0), intervals.np.ones(5, dtype=intervals.np.int64)
    assert intervals.quantile_interval(values, ones, 0.5, 0.95) is None
    assert intervals.quantile_interval(values, ones, 0.5, 0.9) == (0.0, 4.0)


def test_every_entry_says_what_it_answers_in_both_languages():
    for one in catalogue().values():
        assert one.says.zh != one.says.en
        assert not re.search(r"[一-鿿]", one.says.en + one.name.en), one.id
        assert one.needs, one.id
    assert metric("reply_rate").band == (0.8, 1.0)
    assert metric("hard_ad_share").band == (0.0, 0.2)


def narrowed_by_name(scan: exp.Table) -> bool:
    """Whether the query that scans `events`, or the one it is the source of, keeps only rows of some names (or none at all)."""
    scope = scan.find_ancestor(exp.Select)
    for select in (scope, scope.find_ancestor(exp.Select)):
        conditions = [select.args.get("where"), *select.args.get("joins", [])] if select else []
        for condition in filter(None, conditions):
            if condition.sql() == "WHERE 1 = 0" or any(
                test.this.name == "name" and isinstance(test.this, exp.Column) for test in condition.find_all(exp.EQ, exp.In)
            ):
                return True
    return False


@pytest.mark.parametrize("by", [None, "platform"])
def test_every_scan_of_events_in_the_catalogue_is_narrowed_by_name(by):
    """Facts lie by name: a scan that names what it reads passes over all the others."""
    seen = 0
    # The clusters of contents leave words open; those who read them in place fill these.
    for id_, relation in ((i, r) for i, r in relations().items() if i != "content_clusters"):
        split = dimension(by) if by in relation.dims else None
        sql = Writer(relation, Shape(split, by_period=False, has_devices=True, steps=("page_viewed", "order_paid")), ("order_paid",)).sql()
        for scan in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table):
            if scan.name == "events":
                seen += 1
                assert narrowed_by_name(scan), id_
    assert seen > 30

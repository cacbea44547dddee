"""What must hold of every entry of the catalogue, on histories made at random."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianyi.insight.measure import MetricValue, catalogue, measure, measure_all, metric
from lianyi.kernel.clock import Window, periods
from lianyi.stream.contracts import contracts
from tests.insight.measure.worlds import DAY_0, World, fact

WINDOW = Window(DAY_0 + 28, DAY_0 + 49)  # three whole weeks
HORIZON = DAY_0 + 55
KINDS = {
    "cost_booked": ["media", "kol_fee", "commission", "shipping", "tool"],
    "survey_answered": ["csat", "nps", "awareness_unaided", "awareness_aided"],
    "page_timed": ["lcp", "inp", "cls"],
    "mention_seen": ["positive", "negative", "neutral"],
    "message_posted": ["inbound", "negative"],
    "content_commented": ["positive", "negative"],
}
NAMES = sorted(
    {word for m in catalogue().values() for word in contracts() if any(f"'{word}'" in sql for sql in m.sql.values())}
    | set(KINDS)
    | {"content_viewed", "page_viewed", "product_viewed", "cart_added", "order_placed", "order_paid", "order_refunded", "member_joined"}
    | {"member_left", "group_joined", "message_replied", "complaint_opened", "complaint_resolved", "team_opened", "team_completed"}
    | {"bargain_started", "bargain_bought", "coupon_issued", "coupon_redeemed", "stock_allotted", "live_entered", "campaign_joined"}
    | {"content_published", "ugc_posted", "review_posted", "poll_voted", "checked_in"}
)
EVENT = st.tuples(
    st.sampled_from(NAMES),
    st.integers(10, 60),
    st.integers(0, 1439),
    st.integers(0, 5),
    st.integers(0, 4),
    st.integers(0, 3),
    st.integers(1, 900),
)
HISTORY = st.lists(EVENT, min_size=1, max_size=60)
TABLES = {
    "members": [
        {"member_id": f"m{i}", "tier": "gold" if i % 2 else None, "city": f"city{i % 2}", "joined_d": DAY_0 + 25 if i == 5 else None}
        for i in range(6)
    ],
    "products": [{"product_id": f"p{i}", "category": f"cat{i % 2}", "unit_cost_fen": 40 * i or None} for i in range(4)],
    "contents": [
        {"content_id": f"c{i}", "format": f"f{i % 2}", "topic": f"t{i % 2}", "is_hard_ad": i == 1, "originality": 0.3 * i} for i in range(3)
    ],
    "accounts": [{"account_id": f"a{i}", "platform": f"pl{i}", "d": DAY_0 + 20 + 9 * i, "followers": 10 + i} for i in range(3)],
    "keywords": [{"keyword": f"w{i}", "platform": "pl0", "d": DAY_0 + 29 + 7 * i, "rank": i + 1, "search_volume": 5 * i} for i in range(3)],
    "surveys": [{"survey_id": "x1", "sent": 9, "d": DAY_0 + 30}],
    "estimates": [{"name": "market_size", "from_d": DAY_0, "to_d": DAY_0 + 99, "value": 1e6}],
}


def decoded(number: int, event: tuple[str, int, int, int, int, int, int]) -> dict[str, object]:
    """A fact from small numbers. What belongs to an order is the same on all of its lines, as sources give it."""
    name, day, minute, who, thing, where, amount = event
    parts = [f"{day} {minute // 60:02d}:{minute % 60:02d} {name}"]
    of_order = name.startswith("order_")
    key = thing if of_order else where
    who = thing if of_order else who
    parts += [f"pl=pl{key % 3}", f"ch={['social', 'paid', 'live', 'search'][key % 4]}"] if key else []
    parts += [f"dev=d{who}"] if minute % 3 == 0 and not of_order else []
    parts += (
        [f"m=m{who}"] if who < 5 and (minute % 4 or of_order) and name not in ("message_replied", "mention_seen", "cost_booked") else []
    )
    parts += [f"s=s{day}{where}"] if minute % 2 else []
    parts += [f"o=o{thing}"] if of_order else []
    parts += [f"p=p{amount % 5}"] if of_order or name == "product_viewed" else []
    parts += [f"c=c{thing % 4}"] if name.startswith("content_") else []
    parts += [f"k=k{key}"] if key == 2 else []
    parts += [f"by=b{key}"] if key == 3 else []
    parts += [f"g=g{where % 2}"] if name in ("group_joined", "message_posted", "poll_voted", "checked_in") else []
    parts += [f"ref=m{thing}"] if name in ("member_joined", "content_viewed") and thing < who else []
    parts += (
        [f"x=x{thing}"]
        if name.partition("_")[0] in ("message", "complaint", "team", "bargain", "coupon", "survey") or name == "content_commented"
        else []
    )
    parts += ["x=acquisition"] if name == "cost_booked" and amount % 2 else []
    parts += [f"kind={KINDS[name][thing % len(KINDS[name])]}"] if name in KINDS else []
    parts += [f"q={amount % 4 + 1}"] if name not in ("member_joined", "order_placed") and amount % 3 else []
    parts += [f"fen={amount}"] if name in ("order_paid", "order_refunded", "cost_booked") else []
    parts += [f"v={amount % 6}"] if name in ("survey_answered", "page_timed", "review_posted") else []
    return fact(" ".join(parts), number)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def facts_of(history: list[tuple[str, int, int, int, int, int, int]]) -> list[dict[str, object]]:
    return [decoded(i, event) for i, event in enumerate(history)]


def said(value: MetricValue) -> tuple[object, ...]:
    shown = None if value.value is None else pytest.approx(value.value, rel=1e-9, abs=1e-9)
    return value.metric, value.status, shown, value.n, value.eligible, value.excluded, value.by, [m.en for m in value.missing]


quick = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def laws_of_one_window(world, history):
    facts = facts_of(history)
    world.load(facts, TABLES)
    values = measure_all(world, WINDOW, horizon_day=HORIZON)
    for value in values:
        one = metric(value.metric)
        assert (value.value is None) == (value.status != "ok"), value.metric
        if value.status == "ok":
            assert value.n is not None, value.metric
            if one.bounds is not None:
                assert one.bounds[0] - 1e-12 <= value.value <= one.bounds[1] + 1e-12, value
            if value.interval is not None and one.interval in ("wilson", "quantile", "clustered"):
                assert value.interval[0] - 1e-9 <= value.value <= value.interval[1] + 1e-9, value
        if value.status == "no_data":
            assert value.missing, value.metric
    # The order in which rows come is irrelevant.
    random.Random(len(history)).shuffle(facts)
    world.load(facts, TABLES)
    assert [said(v) for v in measure_all(world, WINDOW, horizon_day=HORIZON)] == [said(v) for v in values]
    # A metric asked for alone says what it says among all.
    alone = catalogue()[sorted(catalogue())[len(history) % len(catalogue())]].id
    assert [said(v) for v in measure(world, [alone], WINDOW, horizon_day=HORIZON)] == [said(v) for v in values if v.metric == alone]


def law_of_periods(world, history, grain, by=None):
    """A value at a grain is the value of the window that the period is; where declared, periods sum to the window."""
    world.load(facts_of(history), TABLES)
    at_grain = measure_all(world, WINDOW, by=by, grain=grain, horizon_day=HORIZON)
    whole = {} if by else {v.metric: v for v in measure_all(world, WINDOW, horizon_day=HORIZON)}
    for one in catalogue().values():
        if one.adds_in_time and one.id in whole and whole[one.id].status == "ok":
            assert sum(v.value for v in at_grain if v.metric == one.id and v.status == "ok") == whole[one.id].value, one.id
    for period in periods(WINDOW, grain):
        total = [v for v in measure_all(world, period, by=by, horizon_day=HORIZON) if not (by and v.status == "no_data" and v.by is None)]
        mine = [v for v in at_grain if v.at == period.start and not (by and v.status == "no_data" and v.by is None)]
        occurs = {(v.metric, str(v.by)) for v in total}
        assert [said(v) for v in mine if (v.metric, str(v.by)) in occurs] == [said(v) for v in total]
        # What occurs in other periods only is nought here, or nothing to divide by.
        assert {v.value for v in mine if (v.metric, str(v.by)) not in occurs} <= {0, None}


def law_of_parts(world, history, dimensions):
    """Where an entry says that it adds over a dimension, its parts sum to the whole."""
    world.load(facts_of(history), TABLES)
    whole = {v.metric: v for v in measure_all(world, WINDOW, horizon_day=HORIZON)}
    for dimension in dimensions:
        ids = [m.id for m in catalogue().values() if dimension in m.adds_over and whole[m.id].status == "ok"]
        parts = measure(world, ids, WINDOW, by=dimension, horizon_day=HORIZON)
        for id_ in ids:
            assert sum(v.value for v in parts if v.metric == id_ and v.status == "ok") == pytest.approx(whole[id_].value), (id_, dimension)


ADDING = sorted({d for m in catalogue().values() for d in m.adds_over})


@pytest.mark.slow
@given(HISTORY)
@quick
def test_values_keep_their_bounds_and_ignore_the_order_of_rows(world, history):
    laws_of_one_window(world, history)


@pytest.mark.slow
@given(HISTORY)
@settings(quick, max_examples=2)
def test_a_week_s_value_is_the_value_of_that_week(world, history):
    law_of_periods(world, history, "week")


@given(HISTORY)
@settings(quick, max_examples=2)
def test_parts_sum_to_the_whole_where_an_entry_says_so(world, history):
    law_of_parts(world, history, ADDING[len(history) % 3 :: 3])


@pytest.mark.slow
@given(HISTORY)
@thorough
def test_values_keep_their_bounds_at_length(world, history):
    laws_of_one_window(world, history)


@pytest.mark.slow
@given(
    HISTORY,
    st.sampled_from(["week", "month", "day"]),
    st.sampled_from([None, "platform", "new_returning", "category", "channel", "generation"]),
)
@settings(thorough, max_examples=25)
def test_a_period_s_value_is_the_value_of_that_period_at_length(world, history, grain, by):
    law_of_periods(world, history, grain, by)


@pytest.mark.slow
@given(HISTORY)
@settings(thorough, max_examples=40)
def test_parts_sum_to_the_whole_at_length(world, history):
    law_of_parts(world, history, ADDING)


def test_without_facts_every_metric_says_what_it_lacks_and_none_says_zero(world):
    world.load([])

    values = measure_all(world, WINDOW)

    assert {v.status for v in values} == {"no_data"}
    assert len(values) == len(catalogue())
    assert all(v.missing and v.value is None for v in values)


def test_a_window_without_rows_is_zero_for_sums_and_undefined_for_shares(world):
    everything = [decoded(i, (name, 30 + i % 9, 61 * i % 1440, i % 5, i % 5, i % 4, 100 + i)) for i, name in enumerate(NAMES * 4)]
    world.load(everything, TABLES)

    for value in measure_all(world, Window(DAY_0 - 90, DAY_0 - 60)):
        if value.status == "no_data":
            continue
        wanted = 0 if metric(value.metric).empty == "zero" else None
        assert value.value == wanted, value.metric
        assert value.status == ("ok" if wanted == 0 else "undefined"), value.metric

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.evaluate.index.composite import composite, freeze
from lianyi.insight.evaluate.index.frozen import FrozenWeightsChanged, read_frozen
from lianyi.insight.evaluate.index.plan import BadPlan, plan_of
from lianyi.insight.evaluate.index.ranking import anchored_topsis, kendall, ranks, weighted_sum
from lianyi.kernel.errors import BadInput

NAME = {"zh": "名", "en": "name"}


def entries(**index: Any) -> dict[str, Any]:
    return {
        "index": {"name": NAME, "period": "2024", **index},
        "groups": {"money": {"name": NAME}, "people": {"name": NAME}},
        "indicators": {
            "net_sales": {"name": NAME, "group": "money", "floor": 0, "target": 1000},
            "refund_rate": {"name": NAME, "group": "money", "floor": 0.2, "target": 0.0},
            "buyers": {"name": NAME, "group": "people", "floor": 0, "target": 100},
        },
        "judgements": {"top": [[1, "3"], ["1/3", 1]], "money": {"net_sales": 3, "refund_rate": 1}},
    }


def test_global_weights_are_the_products_down_the_hierarchy():
    assert plan_of(entries()).judged == pytest.approx((0.75 * 0.75, 0.75 * 0.25, 0.25))


def test_the_index_is_what_the_printed_formula_says():
    found = composite(plan_of(entries()), ["a", "b"], [[500, 0.1, 100], [1000, 0.2, 0]])

    a, b = found.alternatives
    assert a.scores == {"net_sales": 50.0, "refund_rate": 50.0, "buyers": 100.0}
    assert a.index.value == pytest.approx(0.5625 * 50 + 0.1875 * 50 + 0.25 * 100)
    assert b.index.value == pytest.approx(56.25)
    assert (a.rank, b.rank) == (1.0, 2.0)
    assert "0.5625·s(net_sales)" in found.formula.en
    assert a.index.grade == "C"


def test_what_is_missing_is_left_out_and_too_little_is_no_index():
    found = composite(plan_of(entries()), ["a", "b", "c"], [[500, np.nan, 100], [np.nan, 0.1, 50], [100, 0.0, 10]])

    a, b, _ = found.alternatives
    assert a.known == pytest.approx(0.8125)
    assert a.index.value == pytest.approx((0.5625 * 50 + 0.25 * 100) / 0.8125)
    assert a.scores["refund_rate"] is None
    assert b.index.value is None
    assert "43.8% of the weight" in b.index.because.en
    assert b.rank is None


def test_a_band_scores_inside_and_falls_off_on_both_sides():
    plan = entries()
    plan["indicators"]["buyers"] |= {"floor": 0, "target": 10, "band_to": 20, "beyond": 40}

    band = plan_of(plan).indicators[2]

    assert band.score([5, 10, 15, 20, 30, 50]).tolist() == [50, 100, 100, 100, 50, 0]


SCORES = st.lists(st.lists(st.floats(0, 1000), min_size=3, max_size=3), min_size=3, max_size=7)


@given(SCORES, st.data())
def test_ranks_never_reverse_when_an_alternative_leaves(rows, data):
    plan = plan_of(entries(mix={"judged": 0.5, "entropy": 0.25, "critic": 0.25}))
    values = np.array(rows) * [1.0, 0.0003, 0.1]
    frozen = freeze(plan, values)
    gone = data.draw(st.integers(0, len(rows) - 1))
    stay = [i for i in range(len(rows)) if i != gone]
    weights = np.array(list(frozen.weights.values()))
    scores = np.column_stack([indicator.score(values[:, j]) for j, indicator in enumerate(plan.indicators)])

    for way in (weighted_sum, anchored_topsis):
        before, after = way(scores, weights)[stay], way(scores[stay], weights)

        assert np.array_equal(np.sign(before[:, None] - before[None, :]), np.sign(after[:, None] - after[None, :]))


def test_plain_topsis_would_have_reversed_ranks():
    # What the anchors are for: the same weights, ideal points taken from the alternatives themselves.
    def plain(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        v = w * x / np.sqrt((x**2).sum(axis=0))
        above, below = np.sqrt(((v - v.max(axis=0)) ** 2).sum(axis=1)), np.sqrt(((v - v.min(axis=0)) ** 2).sum(axis=1))
        return below / (above + below)

    rng = np.random.default_rng(1)
    weights = np.array([0.4, 0.3, 0.3])
    reversed_plain = reversed_anchored = 0
    for _ in range(200):
        x = rng.random((6, 3)) * 100
        for way in (plain, anchored_topsis):
            worst = int(np.argmin(way(x, weights)))
            rest = np.delete(np.arange(6), worst)
            changed = not np.array_equal(ranks(way(x, weights)[rest]), ranks(way(x[rest], weights)))
            if way is plain:
                reversed_plain += changed
            else:
                reversed_anchored += changed

    assert reversed_plain > 20
    assert reversed_anchored == 0


def test_frozen_weights_come_back_from_their_file_and_are_used(tmp_path):
    plan = plan_of(entries(mix={"judged": 0.5, "critic": 0.5}))
    values = np.array([[500, 0.1, 100], [1000, 0.2, 0], [200, 0.05, 60], [700, 0.0, 30.0]])
    path = tmp_path / "weights.json"
    first = composite(plan, ["a", "b", "c", "d"], values)
    first.frozen.write(path)

    again = composite(plan, ["x"], [[500, 0.1, 100]], frozen=read_frozen(path, plan))

    assert again.alternatives[0].index.value == pytest.approx(first.alternatives[0].index.value)
    assert again.frozen.hash == first.frozen.hash
    assert (first.was_frozen, again.was_frozen) == (False, True)


def test_frozen_weights_that_were_touched_are_refused(tmp_path):
    plan = plan_of(entries())
    path = tmp_path / "weights.json"
    freeze(plan, np.array([[500, 0.1, 100.0]])).write(path)
    content = json.loads(path.read_text())

    path.write_text(json.dumps(content | {"weights": content["weights"] | {"buyers": 0.9}}))
    with pytest.raises(FrozenWeightsChanged, match="does not match its hash"):
        read_frozen(path, plan)
    path.write_text(json.dumps(content))
    with pytest.raises(FrozenWeightsChanged, match="another period"):
        read_frozen(path, plan_of(entries(period="2025")))
    path.write_text("[]")
    with pytest.raises(FrozenWeightsChanged, match="cannot be read"):
        read_frozen(path, plan)


def test_no_weight_outgrows_its_judged_one():
    plan = plan_of(entries(mix={"judged": 0.1, "entropy": 0.9}, cap=1.5))
    # Refunds are nearly always at their worst: entropy alone would give them almost everything.
    kept = freeze(plan, np.array([[500, 0.2, 50], [510, 0.2, 51], [505, 0.2, 50], [500, 0.01, 52.0]]))

    assert kept.by_method["entropy"]["refund_rate"] > 0.9
    assert kept.weights["refund_rate"] == pytest.approx(1.5 * plan.judged[1])
    assert sum(kept.weights.values()) == pytest.approx(1)


def test_a_close_race_is_said_to_be_close_and_a_clear_one_clear():
    plan = plan_of(entries())
    clear = composite(plan, ["a", "b"], [[900, 0.0, 90], [100, 0.2, 5]])
    close = composite(plan, ["a", "b"], [[900, 0.1, 20], [700, 0.1, 68]])

    assert clear.first.first_share == 1.0
    assert clear.stability.same_order == 1.0
    assert 0.2 < close.first.first_share < 0.9
    assert [w.indicator for w in close.without if w.changes_first] in (["buyers"], ["net_sales"])
    assert "another is first" in close.explain().en


def test_methods_that_disagree_are_named():
    plan = plan_of(entries(mix={"judged": 1.0}))
    found = composite(plan, ["a", "b", "c"], [[600, 0.0, 10], [500, 0.1, 100], [100, 0.2, 99]])

    assert {d.method for d in found.disagreement} == {"topsis", "judged", "entropy", "critic"}
    assert next(d for d in found.disagreement if d.method == "judged").tau == 1.0


@pytest.mark.parametrize(
    "change",
    [
        {"index": {"name": NAME, "mix": {"entropy": 1.0}}},
        {"index": {"name": NAME, "mix": {"judged": 0.5}}},
        {"index": {"name": NAME, "colour": "red"}},
        {"index": {"name": {"zh": "只有中文"}}},
        {"judgements": {"top": [[1, 2, 3]]}},
        {"judgements": {"nobody": [[1]]}},
        {"judgements": {"top": [["1/0", 1], [1, 1]]}},
        {"indicators": {}},
        {"indicators": {"x": {"name": NAME, "group": "money", "floor": 1, "target": 1}}},
        {"indicators": {"x": {"name": NAME, "group": "none", "floor": 0, "target": 1}}},
        {"indicators": {"x": {"name": NAME, "group": "money", "target": 1}}},
        {"spare": {}},
    ],
)
def test_a_plan_with_a_mistake_is_refused_and_says_where(change):
    with pytest.raises(BadPlan) as refused:
        plan_of(entries() | change, where="plan.toml")

    assert "plan.toml" in refused.value.say("zh")
    assert "%(" not in refused.value.say("en")


def test_a_table_of_another_shape_is_refused():
    with pytest.raises(BadInput, match="1 rows and 3 columns"):
        composite(plan_of(entries()), ["a"], [[1, 2]])
    with pytest.raises(BadInput, match="same name"):
        composite(plan_of(entries()), ["a", "a"], [[1, 0.1, 2], [1, 0.1, 2]])


def test_kendall_counts_pairs():
    assert kendall(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == -1
    assert kendall(np.array([1.0, 1, 1]), np.array([3.0, 2, 1])) is None
    assert kendall(np.array([1.0, np.nan, 3, 4]), np.array([1.0, 2, 4, 3])) == pytest.approx(1 / 3)


def test_the_answer_is_plain_data():
    found = composite(plan_of(entries()), ["a", "b"], [[500, 0.1, 100], [1000, 0.2, 0]])

    plain = json.loads(json.dumps(found.to_json()))

    assert plain["schema"] == "lianyi.index/1"
    assert found.to_table().num_rows == 2

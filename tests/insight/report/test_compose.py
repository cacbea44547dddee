import dataclasses

import pytest

from lianyi.insight.measure.inputs import inputs
from lianyi.insight.report import compose
from lianyi.insight.report.compose.gaps import file_of
from lianyi.insight.report.document import Actions, Callout, Cards, Chart, Definitions, FindingCards, Gaps, Lead, Paragraph, Table
from lianyi.insight.report.words import Words
from lianyi.kernel.errors import UnknownName
from tests.insight.report import report_cases as cases


def blocks(document, kind):
    return [block for block in document.blocks() if isinstance(block, kind)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("case", [cases.full, cases.orders_only, cases.nothing, cases.british, cases.hostile])
def test_every_report_has_five_parts_between_front_page_and_appendix(case, language):
    words = Words(language)
    document = compose(case(), language=language)
    assert [part.title for part in document.sections] == [
        words(f"part.{name}") for name in ("purpose", "sources", "method", "results", "conclusions")
    ]
    assert document.front.blocks
    assert document.appendix.blocks


def test_another_language_is_refused():
    with pytest.raises(UnknownName):
        compose(cases.full(), language="fr")


def test_the_front_page_leads_with_the_summary_then_six_figures_three_findings_three_actions():
    front = compose(cases.full()).front
    [lead] = [b for b in front.blocks if isinstance(b, Lead)]
    [cards] = [b for b in front.blocks if isinstance(b, Cards)]
    [findings] = [b for b in front.blocks if isinstance(b, FindingCards)]
    [todo] = [b for b in front.blocks if isinstance(b, Actions)]
    assert [s.text for s in lead.sentences] == [s.zh for s in cases.full().summary]
    assert [card.metric for card in cards.cards] == ["net_sales", "contribution_profit", "buyers", "repurchase_rate", "refund_rate", "aov"]
    assert [f.id for f in findings.findings] == ["finding-f1", "finding-f2", "finding-f3"]
    assert [a.id for a in todo.actions] == ["action-s1", "action-s2", "action-s3"]


def test_a_failed_check_warns_before_any_figure():
    kinds = [type(block) for block in compose(cases.full()).front.blocks]
    assert kinds.index(Callout) < kinds.index(Cards)


def test_a_rise_of_a_metric_that_should_fall_is_bad():
    [cards] = blocks(compose(cases.full()), Cards)
    tones = {card.metric: card.tone for card in cards.cards}
    assert tones["refund_rate"] == "bad"
    assert tones["net_sales"] == "good"
    assert tones["repurchase_rate"] == "bad"


def test_small_samples_are_marked():
    [cards] = blocks(compose(cases.orders_only()), Cards)
    assert {card.metric: card.small for card in cards.cards} == {"net_sales": False, "orders": False, "refund_rate": True}


def test_missing_data_is_grouped_by_the_file_that_brings_it():
    [gaps] = blocks(compose(cases.nothing()), Gaps)[:1]
    assert gaps.gaps[0].missing == "已付款的订单"
    assert gaps.gaps[0].remedy == "从店铺后台导出订单表"
    assert [figure.text for figure in gaps.gaps[0].figures] == ["净销售额"]


def test_no_figure_without_a_value_shows_one():
    for case in (cases.full, cases.orders_only, cases.nothing):
        evaluation = case()
        [definitions] = blocks(compose(evaluation), Definitions)
        for figure, entry in zip(evaluation.figures, definitions.entries, strict=True):
            assert (entry.value.value is None) == (figure.status != "ok")
            assert bool(entry.value.because) == (figure.status != "ok")


def test_undefined_says_whether_to_wait_or_that_nobody_qualifies():
    [table] = [t for t in blocks(compose(cases.full()), Table) if t.id == "undefined-table"]
    reasons = {row.cells["metric"].text: row.cells["why"].text for row in table.rows}
    assert "46" in reasons["30 日留存率"]
    assert reasons["成团率"] == "有数据，但这段时间没有符合条件的对象可以计算"


def test_without_a_baseline_nothing_is_compared():
    document = compose(cases.orders_only())
    [cards] = blocks(document, Cards)
    assert all(card.change is None and card.baseline is None for card in cards.cards)
    assert any("没有可比的对比期" in block.text for block in document.front.blocks if isinstance(block, Paragraph))
    [metrics] = [t for t in blocks(document, Table) if t.id == "metrics-table"]
    assert {"baseline", "change", "change_share"}.isdisjoint({column.key for column in metrics.columns})


def test_a_change_over_equal_days_says_that_it_is_not_the_difference_of_totals():
    evaluation = cases.full()
    first = dataclasses.replace(evaluation.figures[0], change=1_000_000.0, change_share=0.001)
    noted = dataclasses.replace(evaluation, figures=(first, *evaluation.figures[1:]))
    said = " ".join(block.text for block in compose(noted).front.blocks if isinstance(block, Paragraph))
    assert "按相同的天数比较" in said
    assert "按相同的天数比较" not in " ".join(block.text for block in compose(evaluation).front.blocks if isinstance(block, Paragraph))


def test_the_last_period_is_unfinished_when_the_data_ends_inside_it():
    charts = {chart.id: chart for chart in blocks(compose(cases.full()), Chart)}
    assert charts["exhibit-new_returning"].picture.parts[0].complete == (True,) * 11 + (False,)
    assert [row.marked for row in charts["exhibit-new_returning"].table.rows] == [False] * 11 + [True]


def test_the_effects_of_the_factors_sum_to_the_change_shown():
    charts = {chart.id: chart for chart in blocks(compose(cases.full()), Chart)}
    why = charts["why"].picture
    assert why.start[1] + sum(effect for _, effect in why.steps) == pytest.approx(why.end[1])


def test_an_exhibit_whose_rows_carry_no_picture_is_a_table():
    evaluation = cases.full()
    odd = dataclasses.replace(evaluation.exhibit("products"), id="odd", kind="series")
    document = compose(dataclasses.replace(evaluation, exhibits=(odd,)))
    assert not [c for c in blocks(document, Chart) if c.id == "exhibit-odd"]
    assert [t.id for t in blocks(document, Table) if t.id.startswith("exhibit-")] == ["exhibit-odd-table"]


def test_names_of_ours_inside_exhibits_are_said_in_the_readers_language():
    evaluation = cases.full()
    mixed = dataclasses.replace(
        evaluation.exhibit("products"), rows=({"product": cases.t("未知", "unknown"), "net": 100, "units": 1, "refund_rate": None},)
    )
    document = compose(dataclasses.replace(evaluation, exhibits=(mixed,)), language="en")
    [chart] = [c for c in blocks(document, Chart) if c.id == "exhibit-products"]
    assert chart.table.rows[0].cells["product"].text == "unknown"
    assert chart.picture.bars[0].name == "unknown"


def test_the_reading_of_a_funnel_names_its_largest_loss():
    charts = {chart.id: chart for chart in blocks(compose(cases.full(), language="en"), Chart)}
    assert charts["exhibit-funnel"].says == "The largest loss is 看商品 → 加购物车: only 32.9% take the step."


def test_anchors_are_unique():
    for case in (cases.full, cases.british):
        document = compose(case())
        anchors = [d.anchor for block in blocks(document, Definitions) for d in block.entries]
        assert len(anchors) == len(set(anchors))


def test_a_long_list_of_missing_inputs_is_cut_and_counted():
    names = tuple(cases.t(f"数据{i}", f"input {i}") for i in range(9))
    evaluation = cases.nothing()
    figure = dataclasses.replace(evaluation.figures[0], missing=names)
    [gaps] = blocks(compose(dataclasses.replace(evaluation, figures=(figure,))), Gaps)[:1]
    assert gaps.gaps[0].missing == "数据0、数据1、数据2、数据3 等 9 项"
    many = tuple(dataclasses.replace(figure, metric=f"m{i}", missing=(names[i],)) for i in range(9))
    [apart] = blocks(compose(dataclasses.replace(evaluation, figures=many)), Gaps)[:1]
    assert len(apart.gaps) == 9


def test_an_input_belongs_to_the_file_that_holds_most_of_it():
    assert {key: file_of(inputs()[key].says).id for key in ("paid_orders", "refunds", "buyers_known")} == dict.fromkeys(
        ("paid_orders", "refunds", "buyers_known"), "orders"
    )

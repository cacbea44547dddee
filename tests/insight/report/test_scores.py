"""What was scored reaches every format: the index, the experts' agreement, figures in doubt, what an action may bring."""

import dataclasses
import re
import subprocess
import warnings

import openpyxl
import pytest
from pptx import Presentation

from lianyi.insight.report import compose, write
from lianyi.insight.report.cells import Interval, Quantity
from lianyi.insight.report.document import Actions, Cards, Chart, Definitions, IndexCard, Lead, MethodCards, Paragraph, Table
from lianyi.insight.report.html import html
from tests.insight.report import report_cases as cases
from tests.insight.report.report_scores import BEFORE, INDEX, SCORES, WEIGHTS, scored


def blocks(document, kind):
    return [block for block in document.blocks() if isinstance(block, kind)]


def test_the_index_stands_with_its_range_its_past_its_formula_and_what_it_is_made_of():
    [card] = blocks(compose(scored()), IndexCard)
    assert (card.score.value, card.before.value) == (INDEX, BEFORE)
    assert card.change.value == INDEX - BEFORE
    assert card.change.tone == "bad"
    assert (card.interval.low, card.interval.high) == (52.2, 61.4)
    assert "s(net_sales)" in card.formula
    assert [row.cells["weight"].value for row in card.parts.rows] == list(WEIGHTS.values())
    assert [row.cells["score"].value for row in card.parts.rows] == [now for now, _ in SCORES.values()]
    assert any("87.3%" in value for _, value in card.facts)
    assert any("0f1e2d3c4b5a" in value for _, value in card.facts)


def test_the_ways_of_weighing_and_of_ranking_are_shown_side_by_side():
    tables = {table.id: table for table in blocks(compose(scored()), Table)}
    assert [column.key for column in tables["index-weights-table"].columns] == ["part", "weight", "judged", "entropy", "critic"]
    assert [row.cells["way"].text for row in tables["index-ways-table"].rows] == ["TOPSIS 法", "熵权法"]


def test_the_front_page_says_the_index_and_leads_to_it():
    document = compose(scored())
    [lead] = [block for block in document.front.blocks if isinstance(block, Lead)]
    assert lead.sentences[-1].text == "经营综合指数 57.0 分，对比期 59.0 分（换一组权重，在 52.2 至 61.4 之间）。"
    assert document.reference(lead.sentences[-1].rests_on[0]).code == "I1"


def test_an_evaluation_without_an_index_says_nothing_of_one():
    document = compose(cases.full())
    assert not blocks(document, IndexCard)
    assert not [chart for chart in blocks(document, Chart) if chart.id.startswith("index-")]


def test_the_experts_agreement_is_said_with_their_scores():
    document = compose(scored())
    [chart] = [chart for chart in blocks(document, Chart) if chart.id == "experts-criteria"]
    assert chart.says == "一致程度（肯德尔 W）：W = 0.81，4 位专家、6 项，高度一致。"
    assert [(bar.name, bar.value) for bar in chart.picture.bars] == [("内容质量", 82.5), ("客户服务", 63.8)]
    [full] = [block for block in blocks(document, MethodCards) if not block.brief]
    assert [method.agreement for method in full.methods if method.agreement] == ["W = 0.81，4 位专家、6 项，高度一致"]


def test_methods_that_differ_are_said_to_differ():
    said = [(block.text, block.rests_on) for block in blocks(compose(scored()), Paragraph)]
    assert ("4 种方法给出 54 到 75 分。", ("method-experts", "method-performance")) in said
    assert any("区间互不重叠" in text and "专家评审与绩效评估" in text for text, _ in said)


@pytest.mark.slow
def test_a_figure_in_doubt_says_so_on_its_card_in_its_definition_and_in_the_list():
    document = compose(scored())
    [cards] = blocks(document, Cards)
    assert cards.cards[0].doubt == "记录在 6 月中断，只给本期数字"
    assert "不作比较" in html(document)
    [table] = [table for table in blocks(document, Table) if table.id == "doubts-table"]
    assert [(row.cells["metric"].text, row.cells["grade"].text, row.cells["why"].text) for row in table.rows] == [
        ("净销售额", "D", "记录在 6 月中断，只给本期数字")
    ]
    [definitions] = blocks(document, Definitions)
    assert [entry.metric for entry in definitions.entries if entry.doubt] == ["net_sales"]


def test_findings_keep_the_rank_that_the_evaluation_gave_them():
    turned = dataclasses.replace(scored(), findings=tuple(reversed(scored().findings)))
    document = compose(turned)
    [front, full] = [[f.id for f in block.findings] for block in document.blocks() if hasattr(block, "findings")]
    assert full == [f"finding-{finding.id}" for finding in turned.findings]
    assert front == full[:3]


def test_an_action_says_what_it_may_bring_what_it_costs_and_how_it_will_be_known():
    [todo] = [block for block in blocks(compose(scored()), Actions) if not block.brief]
    first, second, third = todo.actions[:3]
    assert first.expected.gain == Interval(16_760_000, 42_620_000, "money")
    assert first.expected.change is None
    assert (first.expected.cost, first.expected.days) == (Quantity(480_000, "money"), Quantity(6.0, "days"))
    assert first.first == "仓库能换包装"
    assert second.expected.change == Interval(0.03, 0.08, "share")
    assert second.design == "随机留出一成"
    assert third.expected is None
    assert first.rests_on == ("finding-f1",)


def opened(folder, language="zh", **how):
    [path] = write(scored(), folder, ["xlsx"], language=language)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says that it drops sparklines
        return openpyxl.load_workbook(path, **how)


def page_text(folder, language):
    [path] = write(scored(), folder, ["pdf"], language=language)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def deck_text(folder, language):
    [path] = write(scored(), folder, ["pptx"], language=language)
    said = []
    for slide in Presentation(str(path)).slides:
        for shape in slide.shapes:
            said += [shape.text_frame.text] if shape.has_text_frame else []
            said += [cell.text_frame.text for row in shape.table.rows for cell in row.cells] if shape.has_table else []
    return " ".join(said)


def book_text(folder, language):
    cells = [cell.value for sheet in opened(folder, language) for row in sheet.iter_rows() for cell in row]
    return " ".join(cell for cell in cells if isinstance(cell, str))


def html_text(folder, language):
    return re.sub(r"(?s)<style.*?</style>|<[^>]+>", "", html(compose(scored(), language=language)))


SAID = {
    "zh": ("经营综合指数", "W = 0.81", "¥16.8万 至 ¥42.6万", "随机留出一成"),
    "en": ("Business index", "W = 0.81", "¥168K to ¥426K", "hold out a tenth at random"),
}


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", [html_text, *(pytest.param(text, marks=pytest.mark.slow) for text in (page_text, deck_text, book_text))])
def test_every_format_shows_what_was_scored(text, language, tmp_path):
    shown = "".join(text(tmp_path, language).split())
    for said in SAID[language]:
        if not (text is book_text and ("至" in said or " to " in said)):  # a workbook holds both ends as numbers
            assert "".join(said.split()) in shown, said


def test_the_workbook_counts_the_index_from_its_parts(tmp_path):
    sheet, kept = opened(tmp_path)["评分与指数"], opened(tmp_path, data_only=True)["评分与指数"]
    [row] = [row for row in sheet.iter_rows() if row[0].value == "经营综合指数"]
    formulas = [(cell.coordinate, cell.value) for cell in row if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert [value.startswith("=SUMPRODUCT(") for _, value in formulas] == [True, True]
    assert [kept[at].value for at, _ in formulas] == pytest.approx([INDEX, BEFORE])


def test_the_workbook_holds_both_ends_of_what_an_action_may_bring(tmp_path):
    sheet = opened(tmp_path, data_only=True)["发现与建议"]
    numbers = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)]
    for wanted in (167_600.0, 426_200.0, 4_800.0, 6.0, 0.03, 0.08):
        assert wanted in numbers

import io
import re
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import openpyxl
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Pt

from lianyi.insight.report import compose, write
from lianyi.insight.report.deck import deck
from lianyi.insight.report.deck.frozen import frozen
from lianyi.insight.report.deck.native import Native, cut_foot
from lianyi.insight.report.deck.page import Box, Page, title_size
from lianyi.insight.report.deck.telling import Telling
from lianyi.insight.report.document import Chart
from lianyi.insight.report.pictures import Bar, Cohorts, Line, Ranking, Trend, Waterfall
from tests.insight.report import report_cases as cases

CASES = ("full", "orders_only", "nothing", "british", "hostile")
BOTH = pytest.mark.parametrize(("case", "language"), [(case, language) for case in CASES for language in ("zh", "en")])
# A deck of a large report takes a second: one of each kind is enough for the quick suite.
QUICK = {("full", "zh"), ("hostile", "en"), ("nothing", "zh")}
EACH = pytest.mark.parametrize(
    ("case", "language"),
    [
        pytest.param(case, language, marks=() if (case, language) in QUICK else pytest.mark.slow)
        for case in CASES
        for language in ("zh", "en")
    ],
)


@cache
def path_of(case: str, language: str = "zh") -> Path:
    return write(getattr(cases, case)(), mkdtemp(), ["pptx"], language=language)[0]


@cache
def opened(case: str, language: str = "zh"):
    return Presentation(str(path_of(case, language)))


def charts(case: str, language: str = "zh"):
    return [shape.chart for slide in opened(case, language).slides for shape in slide.shapes if shape.has_chart]


def words(slide) -> str:
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


@EACH
def test_slides_are_wide_and_few(case, language):
    made = opened(case, language)
    assert made.slide_width / made.slide_height == pytest.approx(16 / 9)
    assert 1 <= len(made.slides) <= 15
    assert len(made.slides) >= 10 or case != "full"


@BOTH
def test_every_slide_has_a_title_of_its_own_a_footer_and_a_number(case, language):
    titles = [slide.shapes.title.text_frame.text for slide in opened(case, language).slides]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    assert not any(title.endswith(("。", ".")) for title in titles)
    for slide in opened(case, language).slides:
        kinds = " ".join(str(shape.placeholder_format.type) for shape in slide.placeholders)
        assert "FOOTER" in kinds
        assert "SLIDE_NUMBER" in kinds
        ids = [element.get("id") for element in slide.shapes._spTree.iter(qn("p:cNvPr"))]
        assert len(ids) == len(set(ids))


def test_the_first_slide_says_it_all():
    first = opened("full").slides[0]
    text = words(first)
    assert first.shapes.title.text_frame.text == cases.full().summary[0].zh.rstrip("。")
    for finding in cases.full().findings[:3]:
        assert finding.title.zh in text
    for suggestion in cases.full().suggestions[:2]:
        assert suggestion.action.zh[:12] in text
    assert "¥1,363万" in text
    assert "先看数据质量" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_title_of_a_chart_is_what_it_shows_and_its_topic_stands_above(language):
    blocks = {b.takeaway.rstrip("。."): b for b in compose(cases.full(), language=language).blocks() if isinstance(b, Chart)}
    shown = [slide for slide in opened("full", language).slides if slide.shapes.title.text_frame.text in blocks]
    assert len(shown) == 8
    for slide in shown:
        block = blocks[slide.shapes.title.text_frame.text]
        assert block.title != block.takeaway
        assert block.title in words(slide)


@pytest.mark.parametrize("case", ["full", "british", "orders_only"])
def test_native_charts_hold_the_numbers_of_the_evaluation(case):
    evaluation = getattr(cases, case)()
    figure = evaluation.figure("net_sales")
    line = next(chart for chart in charts(case) if "LINE" in str(chart.chart_type))
    now = list(line.plots[0].series[0].values)
    assert now == pytest.approx([point.value / 100 for point in figure.series])


def test_the_waterfall_starts_and_ends_where_the_decomposition_does():
    parts = cases.full().decomposition
    [chart] = [c for c in charts("full") if "COLUMN_STACKED" in str(c.chart_type) and "对比期" in list(c.plots[0].categories)]
    columns = {series.name: list(series.values) for series in chart.plots[0].series}
    level = columns["本期"]
    assert level[0] == pytest.approx(parts.baseline / 100)
    assert level[-1] == pytest.approx(parts.current / 100)
    moves = [(columns["+"][i] or 0) - (columns["−"][i] or 0) for i in range(1, len(level) - 1)]
    assert moves == pytest.approx([factor.effect / 100 for factor in parts.factors])
    feet = columns[" "]
    assert feet[0] == feet[-1] == 0


def test_a_waterfall_through_zero_is_drawn_in_two_parts():
    telling = Telling(compose(cases.full()))
    page = Page(telling.made, "zh", "题", "章", "注")
    picture = Waterfall("count", ("a", 30.0), (("b", -50.0), ("c", 40.0)), ("d", 20.0))
    chart = telling.native.add(page, Box(0, 0, 500, 300), picture, "")
    columns = {series.name: [v or 0 for v in series.values] for series in chart.plots[0].series}
    assert columns["−"] == [0, 30, 0, 0]
    assert columns["− "] == [0, -20, 0, 0]
    assert columns["+"] == [0, 0, 20, 0]
    assert columns["+ "] == [0, 0, -20, 0]
    assert columns[" "] == [0, 0, 0, 0]


def drawn(picture, language="en"):
    telling = Telling(compose(cases.full(), language=language))
    return telling.native.add(Page(telling.made, language, "t", "s", "n"), Box(0, 0, 500, 300), picture, "")


@pytest.mark.parametrize(("smallest", "is_folded"), [(38_000, False), (5_000_000, True)])
def test_a_small_number_beside_a_large_one_is_not_folded_to_nothing(smallest, is_folded):
    chart = drawn(Ranking("money", (Bar("a", -10_000_000), Bar("b", smallest)), delta=True))

    assert ('"K"' in chart.plots[0].data_labels.number_format) is is_folded


def test_each_step_of_a_waterfall_is_folded_by_its_own_size():
    chart = drawn(Waterfall("money", ("a", 80_000_000.0), (("b", 38_000.0), ("c", -9_000_000.0)), ("d", 71_038_000.0)))
    formats = [label.find(qn("c:numFmt")).get("formatCode") for label in chart._chartSpace.iter(qn("c:dLbl"))]

    assert sorted('"K"' in code for code in formats) == [False, True, True, True]


@pytest.mark.parametrize(("end", "raised"), [(0.0, 1), (90.0, 0)])
def test_names_of_lines_that_meet_stand_one_above_the_other(end, raised):
    periods, whole = ("2024-01-01", "2024-02-01"), (True, True)
    lines = (Line("now", (100.0, 0.0), whole), Line("before", (100.0, end), whole, role="baseline"))
    chart = drawn(Trend(periods, "month", "count", lines))

    assert sum(label.find(qn("c:layout")) is not None for label in chart._chartSpace.iter(qn("c:dLbl"))) == raised


@pytest.mark.parametrize(("steps", "foot"), [((("a", 2.0),), 97.0), ((("a", 60.0),), None), ((("a", -120.0),), None)])
def test_levels_are_cut_only_where_all_movement_is_small(steps, foot):
    assert cut_foot(Waterfall("count", ("s", 100.0), steps, ("e", 100.0 + steps[0][1]))) == foot


@BOTH
def test_what_opens_behind_a_chart_is_what_the_chart_shows(case, language):
    for chart in charts(case, language):
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        categories = [sheet.cell(r, 1) for r in range(2, sheet.max_row + 1)]
        assert [cell.value for cell in categories] == list(chart.plots[0].categories)
        assert all(cell.data_type == "s" for cell in categories), "no category is a formula"
        for c, series in enumerate(chart.plots[0].series, 2):
            assert [sheet.cell(r, c).value for r in range(2, sheet.max_row + 1)] == pytest.approx(list(series.values))
            assert any(value is not None for value in series.values)


def test_cohorts_are_a_table_with_a_cell_for_every_known_share():
    [block] = [b for b in compose(cases.full()).blocks() if isinstance(b, Chart) and isinstance(b.picture, Cohorts)]
    [table] = [s.table for slide in opened("full").slides for s in slide.shapes if s.has_table and len(s.table.columns) > 8]
    shown = [cell.text_frame.text for row in list(table.rows)[1:] for cell in list(row.cells)[2:]]
    assert sum(bool(text) for text in shown) == sum(share is not None for row in block.picture.shares for share in row[1:])


@BOTH
def test_chinese_has_its_typeface_and_charts_too(case, language):
    with zipfile.ZipFile(path_of(case, language)) as package:
        theme = package.read("ppt/theme/theme1.xml").decode()
        assert theme.count('<a:ea typeface="Microsoft YaHei"/>') == 2
        for name in package.namelist():
            if re.fullmatch(r"ppt/charts/chart\d+\.xml", name):
                text = package.read(name).decode()
                assert text.count("<a:ea ") == text.count("<a:latin ") > 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_speaker_notes_define_what_the_slide_shows_and_say_where_it_comes_from(language):
    document = compose(cases.full(), language=language)
    slides = list(opened("full", language).slides)
    notes = slides[0].notes_slide.notes_text_frame.text
    for anchor in ("metric-net_sales", "metric-repurchase_rate"):
        reference = document.reference(anchor)
        assert f"[{reference.code}] {reference.title}" in notes
        assert reference.says in notes
        assert reference.command in notes
    for slide in slides:
        if any(shape.has_chart for shape in slide.shapes):
            assert slide.has_notes_slide
            assert slide.notes_slide.notes_text_frame.text.strip()


@BOTH
def test_charts_and_only_charts_have_a_text_alternative(case, language):
    for slide in opened(case, language).slides:
        for shape in slide.shapes:
            if shape.has_chart:
                assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 4


@BOTH
def test_nothing_lies_outside_the_slide(case, language):
    made = opened(case, language)
    for slide in made.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= made.slide_width + Pt(1)
            assert shape.top + (0 if shape.has_table else shape.height) <= made.slide_height


def test_the_same_evaluation_gives_the_same_file_and_no_moment_of_its_making():
    blob = deck(compose(cases.british()))
    assert blob == path_of("british").read_bytes()
    with zipfile.ZipFile(io.BytesIO(blob)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert set(re.findall(r"<dcterms:\w+[^>]*>([^<]*)<", core)) == {"2011-12-10T00:00:00Z"}


def test_freezing_twice_changes_nothing():
    once = frozen(path_of("orders_only").read_bytes(), "2024-04-01T01:00:00Z")
    assert frozen(once, "2024-04-01T01:00:00Z") == once


def test_long_titles_get_smaller_and_never_too_small():
    sizes = [title_size("字" * n) for n in (10, 60, 80, 120, 300)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 24
    assert sizes[-1] == 18


def test_native_is_made_for_the_reports_currency():
    chart = next(c for c in charts("british", "en") if "LINE" in str(c.chart_type))
    assert "£" in chart.value_axis.tick_labels.number_format
    assert Native(Telling(compose(cases.british())).formatter).formatter.currency == "GBP"

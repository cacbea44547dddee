import dataclasses
import datetime as dt
import io
import warnings
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import openpyxl
import pytest

from lianyi.insight.report import compose, write
from lianyi.insight.report.words import Words
from tests.insight.report import report_cases as cases

CASES = ("full", "orders_only", "nothing", "british", "hostile")


@cache
def path_of(case: str, language: str) -> Path:
    return write(getattr(cases, case)(), mkdtemp(), ["xlsx"], language=language)[0]


@cache
def book(case: str, language: str = "zh", *, values: bool = False):
    return opened(path_of(case, language), values=values)


def opened(path: Path, *, values: bool = False):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparkline Group extension")
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=values)


def rows(sheet):
    """Rows below the heading row as dicts by heading, up to the first empty row."""
    head = [cell.value for cell in sheet[4]]
    found = []
    for row in sheet.iter_rows(min_row=5, max_col=len(head)):
        if all(cell.value is None for cell in row):
            break
        found.append({name: cell for name, cell in zip(head, row, strict=True) if name})
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_every_workbook_opens_starts_with_summary_and_ends_with_where_numbers_come_from(case, language):
    words = Words(language)
    names = book(case, language).sheetnames
    assert names[0] == words("sheet.summary")
    assert names[-2:] == [words("sheet.definitions"), words("sheet.sources")]
    assert all(len(name) <= 31 for name in names)


def test_the_full_workbook_has_its_sheets_in_order():
    assert book("full", "en").sheetnames == [
        "Summary", "Findings", "Scores and index", "Metrics", "Trend", "Decomposition", "How first-time buyers come back", "Products by net sales",
        "Repurchase rate by tier", "From view to payment", "Net sales of new and returning", "Checks", "Definitions", "Sources",
    ]  # fmt: skip


def test_metrics_hold_real_numbers_with_formats():
    [net, *_] = rows(book("full")["指标"])
    assert net["本期"].value == 13_631_000
    assert net["本期"].number_format == "[$¥-804]#,##0.00;\\-[$¥-804]#,##0.00"
    rate = next(row for row in rows(book("full")["指标"]) if row["指标"].value == "回购率")
    assert rate["本期"].value == 0.1832
    assert rate["本期"].number_format == "0.0%"
    assert (rate["区间下限"].value, rate["区间上限"].value) == (0.1778, 0.1887)


def test_changes_are_formulas_whose_cached_values_are_the_evaluations():
    live, cached = rows(book("full")["指标"]), rows(book("full", values=True)["指标"])
    figures = {figure.name.zh: figure for figure in cases.full().figures}
    assert len(live) == 18
    for formula, value in zip(live, cached, strict=True):
        figure = figures[formula["指标"].value]
        if figure.change is None:
            assert formula["变化"].value is None
            continue
        scale = {"money": 0.01, "ratio": 1 if figure.metric == "input_output_ratio" else 100}.get(figure.unit, 1)
        assert formula["变化"].value.startswith("=")
        assert value["变化"].value == pytest.approx(figure.change * scale)
        assert formula["变化率"].value.startswith("=IF(")
        assert value["变化率"].value == pytest.approx(figure.change_share)


def test_formulas_compute_what_is_cached():
    """The arithmetic of each change formula, done by hand on the cells it names."""
    sheet = book("full")["指标"]
    cached = book("full", values=True)["指标"]
    for row in rows(sheet):
        formula = row["变化"].value
        if not formula:
            continue
        body, _, scale = formula.removeprefix("=").strip("()").partition(")*")
        left, right = body.split("-")
        assert (cached[left].value - cached[right].value) * float(scale or 1) == pytest.approx(cached[row["变化"].coordinate].value)


def test_a_change_that_is_not_the_difference_is_written_as_a_number(tmp_path):
    evaluation = cases.full()
    odd = dataclasses.replace(evaluation.figures[0], change=1_000_00, change_share=0.5)
    [path] = write(dataclasses.replace(evaluation, figures=(odd, *evaluation.figures[1:])), tmp_path, ["xlsx"])
    [net, *_] = rows(opened(path)["指标"])
    assert net["变化"].value == 1000
    assert net["变化率"].value == 0.5


def test_totals_are_sums():
    sheet = book("full")["变化分解"]
    total = next(row for row in sheet.iter_rows(min_row=5, max_row=12) if row[0].value == "合计")
    effect = next(cell for cell in total if isinstance(cell.value, str) and cell.value.startswith("=SUM("))
    cached = book("full", values=True)["变化分解"][effect.coordinate].value
    assert cached == pytest.approx(cases.full().decomposition.change / 100)


def test_periods_are_real_dates_and_the_unfinished_one_says_so():
    found = rows(book("full")["走势"])
    assert found[0]["时间"].value == dt.datetime(2024, 1, 1)  # noqa: DTZ001 - a spreadsheet date has no zone
    assert found[0]["时间"].number_format == 'yyyy"年"m"月"'
    assert [row["完整"].value for row in found] == ["是"] * 11 + ["否"]
    assert found[3]["复购率"].value is None


def test_charts_are_native_and_panes_are_frozen():
    workbook = book("full")
    charts = {sheet.title: [type(chart).__name__ for chart in sheet._charts] for sheet in workbook}
    assert charts["走势"] == ["LineChart", "LineChart"]
    assert charts["变化分解"] == ["BarChart", "BarChart", "BarChart"]
    assert charts["商品净销售额排名"] == ["BarChart"]
    assert charts["新客与老客的净销售额"] == ["AreaChart"]
    assert charts["从浏览到付款"] == ["BarChart"]
    assert workbook["首购同期群的回购"].conditional_formatting
    assert {sheet.title: sheet.freeze_panes for sheet in workbook}["指标"] == "B5"


def test_sparklines_run_over_the_trend_sheet():
    with zipfile.ZipFile(path_of("full", "zh")) as archive:
        sheet = archive.read("xl/worksheets/sheet4.xml").decode()
    assert sheet.count("<x14:sparkline>") == 10
    assert "!B5:B16<" in sheet


def test_a_period_that_is_not_over_is_worded_and_not_zero():
    last = rows(book("full")["首购同期群的回购"])[-1]
    assert last["第 1 月"].value == "时间未到"
    assert last["第 0 月"].value == 1


def test_no_text_becomes_a_formula_or_a_link():
    workbook = book("hostile", "en")
    texts = {cell.value: cell for sheet in workbook for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    for bad in ('=HYPERLINK("http://evil.example")', "@SUM(A1)", "-1+1", "\t=1", "+name", "@value"):
        assert texts[bad].data_type == "s", bad
        assert texts[bad].quotePrefix, bad
    formulas = [text for text, cell in texts.items() if cell.data_type == "f"]
    assert all(text.startswith(("=SUM(", "=IF(", "=(")) or (text[1:2].isalpha() and "-" in text and "(" not in text) for text in formulas)
    with zipfile.ZipFile(path_of("hostile", "en")) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name or "vbaProject" in name]
        assert not any(b'TargetMode="External"' in archive.read(name) for name in archive.namelist() if name.endswith(".rels"))


def test_pounds_are_pounds():
    [net, *_] = rows(book("british", "en")["Metrics"])
    assert net["Now"].value == 1_456_156.12
    assert net["Now"].number_format == "[$£-809]#,##0.00;\\-[$£-809]#,##0.00"


def test_missing_figures_say_why_in_the_definitions():
    found = {row["编号"].value: row for row in rows(book("orders_only")["定义"])}
    assert found["gross_margin"]["状态"].value == "缺数据"
    assert found["gross_margin"]["本期"].value == "缺数据：商品成本"
    assert found["net_sales"]["本期"].value == 18_600.5


def test_the_same_evaluation_gives_the_same_bytes(tmp_path):
    first, second = (write(cases.british(), tmp_path, ["xlsx"])[0].read_bytes() for _ in range(2))
    assert first == second


def test_every_code_names_its_source_with_command_and_query():
    evaluation = cases.full()
    document = compose(evaluation)
    listed = {row["来源编号"].value: row for row in rows(book("full")["数字来源"])}
    assert list(listed) == [reference.code for reference in document.references]
    for reference in document.references:
        assert listed[reference.code]["内容"].value == reference.title
        assert (listed[reference.code]["重算"].value or "") == reference.command
        assert (listed[reference.code]["计算语句 SQL"].value or "") == reference.sql.rstrip()
    coded = {row["指标"].value: row["来源编号"].value for row in rows(book("full")["指标"])}
    assert coded["净销售额"] == "M1"
    assert set(coded.values()) <= set(listed)


def test_method_cards_are_a_sheet_where_analyses_were_used():
    told = dataclasses.replace(cases.british(), decomposition=dataclasses.replace(cases.british().decomposition, command="analyse change"))
    [path] = write(told, mkdtemp(), ["xlsx"])
    sheet = opened(path)["方法卡"]
    assert [row["方法"].value for row in rows(sheet)] == ["变化分解"]
    assert "1e-9" in rows(sheet)[0]["参照结果"].value

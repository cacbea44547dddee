"""The Chinese and the English report hold the same numbers, in every format, whatever the numbers are."""

import dataclasses
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pptx import Presentation

from lianyi.insight.evaluate.result import Decomposition, Evaluation, Evidence, Exhibit, Factor, Finding, Statement
from lianyi.insight.report import compose, write
from lianyi.insight.report.cells import Interval, Quantity
from lianyi.insight.report.document import Document
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.html import drawing, html
from lianyi.insight.report.prose import numbers
from lianyi.kernel.numbers import Amount, Count, Share, sentence
from tests.insight.report import report_cases as cases
from tests.insight.report import report_scores
from tests.insight.report.reading import read_back, tree
from tests.insight.report.report_parts import figure, t

MONEY = st.integers(-(10**12), 10**13)
COUNTS = st.integers(1, 10**9)
SHARES = st.floats(0.0001, 1.0)
FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
SCALES = {"万": 1e4, "亿": 1e8, "K": 1e3, "M": 1e6, "B": 1e9}


@st.composite
def evaluations(draw: Any) -> Evaluation:
    """A month with a decomposition, a ranking and a finding, all of whose numbers are drawn."""
    before, now = draw(st.integers(10**4, 10**13)), draw(st.integers(10**4, 10**13))
    orders, rate = draw(COUNTS), draw(SHARES)
    first = draw(st.floats(-1, 1)) * (now - before)
    shares = draw(st.lists(st.integers(1, 10**12), min_size=3, max_size=5))
    said = sentence(
        "净销售额 %(now)s，由 %(orders)s 单带来，%(rate)s 退款。",
        "%(rate)s of %(orders)s orders were refunded; net sales were %(now)s.",
        now=Amount(now, "CNY"),
        orders=Count(orders),
        rate=Share(rate),
    )
    return dataclasses.replace(
        cases.british(),
        currency="CNY",
        figures=(
            figure("net_sales", "净销售额", "Net sales", "money", now, before, n=orders),
            figure("orders", "订单数", "Orders", "count", orders, draw(COUNTS), n=orders),
            figure(
                "refund_rate", "退款率", "Refund rate", "ratio", rate, draw(SHARES), interval=(rate * 0.9, min(1.0, rate * 1.1)), n=orders
            ),
            figure("first_reply_seconds", "首响时长", "Time to first reply", "seconds", draw(st.floats(1, 10**6)), n=orders),
            figure("referral_cycle_days", "裂变周期", "Referral cycle", "days", draw(st.floats(1.5, 400)), n=orders),
        ),
        decomposition=Decomposition(
            "net_sales",
            before,
            now,
            now - before,
            (
                Factor("buyers", t("成交人数", "Buyers"), "count", float(orders), float(draw(COUNTS)), first),
                Factor(
                    "aov",
                    t("客单价", "Value per order"),
                    "money",
                    draw(st.floats(100, 1e6)),
                    draw(st.floats(100, 1e6)),
                    now - before - first,
                ),
            ),
            {},
            0.0,
        ),
        exhibits=(
            Exhibit(
                "by_platform",
                "ranking",
                t("各平台", "By platform"),
                (("value", t("平台", "Platform"), "text"), ("net", t("净销售额", "Net sales"), "money")),
                tuple({"value": f"P{'abcde'[k]}", "net": v} for k, v in enumerate(sorted(shares, reverse=True))),
            ),
        ),
        findings=(Finding("f1", "k", "high", t("发现", "Found"), said, "net_sales", draw(MONEY), "B", Evidence("SELECT 1", n=orders)),),
        suggestions=(
            dataclasses.replace(
                report_scores.scored().suggestions[0],
                finding_ids=("f1",),
                action=t("换回旧包装", "Go back to the old packaging"),
                why=t("退款因包装而起", "The packaging brought the refunds"),
                expected=dataclasses.replace(
                    report_scores.money_expected(), cost=draw(st.integers(1, 10**8)), value_low=draw(MONEY), value_high=draw(MONEY)
                ),
            ),
        ),
        methods=tuple(method for method in report_scores.scored().methods if method.score is not None),
        agreement=report_scores.scored().agreement,
        index=dataclasses.replace(
            report_scores.index(), score=draw(st.floats(0, 100)), before=draw(st.floats(0, 100)), same_order=draw(SHARES)
        ),
        summary=(Statement.on(said, "net_sales", "orders", "refund_rate"),),
    )


def quantities(part: Any) -> Iterator[tuple[float | int | None, ...]]:
    """Every quantity and interval of a document, in order."""
    if isinstance(part, Quantity):
        yield (part.value,)
    elif isinstance(part, Interval):
        yield (part.low, part.high)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from quantities(getattr(part, field.name))
    elif isinstance(part, dict):
        for value in part.values():
            yield from quantities(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from quantities(value)


def read(number: str) -> tuple[float, float]:
    """(value, half a unit of the last digit) of a number in a sentence."""
    match = re.search(r"(\d[\d,]*(?:\.\d+)?)\s*([万亿KMB]?)\s*(%|个百分点|pp)?", number)
    assert match, number
    digits = match[1].replace(",", "")
    scale = SCALES.get(match[2], 1.0) * (0.01 if match[3] else 1.0)
    return float(digits) * scale, 0.5 * 10 ** -len(digits.partition(".")[2]) * scale


def alike(zh: list[str], en: list[str]) -> None:
    """The same numbers, whatever their order in the sentence, as far as both languages write them out."""
    assert len(zh) == len(en), (zh, en)
    for (a, half_a), (b, half_b) in zip(sorted(map(read, zh)), sorted(map(read, en)), strict=True):
        assert abs(a - b) <= (half_a + half_b) * 1.001 + 1e-9 * abs(a), (a, b)


def both(evaluation: Evaluation) -> tuple[Document, Document]:
    return compose(evaluation, language="zh"), compose(evaluation, language="en")


@FEW
@given(evaluations())
def test_both_documents_hold_the_same_quantities(evaluation):
    zh, en = both(evaluation)
    assert list(quantities(zh)) == list(quantities(en))
    assert len(list(quantities(zh))) > 30
    for one, other in zip(zh.front.blocks[0].sentences, en.front.blocks[0].sentences, strict=True):
        alike(list(numbers(one.text)), list(numbers(other.text)))


@pytest.mark.slow
@FEW
@given(evaluations())
def test_both_pages_show_the_same_numbers_and_every_sentence_too(monkeypatch, evaluation):
    monkeypatch.setattr(drawing, "svg", lambda picture, slot: "<svg></svg>")
    zh, en = (tree(html(document)) for document in both(evaluation))
    nodes = [root.every("data") for root in (zh, en)]
    assert [n.attributes["value"] for n in nodes[0]] == [n.attributes["value"] for n in nodes[1]]
    for one, other in zip(*nodes, strict=True):
        unit = one.attributes.get("class", "").split()
        if unit:
            (a, half_a), (b, half_b) = (read_back(n.text, unit[0].removeprefix("u-"), "CNY") for n in (one, other))
            assert abs(a - b) <= (half_a + half_b) * 1.001 + 1e-9 * abs(a)
    said = [[n.text for n in root.every("button") if n.attributes.get("class") == "num" and n.text] for root in (zh, en)]
    alike(*said)


@pytest.mark.slow
@FEW
@given(evaluations())
def test_both_workbooks_hold_the_same_cells(evaluation):
    cells = []
    for language in ("zh", "en"):
        with tempfile.TemporaryDirectory() as folder:
            [path] = write(evaluation, folder, ["xlsx"], language=language)
            made = openpyxl.load_workbook(path, data_only=True)
            cells.append(
                [
                    (k, cell.coordinate, cell.value)
                    for k, sheet in enumerate(made.worksheets)
                    for row in sheet.iter_rows()
                    for cell in row
                    if isinstance(cell.value, int | float)
                ]
            )
    assert cells[0] == cells[1]
    assert len(cells[0]) > 40


@pytest.mark.slow
@settings(FEW, max_examples=3)
@given(evaluations())
def test_both_decks_hold_the_same_charts_and_the_same_numbers_in_words(evaluation):
    found = []
    for language in ("zh", "en"):
        with tempfile.TemporaryDirectory() as folder:
            [path] = write(evaluation, folder, ["pptx"], language=language)
            slides = list(Presentation(str(path)).slides)
        shapes = [shape for slide in slides for shape in slide.shapes]
        charts = [[list(series.values) for series in s.chart.plots[0].series] for s in shapes if s.has_chart]
        tables = [cell.text_frame.text for s in shapes if s.has_table for row in s.table.rows for cell in row.cells]
        boxes = [s.text_frame.text for s in shapes if s.has_text_frame and not s.is_placeholder]
        titles = [slide.shapes.title.text_frame.text for slide in slides]
        found.append((charts, [number for text in (*titles, *boxes, *tables) for number in numbers(_no_command(text))]))
    assert found[0][0] == found[1][0]
    alike(found[0][1], found[1][1])


def _no_command(text: str) -> str:
    """The text without codes of sources and commands, whose digits are no results."""
    return "" if text.startswith("lianyi ") else re.sub(r"\b[MCFKSIT]\d+\b|Q\d \d{4}", "", text)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler reads the pages back")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_hold_every_number_of_the_document(language, tmp_path):
    evaluation = cases.british()
    document = compose(evaluation, language=language)
    [path] = write(evaluation, tmp_path, ["pdf"], language=language)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    page = re.sub(r"\s+", "", text)
    formatter = Formatter(language, document.currency)
    shown = [card for block in document.front.blocks if hasattr(block, "cards") for card in block.cards]
    assert shown
    for card in shown:
        assert re.sub(r"\s+", "", formatter.short(card.value)) in page
    for entry in document.references:
        for quantity in entry.values[:1]:
            assert re.sub(r"\s+", "", formatter.full(quantity)) in page
    for sentence_ in document.front.blocks[0].sentences:
        for number in numbers(sentence_.text):
            assert re.sub(r"\s+", "", number) in page


def test_a_difference_would_be_found():
    with pytest.raises(AssertionError):
        alike(["¥1.23万"], ["¥12.9K"])
    with pytest.raises(AssertionError):
        alike(["3%"], ["3%", "4"])
    alike(["¥1.23万", "5.1%"], ["5.1%", "¥12.3K"])

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.report import charts
from lianyi.insight.report.charts import COLOURS, Slot, specification, svg
from lianyi.insight.report.charts.theme import fitted, text_width, thinned, ticks
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.html.drawing import page_svg
from lianyi.insight.report.pictures import Bar, Cohorts, Funnel, Line, Ranking, Split, Trend, Waterfall

MONTHS = ("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01")
TREND = Trend(
    MONTHS,
    "month",
    "money",
    (Line("本期", (1e8, None, 3e8, 2e8), (True, True, True, False)), Line("对比期", (9e7, 1e8, 2e8, 2e8), (True,) * 4, role="baseline")),
    1.5e8,
    "水平",
)
RANKING = Ranking("money", (Bar("面霜", 5e7, 4e7, 6e7), Bar("一个名字特别特别特别特别特别特别特别长的商品 <b>", 3e7), Bar("退货", -1e7)))
WATERFALL = Waterfall("money", ("对比期", 1e9), (("人数", 2e8), ("客单价", -1e8)), ("本期", 1.1e9))
COHORTS = Cohorts(
    MONTHS,
    "month",
    (100, 80, 20, None),
    (0, 1, 2, 3),
    ((1.0, 0.2, 0.1, 0.05), (1.0, 0.3, 0.2, None), (1.0, 0.0, None, None), (1.0, None, None, None)),
)
FUNNEL = Funnel("count", (("看", 1000), ("加购", 300), ("付款", 0)))
SPLIT = Split(
    MONTHS,
    "month",
    "money",
    (Line("新客", (1e8, 1e8, 2e8, 1e8), (True, True, True, False)), Line("老客", (1e8, None, 1e8, 1e8), (True, True, True, False))),
)
ALL = (TREND, RANKING, WATERFALL, COHORTS, FUNNEL, SPLIT)
ZH = Formatter("zh", "CNY")


def drawn(picture, width=860):
    return svg(picture, Slot(width, ZH))


def test_a_chart_is_drawn_once_for_a_slot_however_often_it_is_asked_for(monkeypatch):
    calls = []
    draw = charts.vl_convert.vegalite_to_svg
    monkeypatch.setattr(charts.vl_convert, "vegalite_to_svg", lambda spec: calls.append(spec["width"]) or draw(spec))
    once = Ranking("count", (Bar("只画一次", 3.0), Bar("第二条", 1.0)))
    assert drawn(once) == drawn(once)
    assert drawn(once, 350) != drawn(once)
    assert len(calls) == 2


@pytest.mark.parametrize("picture", ALL)
def test_a_drawing_is_the_same_whether_its_text_is_measured_or_not(picture):
    measured = charts.vl_convert.vegalite_to_svg(specification(picture, Slot(860, ZH)))
    assert svg(picture, Slot(860, ZH)) == measured


def texts(source):
    return [element.text for element in ET.fromstring(source).iter("{http://www.w3.org/2000/svg}text") if element.text]


@pytest.mark.parametrize("width", [860, 350])
@pytest.mark.parametrize("picture", ALL, ids=lambda p: type(p).__name__)
def test_a_drawing_is_exactly_as_wide_as_its_slot_and_its_text_is_readable(picture, width):
    source = drawn(picture, width)
    root = ET.fromstring(source)
    assert float(root.get("width")) == width
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', source)]
    assert sizes
    assert min(sizes) >= 10
    assert "NaN" not in source
    assert "undefined" not in source


@pytest.mark.parametrize("picture", ALL, ids=lambda p: type(p).__name__)
def test_a_page_drawing_holds_no_colour_font_or_address_of_its_own(picture):
    page = page_svg(drawn(picture), "wide")
    assert re.findall(r"#[0-9a-f]{3,6}|rgb|http|font-family|style=", page) == []


def test_censored_cells_are_hatched_and_a_true_zero_is_not():
    source = drawn(COHORTS)
    assert len(re.findall(f'fill="{COLOURS["hatch"]}"', source)) == 6
    assert "0.0%" in texts(source)


def test_the_first_period_of_cohorts_is_left_out_and_small_cohorts_stand_out():
    source = drawn(COHORTS)
    assert "100.0%" not in texts(source)
    assert re.search(f'fill="{COLOURS["bad"]}"[^>]*>20<', source)


def test_an_unfinished_period_is_dashed_and_open():
    source = drawn(TREND)
    assert 'stroke-dasharray="2,4"' in source
    assert len(re.findall(f'fill="{COLOURS["paper"]}"', source)) == 1


def test_a_gap_in_a_line_is_never_bridged():
    layers = specification(TREND, Slot(860, ZH))["layer"]
    [solid] = [layer for layer in layers if layer["mark"]["type"] == "line" and layer["mark"]["stroke"] == COLOURS["accent"]]
    assert len({row["run"] for row in solid["data"]["values"]}) == 2


def test_bars_carry_their_names_values_and_intervals():
    source = drawn(RANKING)
    assert {"面霜", "¥50万", "−¥10万"} <= set(texts(source))
    assert any(name.endswith("…") for name in texts(source))
    assert len([layer for layer in specification(RANKING, Slot(860, ZH))["layer"] if layer["mark"]["type"] == "tick"]) == 2


def test_the_waterfall_writes_every_effect_with_its_sign():
    for width in (860, 350):
        assert {"¥1,000万", "+¥200万", "−¥100万", "¥1,100万"} <= set(texts(drawn(WATERFALL, width)))


def test_a_waterfall_of_small_changes_is_cut_and_marked():
    small = Waterfall("money", ("对比期", 1e9), (("人数", 1e7),), ("本期", 1.01e9))
    layers = specification(small, Slot(860, ZH))["layer"]
    assert any(layer["mark"].get("stroke") == COLOURS["paper"] for layer in layers)
    assert not any(
        layer["mark"].get("stroke") == COLOURS["paper"]
        for layer in specification(Waterfall("money", ("a", 1e9), (("b", 1e9),), ("c", 2e9)), Slot(860, ZH))["layer"]
    )


def test_the_funnel_says_what_each_step_keeps():
    assert {"↓ 30%", "↓ 0%", "1,000"} <= set(texts(drawn(FUNNEL)))


def test_hostile_names_stay_text():
    source = drawn(Ranking("count", (Bar("</svg><script>alert(1)</script>", 3), Bar("'] + alert(1) + ['", 2), Bar('"\\', 1))))
    assert "<script>" not in source
    ET.fromstring(source)


@given(low=st.floats(-1e9, 1e9), span=st.floats(1e-6, 1e9))
def test_ticks_span_the_range_evenly(low, span):
    marks = ticks(low, low + span)
    step = marks[1] - marks[0]
    assert marks[0] <= low + 1e-6 * step + 1e-9 * abs(low)
    assert marks[-1] >= low + span - 1e-6 * step - 1e-9 * abs(low + span)
    assert 2 <= len(marks) <= 12


@given(st.text(max_size=40), st.integers(20, 200))
def test_a_fitted_text_fits(text, width):
    assert text_width(fitted(text, width)) <= max(width, text_width("…"))


@given(st.integers(1, 60), st.integers(50, 900))
def test_thinned_labels_always_keep_the_last_and_never_touch(count, width):
    labels = tuple(f"{i}月" for i in range(count))
    kept = thinned(labels, width)
    assert kept[-1] == count - 1
    assert len(kept) == 1 or width / count * (kept[1] - kept[0]) >= max(text_width(label, 11) for label in labels)

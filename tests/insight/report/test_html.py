import base64
import dataclasses
import hashlib
import re
from functools import cache
from itertools import pairwise

import pytest

from lianyi.insight.evaluate.result import Statement
from lianyi.insight.report import compose, write
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.charts.cohorts import DEEP, MID
from lianyi.insight.report.html import html
from lianyi.insight.report.html.page import style, totals
from lianyi.insight.report.prose import numbers
from lianyi.kernel.text import Text
from tests.insight.report import report_cases as cases
from tests.insight.report.reading import Node, read_back, tree

# Each case in the language it is written for, and the richest one in the other too.
BOTH = pytest.mark.parametrize(
    ("case", "language"), [("full", "zh"), ("full", "en"), ("orders_only", "zh"), ("nothing", "en"), ("british", "en"), ("hostile", "zh")]
)


@cache
def page(case: str, language: str = "zh") -> str:
    return html(compose(getattr(cases, case)(), language=language))


@cache
def parsed(case: str, language: str = "zh") -> Node:
    return tree(page(case, language))


@BOTH
def test_the_page_is_well_formed_and_in_its_language(case, language):
    [root] = parsed(case, language).children
    assert root.tag == "html"
    assert root.attributes["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert [len(parsed(case, language).every(tag)) for tag in ("main", "header", "nav", "footer", "h1")] == [1, 1, 1, 1, 1]


@BOTH
def test_the_page_asks_nothing_of_anyone(case, language):
    """No address is fetched: no src, only anchors and an empty icon, no url() but our own hatch, no @import, no script."""
    nodes = parsed(case, language).every()
    assert [n.tag for n in nodes if n.tag in {"script", "iframe", "object", "embed", "form", "base", "img"}] == []
    assert {n.attributes["href"][0] for n in nodes if n.tag == "a"} == {"#"}
    assert [n.attributes["href"] for n in nodes if n.tag == "link"] == ["data:,"]
    assert [
        key for n in nodes for key in n.attributes if key in {"src", "srcset", "style", "action"} or key.startswith(("on", "xlink"))
    ] == []
    assert set(re.findall(r"url\([^)]*\)", page(case, language))) <= {"url(#hatch)"}
    assert "@import" not in style()
    assert "http" not in style()


def test_the_policy_admits_this_style_sheet_and_nothing_else():
    [rule] = [n.attributes["content"] for n in parsed("full").every("meta") if n.attributes.get("http-equiv") == "Content-Security-Policy"]
    [sheet] = parsed("full").every("style")
    digest = base64.b64encode(hashlib.sha256(sheet.text.encode()).digest()).decode()
    assert rule == f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@BOTH
def test_every_anchor_resolves_and_no_id_is_written_twice(case, language):
    nodes = parsed(case, language).every()
    ids = [n.attributes["id"] for n in nodes if "id" in n.attributes]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    assert {n.attributes["href"][1:] for n in nodes if n.tag == "a"} <= set(ids)
    pointed = {n.attributes[key] for n in nodes for key in ("aria-labelledby",) if key in n.attributes}
    assert pointed <= set(ids)


@BOTH
def test_every_shown_number_is_the_number_beside_it(case, language):
    currency = getattr(cases, case)().currency
    checked = 0
    for node in parsed(case, language).every("data"):
        unit = node.attributes.get("class", "").split()
        if not unit:  # the ends of an interval are written together
            continue
        raw, (back, half) = float(node.attributes["value"]), read_back(node.text, unit[0].removeprefix("u-"), currency)
        assert abs(back - raw) <= half * 1.0001 + 1e-9 * abs(raw), (node.text, raw)
        checked += 1
    assert checked >= (0 if case == "nothing" else 10)


@pytest.mark.parametrize("case", ["full", "orders_only", "british"])
def test_every_figure_with_a_value_is_shown_with_its_n_and_its_interval(case):
    definitions = {n.attributes["id"]: n for n in parsed(case).every("article") if n.attributes.get("id", "").startswith("metric-")}
    for figure in getattr(cases, case)().figures:
        node = definitions[f"metric-{figure.metric}"]
        raws = [n.attributes["value"] for n in node.every("data")]
        if figure.value is not None:
            assert raws[0] == str(figure.value)
            assert f"n = {figure.n:,}" in node.all_text()
        else:
            assert raws == []
        if figure.interval is not None:
            assert f"{figure.interval[0]}/{figure.interval[1]}" in raws


def test_hostile_text_adds_no_element():
    assert {n.tag for n in parsed("hostile").every()} <= {n.tag for n in parsed("full").every()}


def test_hostile_text_is_shown_as_it_was_written():
    shown = parsed("hostile").all_text()
    assert '<script>alert(1)</script>"><img src=x onerror=alert(2)>' in shown
    assert '=HYPERLINK("http://evil.example")' in shown


@BOTH
def test_headings_never_skip_a_level(case, language):
    levels = [int(n.tag[1]) for n in parsed(case, language).every() if re.fullmatch(r"h[1-6]", n.tag)]
    assert levels[0] == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []


@BOTH
def test_tables_have_captions_and_scoped_headers(case, language):
    for table in parsed(case, language).every("table"):
        assert len(table.every("caption")) == 1
        assert all(th.attributes.get("scope") in {"col", "row", "colgroup"} for th in table.every("th"))
        widths = {sum(int(c.attributes.get("colspan", 1)) for c in row.children) for row in table.every("tr")}
        assert len(widths) == 1


def test_every_chart_has_a_text_alternative_and_its_table():
    figures = parsed("full").every("figure")
    assert len(figures) == 10
    for figure in figures:
        [drawing] = [n for n in figure.every("div") if n.attributes.get("role") == "img"]
        assert len(drawing.attributes["aria-label"]) > 10
        assert [svg.attributes["class"] for svg in drawing.every("svg")] == ["wide", "narrow"]
        assert all(svg.attributes["aria-hidden"] == "true" for svg in drawing.every("svg"))
        assert len(figure.every("table")) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_the_prose_opens_what_it_rests_on(language):
    """Sentences of the first page, readings of charts and statements of findings: outside a number's button there is no number."""
    root = parsed("full", language)
    opened = {n.attributes["id"] for n in root.every("div") if "popover" in n.attributes}
    targets = {n.attributes["popovertarget"] for n in root.every("button") if "popovertargetaction" not in n.attributes}
    assert targets == opened
    said = [p for f in root.every("figcaption") for p in f.every("p")]
    said += [p for li in root.every("li") if "is-" in li.attributes.get("class", "") for p in li.every("p") if not p.attributes]
    checked = 0
    for paragraph in said:
        numbers_of = [n for n in paragraph.every("button") if n.attributes.get("class") == "num"]
        assert [n.text for n in numbers_of if not numbers(n.text)] == []
        assert numbers(paragraph.text) == (), paragraph.text
        checked += len(numbers_of)
    assert checked >= 30


def test_a_sentence_of_several_sources_gives_each_number_its_own():
    said = Statement.on(Text(zh="净销售额 ¥1,363万，来自 3.89万 单，增长 12.5%。", en="x"), "net_sales", "orders")
    root = tree(html(compose(cases.full(summary=(said,)))))
    [lead] = [n for n in root.every("div") if n.attributes.get("class") == "lead"]
    by_number = {n.text: n.attributes["popovertarget"] for n in lead.every("button")}
    names = {n.attributes["id"]: n.all_text() for n in root.every("div") if "popover" in n.attributes}
    assert "净销售额" in names[by_number["¥1,363万"]]
    assert "订单数" in names[by_number["3.89万"]]
    assert "净销售额" in names[by_number["12.5%"]]
    assert [a.text for a in lead.every("a")] == ["M1", "M2"]


def test_what_a_number_opens_holds_definition_query_command_and_rows():
    document = compose(cases.full())
    shown = {n.attributes["id"]: n for n in parsed("full").every("div") if "popover" in n.attributes}
    for id_, node in shown.items():
        reference = next(r for r in document.references if f"ref-{r.code}" == id_)
        text = node.all_text()
        assert reference.title in text
        assert not reference.says or reference.says in text
        assert not reference.sql or reference.sql.splitlines()[0] in text
        assert not reference.command or reference.command in text
        if reference.rows is not None:
            [body] = node.every("tbody")
            assert len([row for row in body.children if row.attributes.get("class") != "group"]) == min(8, len(reference.rows.rows))


def test_small_samples_are_worded_as_such():
    assert "样本少（n = 19），仅供参考" in parsed("full").all_text()
    assert "small sample (n = 21), a hint only" in parsed("full", "en").all_text()


def test_unfinished_periods_are_marked_in_tables():
    rows = [row for row in parsed("full").every("tr") if row.attributes.get("class") == "unfinished"]
    assert rows
    assert all("未完整" in row.all_text() for row in rows)


def test_english_pages_hold_no_chinese_but_the_shops_own_words():
    evaluation = dataclasses.replace(cases.british())
    text = tree(html(compose(evaluation, language="en"))).all_text().replace("涟漪", "")
    assert re.findall(r"[\u4e00-\u9fff]+", text.replace(style(), "")) == []


def test_currency_is_respected():
    assert "£1.46M" in parsed("british", "en").all_text()
    assert "¥" not in parsed("british", "en").all_text()


def test_a_sum_with_an_unknown_part_is_not_shown():
    document = compose(cases.full())
    [table] = [b for b in document.blocks() if getattr(b, "id", "") == "sources-table"]
    assert totals(table)["rows"].value == sum(source.rows for source in cases.full().sources)
    broken = dataclasses.replace(
        table, rows=(dataclasses.replace(table.rows[0], cells={**table.rows[0].cells, "rows": None}), *table.rows[1:])
    )
    assert totals(broken) is None


def test_the_same_evaluation_gives_the_same_page():
    assert html(compose(cases.british())) == page("british")


def test_writing_writes_the_page(tmp_path):
    [path] = write(cases.orders_only(), tmp_path, ["html"], language="en")
    assert path.read_text(encoding="utf-8") == page("orders_only", "en")


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_contrast_is_aa_in_light_and_dark():
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style(), re.DOTALL))
    for theme in (light, dark):
        for text, grounds in {
            "ink": ("paper", "wash", "accent-wash", "bad-wash"),
            "ink-2": ("paper", "wash", "accent-wash"),
            "ink-3": ("paper",),
            "accent": ("paper", "accent-wash"),
            "bad": ("paper", "bad-wash"),
        }.items():
            for ground in grounds:
                assert _contrast(theme[text], theme[ground]) >= 4.5, (text, ground)


def test_the_charts_light_colours_are_the_pages():
    [light, _] = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style(), re.DOTALL))
    assert {role: colour for role, colour in COLOURS.items() if role in light} == {role: light[role] for role in COLOURS if role in light}
    assert set(COLOURS) - set(light) == {"hatch"}


def test_numbers_in_the_heat_map_are_readable_at_every_depth_in_light_and_dark():
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style(), re.DOTALL))
    for theme in (light, dark):
        for percent in range(8, 96):
            depth = percent / 100
            mixed = "#" + "".join(
                f"{round(int(theme['accent'][i : i + 2], 16) * depth + int(theme['paper'][i : i + 2], 16) * (1 - depth)):02x}"
                for i in (1, 3, 5)
            )
            ink = theme["cell-high" if depth > DEEP else "cell-mid" if depth > MID else "cell-low"]
            assert _contrast(mixed, ink) >= 4.4, (depth, mixed, ink)

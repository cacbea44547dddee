import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.report import compose
from lianyi.insight.report.compose import WrongScope
from lianyi.insight.report.deck import deck
from lianyi.insight.report.document import Actions, Cards, Chart, FindingCards, Heading, Table
from lianyi.insight.report.html import drawing, html
from lianyi.insight.report.templates import GROUPS, PARTS, arranged, read, templates
from lianyi.kernel.errors import Broken, UnknownName
from lianyi.kernel.text import Text
from tests.insight.report import report_cases as cases

ENTRY = {
    "name": {"zh": "周报", "en": "Weekly"},
    "audience": {"zh": "团队", "en": "the team"},
    "title": {"zh": "%(brand)s %(period)s", "en": "%(brand)s %(period)s"},
    "title_plain": {"zh": "%(period)s 周报", "en": "%(period)s"},
    "period": "days",
    "baseline": "previous",
    "headline": ["net_sales"],
    "metrics": ["*"],
    "parts": ["results", "appendix"],
    "results": ["*"],
    "trends": [["net_sales"]],
    "exhibits": ["*"],
    "charts": 3,
}


def fitting(name: str) -> Evaluation:
    """The full case as a template wants it."""
    period = templates()[name].period
    if period in ("campaign", "partner"):
        return cases.full(scope=f"{period}:C9", scope_name="年中大促")
    if period == "month":
        return cases.full(window=("2024-11-01", "2024-12-01"))
    return cases.full(window=("2024-07-01", "2024-10-01")) if period == "quarter" else cases.full()


@pytest.mark.parametrize("name", templates())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_template_makes_a_report_with_its_parts_in_its_order(name, language):
    document = compose(fitting(name), language=language, template=name)
    template = templates()[name]

    assert [part.id for part in document.parts()] == ["top", *template.parts]
    assert [part.number for part in document.sections] == [
        "一二三四五六七"[k] if language == "zh" else str(k + 1) for k in range(len(document.sections))
    ]
    cards = next(block for block in document.front.blocks if isinstance(block, Cards))
    known = {figure.metric for figure in cases.full().figures if figure.value is not None}
    wanted = [metric for metric in template.headline if metric in known][:6]
    assert [card.metric for card in cards.cards][: len(wanted)] == wanted
    assert "%(" not in document.title


@pytest.mark.parametrize("name", [name if name == "full" else pytest.param(name, marks=pytest.mark.slow) for name in templates()])
def test_every_template_renders_with_anchors_that_resolve(name, monkeypatch):
    monkeypatch.setattr(drawing, "svg", lambda picture, slot: "<svg></svg>")  # drawings hold no anchors, and take their time
    document = compose(fitting(name), template=name)
    page = html(document)
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert deck(document)


@pytest.mark.parametrize(
    ("name", "window", "title"),
    [
        ("monthly", ("2024-11-01", "2024-12-01"), "素白护肤 2024年11月 月报"),
        ("quarterly", ("2024-07-01", "2024-10-01"), "素白护肤 2024年第3季度 季报"),
    ],
)
def test_a_month_and_a_quarter_are_called_by_their_names(name, window, title):
    assert compose(cases.full(window=window), template=name).title == title


def test_a_review_has_wins_failures_and_a_plan_with_days():
    document = compose(fitting("monthly"), template="monthly")
    [review] = [part for part in document.sections if part.id == "review"]
    headings = [block.id for block in review.blocks if isinstance(block, Heading)]
    found = {block.id: block for block in review.blocks if isinstance(block, FindingCards)}
    [plan] = [block for block in review.blocks if isinstance(block, Actions)]
    tables = {block.id: block for block in review.blocks if isinstance(block, Table)}

    assert headings == ["wins", "misses", "next", "gaps"]
    assert {finding.severity for finding in found["wins-findings"].findings} == {"good"}
    assert "good" not in {finding.severity for finding in found["misses-findings"].findings}
    assert sum(len(block.findings) for block in found.values()) == len(cases.full().findings)
    assert [action.due for action in plan.actions][:2] == ["2024年12月15日前", "2024年12月31日前"]
    better = {cell.text for row in tables["wins-table"].rows if (cell := row.cells["metric"])}
    assert "订单数" in better
    assert "投资回报率" not in better, "a rate without an interval is not called better"


@pytest.mark.slow
def test_a_partners_report_holds_that_partners_figures_and_nothing_of_the_brands_margin():
    told = cases.full(scope="partner:K1", summary=(), findings=(), suggestions=(), methods=(), decomposition=None, exhibits=())
    page = html(compose(told, template="partner"))
    whole = html(compose(dataclasses.replace(told, scope="campaign:C9"), template="campaign"))

    for word in ("毛利率", "贡献利润", "营销投入", "投资回报率"):
        assert word in whole
        assert word not in page
    assert "净销售额" in page


@pytest.mark.parametrize("name", ["campaign", "partner"])
def test_a_template_for_one_campaign_or_partner_refuses_the_brand(name):
    with pytest.raises(WrongScope) as refused:
        compose(cases.full(), template=name)
    assert f"--template {name} --{name}" in refused.value.say("en")


def test_an_unknown_template_is_named_with_the_nearest():
    with pytest.raises(UnknownName) as refused:
        compose(cases.full(), template="montly")
    assert "monthly" in refused.value.say("en")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"surprise": 1}, "unknown key surprise"),
        ({"period": "week"}, "period is one of"),
        ({"baseline": "never"}, "baseline is one of"),
        ({"parts": ["results"]}, "the appendix is the last"),
        ({"parts": ["results", "results", "appendix"]}, "named twice"),
        ({"parts": ["poetry", "appendix"]}, "poetry is none of"),
        ({"results": ["charts"]}, "charts is none of"),
        ({"headline": ["gvm"]}, "no metric gvm"),
        ({"trends": [["gvm"]]}, "no metric gvm"),
        ({"metrics": ["nothing_like_it*"]}, "no metric nothing_like_it*"),
        ({"exhibits": ["By Region"]}, "By Region is no id"),
        ({"charts": 40}, "charts is a number"),
        ({"title": {"zh": "只有中文"}}, "title"),
    ],
)
def test_a_template_with_a_fault_is_refused_and_says_which(change, wrong):
    with pytest.raises(Broken) as refused:
        read("weekly", {**ENTRY, **change})
    assert wrong in refused.value.say("en")
    assert "templates/weekly.toml" in refused.value.say("en")


def test_a_missing_key_is_named():
    with pytest.raises(Broken, match="audience is missing"):
        read("weekly", {key: value for key, value in ENTRY.items() if key != "audience"})


def test_a_template_without_fault_is_read():
    made = read("weekly", ENTRY)
    assert (made.id, made.name, made.parts) == ("weekly", Text(zh="周报", en="Weekly"), ("results", "appendix"))


def test_templates_name_every_part_and_group_there_is():
    assert {part for one in templates().values() for part in one.parts} == set(PARTS)
    assert {group for one in templates().values() for group in one.results} - {"*"} == set(GROUPS)


def test_exhibits_follow_the_template():
    evaluation = fitting("quarterly")
    first = [
        block.id
        for block in compose(evaluation, template="quarterly").blocks()
        if isinstance(block, Chart) and block.id.startswith("exhibit-")
    ]
    plain = [block.id for block in compose(evaluation).blocks() if isinstance(block, Chart) and block.id.startswith("exhibit-")]

    assert first[0] == "exhibit-retention"
    assert set(first) == set(plain)


NAMES = st.lists(st.sampled_from(["a", "b", "by_x", "by_y", "c"]), unique=True)


@given(NAMES, st.lists(st.sampled_from(["a", "b", "by_*", "by_x", "*", "c", "d"]), unique=True))
def test_arranging_keeps_names_once_and_with_a_rest_loses_none(names, wanted):
    found = arranged(names, tuple(wanted))

    assert len(set(found)) == len(found)
    assert set(found) <= set(names)
    if "*" in wanted:
        assert set(found) == set(names)

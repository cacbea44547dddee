"""Every number of a page's prose can be pressed, or links to what it rests on."""

import pytest

from lianyi.insight.report import compose
from lianyi.insight.report.html import html
from tests.insight.report.reading import tree
from tests.insight.report.report_scores import scored
from tests.insight.report.unbound import unbound


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("template", ["full", *(pytest.param(name, marks=pytest.mark.slow) for name in ("monthly", "quarterly"))])
def test_no_number_of_the_prose_stands_alone(language, template):
    assert unbound(tree(html(compose(scored(), language=language, template=template)))) == []


def test_a_number_that_leads_nowhere_is_found():
    page = '<main><p>共 <button class="num">3</button> 单，比去年 12.5%</p><p class="rule">样本少于 30</p><table><td>7</td></table></main>'
    assert [line.partition(": ")[0] for line in unbound(tree(page))] == ["<p class=''> 12.5%"]

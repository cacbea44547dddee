"""Checks of the data that did not pass become findings that say what is wrong, not what was hoped for."""

import pytest

from lianyi.insight.evaluate.checks import findings, grade_of
from lianyi.insight.evaluate.result import Check
from lianyi.kernel.text import Text

HOPED_FOR = Text(zh="商品成本是否齐全", en="Product costs are known")
AMISS = Text(zh="没有商品成本", en="no product costs")


@pytest.mark.parametrize(("status", "severity"), [("warn", "low"), ("fail", "high")])
def test_a_finding_is_titled_by_what_is_amiss(status, severity):
    [found] = findings([Check("costs", HOPED_FOR, status, AMISS)])

    assert (found.kind, found.severity) == ("cost_unknown", severity)
    assert found.title.en == "Product costs are missing"
    assert found.statement == AMISS


def test_what_passed_and_what_nobody_can_mend_is_no_finding():
    assert findings([Check("costs", HOPED_FOR, "ok", AMISS), Check("baseline", HOPED_FOR, "warn", AMISS)]) == ()


@pytest.mark.parametrize(("statuses", "grade"), [(["ok"], "A"), (["ok", "warn"], "B"), (["fail", "warn"], "C"), (["fail", "fail"], "D")])
def test_the_grade_falls_with_what_is_amiss(statuses, grade):
    assert grade_of([Check("costs", HOPED_FOR, status, AMISS) for status in statuses]) == grade

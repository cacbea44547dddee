"""A made world in which one thing breaks: the records, or the checkout; the two are told apart."""

import pytest

from lianyi.insight.analyse.rates.compare import compare
from lianyi.insight.evaluate.behaviour import keep_person_days
from lianyi.insight.evaluate.case import Case, Comparison
from lianyi.insight.evaluate.gate.opening import open_gate
from lianyi.insight.evaluate.watch.choosing import choose
from lianyi.insight.evaluate.watch.counting import count_families
from lianyi.insight.evaluate.watch.scans import scans_of
from lianyi.kernel.clock import Window
from tests.insight.evaluate.made_world import FIRST_DAY, ZONE, Held, Trouble, world

pytestmark = pytest.mark.slow
BEFORE, NOW = Window(FIRST_DAY, FIRST_DAY + 31), Window(FIRST_DAY + 31, FIRST_DAY + 62)


def case_of(*troubles: Trouble) -> Case:
    engine = Held(*world(7, troubles=troubles))
    keep_person_days(engine, BEFORE.from_day, NOW.to_day)
    return Case(engine, NOW, BEFORE, Comparison("previous", BEFORE, NOW), "CNY", NOW.to_day - 1, 0.95, ZONE)


def test_page_events_that_vanish_while_orders_go_on_are_broken_tracking_and_no_fall():
    case = case_of(Trouble("tracking", 50, 0.0))
    gate = open_gate(case).gate

    assert [(f.kind, f.names, f.platform, f.from_day) for f in gate.faults] == [
        ("stopped", ("page_viewed", "product_viewed"), "ios", FIRST_DAY + 50)
    ]
    assert gate.doubtful("visitors")
    assert not gate.doubtful("net_sales")


def test_a_checkout_fault_on_one_device_is_found_where_it_is():
    case = case_of(Trouble("checkout", 35, 0.5))
    gate = open_gate(case).gate

    assert gate.faults == ()
    funnel = next(c for c in count_families(case, gate, scans_of(BEFORE, NOW)) if c.family.id == "funnel")
    (found,) = choose(funnel.family, compare(funnel.slices))
    assert (found.series.finding, found.here.slice.dimension, found.here.slice.value) == ("step_checkout", "platform", "ios")

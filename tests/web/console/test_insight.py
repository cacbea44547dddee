"""Analyses in the console: the answer of the library, in words, drawn, as a table and as a file."""

import csv
import datetime as dt
import io

import pytest
from django.core.cache import caches

from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.segments.rfm import rfm
from lianyi.insight.measure import catalogue, measure
from lianyi.insight.measure.catalogue import formula_inputs
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import TryLater
from lianyi.stream.log.delta import SnapshotGone
from lianyi.stream.opening import opened
from lianyi.web.console.asking import _held, find_horizon, kept, move_on
from lianyi.web.console.cockpit import warm
from lianyi.web.console.explorers import EXPLORERS
from tests.web.console.conftest import browser

SPAN = "from=2026-04-01&to=2026-07-01"
WINDOW = Window.parse("2026-04-01", "2026-07-01")
TWICE = "step=order_paid&step=order_paid&within=30"


def table_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_funnel_shows_and_saves_the_librarys_numbers(team, brand):
    with opened(brand) as engine:
        found = funnel(engine, ["order_paid", "order_paid"], WINDOW, within_days=30)
    client = browser(team["analyst"])

    page = client.get(f"/console/insight/funnel/?{SPAN}&{TWICE}").content.decode()
    heading, *rows = table_of(client.get(f"/console/insight/funnel.csv?{SPAN}&{TWICE}"))

    assert heading[0] == "Step"
    assert [int(row[1]) for row in rows] == [step.actors for step in found.steps]
    assert f"n = {found.n:,}" in page
    assert '<svg class="wide"' in page
    assert '<svg class="narrow"' in page


def test_money_in_a_file_is_in_major_units_and_sums_to_the_whole(team, brand):
    with opened(brand) as engine:
        found = rfm(engine, WINDOW)

    _, *rows = table_of(browser(team["analyst"]).get(f"/console/insight/rfm.csv?{SPAN}&table=segments"))

    assert round(sum(float(row[4]) for row in rows) * 100) == sum(size.net_fen for size in found.sizes)


@pytest.mark.parametrize("name", [name for name in EXPLORERS if name not in {"funnel", "rfm"}])
def test_an_analysis_without_its_facts_says_so_and_does_not_break(name, team, brand):
    page = browser(team["analyst"]).get(f"/console/insight/{name}/?{SPAN}")

    assert page.status_code == 200
    assert "Method" in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        "nonsense/",
        "funnel/?step=order_paid",
        "funnel/?step=order_paid,x",
        "retention/?horizon=99",
        "retention/?horizon=many",
        "rfm.csv?table=x",
    ],
)
def test_a_question_that_makes_no_sense_is_answered_by_what_would(asked, team, brand):
    assert browser(team["analyst"]).get(f"/console/insight/{asked}").status_code == 422


def test_the_same_question_is_worked_out_once_for_a_snapshot(team, brand, monkeypatch):
    client = browser(team["analyst"])
    first = client.get(f"/console/insight/rfm.csv?{SPAN}").content

    monkeypatch.setattr("lianyi.web.console.asking.opened", lambda *_: pytest.fail("asked again"))

    assert client.get(f"/console/insight/rfm.csv?{SPAN}").content == first


def test_without_invitations_there_is_no_family_to_draw(team, brand):
    assert "Nobody was brought by anybody yet" in browser(team["owner"]).get("/console/insight/fission/family/").content.decode()


def test_pages_stay_on_one_snapshot_for_a_while_and_move_on_when_told(team, brand, monkeypatch):
    first = find_horizon()
    monkeypatch.setattr("lianyi.web.console.asking.EventLog", lambda *_: pytest.fail("looked again"))

    assert find_horizon() == first
    move_on()
    with pytest.raises(pytest.fail.Exception):
        find_horizon()


def test_the_cockpit_is_worked_out_before_anybody_looks_and_pages_then_move_on(team, brand, monkeypatch):
    at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)

    assert warm(at)
    assert not warm(at), "they stand on it already"
    monkeypatch.setattr("lianyi.web.console.asking.opened", lambda *_: pytest.fail("asked again"))
    monkeypatch.setattr("lianyi.web.console.asking.EventLog", lambda *_: pytest.fail("looked again"))
    assert browser(team["reader"]).get("/console/").status_code == 200


def test_a_snapshot_that_is_gone_is_left_and_its_reader_asked_to_come_back(team, brand, monkeypatch):
    def gone(*_):
        raise SnapshotGone(version=1, latest=2)

    horizon = find_horizon()
    monkeypatch.setattr("lianyi.web.console.asking.opened", gone)

    with pytest.raises(TryLater):
        kept(horizon, "anything", lambda engine: 1)
    assert caches["answers"].get(_held()) is None


def test_a_number_leads_to_its_rows_which_add_up_to_it_and_are_saved_whole(team, brand):
    client = browser(team["growth_lead"])
    with opened(brand) as engine:
        (sold,) = measure(engine, ["net_sales"], WINDOW)

    metric_page = client.get(f"/console/measure/net_sales/?{SPAN}").content.decode()
    page = client.get(f"/console/measure/net_sales/rows/?{SPAN}&page=2").content.decode()
    heading, *rows = table_of(client.get(f"/console/measure/net_sales/rows/?{SPAN}&as=csv"))

    assert f'href="/console/measure/net_sales/rows/?{SPAN.replace("&", "&amp;")}"' in metric_page
    point = '<a tabindex="-1" xlink:href="/console/measure/net_sales/rows/?from=2026-04-06&amp;to=2026-04-13"'
    assert metric_page.count(point) == 2, "a point of the picture, wide and narrow"
    assert 'href="/console/measure/net_sales/rows/?from=2026-04-06&amp;to=2026-04-13"' in metric_page
    assert f"51–100 of {len(rows):,}" in page
    assert "page=3" in page
    assert "from=2026-04-01" in page.split('rel="next"')[1][:120], "other pages are of the same window"
    assert round(sum(float(row[heading.index("Amount")]) for row in rows) * 100) == sold.value


def test_rows_name_people_only_to_who_may_see_them_and_files_only_to_who_may_hand_them_out(team, brand):
    address = f"/console/measure/buyers/rows/?{SPAN}"

    def seen(role, more=""):
        answer = browser(team[role]).get(address + more)
        return "Buyer" in table_of(answer)[0] if more else '<th scope="col">Buyer</th>' in answer.content.decode()

    assert {role: seen(role) for role in ("owner", "reader", "finance")} == {"owner": True, "reader": True, "finance": False}
    assert {role: seen(role, "&as=csv") for role in ("growth_lead", "operator")} == {"growth_lead": True, "operator": False}


def test_a_number_made_of_others_leads_to_theirs(team, brand):
    made_up = next(one for one in catalogue().values() if one.formula)

    page = browser(team["reader"]).get(f"/console/measure/{made_up.id}/rows/?{SPAN}").content.decode()

    for part in formula_inputs(made_up.formula):
        assert f"/console/measure/{part}/rows/?" in page

"""The plan's room: goals held against what was measured, a calendar of days off and campaigns, a budget and what is left."""

import datetime as dt

import pytest

from lianyi.kernel.actor import SYSTEM
from lianyi.kernel.text import Text
from lianyi.ops.journal.selectors import Command
from lianyi.ops.plan.selectors import CalendarRow, get_budget, list_budgets, list_goals
from lianyi.ops.plan.services import set_goal
from lianyi.web.console.asking import find_horizon, values
from lianyi.web.console.goals import paces_of
from lianyi.web.console.month import month_of
from tests.web.console.conftest import browser

pytestmark = pytest.mark.django_db(transaction=True)
JUNE = {"from_on": dt.date(2026, 6, 1), "to_on": dt.date(2026, 6, 30)}
UTC = dt.UTC


def goal(metric, target, **span):
    return set_goal(actor=SYSTEM, at=dt.datetime(2026, 6, 1, tzinfo=UTC), title=metric, metric=metric, target=target, **(span or JUNE))


@pytest.mark.parametrize(
    ("share", "today", "state"),
    [
        (0.9, dt.date(2026, 6, 30), "reached"),
        (1.02, dt.date(2026, 6, 30), "on_track"),
        (1.5, dt.date(2026, 6, 30), "behind"),
        (1.5, dt.date(2026, 7, 1), "missed"),
    ],
)
def test_a_goal_is_held_against_its_share_of_the_time_that_is_over(share, today, state, team, brand):
    horizon = find_horizon()
    from lianyi.kernel.clock import Window

    (orders,) = values(horizon, ["orders"], Window.parse("2026-06-01", "2026-07-01"))
    made = goal("orders", orders.value * share)

    (pace,) = paces_of([made], horizon, today)

    assert (pace.state, pace.expected_percent) == (state, 100)


def test_a_goal_whose_time_has_not_come_is_not_judged(team, brand):
    made = goal("orders", 10, from_on=dt.date(2027, 1, 1), to_on=dt.date(2027, 1, 31))

    (pace,) = paces_of([made], find_horizon(), dt.date(2026, 6, 30))

    assert pace.state == "to_come"


def test_goals_budgets_and_dates_are_planned_in_the_units_that_people_write(team, brand):
    client = browser(team["growth_lead"])
    client.post(
        "/console/plan/add/",
        {
            "key": "a",
            "what": "goal",
            "title": "六月净销售",
            "metric": "net_sales",
            "target": "5000",
            "from_on": "2026-06-01",
            "to_on": "2026-06-30",
        },
    )
    client.post(
        "/console/plan/add/",
        {
            "key": "b",
            "what": "goal",
            "title": "复购",
            "metric": "repurchase_rate",
            "target": "33",
            "from_on": "2026-06-01",
            "to_on": "2026-06-30",
        },
    )
    client.post("/console/plan/add/", {"key": "c", "what": "budget", "title": "活动", "amount_fen": "8000.50"})
    client.post("/console/plan/add/", {"key": "d", "what": "date", "title": "拍摄", "from_on": "2026-06-18", "to_on": "2026-06-18"})

    assert {one.title: one.target for one in list_goals()} == {"六月净销售": 500_000, "复购": 0.33}
    (budget,) = list_budgets()
    assert budget.amount_fen == 800_050
    client.post(f"/console/plan/budgets/{budget.public_id}/", {"key": "e", "amount": "9000"})
    assert get_budget(budget.public_id).amount_fen == 900_000
    page = client.get("/console/plan/?month=2026-06").content.decode()
    for words in ("六月净销售", "¥9,000.00", "拍摄", "618"):
        assert words in page
    assert Command.objects.filter(name__startswith="plan.", actor_id="growth-lead").count() == 5


@pytest.mark.parametrize(
    "form",
    [
        {"what": "goal", "title": "x", "metric": "orders", "target": "1", "from_on": "2026-06-02", "to_on": "2026-06-01"},
        {"what": "budget", "title": "x", "amount_fen": "-1"},
        {"what": "date", "title": "x", "from_on": "2026-06-02", "to_on": "2026-06-01"},
    ],
)
def test_what_cannot_be_planned_is_said_beside_its_form(form, team, brand):
    page = browser(team["owner"]).post("/console/plan/add/", {"key": "a", **form})

    assert page.status_code == 200
    assert not Command.objects.filter(name__startswith="plan.").exists()


def test_a_month_shows_days_off_make_up_days_events_and_what_is_planned():
    row = CalendarRow(
        kind="campaign",
        subject_id="c_1",
        title="国庆满减",
        starts_at=dt.datetime(2026, 9, 30, 16, tzinfo=UTC),
        ends_at=dt.datetime(2026, 10, 3, 16, tzinfo=UTC),
    )
    always = CalendarRow(
        kind="campaign",
        subject_id="c_2",
        title="签到",
        starts_at=dt.datetime(2026, 10, 1, tzinfo=UTC),
        ends_at=dt.datetime(2026, 12, 31, tzinfo=UTC),
    )
    zone = dt.timezone(dt.timedelta(hours=8))

    weeks = month_of(dt.date(2026, 10, 1), dt.date(2026, 10, 2), [row, always], {"c_1": "/c/"}, zone)

    cells = {cell.date.day: cell for week in weeks for cell in week if cell.in_month}
    assert all(len(week) == 7 for week in weeks)
    assert (cells[1].is_off, cells[2].is_today) == (True, True)
    assert Text(zh="国庆节", en="National Day").zh in {text.zh for text in cells[1].events}
    assert [(mark.title, mark.starts) for mark in cells[1].marks] == [("国庆满减", True), ("签到", True)]
    assert [mark.title for mark in cells[3].marks] == ["国庆满减"], "what lasts for months stands on its first day only"
    assert cells[4].marks == []


def test_a_month_that_is_none_gets_one_clear_answer(team, brand):
    assert browser(team["reader"]).get("/console/plan/?month=soon").status_code == 422


def test_goals_are_measured_when_the_page_is_there(team, brand):
    goal("orders", 10)
    client = browser(team["reader"])

    assert 'hx-get="/console/plan/goals/"' in client.get("/console/plan/").content.decode()
    assert "reached" in client.get("/console/plan/goals/").content.decode()


def test_what_is_planned_keeps_its_line_through_a_week():
    def row(title, first, last):
        begin, end = dt.datetime(2026, 10, first, tzinfo=UTC), dt.datetime(2026, 10, last + 1, tzinfo=UTC)
        return CalendarRow(kind="campaign", subject_id=title, title=title, starts_at=begin, ends_at=end)

    # From Monday the 5th: one ends as another begins, and a third runs through both.
    week = month_of(dt.date(2026, 10, 1), dt.date(2026, 10, 5), [row("a", 5, 7), row("b", 6, 9), row("c", 8, 11)], {}, UTC)[1]

    assert [[mark and mark.title for mark in cell.marks] for cell in week] == [
        ["a"], ["a", "b"], ["a", "b"], ["c", "b"], ["c", "b"], ["c"], ["c"],
    ]  # fmt: skip
    assert [cell.marks[0].goes_on for cell in week] == [True, True, False, True, True, True, False]

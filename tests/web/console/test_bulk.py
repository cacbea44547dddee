"""One act on many rows: chosen, shown with their number, done row by row, each with its entry of the audit log."""

import datetime as dt

import pytest

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.campaigns.selectors.queues import get_review
from lianyi.ops.campaigns.services import checkout
from lianyi.ops.journal.selectors import Command
from lianyi.ops.members.lists import count_by_tag
from lianyi.ops.members.services import join
from lianyi.ops.review import selectors, services
from lianyi.ops.shop.services import add_product
from lianyi.web.console import bulk
from tests.web.console.conftest import ROLES, browser
from tests.web.console.test_books import doubt  # noqa: F401 - a fixture
from tests.web.console.test_closing_the_loop import done  # noqa: F401 - a fixture

AT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MEMBERS, ORDERS, TASKS, RISK = "/console/members/bulk/", "/console/shop/orders/bulk/", "/console/tasks/bulk/", "/console/risk/bulk/"


@pytest.fixture
def people(team, brand):
    """Three who came by social media, one by search."""
    return [
        join(actor=SYSTEM, at=AT, phone=f"1380000000{n}", channel=channel)
        for n, channel in enumerate(("social", "social", "social", "search"))
    ]


@pytest.fixture
def tasks(team, done):  # noqa: F811 - the fixture
    """Three open tasks of lin."""
    return [
        services.accept_suggestion(
            key=f"t{n}", actor=SYSTEM, at=AT, public_id=done, suggestion_id=f"s{n}", action={"zh": f"事{n}", "en": f"Thing {n}"}, metric="net_sales",
            before=None, due_on=dt.date(2026, 6, 1 + n), owner="lin",
        )
        for n in range(3)
    ]  # fmt: skip


def ids(people):
    return [one.public_id for one in people]


def test_what_was_chosen_is_shown_with_its_number_and_nothing_happens_yet(team, people):
    page = browser(team["operator"]).post(MEMBERS, {"act": "tag", "row": ids(people)[:2]}).content.decode()

    assert '<span class="value">2</span>' in page
    assert "rows, chosen by you" in page
    assert 'name="name"' in page
    assert count_by_tag() == []


def test_a_tag_goes_on_those_who_were_chosen_with_one_entry_of_the_log_each_and_once_only(team, people):
    client, form = browser(team["operator"]), {"act": "tag", "row": ids(people)[:2], "name": "老客", "n": "2", "key": "k"}

    assert [client.post(MEMBERS, form).status_code for _ in range(2)] == [302, 302]

    assert count_by_tag() == [("老客", 2)]
    assert list(Command.objects.filter(name="members.tag").values_list("actor_id", flat=True)) == ["operator", "operator"]


def test_all_that_match_the_filter_are_meant_also_beyond_the_page_and_the_way_back_leads_to_the_list(team, people):
    client, form = browser(team["operator"]), {"act": "tag", "all": "1", "query": "channel=social", "name": "社群"}

    assert "rows, all that match the filter" in client.post(MEMBERS, form).content.decode()
    answer = client.post(MEMBERS, {**form, "n": "3", "key": "k"})

    assert answer.url == "/console/members/?channel=social"
    assert count_by_tag() == [("社群", 3)]


def test_a_list_that_changed_meanwhile_is_shown_once_more(team, people):
    client, form = browser(team["operator"]), {"act": "tag", "all": "1", "query": "channel=social", "name": "社群", "n": "2", "key": "k"}

    page = client.post(MEMBERS, form).content.decode()

    assert "The list changed while you looked: it is 3 now" in page
    assert count_by_tag() == []


def test_more_rows_than_one_act_takes_are_refused_whole(team, people, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    client = browser(team["operator"])

    for chosen in ({"all": "1"}, {"row": ids(people)}):
        assert client.post(MEMBERS, {"act": "tag", "name": "x", "n": "4", "key": "k", **chosen}).status_code == 409
    assert count_by_tag() == []


def test_what_is_missing_is_asked_for_on_the_same_page(team, people):
    page = browser(team["operator"]).post(MEMBERS, {"act": "tag", "row": ids(people)[:1], "name": " ", "n": "1", "key": "k"})

    assert page.status_code == 200
    assert "aria-invalid" in page.content.decode()


@pytest.mark.parametrize(
    ("address", "act", "who"),
    [
        (MEMBERS, "tag", {"owner", "growth_lead", "operator"}),
        (MEMBERS, "untag", {"owner", "growth_lead", "operator"}),
        (MEMBERS, "export", {"owner", "growth_lead"}),
        (ORDERS, "export", set(ROLES)),
        (TASKS, "owner", {"owner", "growth_lead", "operator"}),
        (TASKS, "due", {"owner", "growth_lead", "operator"}),
        (TASKS, "dropped", {"owner", "growth_lead", "operator"}),
        (RISK, "release", {"owner", "growth_lead", "finance"}),
    ],
)
def test_each_act_is_open_to_whom_it_should(address, act, who, team, brand):
    for role in ROLES:
        assert browser(team[role]).post(address, {"act": act}).status_code == (302 if role in who else 403), role
    assert browser(team["owner"]).post(address, {"act": "explode"}).status_code == 404


def test_rows_can_be_chosen_only_by_who_may_do_something_with_them(team, people):
    assert 'name="row"' in browser(team["operator"]).get("/console/members/").content.decode()
    assert 'name="row"' not in browser(team["reader"]).get("/console/members/").content.decode()


def test_chosen_members_leave_the_house_with_one_entry_each(team, people):
    file = browser(team["growth_lead"]).post(MEMBERS, {"act": "export", "row": ids(people)[:2]})

    assert len(file.content.decode("utf-8-sig").splitlines()) == 3
    noted = Command.objects.filter(name="members.save_row")
    assert {one.result for one in noted} == {f'{{"member":"{one}"}}' for one in ids(people)[:2]}


def test_chosen_orders_are_saved_as_a_file(team, people):
    serum = add_product(actor=SYSTEM, at=AT, title="精华", price_fen=10_000, pieces=50)
    orders = [checkout(key=f"o{n}", actor=SYSTEM, at=AT, member=people[0], lines=[(serum, 1)]) for n in range(3)]

    file = browser(team["reader"]).post(ORDERS, {"act": "export", "row": [orders[0].public_id, orders[2].public_id]}).content.decode()

    assert [one.public_id in file for one in orders] == [True, False, True]


def test_tasks_are_handed_over_and_one_that_is_over_is_told_and_left(team, tasks):
    client = browser(team["operator"])
    services.close_task(key="c", actor=SYSTEM, at=AT, public_id=tasks[0], state="done")

    answer = client.post(TASKS, {"act": "owner", "row": tasks, "owner": "analyst", "n": "3", "key": "k"}, follow=True).content.decode()
    client.post(TASKS, {"act": "due", "row": tasks[1:], "due_on": "2026-07-09", "n": "2", "key": "m"})

    assert [selectors.get_task(one).owner for one in tasks] == ["lin", "analyst", "analyst"]
    assert [selectors.get_task(one).due_on.isoformat() for one in tasks] == ["2026-06-01", "2026-07-09", "2026-07-09"]
    assert "2 tasks are assigned" in answer
    assert "Not done for 1: This task is over." in answer


def test_a_task_goes_to_nobody_who_is_not_of_the_team(team, tasks):
    page = browser(team["operator"]).post(TASKS, {"act": "owner", "row": tasks, "owner": "nobody", "n": "3", "key": "k"})

    assert (page.status_code, selectors.get_task(tasks[0]).owner) == (200, "lin")


def test_a_list_of_tasks_as_filtered_is_kept_as_a_view(team, tasks):
    client = browser(team["analyst"])
    address = "/console/tasks/?state=open&owner=lin&sort=-due"

    page = client.get(address).content.decode()
    client.post("/console/views/", {"key": "v", "title": "林的待办", "next": address})

    assert page.index("Thing 2") < page.index("Thing 1") < page.index("Thing 0")
    assert "Keep this list, as filtered, as a view" in page
    assert "林的待办" in client.get("/console/").content.decode()


def test_doubts_are_decided_together_with_one_reason_and_each_is_logged(team, doubt):  # noqa: F811 - the fixture
    review, _ = doubt
    client, form = browser(team["finance"]), {"act": "deny", "all": "1", "query": "state=open", "n": "2", "key": "k"}

    assert client.post(RISK, {**form, "note": " "}).status_code == 200
    assert get_review(review.public_id).state == "open"
    client.post(RISK, {**form, "note": "同一台手机"})

    decided = get_review(review.public_id)
    assert (decided.state, decided.note) == ("denied", "同一台手机")
    assert Command.objects.filter(name="campaigns.decide", actor_id="finance").count() == 2

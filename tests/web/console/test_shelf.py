"""Kept views, metrics on the overview, the palette; and lists that ask the database as often for many rows as for one."""

import datetime as dt

import pytest

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.intake.services import receive_upload
from lianyi.ops.review import services
from lianyi.ops.team.selectors import list_views
from lianyi.web.console.rooms import KEYS
from tests.web.console.conftest import browser


def test_a_metric_is_put_on_the_overview_and_a_view_is_found_again(team, brand):
    client = browser(team["analyst"])
    client.post("/console/views/", {"key": "a", "metric": "refund_rate", "next": "/console/measure/refund_rate/"})
    client.post("/console/views/", {"key": "b", "title": "周留存", "next": "/console/insight/retention/?cohort=week"})
    page = client.get("/console/").content.decode()

    assert 'href="/console/insight/retention/?cohort=week"' in page
    assert "Metrics I put here" in page
    assert "周留存" not in browser(team["reader"]).get("/console/").content.decode(), "a view is one's own"


def test_nothing_outside_the_console_is_kept(team, brand):
    client = browser(team["analyst"])
    for elsewhere in ("https://evil.example/", "//evil.example", "/me/"):
        client.post("/console/views/", {"key": elsewhere, "title": "x", "next": elsewhere})

    assert [view.path for view in list_views("analyst") if not view.path.startswith("/console/")] == []


def test_a_view_is_let_go_by_its_owner_only(team, brand):
    client = browser(team["analyst"])
    client.post("/console/views/", {"key": "b", "title": "mine", "next": "/console/measure/"})
    (view,) = list_views("analyst")

    assert browser(team["owner"]).post(f"/console/views/{view.public_id}/drop/", {"key": "x"}).status_code == 404
    assert client.post(f"/console/views/{view.public_id}/drop/", {"key": "y"}).status_code == 302
    assert list_views("analyst") == []


def test_the_palette_offers_what_is_open_to_its_reader(team, brand):
    def offered(role):
        return {entry["href"] for entry in browser(team[role]).get("/console/palette.json").json()["entries"]}

    assert "/console/team/" in offered("owner")
    assert "/console/team/" not in offered("analyst")
    assert "/console/insight/rfm/" in offered("reader")
    assert "/console/measure/net_sales/" in offered("reader")


def test_no_two_rooms_share_a_key():
    assert len(set(KEYS.values())) == len(KEYS)


AT = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def one_more(n):
    """One more evaluation with a task, a schedule, a share and an upload."""
    public_id = services.ask_review(key=f"r{n}", actor=SYSTEM, at=AT, from_on=dt.date(2026, 5, 1), to_on=dt.date(2026, 6, 1))
    services.begin_review(public_id=public_id)
    services.finish_review(public_id=public_id, at=AT, snapshot="1", summary={"methods": [], "findings": 0, "high": 0, "suggestions": 1})
    services.accept_suggestion(
        key=f"a{n}", actor=SYSTEM, at=AT, public_id=public_id, suggestion_id="s", action={"zh": "做", "en": "do"}, metric="orders", before=1.0,
        due_on=dt.date(2026, 8, 1), owner="lin",
    )  # fmt: skip
    services.add_schedule(key=f"s{n}", actor=SYSTEM, at=AT, cadence="weekly", template="full", baseline="previous")
    services.share_report(key=f"l{n}", actor=SYSTEM, at=dt.datetime.now(dt.UTC), public_id=public_id, language="en", days=7)
    receive_upload(key=f"u{n}", actor=SYSTEM, at=AT, name=f"{n}.csv", size_bytes=1)


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/console/evaluate/", 5), ("/console/tasks/", 6), ("/console/report/", 4), ("/console/intake/", 4), ("/console/team/", 4)],
)
def test_a_list_asks_the_database_as_often_for_many_as_for_one(path, queries, team, brand, django_assert_num_queries):
    client = browser(team["owner"])
    one_more(0)
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)
    for n in range(1, 6):
        one_more(n)
    with django_assert_num_queries(queries):
        client.get(path)


def test_a_list_as_filtered_is_kept_as_a_view(team, brand):
    client = browser(team["operator"])
    page = client.get("/console/shop/?state=paid&sort=-payable").content.decode()
    assert 'name="next" value="/console/shop/?state=paid&amp;sort=-payable"' in page
    assert "as a view" not in client.get("/console/shop/").content.decode(), "nothing was chosen yet"

    form = {"key": "v", "title": "大单", "next": "/console/shop/?state=paid&sort=-payable"}
    assert client.post("/console/views/", form).url == "/console/shop/?state=paid&sort=-payable"
    kept = client.get("/console/palette.json").json()
    assert ("大单", "/console/shop/?state=paid&sort=-payable") in [(one["name"], one["href"]) for one in kept["entries"]]

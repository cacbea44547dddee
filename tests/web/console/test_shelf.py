"""Kept views, metrics on the overview, and the palette: what one may go to, and nothing else."""

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

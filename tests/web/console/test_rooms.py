"""What the rooms show: the numbers of the catalogue, in the reader's language, and nothing that is not there."""

import datetime as dt
import re

import pytest
from django.conf import settings as live

from lianyi.flows.evaluate_period import keep_evaluation, stored_evaluation
from lianyi.insight.measure import measure
from lianyi.kernel.actor import Actor, NotAllowed
from lianyi.kernel.clock import Window
from lianyi.ops.review import selectors
from lianyi.stream.opening import opened
from lianyi.web.console.doors import entry_path
from tests.web.console.conftest import browser

SPAN = "from=2026-05-01&to=2026-06-01"
CJK = re.compile(r"[\u4e00-\u9fff]+")


def words_of(page):
    """The text of a page without scripts, styles and tags."""
    body = page.content.decode().split("<body", 1)[1]
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style|pre)\b.*?</\1>", " ", body, flags=re.DOTALL))


def test_the_cockpit_shows_the_measured_figures(team, brand):
    with opened(brand) as engine:
        (orders,) = measure(engine, ["orders"], Window.parse("2026-05-01", "2026-06-01"))

    page = browser(team["owner"]).get(f"/console/?{SPAN}")

    assert f'<span class="value">{orders.value}</span>' in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/console/",
        "/console/campaigns/",
        "/console/campaigns/new/",
        "/console/campaigns/new/lottery/",
        "/console/plan/",
        "/console/shop/",
        "/console/shop/refunds/",
        "/console/shop/products/",
        "/console/shop/products/new/",
        "/console/members/",
        "/console/members/tiers/",
        "/console/members/segments/",
        "/console/members/segments/new/",
        "/console/ledger/",
        "/console/ledger/entries/",
        "/console/ledger/withdrawals/",
        "/console/risk/",
        "/console/measure/",
        "/console/measure/net_sales/",
        "/console/insight/",
        "/console/insight/funnel/?step=order_paid,order_paid&within=all&by=platform",
        "/console/insight/retention/?start=first_purchase",
        "/console/insight/rfm/",
        "/console/insight/fission/family/",
        "/console/evaluate/",
        "/console/intake/",
        "/console/settings/",
        "/console/tasks/",
        "/console/evaluate/compare/",
        "/console/report/",
        "/console/team/",
        "/console/audit/",
    ],
)
def test_a_page_in_english_holds_no_chinese_but_what_people_have_written(path, team, brand):
    page = browser(team["owner"]).get(path)
    written = {brand.brand, "中文", "淘宝", "抖音"}

    assert page.status_code == 200
    assert set(CJK.findall(words_of(page))) - written == set()


def test_a_metric_is_split_by_a_dimension_and_saved_as_a_file(team, brand):
    client = browser(team["analyst"])

    page = client.get(f"/console/measure/orders/?{SPAN}&by=platform&grain=week")
    file = client.get(f"/console/measure/orders.csv?{SPAN}&by=platform&grain=week")

    assert "淘宝" in page.content.decode()
    assert file["Content-Type"].startswith("text/csv")
    assert "淘宝" in file.content.decode("utf-8-sig")


@pytest.mark.parametrize(("query", "status"), [("span=century", 422), ("from=x&to=y", 422), ("grain=hour", 422), ("by=colour", 422)])
def test_a_question_that_makes_no_sense_gets_one_clear_answer(query, status, team, brand):
    page = browser(team["analyst"]).get(f"/console/measure/net_sales/?{query}")

    assert page.status_code == status


@pytest.mark.slow
def test_an_evaluation_is_asked_for_read_and_decided_about(team, brand):
    client = browser(team["owner"])
    client.post("/console/evaluate/ask/", {"key": "a", "from": "2026-04-01", "last": "2026-06-30", "baseline": "previous"})
    (review,) = selectors.list_reviews()
    assert (review.state, review.progress, review.to_on) == ("done", 100, dt.date(2026, 7, 1)), review.fault

    page = client.get(f"/console/evaluate/{review.public_id}/")
    suggestion = re.search(r'name="suggestion" value="([^"]+)"', page.content.decode())[1]
    form = {"key": "b", "suggestion": suggestion, "decision": "accept", "due": "2026-07-15", "owner": "lin"}
    client.post(f"/console/evaluate/{review.public_id}/decide/", form)
    (task,) = selectors.list_tasks(state="open")

    assert task.decision.suggestion_id == suggestion
    assert task.action["en"] in client.get(f"/console/?{SPAN}").content.decode()
    finding = re.search(r"/finding/([^/]+)/", page.content.decode())[1]
    assert client.get(f"/console/evaluate/{review.public_id}/finding/{finding}/").status_code == 200


@pytest.mark.slow
def test_an_evaluation_made_elsewhere_is_shown_and_kept_once(team, brand):
    browser(team["owner"]).post("/console/evaluate/ask/", {"key": "a", "from": "2026-04-01", "last": "2026-06-30", "baseline": "previous"})
    (first,) = selectors.list_reviews()
    made = stored_evaluation(brand, first.public_id)
    owner, at = Actor("team", "owner", frozenset({"owner"})), dt.datetime(2026, 7, 2, tzinfo=dt.UTC)

    kept = [keep_evaluation(brand, made, key="shell", actor=owner, at=at) for _ in range(2)]
    (review,) = [one for one in selectors.list_reviews() if one.public_id != first.public_id]

    assert kept == [review.public_id] * 2
    assert (review.state, review.to_on, review.summary) == ("done", first.to_on, first.summary)
    assert browser(team["reader"]).get(f"/console/evaluate/{review.public_id}/").status_code == 200
    with pytest.raises(NotAllowed):
        keep_evaluation(brand, made, key="other", actor=Actor("team", "reader", frozenset({"reader"})), at=at)


@pytest.mark.slow
def test_a_report_stands_alone_without_the_consoles_rights(team, brand):
    client = browser(team["reader"])
    browser(team["owner"]).post("/console/evaluate/ask/", {"key": "a", "from": "2026-04-01", "last": "2026-06-30", "baseline": "previous"})
    (review,) = selectors.list_reviews()

    page = client.get(f"/console/report/{review.public_id}/html/?language=en")
    book = client.get(f"/console/report/{review.public_id}/xlsx/")

    assert b"<html" in b"".join(page.streaming_content)[:200]
    assert "sandbox" in page["Content-Security-Policy"]
    assert "allow-same-origin" not in page["Content-Security-Policy"]
    assert book["Content-Disposition"].startswith("attachment")
    assert b"".join(book.streaming_content)[:2] == b"PK"


def test_an_empty_workspace_says_what_to_do_first(team, settings, tmp_path):
    from lianyi.stream import workspace as workspaces

    settings.WORKSPACE = workspaces.create(tmp_path / "new", brand="新店")

    assert "lianyi import" in browser(team["owner"]).get("/console/").content.decode()
    assert live.WORKSPACE.brand == "新店"


def test_a_link_lets_in_once(team, brand):
    path = entry_path(team["analyst"])
    client = browser()

    assert client.get(path).status_code == 200, "looking at it does not use it up"
    assert client.post(path).url == "/console/password/"
    assert client.get("/console/measure/").status_code == 200
    assert browser().post(path).status_code == 404


def test_a_door_that_was_tried_too_often_stays_shut(team, brand):
    for _ in range(6):
        answer = browser().post("/console/sign-in/", {"username": "owner", "password": "wrong"})

    assert answer.status_code == 429


def test_nobody_is_led_to_another_site(team, brand):
    team["owner"].set_password("quite-a-secret")
    team["owner"].save()

    answer = browser().post("/console/sign-in/", {"username": "owner", "password": "quite-a-secret", "next": "https://evil.example/"})

    assert answer.url == "/console/"


def test_the_audit_log_says_what_was_done_in_words_and_finds_it_by_who_and_what(team, brand):
    browser(team["analyst"]).post("/console/views/", {"key": "v", "title": "x", "next": "/console/measure/"})
    client = browser(team["owner"])

    def rows(query):
        return client.get(f"/console/audit/{query}").content.decode().split("<tbody>")[-1].count("Kept a view")

    assert rows("") == 1
    assert rows("?who=analyst&what=team.save_view") == 1
    assert "Nothing matches" in client.get("/console/audit/?who=analyst&until=2020-01-01").content.decode()

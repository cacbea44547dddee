"""Scheduled evaluations, shared reports, and what followed a suggestion."""

import datetime as dt
import re

import pytest

from lianyi.flows.measure_effect import measure_effects
from lianyi.flows.scheduled_reviews import ask_due
from lianyi.kernel.actor import SYSTEM
from lianyi.ops.review import selectors, services
from lianyi.web.console.views.suggestions import list_waiting
from tests.web.console.conftest import browser

AT = dt.datetime(2026, 7, 1, 2, tzinfo=dt.UTC)


@pytest.fixture
def done(team, brand):
    """An evaluation that is done, without its files."""
    public_id = services.ask_review(key="r", actor=SYSTEM, at=AT, from_on=dt.date(2026, 5, 1), to_on=dt.date(2026, 6, 1))
    services.begin_review(public_id=public_id)
    services.finish_review(public_id=public_id, at=AT, snapshot="1", summary={"methods": [], "findings": 0, "high": 0, "suggestions": 1})
    return public_id


def accepted(review, *, taken_up, done_at, key="t"):
    task = services.accept_suggestion(
        key=key, actor=SYSTEM, at=taken_up, public_id=review, suggestion_id=key, action={"zh": "改价", "en": "Mend prices"}, metric="net_sales",
        before=1.0, due_on=dt.date(2026, 6, 1), owner="lin",
    )  # fmt: skip
    services.close_task(key=f"{key}c", actor=SYSTEM, at=done_at, public_id=task, state="done")
    return task


def test_a_schedule_asks_for_each_period_once_when_it_is_over(team, brand):
    browser(team["owner"]).post("/console/evaluate/schedules/", {"key": "s", "cadence": "monthly", "template": "monthly"})

    first, again = ask_due(brand, at=AT), ask_due(brand, at=AT + dt.timedelta(hours=5))
    (review,) = selectors.list_reviews()

    assert (len(first), again) == (1, [])
    assert (review.from_on, review.to_on, review.template) == (dt.date(2026, 6, 1), dt.date(2026, 7, 1), "monthly")


def test_a_schedule_that_is_paused_asks_for_nothing(team, brand):
    client = browser(team["owner"])
    client.post("/console/evaluate/schedules/", {"key": "s", "cadence": "weekly", "template": "full"})
    (schedule,) = selectors.list_schedules()
    client.post(f"/console/evaluate/schedules/{schedule.public_id}/", {"key": "p", "is_on": "0"})

    assert ask_due(brand, at=AT) == []


def test_what_followed_a_task_is_kept_with_it_and_shown_with_its_caveat(team, brand, done):
    early = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    task = accepted(done, taken_up=early, done_at=early + dt.timedelta(days=3))

    assert measure_effects(brand, at=AT) == 1
    outcome = selectors.get_task(task).outcome
    page = browser(team["reader"]).get(f"/console/tasks/{task}/").content.decode()

    assert outcome["status"] == "measured"
    assert outcome["after"]["from"] == "2026-05-05"
    assert outcome["change"] == pytest.approx(outcome["after"]["value"] - outcome["before"]["value"])
    assert "Before and after is not cause" in page
    assert measure_effects(brand, at=AT) == 0, "what is measured is final"


def test_a_task_done_yesterday_waits_until_the_days_after_are_over(team, brand, done):
    task = accepted(done, taken_up=AT - dt.timedelta(days=5), done_at=AT - dt.timedelta(days=1))
    measure_effects(brand, at=AT)

    for page in ("?state=done", f"{task}/"):
        assert "Too early" in browser(team["reader"]).get(f"/console/tasks/{page}").content.decode()


@pytest.mark.slow
def test_two_evaluations_are_compared_and_a_shared_report_is_read_by_a_stranger_until_it_is_taken_back(team, brand):
    client = browser(team["owner"])
    for key, start, last in (("a", "2026-01-01", "2026-03-31"), ("b", "2026-04-01", "2026-06-30")):
        client.post("/console/evaluate/ask/", {"key": key, "from": start, "last": last, "baseline": "previous", "template": "quarterly"})
    later, earlier = selectors.list_reviews()
    assert {later.state, earlier.state} == {"done"}, (later.fault, earlier.fault)

    waiting = [one.suggestion.id for one in list_waiting()]
    chosen = {"act": "accept", "row": waiting[:2], "owner": "operator", "due_on": "2026-08-01", "n": "2", "key": "two"}
    assert client.post("/console/tasks/suggestions/bulk/", chosen).status_code == 302
    # Due on one day, they come in either order.
    assert sorted((one.owner, one.decision.suggestion_id) for one in selectors.list_tasks()) == sorted(
        ("operator", one) for one in waiting[:2]
    )
    assert [one.suggestion.id for one in list_waiting()] == waiting[2:]

    page = client.get(f"/console/evaluate/compare/?a={earlier.public_id}&b={later.public_id}").content.decode()
    shared = client.post(f"/console/report/{later.public_id}/share/", {"key": "s", "days": "7"}).content.decode()
    path = re.search(r"<code>http://testserver(/console/shared/[^<]+)</code>", shared)[1]
    read = browser().get(path)

    assert "Net sales" in page
    assert b"<html" in b"".join(read.streaming_content)[:200]
    assert read["X-Robots-Tag"] == "noindex, nofollow"
    share = selectors.list_shares(dt.datetime.now(dt.UTC))[later.pk][0]
    assert share.times == 1
    client.post(f"/console/report/shares/{share.public_id}/revoke/", {"key": "u"})
    assert browser().get(path).status_code == 404


def test_a_share_has_an_end(team, brand, done):
    secret = services.share_report(key="s", actor=SYSTEM, at=AT, public_id=done, language="en", days=7)

    assert selectors.find_share(services.digest_of(secret), AT + dt.timedelta(days=6)) is not None
    assert selectors.find_share(services.digest_of(secret), AT + dt.timedelta(days=7)) is None
    assert browser(team["owner"]).post(f"/console/report/{done}/share/", {"key": "x", "days": "900"}).status_code == 422

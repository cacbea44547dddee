"""An evaluation is asked for, followed, decided about."""

import datetime as dt

import pytest

from lianyi.kernel.actor import Actor, NotAllowed
from lianyi.kernel.errors import BadInput, NotThere
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors, services
from lianyi.ops.review.services import DecidedAlready

pytestmark = pytest.mark.django_db(transaction=True)
MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


@pytest.fixture
def asked(owner, at):
    return services.ask_review(key="r:1", actor=owner, at=at, from_on=MAY, to_on=JUNE)


@pytest.fixture
def done(asked, at):
    services.begin_review(public_id=asked)
    services.finish_review(public_id=asked, at=at, snapshot="7", summary={"findings": 1, "high": 0, "methods": [], "suggestions": 1})
    return asked


def accept(done, owner, at, key="r:accept"):
    return services.accept_suggestion(
        key=key, actor=owner, at=at, public_id=done, suggestion_id="s1", action={"zh": "做", "en": "do"}, metric="orders",
        before=12.0, due_on=JUNE, owner="lin",
    )  # fmt: skip


def test_asking_twice_with_one_form_asks_once(asked, owner, at):
    assert services.ask_review(key="r:1", actor=owner, at=at, from_on=MAY, to_on=JUNE) == asked
    assert [(one.public_id, one.state, one.last_on) for one in selectors.list_reviews()] == [(asked, "waiting", dt.date(2026, 5, 31))]


def test_an_empty_window_is_refused(owner, at):
    with pytest.raises(BadInput):
        services.ask_review(key="r:2", actor=owner, at=at, from_on=JUNE, to_on=JUNE)

    assert selectors.list_reviews() == []


def test_a_reader_may_not_ask(at):
    with pytest.raises(NotAllowed):
        services.ask_review(key="r:2", actor=Actor("team", "r", frozenset({"reader"})), at=at, from_on=MAY, to_on=JUNE)


def test_one_worker_takes_it_in_hand(asked):
    assert [services.begin_review(public_id=asked), services.begin_review(public_id=asked)] == [True, False]


def test_what_failed_says_why(asked, at):
    services.begin_review(public_id=asked)
    services.fail_review(public_id=asked, at=at, fault=Text(zh="没有数据", en="no data"))

    assert (selectors.get_review(asked).state, selectors.get_review(asked).fault["en"]) == ("failed", "no data")
    assert selectors.find_latest_review() is None


def test_an_accepted_suggestion_becomes_one_task(done, owner, at):
    task = accept(done, owner, at)

    assert [(one.public_id, one.owner, one.metric, one.before) for one in selectors.list_tasks(state="open")] == [
        (task, "lin", "orders", 12.0)
    ]
    with pytest.raises(DecidedAlready):
        accept(done, owner, at, key="r:other")
    assert len(selectors.list_tasks()) == 1


def test_a_declined_suggestion_keeps_its_reason_and_makes_no_task(done, owner, at):
    services.decline_suggestion(key="r:d", actor=owner, at=at, public_id=done, suggestion_id="s1", reason=" 预算没了 ")

    assert selectors.list_decisions(selectors.get_review(done))["s1"].reason == "预算没了"
    assert selectors.list_tasks() == []


def test_what_is_not_done_yet_cannot_be_decided(asked, owner, at):
    with pytest.raises(NotThere):
        accept(asked, owner, at)


def test_a_task_that_is_done_leaves_the_list_of_open_ones(done, owner, at):
    task = accept(done, owner, at)
    services.close_task(key="r:c", actor=owner, at=at, public_id=task, state="done")

    assert selectors.list_tasks(state="open") == []
    with pytest.raises(NotThere):
        services.close_task(key="r:c2", actor=owner, at=at, public_id="nope", state="done")

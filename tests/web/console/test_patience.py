"""What takes longer than a page waits: worked out aside, once, while the page says so and comes back."""

import datetime as dt
import time
from threading import Event

import pytest

from lianyi.stream.opening import opened
from lianyi.web.console import asking
from lianyi.web.console.asking import find_horizon, kept
from lianyi.web.console.cockpit import warm
from lianyi.web.console.patience import StillWorking, patient_for
from tests.web.console.conftest import browser

PAGE = "/console/insight/rfm/?from=2026-04-01&to=2026-07-01"


def until_answered(ask):
    """The first answer that is there, asked for again and again as a page would."""
    for _ in range(2000):
        try:
            return ask()
        except StillWorking:
            time.sleep(0.01)
    return pytest.fail("never answered")


def test_a_page_says_that_it_is_being_worked_out_and_then_has_it(team, brand, settings, monkeypatch):
    settings.ANSWER_WITHIN_SECONDS = 0
    client, may_go_on = browser(team["analyst"]), Event()

    def opened_later(*args):
        may_go_on.wait(20)
        return opened(*args)

    monkeypatch.setattr(asking, "opened", opened_later)

    first = client.get(PAGE)
    part = client.get(PAGE, headers={"HX-Request": "true"})
    may_go_on.set()
    for _ in range(2000):
        last = client.get(PAGE)
        if last.status_code == 200:
            break
        time.sleep(0.01)

    assert (first.status_code, first["Refresh"], first["Cache-Control"]) == (202, "1", "no-store")
    assert "Working it out" in first.content.decode()
    assert part.status_code == 202
    assert 'hx-trigger="load delay:1s"' in part.content.decode()
    assert "<html" not in part.content.decode()
    assert last.status_code == 200
    assert "Method" in last.content.decode()


def test_a_question_asked_by_many_is_worked_out_once(team, brand):
    horizon, asked, may_go_on = find_horizon(), [], Event()

    def slow(engine):
        asked.append(1)
        may_go_on.wait(20)
        return "answer"

    for _ in range(3):
        with patient_for(0.01), pytest.raises(StillWorking):
            kept(horizon, "slow", slow)
    may_go_on.set()
    with patient_for(20):
        assert kept(horizon, "slow", slow) == "answer"

    assert asked == [1]


def test_what_goes_wrong_aside_is_told_and_may_be_asked_anew(team, brand):
    horizon, answers = find_horizon(), iter([ValueError("broken"), "answer"])

    def ask(engine):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with patient_for(20):
        with pytest.raises(ValueError, match="broken"):
            kept(horizon, "goes wrong", ask)
        assert kept(horizon, "goes wrong", ask) == "answer"


def test_pages_do_not_move_on_from_a_snapshot_whose_answer_is_waited_for(team, brand, monkeypatch):
    monkeypatch.setattr(asking, "WAITED_SECONDS", 60)
    horizon, may_go_on = find_horizon(), Event()
    with patient_for(0.01), pytest.raises(StillWorking):
        kept(horizon, "waited for", lambda engine: may_go_on.wait(20))
    monkeypatch.setattr("lianyi.web.console.cockpit.find_newest", lambda: asking.Horizon(horizon.snapshot + 1, 0, 0))

    assert not warm(dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    assert find_horizon() == horizon
    may_go_on.set()
    with patient_for(20):
        until_answered(lambda: kept(horizon, "waited for", lambda engine: pytest.fail("asked again")))


def test_without_an_end_to_patience_the_answer_is_worked_out_here(team, brand):
    assert kept(find_horizon(), "here", lambda engine: engine.run("SELECT count(*) AS n FROM events").to_pylist()[0]["n"]) > 0

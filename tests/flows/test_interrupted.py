"""What a worker left unfinished when it was killed."""

import datetime as dt
import json

import pytest

from lianyi.flows import take_over
from lianyi.flows.interrupted import note_interrupted
from lianyi.flows.tidy_history import KEPT, find_tidying, tidy
from lianyi.kernel.actor import SYSTEM
from lianyi.ops.intake.selectors import get_upload
from lianyi.ops.intake.services import ask_import, begin_check, begin_import, choose_mapping, finish_check, receive_upload
from lianyi.ops.review.selectors import get_review
from lianyi.ops.review.services import ask_review, begin_review
from lianyi.stream import workspace as workspaces

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


@pytest.fixture
def space(tmp_path):
    return workspaces.create(tmp_path / "w")


def uploaded(key):
    return receive_upload(key=key, actor=SYSTEM, at=NOON, name="orders.csv", size_bytes=3)


def test_a_tidying_that_nobody_runs_any_more_says_so_and_may_be_done_again(space):
    (space.path / KEPT).write_text(json.dumps({"state": "running", "at": NOON.isoformat(), "did": {}}))

    assert note_interrupted(space, at=NOON) == 1
    assert (find_tidying(space).state, find_tidying(space).at) == ("stopped", NOON)
    assert tidy(space, at=NOON)
    assert find_tidying(space).state == "done"
    assert note_interrupted(space, at=NOON) == 0
    assert find_tidying(space).state == "done"


def test_a_take_over_that_nobody_runs_any_more_says_so_and_may_be_done_again(space):
    (space.path / take_over.KEPT).write_text(json.dumps({"state": "running", "at": NOON.isoformat(), "taken": {}}))

    assert note_interrupted(space, at=NOON) == 1
    assert take_over.find_taking(space).state == "stopped"
    take_over.take_over(space, actor=SYSTEM, at=NOON)
    assert take_over.find_taking(space).state == "done"


def test_uploads_that_were_in_hand_can_be_gone_on_with_and_those_that_wait_still_do(space):
    checking, importing, waiting = (uploaded(f"k{n}") for n in range(3))
    begin_check(public_id=checking)
    begin_check(public_id=importing)
    finish_check(public_id=importing, report={})
    ask_import(key="i", actor=SYSTEM, at=NOON, public_id=importing)
    begin_import(public_id=importing)

    assert note_interrupted(space, at=NOON) == 2

    assert [get_upload(one).state for one in (checking, importing, waiting)] == ["unusable", "failed", "waiting"]
    assert "stopped in the middle" in get_upload(importing).fault["en"]
    for number, one in enumerate((checking, importing)):
        choose_mapping(key=f"c{number}", actor=SYSTEM, at=NOON, public_id=one, choices={})
        assert get_upload(one).state == "waiting"


def test_an_evaluation_that_was_in_hand_is_told_as_failed_and_one_that_waits_still_waits(space):
    first, second = (
        ask_review(key=f"r{n}", actor=SYSTEM, at=NOON, from_on=dt.date(2026, 4, 1 + n), to_on=dt.date(2026, 7, 1)) for n in range(2)
    )
    begin_review(public_id=first)

    assert note_interrupted(space, at=NOON) == 1

    assert [get_review(one).state for one in (first, second)] == ["failed", "waiting"]

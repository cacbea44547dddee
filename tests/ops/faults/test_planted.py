"""Planted bugs, of kinds that somebody has really shipped, are each found: by a day's work in one process, or by a crew that is killed."""

import datetime as dt
import random
import tomllib
from pathlib import Path

import pytest

from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.checking import Scope, check_all, invariants
from lianyi.ops.journal.relay import relay
from lianyi.ops.shop.selectors import get_product
from lianyi.ops.shop.services import Line, hot, place
from lianyi.stream import workspace
from lianyi.stream.log.table import EventLog
from tests.ops.faults import crew
from tests.ops.faults.planted import PLANTED
from tests.ops.faults.shift import one_round

BUGS = {bug["name"]: bug for bug in tomllib.loads((Path(__file__).parent / "planted.toml").read_text(encoding="utf-8"))["bug"]}
BY_DAY = [name for name, bug in BUGS.items() if bug["found"] == "day"]
BY_CREW = [name for name, bug in BUGS.items() if bug["found"] in ("kill", "race")]
AUDIT = {"answers": "now something else", "points": "was paid without its points"}
NOON = crew.START + dt.timedelta(days=1)


def seconds(n: float) -> str:
    return (NOON + dt.timedelta(seconds=n)).isoformat()


# A day in which each thing happens that one of the bugs does wrong.
DAY = (
    {"op": "place", "key": "bought", "at": seconds(0), "member": 0, "quantities": [2, 1], "patience": 600},
    {"op": "pay", "key": "bought/paid", "at": seconds(1), "order": "bought", "reference": "r1"},
    {"op": "refund", "key": "bought/back", "at": seconds(2), "order": "bought"},
    {"op": "place", "key": "dropped", "at": seconds(3), "member": 1, "quantities": [1], "patience": 600},
    {"op": "cancel", "key": "dropped/away", "at": seconds(4), "order": "dropped"},
    {"op": "pay", "key": "dropped/paid", "at": seconds(5), "order": "dropped", "reference": "r2"},
    {"op": "place", "key": "late", "at": seconds(6), "member": 2, "quantities": [1], "patience": 60},
    {"op": "pay", "key": "late/paid", "at": seconds(66), "order": "late", "reference": "r3"},
    {"op": "grab", "key": "grabbed", "at": seconds(7), "member": 3, "quantity": 2, "patience": 600},
    {"op": "grab", "key": "let go", "at": seconds(8), "member": 4, "quantity": 1, "patience": 30},
    {"op": "join", "key": "new", "at": seconds(9), "n": 1000},
)


def wished(key: str, at: str) -> Asked:
    """One piece of the hot product for the same member, to stand in one batch with others."""
    member = crew.member(5)
    line, terms = Line(get_product("p_hot"), 1, 500), place.Terms(campaign_id="hot", stock_of="campaign:hot")
    wish = hot.Wish(member, line, terms)
    actor = crew.Actor("member", member.public_id)
    payload = place.order_payload(member, [line], terms)
    return Asked(key=key, name="shop.place_order", actor=actor, at=dt.datetime.fromisoformat(at), payload=payload, request=wish)


def work_a_day(log: EventLog) -> list[str]:
    """Do everything, each thing twice as an impatient finger does; answers what is wrong in the evening."""
    wrong = []
    for spec in DAY:
        answers = {crew.carry_out(spec), crew.carry_out(spec)}
        if len(answers) > 1:
            wrong.append(f"{spec['key']}: answered {answers}, now something else")
    hot.LANE.carry_out([wished("pair 1", seconds(10)), wished("pair 2", seconds(10))])
    hot.LANE.close()
    evening = NOON + dt.timedelta(minutes=5)
    crew.sweep_expired(at=evening)
    relay(log)
    found = [one for one in check_all(Scope(log, evening)) if one.status in ("broken", "late")]
    return wrong + [f"{one.invariant.number} {one.app}: {one.found.examples[0]}" for one in found]


def tells(wrong: list[str], bug: str) -> list[str]:
    """What of the findings is among those that must tell of a bug."""
    return [told for told in BUGS[bug]["told"] if any(AUDIT[told] in one if told in AUDIT else one.startswith(f"{told}:") for one in wrong)]


@pytest.fixture
def log(transactional_db, tmp_path):
    crew.open_shop()
    return EventLog(workspace.create(tmp_path / "w"))


@pytest.mark.slow
def test_a_day_without_a_bug_ends_well(log):
    assert work_a_day(log) == []


@pytest.mark.slow
@pytest.mark.parametrize("bug", BY_DAY)
def test_a_planted_bug_is_found_in_the_evening(bug, log, monkeypatch):
    PLANTED[bug](monkeypatch.setattr)

    wrong = work_a_day(log)

    assert tells(wrong, bug) == BUGS[bug]["told"], wrong


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.parametrize("bug", BY_CREW)
def test_a_planted_bug_is_found_within_ten_rounds_of_kills(bug, nursery):
    started = nursery(bug)
    chance = random.Random(7)
    seen = []
    for n in range(1, 11):
        seen += one_round(started, chance, half_done=BUGS[bug]["found"] == "kill")["wrong"]
        if tells(seen, bug):
            print(f"{bug}: found in round {n}, told by {tells(seen, bug)}")
            return
    pytest.fail(f"nobody noticed that {BUGS[bug]['en']}; what was seen: {seen}")


def test_the_list_of_planted_bugs_is_whole():
    known = {f"{one.number} {app}" for app, one in invariants()} | set(AUDIT)

    assert set(BUGS) == set(PLANTED)
    assert len(BUGS) >= 12
    assert {told for bug in BUGS.values() for told in bug["told"]} <= known

"""kill -9 of shoppers, batcher, relay and sweeper at any moment: nothing promised is lost, nothing is done twice, every invariant holds."""

import os
import random

import pytest

from tests.ops.faults.shift import one_round

pytestmark = pytest.mark.fault
# A release is proved with 40 rounds (LIANYI_CRASH_ROUNDS=40), a check runs fewer.
ROUNDS = int(os.environ.get("LIANYI_CRASH_ROUNDS", "10"))


def test_kills_at_any_moment_break_nothing(nursery):
    started = nursery()
    chance = random.Random(5)
    seen = [one_round(started, chance) for _ in range(ROUNDS)]

    assert [found["wrong"] for found in seen if found["wrong"]] == []
    # The suite did something: commands were answered in nearly every round, and kills caught some half way.
    assert sum(found["answered"] > 0 for found in seen) >= ROUNDS * 0.9
    assert sum(found["unfinished"] for found in seen) >= ROUNDS
    assert seen[-1]["orders"] > 5 * ROUNDS
    print(f"{ROUNDS} rounds, {seen[-1]['orders']} orders, {seen[-1]['facts']} facts, {sum(f['unfinished'] for f in seen)} caught half way")

"""kill -9 of shoppers, batcher, relay and sweeper at any moment: nothing promised is lost, nothing is done twice, every invariant holds."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ops.faults.databases import own_database

pytestmark = pytest.mark.fault
ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 40
CREW = ("shop", "grab", "relay", "sweep")


class Nursery:
    """Starts processes by role, kills them, and has the books audited."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self.pids: list[int] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ops.faults.nursery"],
            cwd=ROOT, env={**environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert json.loads(self.process.stdout.readline())["ready"]

    def ask(self, **order) -> dict:
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(self, role: str, seed: str) -> tuple[int, Path]:
        number = len(self.pids)
        file = self.folder / f"{number:04d}-{role}.jsonl"
        self.pids.append(self.ask(do="start", role=role, file=str(file), name=f"{role}{number}", seed=seed)["pid"])
        return self.pids[-1], file

    def close(self) -> None:
        """Nobody outlives the test, whatever became of it."""
        for pid in filter(is_alive, self.pids):
            os.kill(pid, signal.SIGKILL)
        self.process.communicate(timeout=60)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)


def said(file: Path) -> int:
    """How many lines a process has said."""
    return len(file.read_bytes().splitlines()) if file.exists() else 0


def one_round(nursery: Nursery, chance: random.Random) -> dict:
    """Start the crew, let it say some lines (how long that takes depends on the machine), kill it one after another, audit."""
    crew = [nursery.start(role, seed=str(chance.random())) for role in CREW]
    lines, relayed = chance.randint(20, 100), chance.choice([0, 1, 2, 4])
    wait_for(lambda: sum(said(file) for _, file in crew) >= lines and said(crew[CREW.index("relay")][1]) > relayed, seconds=60)
    time.sleep(chance.uniform(0, 0.02))
    for pid, _ in chance.sample(crew, len(crew)):
        os.kill(pid, signal.SIGKILL)
        time.sleep(chance.choice([0, 0, 0.01]))
    wait_for(lambda: not any(is_alive(pid) for pid, _ in crew))
    return nursery.ask(do="audit", files=[str(file) for _, file in crew])


@pytest.fixture
def nursery(tmp_path):
    nurseries = []
    with own_database(tmp_path / "w") as environment:

        def opened() -> Nursery:
            nurseries.append(Nursery(environment, tmp_path))
            assert nurseries[-1].ask(do="open") == {"wrong": []}
            return nurseries[-1]

        yield opened
        for one in nurseries:
            one.close()


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

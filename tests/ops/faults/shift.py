"""One shift of processes: started by role, killed one after another, and then the books are audited."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CREW = ("shop", "grab", "relay", "sweep")
AT_WORK = ("shop", "grab")
# In the workspace: who is between the two halves of something, as a planted bug leaves it.
HALF_DONE = "half-done"


class Nursery:
    """Starts processes by role, kills them, and has the books audited. bug : one of planted.PLANTED, to be planted in all of them."""

    def __init__(self, environment: dict[str, str], folder: Path, bug: str = "") -> None:
        self.folder = folder
        self.half_done = Path(environment["LIANYI_HOME"]) / HALF_DONE
        self.pids: list[int] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ops.faults.nursery", bug],
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

    def has_something_half_done(self) -> bool:
        return self.half_done.exists() and any(self.half_done.iterdir())

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


def one_round(nursery: Nursery, chance: random.Random, *, half_done: bool = False) -> dict:
    """Start the crew, let shoppers say some lines (how long that takes depends on the machine), kill it one after another, audit.

    half_done : kill when something stands half done, however seldom that is or however slow the machine; otherwise at any moment
    """
    shutil.rmtree(nursery.half_done, ignore_errors=True)
    crew = [nursery.start(role, seed=str(chance.random())) for role in CREW]
    files = dict(zip(CREW, (file for _, file in crew), strict=True))
    lines, relayed = chance.randint(12, 80), chance.choice([0, 1, 2, 4])
    wait_for(lambda: sum(said(files[role]) for role in AT_WORK) >= lines and said(files["relay"]) > relayed, seconds=60)
    if half_done:
        wait_for(nursery.has_something_half_done, seconds=60)
    time.sleep(chance.uniform(0, 0.02))
    for pid, _ in chance.sample(crew, len(crew)):
        os.kill(pid, signal.SIGKILL)
        time.sleep(chance.choice([0, 0, 0.01]))
    wait_for(lambda: not any(is_alive(pid) for pid, _ in crew))
    return nursery.ask(do="audit", files=[str(file) for _, file in crew])

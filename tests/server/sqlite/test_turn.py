"""The turn to write: in the order in which it was asked for, over processes and threads, whoever dies."""

import multiprocessing
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from lianyi.server.sqlite.turn import NUMBER_BYTES, Turn

PROCESSES = multiprocessing.get_context("fork")


class Watch:
    """Looks at the numbers drawn, through one open file: a process that closes any file of the lock lets go of what it has locked in it."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT, 0o600)

    def drawn(self) -> int:
        return int.from_bytes(os.pread(self.file, NUMBER_BYTES, 0), "little")

    def wait_for(self, number: int) -> None:
        until = time.monotonic() + 20
        while self.drawn() < number:
            assert time.monotonic() < until, f"number {number} was not drawn"
            time.sleep(0.002)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "db"


@pytest.fixture
def watch(path):
    watch = Watch(path)
    yield watch
    os.close(watch.file)


def waiting(path: Path, name: str, said):
    """A process that takes the turn and says its name while it has it."""

    def take() -> None:
        turn = Turn(path, 30)
        turn.take()
        said.send_bytes(name.encode())
        turn.give_up()

    process = PROCESSES.Process(target=take)
    process.start()
    return process


@pytest.fixture
def pipe():
    return PROCESSES.Pipe(duplex=False)


def test_processes_get_it_in_the_order_in_which_they_asked_also_those_who_had_it_just_before(path, watch, pipe):
    heard, said = pipe
    turn = Turn(path, 30)
    turn.take()
    crowd = []
    for n, name in enumerate("abcde", start=1):
        crowd.append(waiting(path, name, said))
        watch.wait_for(1 + n)
    turn.give_up()
    # Asked again at once, by a process that runs while the others are being woken: behind all of them.
    turn.take()
    names = [heard.recv_bytes().decode() for _ in range(5) if heard.poll(0)]
    turn.give_up()
    for process in crowd:
        process.join(20)

    assert "".join(names) == "abcde"


def test_the_next_one_gets_it_when_its_holder_is_killed(path, watch, pipe):
    heard, said = pipe

    def hold() -> None:
        Turn(path, 30).take()
        said.send_bytes(b"held")
        time.sleep(60)

    holder = PROCESSES.Process(target=hold)
    holder.start()
    assert heard.recv_bytes() == b"held"
    after = waiting(path, "after", said)
    watch.wait_for(2)
    os.kill(holder.pid, signal.SIGKILL)

    assert heard.recv_bytes() == b"after"
    after.join(20)
    holder.join(20)


def test_one_that_dies_while_it_waits_lets_nobody_in_beside_the_holder(path, watch, pipe):
    heard, said = pipe
    turn = Turn(path, 30)
    turn.take()
    dying = waiting(path, "dying", said)
    watch.wait_for(2)
    after = waiting(path, "after", said)
    watch.wait_for(3)
    os.kill(dying.pid, signal.SIGKILL)
    dying.join(20)

    assert not heard.poll(0.2)
    turn.give_up()
    assert heard.recv_bytes() == b"after"
    after.join(20)


def test_what_comes_too_late_is_refused_and_leaves_the_turn_to_the_next(path, watch):
    late = Turn(path, 0)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        late.take()

    turn = Turn(path, 30)
    turn.take()
    assert turn.held
    turn.give_up()
    assert watch.drawn() == 2

"""What the processes do that the fault tests start and kill."""

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lianyi.cli import intake as _intake  # noqa: F401 - at hand before the fork
from lianyi.cli.app import run
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.intake import importing
from lianyi.stream.intake.importing import MEMORY
from lianyi.stream.log.forget import forget
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT
from tests.stream.made import START_US

ROWS = 60
DAY_US = 86_400_000_000
# Portion n states the ids n * ROWS ... n * ROWS + ROWS - 1, over three months, and names the members they come from.
MEMBERS = 7


def portion(n: int) -> pa.Table:
    """The n-th portion of facts; the same each time it is asked for."""
    numbers = range(n * ROWS, (n + 1) * ROWS)
    return pa.Table.from_pylist(
        [
            {
                "event_id": i.to_bytes(16, "big"),
                "name": "order_paid",
                "version": 1,
                "t": START_US + (i * 7919 % 90) * DAY_US + i,
                "member_id": f"m{i % MEMBERS}",
                "order_id": f"o{i}",
                "quantity": 1,
                "amount_fen": i,
            }
            for i in numbers
        ],
        schema=FACT,
    )


def say(file: Path, text: str) -> None:
    """One line to a file in one write, so that a kill leaves whole lines."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


def heard(file: Path) -> list[str]:
    """The lines said so far."""
    return file.read_text().splitlines() if file.exists() else []


def append_portions(home: Path, said: Path, first: int, last: int) -> None:
    """Append portions first <= n < last, saying each number once it is acknowledged."""
    log = EventLog(workspace.load(home))
    say(said, "started")
    for n in range(first, last):
        tables = {"members": pa.table({"member_id": [f"m{i}" for i in range(MEMBERS)], "city": [str(n)] * MEMBERS})}
        done = log.append(portion(n), tables=tables, source=f"portion {n}")
        say(said, f"{n} {done.written}")


def keep_house(home: Path, said: Path, rounds: int, forgets: bool, retention_hours: float) -> None:
    """Maintain again and again; with `forgets`, erase a member (named after the process) before each."""
    space = workspace.load(home)
    say(said, "started")
    for n in range(rounds):
        now_us = time.time_ns() // 1000
        if forgets:
            forget(space, f"x{os.getpid()}-{n}", now_us=now_us)
        maintain(space, now_us=now_us, retention_hours=retention_hours)
        say(said, f"maintained {n}")


def query_often(home: Path, said: Path, queries: int) -> None:
    """Open the newest snapshot and count, `queries` times, saying rows and distinct ids; a fault ends it with its text."""
    log = EventLog(workspace.load(home))
    say(said, "started")
    for _ in range(queries):
        try:
            snapshot = log.snapshot()
            engine = DuckDBEngine(snapshot, threads=1)
            row = engine.run(
                "SELECT count(*) AS n, count(DISTINCT event_id) AS ids, count(DISTINCT m.member_id) AS who FROM events"
                " LEFT JOIN members AS m ON m.member_id = events.member_id"
            ).to_pylist()[0]
            engine.close()
        except Exception as fault:
            say(said, f"fault {type(fault).__name__}: {str(fault)[:300]}")
            raise
        say(said, f"{row['n']} {row['ids']} {row['who']}")


# What a process does to files, as Python's own audit events name it; libraries in other languages write between these.
STEPS = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}


def import_as_typed(arguments: Sequence[str], said: Path, memory: str = MEMORY) -> None:
    """`lianyi import ...` in English to its end, in a process that has the modules at hand; both its outputs go to `said`.

    memory : of the work database, which spills to disk beyond it
    """
    os.environ["LIANYI_LANG"] = "en"
    importing.MEMORY = memory
    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.exit(run(list(arguments)))


def import_until(step: int, home: Path, arguments: Sequence[str], said: Path) -> None:
    """The same, killed as it sets about its n-th step on a file of the workspace; with step 0 it counts them into `said`.counted."""
    counted = 0

    def look(event: str, given: tuple[object, ...]) -> None:
        nonlocal counted
        if event in STEPS and str(given[0]).startswith(str(home)):
            counted += 1
            if counted == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)
    try:
        import_as_typed(arguments, said)
    finally:
        say(said.with_suffix(".counted"), str(counted))


def import_with_small_files(limit_bytes: int, arguments: Sequence[str], said: Path) -> None:
    """The same where no file may grow beyond a size."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))
    import_as_typed(arguments, said)


def import_and_tell_memory(arguments: Sequence[str], said: Path) -> None:
    """The same, telling at the end how many kilobytes it held at most."""
    try:
        import_as_typed(arguments, said)
    finally:
        say(said.with_suffix(".memory"), str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))

"""kill -9 at any moment: nothing acknowledged is lost, nothing is doubled, and the next one can go on."""

import random
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from lianyi.stream.projections import read
from lianyi.stream.scratch import clear_abandoned
from tests.faults import work

pytestmark = pytest.mark.fault
APPEND_KILLS = 30
MAINTENANCE_KILLS = 30


def kill_after(
    processes: ForkServerContext, target: Callable[..., None], said: Path, lines: int, delay_seconds: float, *arguments: object
) -> bool:
    """Start a process, let it say some lines and work a little longer, kill it; says whether it was still at work."""
    before = len(work.heard(said)) + lines - 1
    process = processes.Process(target=target, args=arguments)
    process.start()
    until = time.monotonic() + 60
    while len(work.heard(said)) <= before:
        assert process.is_alive() or process.exitcode == 0, "it died by itself"
        assert time.monotonic() < until, "it never started"
        time.sleep(0.002)
    process.join(delay_seconds)
    at_work = process.is_alive()
    process.kill()
    process.join()
    assert process.exitcode in (0, -9)
    return at_work


def seconds_of(do: Callable[..., None], *arguments: object) -> float:
    """How long something takes here and now: when to kill depends on how busy the machine is."""
    start = time.monotonic()
    do(*arguments)
    return time.monotonic() - start


def ids_found(home: Path) -> list[int]:
    engine = DuckDBEngine(EventLog(workspace.load(home)).snapshot())
    found = engine.run("SELECT event_id FROM events")["event_id"].to_pylist()
    engine.close()
    return sorted(int.from_bytes(i, "big") for i in found)


def check_whole(home: Path, acknowledged: set[int]) -> set[int]:
    """Every acknowledged portion is there, every portion there is whole, nothing is there twice; answers which are there."""
    found = ids_found(home)
    assert len(found) == len(set(found))
    there = {i // work.ROWS for i in found}
    assert sorted(found) == sorted(i for n in there for i in range(n * work.ROWS, (n + 1) * work.ROWS))
    assert acknowledged <= there
    return there


def acknowledged(said: Path) -> set[int]:
    return {int(line.split()[0]) for line in work.heard(said) if line[0].isdigit()}


def test_kills_during_appends_lose_nothing_and_double_nothing(processes: ForkServerContext, home: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    said = tmp_path / "said"
    pace = seconds_of(work.append_portions, home, said, 0, 2) / 2
    interrupted = 0
    for _ in range(APPEND_KILLS):
        # Like an importer that is started again: from the first portion it has no word of.
        first = max(acknowledged(said), default=-1) + 1
        interrupted += kill_after(
            processes, work.append_portions, said, chance.randint(1, 3), chance.uniform(0, pace), home, said, first, first + 10_000
        )
        there = check_whole(home, acknowledged(said))
        assert there <= set(range(max(acknowledged(said), default=-1) + 2))

    assert interrupted >= APPEND_KILLS * 0.9
    assert len(acknowledged(said)) >= 10
    maintain(workspace.load(home), now_us=time.time_ns() // 1000, retention_hours=0)
    check_whole(home, acknowledged(said))
    # What the killed left in the scratch folder is gone.
    assert list((home / "tmp").iterdir()) == []


def test_kills_during_maintenance_lose_nothing_and_double_nothing(processes: ForkServerContext, home: Path, tmp_path: Path) -> None:
    chance = random.Random(12)
    said, heard = tmp_path / "said", tmp_path / "house"
    work.append_portions(home, said, 0, 8)
    pace = seconds_of(work.keep_house, home, heard, 1, True, 0)
    interrupted = 0
    for turn in range(MAINTENANCE_KILLS):
        # With every other kill an erasure is under way as well; readers of the newest snapshot never notice.
        at_work = kill_after(processes, work.keep_house, heard, 1, chance.uniform(0, pace), home, heard, 10_000, turn % 2 == 1, 0)
        interrupted += at_work
        check_whole(home, acknowledged(said))
        first = max(acknowledged(said)) + 1
        work.append_portions(home, said, first, first + 2)
        check_whole(home, acknowledged(said))

    assert interrupted >= MAINTENANCE_KILLS * 0.9
    report = [maintain(workspace.load(home), now_us=time.time_ns() // 1000, retention_hours=0) for _ in range(2)][-1]
    there = check_whole(home, acknowledged(said))
    snapshot = EventLog(workspace.load(home)).snapshot()
    assert len(snapshot.files) == 3
    assert report.version == snapshot.version
    assert sum(len(part) for part in read(snapshot, columns=["t"])) == len(there) * work.ROWS
    assert DuckDBEngine(snapshot).run("SELECT count(*) AS n FROM erased").to_pylist() == [{"n": 0}]
    on_disk = {f.name for f in (home / "events").glob("m=*/*.parquet")}
    assert on_disk == {Path(f.path).name for f in snapshot.files}
    assert clear_abandoned(home / "tmp", now_us=time.time_ns() // 1000) == 0


def test_appends_and_maintenance_killed_at_the_same_time(processes: ForkServerContext, home: Path, tmp_path: Path) -> None:
    chance = random.Random(13)
    said, heard = tmp_path / "said", tmp_path / "house"
    pace = seconds_of(work.append_portions, home, said, 0, 4) + 0.2
    for _ in range(10):
        first = max(acknowledged(said), default=-1) + 1
        importer = processes.Process(target=work.append_portions, args=(home, said, first, first + 10_000))
        keeper = processes.Process(target=work.keep_house, args=(home, heard, 10_000, False, 0))
        importer.start()
        keeper.start()
        time.sleep(chance.uniform(0.5, 1.5) * pace)
        for process in chance.sample([importer, keeper], 2):
            process.kill()
            process.join()
            assert process.exitcode == -9
        check_whole(home, acknowledged(said))

    maintain(workspace.load(home), now_us=time.time_ns() // 1000, retention_hours=0)
    check_whole(home, acknowledged(said))

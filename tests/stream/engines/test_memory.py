"""An engine holds no more than it may, spills the rest where nobody else does, and leaves nothing behind."""

from pathlib import Path

import pytest

from lianyi.stream import workspace
from lianyi.stream.engines import open_engine
from lianyi.stream.engines.duckdb import DuckDBEngine, MemoryShort
from lianyi.stream.engines.memory import machine_mib
from lianyi.stream.snapshot import Snapshot

EMPTY = Snapshot(version=0, files=())
MANY = "SELECT i, md5(CAST(i AS VARCHAR)) AS h FROM range(600_000) AS r(i) ORDER BY h"
LIMIT = "SELECT current_setting('memory_limit') AS held"


def set_to(path: Path, line: str) -> workspace.Workspace:
    made = workspace.create(path)
    with (path / workspace.SETTINGS_FILE).open("a") as settings:
        settings.write(f"{line}\n")
    return workspace.load(made.path)


def test_the_workspace_says_how_much_is_held_and_keeps_saying_so(tmp_path: Path) -> None:
    made = set_to(tmp_path / "w", "memory_mib = 300")
    engine = open_engine(workspace.rename(made, brand="云岫", language="zh"), EMPTY)
    assert engine.run(LIMIT).to_pylist() == [{"held": "180.0 MiB"}]  # three fifths: DuckDB does not count all that a process holds
    engine.close()
    assert workspace.load(made.path).memory_mib == 300


def test_unless_told_an_engine_takes_at_most_half_of_the_machine_and_four_gib(tmp_path: Path) -> None:
    engine = open_engine(workspace.create(tmp_path / "w"), EMPTY)
    number, unit = engine.run(LIMIT)["held"][0].as_py().split()
    held_mib = float(number) * {"MiB": 1, "GiB": 1024}[unit]
    engine.close()
    assert 0 < held_mib <= 0.6 * min(4096, machine_mib() / 2 + 1)


@pytest.mark.parametrize("line", ["memory_mib = 8", "memory_mib = -1", 'memory_mib = "4GB"', "memory_mib = true"])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(workspace.WorkspaceUnreadable, match="is not 0 or a number of MiB from 256 on"):
        set_to(tmp_path / "w", line)


def test_a_container_is_held_to_what_it_was_given(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("536870912\n")
    assert machine_mib(limit) == 512
    limit.write_text("max\n")
    assert machine_mib(limit) == machine_mib(tmp_path / "not-there")


def test_two_engines_spill_apart_and_both_clean_up(tmp_path: Path) -> None:
    both = [DuckDBEngine(EMPTY, scratch=tmp_path, memory="60MB", threads=1) for _ in range(2)]
    for engine in both:
        engine.keep("sorted", MANY)
    spilled = [{file.parent for file in folder.glob("*.tmp")} for folder in tmp_path.iterdir()]
    assert len(spilled) == 2
    assert all(spilled)
    assert [engine.run("SELECT count(*) AS n, count(DISTINCT q.h) AS different FROM sorted AS q").to_pylist() for engine in both] == [
        [{"n": 600_000, "different": 600_000}]
    ] * 2
    for engine in both:
        engine.close()
        engine.close()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_done_within_the_limit_says_what_to_raise(tmp_path: Path) -> None:
    engine = DuckDBEngine(EMPTY, scratch=tmp_path, memory="40MB", threads=1)
    with pytest.raises(MemoryShort) as refusal:
        engine.run("SELECT len(string_agg(q.h, '')) AS n FROM (" + MANY.replace("600_000", "900_000") + ") AS q")
    engine.close()
    assert refusal.value.say("en") == (
        "The question needs more memory than the 38.1 MiB allowed, even with what can go to disk. "
        "Raise memory_mib (in MiB) in workspace.toml, or ask about fewer days; see also that the disk is not full."
    )

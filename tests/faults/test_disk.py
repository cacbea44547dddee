"""A full disk, for real: a small file system where we may mount one, else a limit on the size of files."""

import multiprocessing
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.disk import DiskFull
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from tests.stream.made import made_facts

pytestmark = pytest.mark.fault
NOW_US = 1735689600_000000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], check=False, capture_output=True).returncode
    ):
        pytest.skip("no small file system can be mounted here; the limit on file size is tested all the same")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def parquet_files(folder: Path) -> set[Path]:
    return {f for f in folder.rglob("*.parquet") if "_delta_log" not in f.parts}


def rows(log: EventLog) -> int:
    engine = DuckDBEngine(log.snapshot())
    found: int = engine.run("SELECT count(*) AS n FROM events")["n"][0].as_py()
    engine.close()
    return found


def tried(log: EventLog, facts: pa.Table) -> DiskFull | None:
    try:
        assert log.append(facts).written == len(facts)
    except DiskFull as refusal:
        return refusal
    return None


def test_a_full_disk_is_told_in_plain_words_and_nothing_is_written(small_disk: Path) -> None:
    log = EventLog(workspace.create(small_disk / "w"))
    log.append(made_facts(1_000), tables={"members": pa.table({"member_id": ["m1"], "city": ["a"]})})
    files, version = parquet_files(small_disk), log.snapshot().version
    written = 1_000
    refused = 0

    # Ever larger imports until the disk is full, then smaller ones: each is in whole or not at all.
    for seed, size in enumerate([20_000, 40_000, 80_000, 160_000, 20_000, 40_000]):
        refusal = tried(log, made_facts(size, seed=seed + 5))
        if refusal is None:
            written += size
            files, version = parquet_files(small_disk), log.snapshot().version
        else:
            refused += 1
            assert "什么也没写入" in refusal.say("zh")
            assert "Nothing was written" in refusal.say("en")
            assert parquet_files(small_disk) == files
            assert log.snapshot().version == version
            assert list(log.workspace.scratch_path.iterdir()) == []
        assert rows(log) == written

    assert refused >= 1


def test_maintenance_on_a_full_disk_loses_nothing(small_disk: Path) -> None:
    log = EventLog(workspace.create(small_disk / "w"))
    for seed in range(4):
        log.append(made_facts(5_000, seed=seed))
    filler = small_disk / "filler"
    space = os.statvfs(small_disk)
    filler.write_bytes(b"x" * (space.f_bavail * space.f_frsize - 150_000))

    with pytest.raises(DiskFull):
        maintain(log.workspace, now_us=NOW_US, retention_hours=0)

    assert rows(log) == 20_000
    filler.unlink()
    maintain(log.workspace, now_us=NOW_US, retention_hours=0)
    assert rows(log) == 20_000
    assert len(log.snapshot().files) == 3


def append_limited(home: Path, limit_bytes: int, pipe: object) -> None:
    """Append with files limited in size, and tell how it went."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    try:
        EventLog(workspace.load(home)).append(made_facts(30_000, seed=4))
    except DiskFull as refusal:
        pipe.send(refusal.say("en"))  # type: ignore[attr-defined]
    else:
        pipe.send("written")  # type: ignore[attr-defined]


@pytest.mark.parametrize("limit_kb", [4, 120])
def test_a_limit_on_file_size_is_told_alike(tmp_path: Path, limit_kb: int) -> None:
    log = EventLog(workspace.create(tmp_path / "w"))
    log.append(made_facts(500))
    files = parquet_files(log.workspace.path)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=append_limited, args=(log.workspace.path, limit_kb * 1024, there))
    process.start()
    assert here.poll(120)
    answer = here.recv()
    process.join(60)

    assert answer.startswith("The disk is full")
    assert parquet_files(log.workspace.path) == files
    assert rows(log) == 500
    assert log.append(made_facts(30_000, seed=4)).written == 30_000

"""`lianyi import` as a process, killed at every step and at any moment, beside others, on a full disk, given broken files."""

import gzip
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianyi.cli.app import run
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.intake.history_of_imports import list_imports
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from lianyi.stream.scratch import clear_abandoned
from tests.faults import work

pytestmark = pytest.mark.fault
KILLS = 50
HEADINGS = ["order no", "customer id", "paid at", "amount paid", "refund amount", "status"]
PATIENCE_SECONDS = 300
Facts = list[tuple[object, ...]]


def order(n: int) -> list[str]:
    """The n-th order; every third is refunded in part."""
    day, member = f"2024-0{n % 6 + 1}-{n % 28 + 1:02d} 10:{n % 60:02d}:00", f"m{n % 17}"
    return [f"o{n}", member, day, f"{n % 90 + 10}.50", "3.25" if n % 3 == 0 else "0", "success"]


def facts_of_orders(numbers: Iterable[int]) -> Facts:
    """What these orders must become: name, order, member, amount in fen."""
    paid = [("order_paid", f"o{n}", f"m{n % 17}", (n % 90 + 10) * 100 + 50) for n in numbers]
    return sorted([*paid, *(("order_refunded", f"o{n}", f"m{n % 17}", 325) for n in numbers if n % 3 == 0)])


def orders_file(path: Path, numbers: Iterable[int], *, bad: int = 2) -> Path:
    """A file of orders, and rows of which nothing can be made."""
    rows = [HEADINGS, *map(order, numbers), *([f"bad{n}", "m0", "no day", "1.00", "0", "success"] for n in range(bad))]
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def arguments(home: Path, *files: Path) -> list[str]:
    return ["--workspace", str(home), "import", *map(str, files), "--as", "orders"]


def finished(processes: ForkServerContext, target: Callable[..., None], *given: object) -> int | None:
    """Run one to its end; answers how it ended."""
    process = processes.Process(target=target, args=given)
    process.start()
    process.join(PATIENCE_SECONDS)
    return process.exitcode


def facts(home: Path) -> Facts:
    """The money the history holds; each fact under an id of its own."""
    engine = DuckDBEngine(EventLog(workspace.load(home)).snapshot())
    rows = engine.run(
        "SELECT event_id, name, order_id, member_id, amount_fen FROM events WHERE name IN ('order_paid', 'order_refunded')"
    ).to_pylist()
    engine.close()
    assert len({row["event_id"] for row in rows}) == len(rows)
    return sorted((row["name"], row["order_id"], row["member_id"], row["amount_fen"]) for row in rows)


def left_behind(home: Path) -> list[str]:
    """What lies in the scratch folder once the dead are cleared and a day has passed."""
    clear_abandoned(home / "tmp", now_us=time.time_ns() // 1000 + 2 * work.DAY_US)
    return [file.name for file in (home / "tmp").iterdir()]


def test_an_import_killed_at_each_of_its_steps_is_made_good_by_the_next(processes: ForkServerContext, tmp_path: Path) -> None:
    said = tmp_path / "said"
    file = orders_file(tmp_path / "orders.csv", range(30))
    finished(processes, work.import_until, 0, tmp_path / "counted", arguments(tmp_path / "counted", file), said)
    steps = int(work.heard(said.with_suffix(".counted"))[-1])
    expected = facts_of_orders(range(30))
    published = set()

    for step in range(1, steps + 1):
        home = tmp_path / f"w{step}"
        assert finished(processes, work.import_until, step, home, arguments(home, file), said) == -9, step
        if (home / workspace.SETTINGS_FILE).exists():
            there = facts(home)
            assert there in ([], expected), step
            published.add(bool(there))
        assert finished(processes, work.import_as_typed, arguments(home, file), said) == 0, step
        assert facts(home) == expected, step
        assert left_behind(home) == [], step
        assert list_imports(workspace.load(home))[-1].report["files"][0]["rejected"] == 2, step

    assert steps >= 20
    # Some died before the commit, some between the commit and the record of the import.
    assert published == {False, True}


def test_imports_killed_at_any_moment_lose_nothing_and_double_nothing(processes: ForkServerContext, home: Path, tmp_path: Path) -> None:
    chance = random.Random(21)
    said = tmp_path / "said"
    started = time.monotonic()
    finished(processes, work.import_as_typed, arguments(home, orders_file(tmp_path / "first.csv", range(40))), said)
    pace = time.monotonic() - started
    killed = turn = 0
    while killed < KILLS:
        turn += 1
        assert turn < 4 * KILLS, "too few of them were still at work"
        # Next month's export overlaps this month's.
        file = orders_file(tmp_path / f"{turn}.csv", range(turn * 20, turn * 20 + 40))
        before, after = facts_of_orders(range(turn * 20 + 20)), facts_of_orders(range(turn * 20 + 40))
        process = processes.Process(target=work.import_as_typed, args=(arguments(home, file), said))
        process.start()
        process.join(chance.uniform(0, pace))
        if process.is_alive():
            killed += 1
        else:
            pace *= 0.9
        process.kill()
        process.join()
        assert process.exitcode in (0, -9)
        assert facts(home) in (before, after)
        assert run(arguments(home, file)) == 0
        assert facts(home) == after

    # The first merges the months, the second clears what the merging and the killed left.
    for _ in range(2):
        maintain(workspace.load(home), now_us=time.time_ns() // 1000, retention_hours=0)
    assert facts(home) == facts_of_orders(range(turn * 20 + 40))
    assert left_behind(home) == []
    on_disk = {file.name for file in (home / "events").glob("m=*/*.parquet")}
    assert on_disk == {Path(part.path).name for part in EventLog(workspace.load(home)).snapshot().files}


@pytest.mark.parametrize("spans", [[(0, 60), (40, 100)], [(0, 60), (0, 60), (30, 90)]])
def test_imports_at_once_of_overlapping_files_make_each_fact_once(
    processes: ForkServerContext, tmp_path: Path, spans: list[tuple[int, int]]
) -> None:
    files = [orders_file(tmp_path / f"{n}.csv", range(*span)) for n, span in enumerate(spans)]
    for turn in range(5):
        # The workspace is not there yet: the first to come makes it, with the key that both use.
        home = tmp_path / f"w{turn}"
        together = [
            processes.Process(target=work.import_as_typed, args=(arguments(home, file), tmp_path / f"said-{turn}-{n}"))
            for n, file in enumerate(files)
        ]
        for process in together:
            process.start()
        for process in together:
            process.join(PATIENCE_SECONDS)
        assert [process.exitcode for process in together] == [0] * len(files)
        everything = {n for span in spans for n in range(*span)}
        assert facts(home) == facts_of_orders(sorted(everything))
        assert sum(record.report["files"][0]["rejected"] for record in list_imports(workspace.load(home))) == 2 * len(files)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    there = tmp_path / "disk"
    there.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", there], check=False, capture_output=True).returncode
    )
    if not mounted:
        pytest.skip("no small file system can be mounted here; the limit on file size is tested all the same")
    yield there
    subprocess.run(["umount", "-l", there], check=True)


def contents(home: Path) -> dict[str, int]:
    """Every file of a workspace, locks aside, with its size."""
    return {str(f.relative_to(home)): f.stat().st_size for f in home.rglob("*") if f.is_file() and f.suffix != ".lock"}


def told_once(said: Path) -> str:
    """The one message that an import ended with."""
    lines = work.heard(said)
    assert len(lines) == 1, lines
    return lines[0]


def test_a_disk_that_fills_up_in_the_middle_of_an_import_takes_all_of_it_or_nothing(
    processes: ForkServerContext, disk: Path, tmp_path: Path
) -> None:
    home = disk / "w"
    assert finished(processes, work.import_as_typed, arguments(home, orders_file(tmp_path / "a.csv", range(100))), tmp_path / "said") == 0
    # Four thousand rejects, so that the disk can fill up over them as well.
    large = orders_file(tmp_path / "b.csv", range(100, 60_100), bad=4_000)
    before, there = contents(home), facts(home)
    outcomes = []
    for kilobytes in [0, 4, 40, 100, 200, 300, 400, 600, 1_000, 2_000, 4_000]:
        space = os.statvfs(disk)
        filler = disk / "filler"
        filler.write_bytes(b"x" * (space.f_bavail * space.f_frsize - kilobytes * 1024))
        said = tmp_path / f"said-{kilobytes}"
        # A work database of 60 MB spills, and meets the full disk as well.
        outcomes.append(finished(processes, work.import_as_typed, arguments(home, large), said, "60MB"))
        filler.unlink()
        if outcomes[-1] == 0:
            break
        assert outcomes[-1] == 1, work.heard(said)
        assert told_once(said).startswith("The disk is full"), kilobytes
        assert "Nothing was written" in told_once(said)
        assert contents(home) == before, kilobytes
        assert facts(home) == there

    assert len(outcomes) >= 5
    assert finished(processes, work.import_as_typed, arguments(home, large), tmp_path / "said") == 0
    assert facts(home) == facts_of_orders(range(60_100))


@pytest.mark.parametrize("kilobytes", [1, 4, 16, 64, 160])
def test_a_limit_on_file_size_stops_an_import_alike(processes: ForkServerContext, home: Path, tmp_path: Path, kilobytes: int) -> None:
    assert finished(processes, work.import_as_typed, arguments(home, orders_file(tmp_path / "a.csv", range(50))), tmp_path / "first") == 0
    large = orders_file(tmp_path / "b.csv", range(50, 30_050), bad=4_000)
    before = contents(home)
    said = tmp_path / "said"

    assert finished(processes, work.import_with_small_files, kilobytes * 1024, arguments(home, large), said) == 1, work.heard(said)
    assert told_once(said).startswith("The disk is full")
    assert contents(home) == before
    assert finished(processes, work.import_as_typed, arguments(home, large), said) == 0
    assert facts(home) == facts_of_orders(range(30_050))


def broken_files(folder: Path) -> dict[str, bytes]:
    """The same orders as a gzip, a workbook and a Parquet file, whole."""
    plain = orders_file(folder / "orders.csv", range(3_000)).read_bytes()
    book = openpyxl.Workbook()
    for row in [HEADINGS, *map(order, range(300))]:
        book.active.append(row)
    book.save(folder / "orders.xlsx")
    columns = list(zip(*map(order, range(3_000)), strict=True))
    pq.write_table(pa.table(dict(zip(HEADINGS, columns, strict=True))), folder / "orders.parquet")
    return {
        "orders.csv.gz": gzip.compress(plain),
        "orders.xlsx": (folder / "orders.xlsx").read_bytes(),
        "orders.parquet": (folder / "orders.parquet").read_bytes(),
    }


def test_a_file_that_breaks_off_anywhere_is_named_and_nothing_is_written(processes: ForkServerContext, home: Path, tmp_path: Path) -> None:
    before = contents(home)
    for name, whole in broken_files(tmp_path).items():
        for share in (0.02, 0.3, 0.6, 0.9, 0.999):
            cut = tmp_path / f"cut-{name}"
            cut.write_bytes(whole[: int(len(whole) * share)])
            said = tmp_path / f"said-{name}-{share}"
            assert finished(processes, work.import_as_typed, arguments(home, cut), said) == 1, work.heard(said)
            assert cut.name in told_once(said)
            assert "othing was written" in told_once(said)
            assert "%(" not in told_once(said)
            assert contents(home) == before


def test_a_million_malformed_rows_are_all_written_down_and_the_good_ones_taken(
    processes: ForkServerContext, home: Path, tmp_path: Path
) -> None:
    good, bad = range(0, 1_000, 100), 1_000_000
    forms = ["{n},m1,not a day,5.00,0,success\n", "{n},m1\n", "{n},m1,2024-05-01,much,0,success\n", "{n},m1,2024-05-01,5,0,success,x,y\n"]
    file, said = tmp_path / "awkward.csv", tmp_path / "said"
    with file.open("w", encoding="utf-8") as text:
        text.write(",".join(HEADINGS) + "\n")
        for n in range(bad):
            text.write(forms[n % 4].format(n=f"b{n}"))
            if n % 100_000 == 0:
                text.write(",".join(order(n // 1_000)) + "\n")

    assert finished(processes, work.import_and_tell_memory, arguments(home, file), said) == 0, work.heard(said)
    assert facts(home) == facts_of_orders(good)
    told = list_imports(workspace.load(home))[-1].report["files"][0]
    assert (told["read"], told["accepted"], told["rejected"]) == (bad + len(good), len(good), bad)
    with Path(told["rejects_file"]).open(encoding="utf-8-sig", newline="") as written:
        assert sum(1 for _ in written) == bad + 1
    assert len(work.heard(said)) < 60
    assert int(work.heard(said.with_suffix(".memory"))[-1]) < 1.5 * 1024 * 1024

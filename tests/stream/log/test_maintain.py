"""Maintenance: fewer files, the same answers, and only what nobody needs is removed."""

import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.freshness import KINDS
from lianyi.stream.log import delta
from lianyi.stream.log.cite import cite, cited, release
from lianyi.stream.log.lock import MaintenanceBusy, maintaining
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.rewrite import in_order
from lianyi.stream.log.table import EventLog
from lianyi.stream.log.write import write_months
from lianyi.stream.projections import fresh_files
from lianyi.stream.record import STORED
from lianyi.stream.snapshot import Snapshot
from tests.stream.made import copied, made_facts

HOUR_US = 3600 * 1_000_000
DIGEST = """
SELECT count(*) AS n, count(DISTINCT event_id) AS ids, CAST(sum(amount_fen) AS BIGINT) AS fen, min(t) AS first, max(t) AS last,
    count(DISTINCT actor) AS actors FROM events
"""


def now_us() -> int:
    return time.time_ns() // 1000


def digest(snapshot: Snapshot) -> dict[str, int]:
    engine = DuckDBEngine(snapshot)
    row: dict[str, int] = engine.run(DIGEST).to_pylist()[0]
    engine.close()
    return row


def data_files(path: Path) -> list[Path]:
    return sorted(f for f in path.rglob("*.parquet") if "_delta_log" not in f.parts)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    """Three months in four appends each, and a members table."""
    log = EventLog(workspace.create(tmp_path_factory.mktemp("made") / "w"))
    for n in range(4):
        log.append(made_facts(600, seed=n), tables={"members": pa.table({"member_id": [f"m{n:04d}", "m0009"], "city": ["x", str(n)]})})
    return log


@pytest.fixture
def log(made: EventLog, tmp_path: Path) -> EventLog:
    return copied(made, tmp_path / "一 家 店")


@pytest.mark.slow
def test_closed_months_become_one_file_each_and_every_answer_stays(log: EventLog) -> None:
    before = log.snapshot()
    truth = digest(before)

    report = maintain(log.workspace, now_us=now_us())

    after = log.snapshot()
    assert [f.month for f in before.files] == [m for m in (202401, 202402, 202403) for _ in range(4)]
    assert [f.month for f in after.files] == [202401, 202402, 202403]
    assert report.months_compacted == 3
    assert report.version == after.version > before.version
    assert digest(after) == truth
    assert digest(log.snapshot(before.version)) == truth
    engine = DuckDBEngine(after)
    assert engine.run("SELECT city FROM members WHERE member_id = 'm0009'").to_pylist() == [{"city": "3"}]


def test_facts_inside_a_month_lie_by_name_and_then_in_order_of_time(log: EventLog) -> None:
    def placed(file: str) -> list[tuple[str, int]]:
        return [(row["name"], row["t"]) for row in pq.read_table(file, columns=["name", "t"], partitioning=None).to_pylist()]

    for file in log.snapshot().files:
        assert placed(file.path) == sorted(placed(file.path))
    maintain(log.workspace, now_us=now_us())
    for file in log.snapshot().files:
        assert placed(file.path) == sorted(placed(file.path))


def test_a_month_begun_in_several_runs_becomes_one_file(tmp_path: Path) -> None:
    log = EventLog(workspace.create(tmp_path / "w"))
    facts = made_facts(600, days=20).sort_by("t")
    runs = [facts.slice(start, 200).sort_by([("name", "ascending"), ("t", "ascending")]) for start in (0, 200, 400)]
    ids = [pa.array([(start + i + 1).to_bytes(16, "big") for i in range(200)], pa.binary()) for start in (0, 200, 400)]
    log.begin([run.set_column(0, "event_id", own).to_batches() for run, own in zip(runs, ids, strict=True)], source="in three runs")
    before = digest(log.snapshot())
    assert len(log.snapshot().files) == 3

    assert maintain(log.workspace, now_us=now_us()).months_compacted == 1
    assert [in_order(f.path) for f in log.snapshot().files] == [True]
    assert digest(log.snapshot()) == before
    assert maintain(log.workspace, now_us=now_us()).months_compacted == 0


def test_a_file_whose_names_fall_back_is_told_from_one_in_order(tmp_path: Path) -> None:
    def written(*names: str) -> str:
        columns = [*(f for f in STORED if f.name not in ("name", "t", "d")), pa.field("m", pa.int32())]
        known = [("name", pa.string()), ("t", pa.int64()), ("d", pa.int32())]
        batches = [
            pa.RecordBatch.from_pylist([{"name": name, "t": 1, "d": 19730, "m": 202401}] * 5, schema=pa.schema([*known, *columns]))
            for name in names
        ]
        (action,) = write_months(tmp_path, batches)
        return str(tmp_path / action.path)

    assert in_order(written("cart_added", "content_liked", "page_viewed"))
    assert not in_order(written("content_liked", "cart_added", "page_viewed"))


def test_running_it_again_changes_nothing(log: EventLog) -> None:
    first = maintain(log.workspace, now_us=now_us())
    files = data_files(log.workspace.path)

    second = maintain(log.workspace, now_us=now_us())

    assert second.version == first.version
    assert (second.months_compacted, second.projections_built, second.files_removed) == (0, 0, 0)
    assert data_files(log.workspace.path) == files


def test_the_open_month_is_left_in_pieces_until_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianyi.stream.log.maintain.OPEN_MONTH_FILES", 3)
    log = EventLog(workspace.create(tmp_path / "w"))
    in_march = 1711000000 * 1_000_000
    for n in range(3):
        log.append(made_facts(40, seed=n, days=5, start_us=in_march - 10 * 24 * HOUR_US))

    assert maintain(log.workspace, now_us=in_march).months_compacted == 0
    log.append(made_facts(40, seed=9, days=5, start_us=in_march - 10 * 24 * HOUR_US))
    assert maintain(log.workspace, now_us=in_march).months_compacted == 1


def test_old_files_go_only_after_the_retention(log: EventLog) -> None:
    old = log.snapshot()
    maintain(log.workspace, now_us=now_us(), retention_hours=24)
    assert all(Path(f.path).exists() for f in old.files)

    report = maintain(log.workspace, now_us=now_us() + 25 * HOUR_US, retention_hours=24)

    assert report.files_removed >= len(old.files)
    assert not any(Path(f.path).exists() for f in old.files)
    with pytest.raises(delta.SnapshotGone, match=rf"snapshot {old.version} were removed by maintenance"):
        log.snapshot(old.version)


@pytest.mark.slow
def test_a_cited_version_stays_readable_until_it_is_released(log: EventLog) -> None:
    version, truth = log.snapshot().version, digest(log.snapshot())
    cite(log.workspace, version)
    log.append(made_facts(300, seed=99), tables={"members": pa.table({"member_id": ["m0009"], "city": ["later"]})})

    maintain(log.workspace, now_us=now_us() + 100 * HOUR_US)
    maintain(log.workspace, now_us=now_us() + 200 * HOUR_US)

    engine = DuckDBEngine(log.snapshot(version))
    assert digest(log.snapshot(version)) == truth
    assert engine.run("SELECT city FROM members WHERE member_id = 'm0009'").to_pylist() == [{"city": "3"}]
    assert cited(log.workspace) == {version}
    release(log.workspace, version)
    maintain(log.workspace, now_us=now_us() + 200 * HOUR_US)
    with pytest.raises(delta.SnapshotGone):
        log.snapshot(version)
    with pytest.raises(delta.SnapshotGone):
        cite(log.workspace, version)


def test_a_version_that_never_was_cannot_be_cited(log: EventLog) -> None:
    with pytest.raises(delta.SnapshotUnknown):
        cite(log.workspace, 10_000)
    assert cited(log.workspace) == frozenset()


def test_orphans_of_killed_writers_and_abandoned_scratch_go(log: EventLog) -> None:
    orphan = log.path / "m=202401" / "part-orphan.parquet"
    orphan.write_bytes(b"PAR1 half a file")
    abandoned = log.workspace.scratch_path / "append-dead"
    abandoned.mkdir()
    (abandoned / ".held").touch()
    unknown = log.workspace.scratch_path / "somebody-elses"
    unknown.mkdir()

    report = maintain(log.workspace, now_us=now_us())

    assert not orphan.exists()
    assert not abandoned.exists()
    assert unknown.exists()
    assert (report.scratch_removed, report.files_removed) == (1, 1)


def test_doubles_made_by_another_program_are_dropped(log: EventLog) -> None:
    truth = digest(log.snapshot())
    table = delta.load(log.path)
    twice = DuckDBEngine(log.snapshot()).run(
        "SELECT * EXCLUDE actor, CAST(202402 AS INTEGER) AS m FROM events WHERE d BETWEEN 19760 AND 19762"
    )
    delta.commit(log.path, table, write_months(log.path, twice.to_batches()), tables=delta.pinned_tables(log.path, table.version()))
    assert digest(log.snapshot())["n"] == truth["n"] + len(twice)

    report = maintain(log.workspace, now_us=now_us())

    assert report.doubles_dropped == len(twice) > 0
    assert digest(log.snapshot()) == truth


def test_projections_are_fresh_afterwards_and_only_dirty_months_are_built(log: EventLog) -> None:
    assert maintain(log.workspace, now_us=now_us()).projections_built == 12
    for kind in KINDS:
        assert sorted(fresh_files(log.snapshot(), kind)) == [202401, 202402, 202403]
    log.append(
        made_facts(5, seed=7, days=20, start_us=1706716800_000000, devices=False).filter(pa.array([True, False, False, False, False]))
    )
    assert sorted(fresh_files(log.snapshot(), KINDS[0])) in ([], [202401, 202403])

    assert maintain(log.workspace, now_us=now_us()).projections_built == 4


def test_one_maintenance_at_a_time(log: EventLog) -> None:
    with maintaining(log.workspace.path), pytest.raises(MaintenanceBusy):
        maintain(log.workspace, now_us=now_us())


def test_an_empty_workspace_needs_no_maintenance(tmp_path: Path) -> None:
    assert maintain(workspace.create(tmp_path / "w"), now_us=0).version == 0

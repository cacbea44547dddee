"""Appending: every fact exactly once, late or early, wide or narrow, and nothing at all when something goes wrong."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log import delta, table, write
from lianyi.stream.log.lock import WriterBusy, writing
from lianyi.stream.log.table import Appended, EventLog
from lianyi.stream.record import FACT
from lianyi.stream.snapshot import Snapshot
from tests.stream.made import START_US, made_facts

DAY_US = 86_400_000_000


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(workspace.create(tmp_path / "w"))


def facts(*stated: tuple[int, int], name: str = "checked_in", member: str = "m1") -> pa.Table:
    """Facts given as (id, day)."""
    rows = [
        {"event_id": bytes([n] * 16), "name": name, "version": 1, "t": START_US + day * DAY_US, "member_id": member} for n, day in stated
    ]
    return pa.Table.from_pylist(rows, schema=FACT)


def ids(snapshot: Snapshot) -> list[int]:
    engine = DuckDBEngine(snapshot)
    found = [row["event_id"][0] for row in engine.run("SELECT event_id FROM events ORDER BY event_id").to_pylist()]
    engine.close()
    return found


def on_disk(log: EventLog) -> list[Path]:
    return sorted(f for f in log.workspace.path.rglob("*.parquet") if "_delta_log" not in f.parts)


def test_a_fact_stated_twice_is_written_once_and_both_counts_say_so(log: EventLog) -> None:
    assert log.append(facts((1, 0), (2, 1), (1, 0))) == Appended(1, 2, 1, 0, ())
    assert log.append(facts((2, 1), (3, 1), (3, 1))) == Appended(2, 1, 1, 1, ())
    assert ids(log.snapshot()) == [1, 2, 3]


def test_appending_the_same_again_makes_no_new_version(log: EventLog) -> None:
    first = log.append(made_facts(500), tables={"members": pa.table({"member_id": ["m1"], "tier": ["a"]})})
    files = on_disk(log)

    second = log.append(made_facts(500), tables={"members": pa.table({"member_id": ["m1"], "tier": ["a"]})})

    assert second == Appended(first.version, 0, 0, 500, ())
    assert on_disk(log) == files


def test_an_identifier_takes_hardly_more_than_its_sixteen_bytes(log: EventLog) -> None:
    many = made_facts(5_000)
    sure = pa.array([os.urandom(16) for _ in range(len(many))], many.schema.field("event_id").type)
    log.append(many.set_column(many.schema.get_field_index("event_id"), "event_id", sure))

    taken = rows = 0
    for file in log.snapshot().files:
        found = pq.ParquetFile(file.path).metadata
        for group in map(found.row_group, range(found.num_row_groups)):
            rows += group.num_rows
            taken += next(c for c in map(group.column, range(group.num_columns)) if c.path_in_schema == "event_id").total_compressed_size
    assert 16 * rows <= taken < 16.3 * rows


def test_an_id_known_in_another_month_is_known(log: EventLog) -> None:
    log.append(facts((1, 0)))

    assert log.append(facts((1, 70), (2, 70))) == Appended(2, 1, 0, 1, ())
    assert ids(log.snapshot()) == [1, 2]


def test_a_delivered_transaction_is_not_delivered_again(log: EventLog) -> None:
    assert log.append(facts((1, 0)), transaction=("relay", 5)).written == 1
    again = log.append(facts((2, 0)), transaction=("relay", 5))
    older = log.append(facts((2, 0)), transaction=("relay", 4))

    assert (again.written, older.written) == (0, 0)
    assert log.append(facts((2, 0)), transaction=("other", 1)).written == 1
    assert log.append(facts((3, 0)), transaction=("relay", 6)).written == 1
    assert ids(log.snapshot()) == [1, 2, 3]


def test_a_transaction_without_facts_is_noted(log: EventLog) -> None:
    log.append(facts(), transaction=("relay", 9))

    assert log.append(facts((1, 0)), transaction=("relay", 9)).written == 0


def test_late_facts_land_in_the_month_they_belong_to(log: EventLog) -> None:
    log.append(facts((1, 0), (2, 40)))
    log.append(facts((3, 1)))

    snapshot = log.snapshot()

    assert [(f.month, f.rows) for f in snapshot.files] == [(202401, 1), (202401, 1), (202402, 1)]
    assert sorted((f.first_day, f.last_day) for f in snapshot.files) == [(19723, 19723), (19724, 19724), (19763, 19763)]


def test_an_old_snapshot_answers_as_it_did(log: EventLog) -> None:
    versions = [
        log.append(facts((n, n)), tables={"members": pa.table({"member_id": ["m1"], "tier": [str(n)]})}).version for n in range(1, 4)
    ]

    for n, version in enumerate(versions, start=1):
        assert ids(log.snapshot(version)) == list(range(1, n + 1))
        assert DuckDBEngine(log.snapshot(version)).run("SELECT tier FROM members").to_pylist() == [{"tier": str(n)}]
    with pytest.raises(delta.SnapshotUnknown, match="There is no snapshot 99; the latest is 3"):
        log.snapshot(99)


def test_the_business_day_is_cut_by_the_zone_database(tmp_path: Path) -> None:
    log = EventLog(workspace.create(tmp_path / "ny", zone_name="America/New_York"))
    # The clocks went forward on 2024-03-10; 03:30 UTC is the evening before, in standard and in summer time.
    instants = {1709782200: 19788, 1710041400: 19791, 1710127800: 19792, 1710129600: 19793}
    rows = [{"event_id": bytes([n] * 16), "name": "x", "version": 0, "t": s * 1_000_000} for n, s in enumerate(instants)]
    log.append(pa.Table.from_pylist(rows, schema=FACT))

    found = DuckDBEngine(log.snapshot()).run("SELECT t, d FROM events ORDER BY t").to_pylist()

    assert {row["t"] // 1_000_000: row["d"] for row in found} == instants


def test_facts_without_id_name_or_time_are_refused_and_nothing_is_written(log: EventLog) -> None:
    for broken in ({"event_id": None}, {"event_id": b"short"}, {"name": None}, {"t": None}):
        row = facts((1, 0)).to_pylist()[0] | broken
        with pytest.raises(ValueError, match="1 facts have no 16-byte event_id, no name or no time"):
            log.append(pa.Table.from_pylist([row], schema=FACT))
    assert log.snapshot().rows == 0
    assert list(log.workspace.scratch_path.iterdir()) == []


def test_a_stream_larger_than_a_batch_arrives_whole(log: EventLog) -> None:
    whole = pa.concat_tables([made_facts(700, seed=seed) for seed in range(5)])
    reader = pa.RecordBatchReader.from_batches(whole.schema, whole.to_batches(max_chunksize=97))

    assert log.append(reader).written == 3_500
    assert log.snapshot().rows == 3_500


def test_columns_not_given_are_null(log: EventLog) -> None:
    log.append(pa.table({"event_id": pa.array([b"1" * 16], pa.binary()), "name": ["x"], "t": [START_US]}))

    row = DuckDBEngine(log.snapshot()).run("SELECT * FROM events").to_pylist()[0]

    assert {k for k, v in row.items() if v is not None} == {"event_id", "name", "t", "d"}


def test_a_table_made_before_a_column_existed_is_widened_and_read_together(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    older = pa.schema([f for f in delta.PARTITIONED if f.name not in ("value", "kind")])
    with monkeypatch.context() as past:
        for module in (delta,):
            past.setattr(module, "PARTITIONED", older)
        past.setattr(write, "STORED", pa.schema([f for f in older if f.name != "m"]))
        log.append(facts((1, 0), (2, 40)))
    old_files = {f: f.stat().st_mtime_ns for f in on_disk(log)}
    assert "value" not in DeltaTable(str(log.path)).schema().to_json()
    assert ids(log.snapshot()) == [1, 2]
    assert DuckDBEngine(log.snapshot()).run("SELECT sum(value) AS v FROM events").to_pylist() == [{"v": None}]

    row = facts((3, 1)).to_pylist()[0] | {"value": 4.5, "kind": "positive"}
    log.append(pa.Table.from_pylist([row], schema=FACT))

    assert {f: f.stat().st_mtime_ns for f in old_files} == old_files
    assert {"value", "kind"} <= {f.name for f in DeltaTable(str(log.path)).schema().fields}
    found = DuckDBEngine(log.snapshot()).run("SELECT event_id, value, kind FROM events ORDER BY event_id").to_pylist()
    assert [(r["event_id"][0], r["value"], r["kind"]) for r in found] == [(1, None, None), (2, None, None), (3, 4.5, "positive")]


def test_reference_rows_replace_by_key_and_keep_what_is_not_stated(log: EventLog) -> None:
    log.append(facts((1, 0)), tables={"products": pa.table({"product_id": ["a", "b"], "title": ["A", "B"], "price_fen": [1, 2]})})
    done = log.append(facts(), tables={"products": pa.table({"product_id": ["b", "c"], "price_fen": [5, 6]})})

    assert done.tables == ("products",)
    assert DuckDBEngine(log.snapshot()).run("SELECT product_id, title, price_fen FROM products ORDER BY 1").to_pylist() == [
        {"product_id": "a", "title": "A", "price_fen": 1},
        {"product_id": "b", "title": "B", "price_fen": 5},
        {"product_id": "c", "title": None, "price_fen": 6},
    ]


def test_the_log_holds_no_figures_of_reference_columns(log: EventLog) -> None:
    log.append(facts((1, 0)), tables={"members": pa.table({"member_id": ["someone-in-particular"]})})

    for entry in (log.workspace.tables_path / "members" / "_delta_log").iterdir():
        assert b"someone-in-particular" not in entry.read_bytes()


def test_files_and_log_are_on_the_disk_before_the_append_is_acknowledged(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    log.append(facts((1, 0), (2, 40)), tables={"members": pa.table({"member_id": ["m1"]})})

    data = [str(f.path) for f in log.snapshot().files]
    entry = str(log.path / "_delta_log" / f"{1:020d}.json")
    for path in data:
        assert synced.index(path) < synced.index(entry)
    members = [f for _, files in log.snapshot().tables.values() for f in files]
    for path in members:
        assert synced.index(path) < synced.index(entry)
    assert str(log.path) in synced
    assert str(log.path / "_delta_log") in synced[synced.index(entry) :]


def test_a_fault_before_the_commit_leaves_nothing_behind(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append(facts((1, 0)))
    files = on_disk(log)

    def refuse(*_: object, **__: object) -> int:
        raise RuntimeError("pulled")

    with monkeypatch.context() as broken:
        broken.setattr(table.delta, "commit", refuse)
        with pytest.raises(RuntimeError, match="pulled"):
            log.append(facts((2, 0), (3, 40)))

    assert on_disk(log) == files
    assert list(log.workspace.scratch_path.iterdir()) == []
    assert log.append(facts((2, 0), (3, 40))).written == 2


def test_a_fault_after_the_commit_takes_nothing_away(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append(facts((1, 0)))
    real = delta.sync

    def failing(path: Path) -> None:
        if path.parent.name == "_delta_log":
            raise OSError(5, "Input/output error")
        real(path)

    with monkeypatch.context() as broken:
        broken.setattr(delta, "sync", failing)
        with pytest.raises(OSError, match="Input/output"):
            log.append(facts((2, 0)))

    assert ids(log.snapshot()) == [1, 2]
    assert log.append(facts((2, 0))).known == 1


def test_a_writer_that_waits_in_vain_says_so(log: EventLog) -> None:
    with (
        writing(log.workspace.path),
        pytest.raises(WriterBusy, match="Nothing was written"),
        writing(log.workspace.path, patience_seconds=0.05),
    ):
        pass


@pytest.mark.slow
@settings(max_examples=12)
@given(st.lists(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 2)), max_size=12), max_size=5))
def test_whatever_is_appended_in_whatever_portions_each_id_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, portions: list[list[tuple[int, int]]]
) -> None:
    log = EventLog(workspace.create(tmp_path_factory.mktemp("p") / "w"))
    seen: set[int] = set()
    for portion in portions:
        # An id goes with one instant, except that its month may be stated otherwise the next time.
        appended = log.append(facts(*[(n, n + 31 * month) for n, month in portion]))
        given_ids = {n for n, _ in portion}
        assert appended.written == len(given_ids - seen)
        assert appended.written + appended.repeated + appended.known == len(portion)
        seen |= given_ids
    assert ids(log.snapshot()) == sorted(seen)

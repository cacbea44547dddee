"""Every actor's events side by side: the same as sorting the events, fresh or stale, in one part or many."""

from pathlib import Path

import pytest

from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine, connect
from lianyi.stream.freshness import expected
from lianyi.stream.log.forget import forget
from lianyi.stream.log.table import EventLog
from lianyi.stream.projections import by_member, fresh_files, naming, read
from lianyi.stream.snapshot import Snapshot
from tests.stream.made import copied, made_facts

COLUMNS = ["t", "name", "amount_fen", "is_member", "referrer_id"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    log = EventLog(workspace.create(tmp_path_factory.mktemp("made") / "w"))
    log.append(made_facts(4_000))
    return log


@pytest.fixture
def log(made: EventLog, tmp_path: Path) -> EventLog:
    return copied(made, tmp_path / "w")


def build(log: EventLog, snapshot: Snapshot) -> None:
    owners = naming.work_out_owners(snapshot, connect())
    engine = DuckDBEngine(snapshot)
    for month, name in expected(snapshot, owners, by_member.KIND).items():
        by_member.build(engine, month, log.workspace.projections_path / by_member.KIND / name, aside=log.workspace.scratch_path / name)
    engine.close()


def walked(snapshot: Snapshot, **options: object) -> dict[str, list[tuple[object, ...]]]:
    """Actor -> their rows in the order read; fails when an actor appears in two parts or in two places."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for part in read(snapshot, columns=COLUMNS, **options):
        before = None
        for row in part.to_pylist():
            actor = row.pop("actor")
            if actor != before:
                assert actor not in found
            before = actor
            found.setdefault(actor, []).append(tuple(row[c] for c in COLUMNS))
    return found


def by_sql(snapshot: Snapshot, window: Window | None = None) -> dict[str, list[tuple[object, ...]]]:
    days = f" AND d >= {window.from_day} AND d < {window.to_day}" if window else ""
    engine = DuckDBEngine(snapshot)
    rows = engine.run(
        "SELECT actor, t, name, amount_fen, (member_id IS NOT NULL OR actor <> device_id) AS is_member, referrer_id "
        f"FROM events WHERE actor IS NOT NULL{days} ORDER BY actor, t, event_id"
    ).to_pylist()
    engine.close()
    found: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        found.setdefault(row["actor"], []).append(tuple(row[c] for c in COLUMNS))
    return found


@pytest.mark.parametrize("rows_per_part", [300, 1_000_000])
@pytest.mark.parametrize("window", [None, Window.parse("2024-01-20", "2024-03-03")])
def test_reading_gives_each_actors_events_in_order_whether_fresh_or_stale(log: EventLog, rows_per_part: int, window: Window | None) -> None:
    snapshot = log.snapshot()
    truth = by_sql(snapshot, window)

    assert fresh_files(snapshot, by_member.KIND) == {}
    assert walked(snapshot, window=window, rows_per_part=rows_per_part) == truth
    build(log, snapshot)
    assert sorted(fresh_files(snapshot, by_member.KIND)) == [202401, 202402, 202403]
    assert walked(snapshot, window=window, rows_per_part=rows_per_part) == truth


def test_facts_of_an_actor_share_a_session_where_they_share_its_id(log: EventLog) -> None:
    build(log, log.snapshot())
    engine = DuckDBEngine(log.snapshot())
    truth = engine.run("SELECT actor, session_id FROM events WHERE actor IS NOT NULL ORDER BY actor, t, event_id").to_pylist()
    engine.close()
    found = sorted(
        (row["actor"], n, row["session"])
        for part in read(log.snapshot(), columns=["session"], rows_per_part=300)
        for n, row in enumerate(part.to_pylist())
    )

    pairs = {(told["actor"], told["session_id"], row[2]) for told, row in zip(truth, found, strict=True)}
    assert {told for _, told, number in pairs if number is None} == {None} == {number for _, told, number in pairs if told is None}
    assert len(pairs) == len({pair[:2] for pair in pairs}) == len({(actor, number) for actor, _, number in pairs}) > 100


def test_a_month_appended_to_is_stale_and_the_answer_is_still_the_snapshots(log: EventLog) -> None:
    build(log, log.snapshot())
    # Five more facts in February only, none on a device: the other months stay fresh.
    log.append(made_facts(5, seed=7, days=20, start_us=1706716800_000000, devices=False))
    snapshot = log.snapshot()

    assert sorted({f.month for f in snapshot.files} - set(fresh_files(snapshot, by_member.KIND))) in ([202402], [202401, 202402, 202403])
    assert walked(snapshot, rows_per_part=300) == by_sql(snapshot)


def test_a_device_recognised_later_makes_the_months_it_acted_in_stale(log: EventLog) -> None:
    snapshot = log.snapshot()
    owners = naming.work_out_owners(snapshot, connect())
    engine = DuckDBEngine(snapshot)
    lone = engine.run(
        "SELECT actor, min(d) AS first_d FROM events WHERE member_id IS NULL AND actor = device_id GROUP BY actor ORDER BY actor"
    ).to_pylist()[0]
    link = made_facts(1, seed=9).to_pylist()[0] | {"name": "identity_linked", "member_id": "m9999", "device_id": lone["actor"]}
    build(log, snapshot)
    log.append(made_facts(0).from_pylist([link], schema=made_facts(0).schema))
    later = log.snapshot()

    changed = naming.work_out_owners(later, connect())

    assert {m for m in owners if owners[m] != changed[m]}
    stitched = walked(later)
    assert lone["actor"] not in stitched
    assert "m9999" in stitched
    assert stitched == by_sql(later)


def test_an_old_projection_is_never_taken_for_a_new_one(log: EventLog) -> None:
    before = log.snapshot()
    build(log, before)
    log.append(made_facts(500, seed=3))
    after = log.snapshot()

    assert sorted(fresh_files(before, by_member.KIND)) == [202401, 202402, 202403]
    assert fresh_files(after, by_member.KIND) == {}
    assert walked(before) == by_sql(before)
    assert walked(after) == by_sql(after)


def test_a_column_that_is_not_kept_is_refused_by_name(log: EventLog) -> None:
    with pytest.raises(UnknownName, match="body"):
        next(read(log.snapshot(), columns=["body"]))


def test_an_empty_history_has_no_parts(tmp_path: Path) -> None:
    assert list(read(EventLog(workspace.create(tmp_path / "empty")).snapshot(), columns=["t"])) == []


def test_a_forgotten_member_is_not_read_from_a_file_that_still_holds_them(log: EventLog) -> None:
    build(log, log.snapshot())
    inviter = next(row[4] for rows in walked(log.snapshot()).values() for row in rows if row[4] is not None)
    forget(log.workspace, str(inviter), now_us=0)

    found = walked(log.snapshot())

    assert fresh_files(log.snapshot(), by_member.KIND)
    assert inviter not in found
    assert {row[4] for rows in found.values() for row in rows} >= {None}
    assert inviter not in {row[4] for rows in found.values() for row in rows}
    assert found == by_sql(log.snapshot())


def test_the_engine_that_asks_sorts_what_is_stale_and_may_be_asked_again_afterwards(log: EventLog) -> None:
    snapshot = log.snapshot()
    engine = DuckDBEngine(snapshot, memory="300MB")

    assert walked(snapshot, engine=engine, rows_per_part=300) == by_sql(snapshot)
    assert engine.run("SELECT count(*) AS n FROM events").column("n").to_pylist() == [sum(f.rows for f in snapshot.files)]
    engine.close()

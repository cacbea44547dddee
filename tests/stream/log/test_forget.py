"""An erasure: invisible at once, physically gone after the next maintenance, and it stays so."""

import gzip
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianyi.kernel.ids import new_event_id, pseudonym
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log import delta
from lianyi.stream.log.cite import cite
from lianyi.stream.log.erasure import keyed_hash
from lianyi.stream.log.forget import forget
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from lianyi.stream.projections import read
from lianyi.stream.record import FACT
from lianyi.stream.snapshot import Snapshot
from tests.stream.made import START_US, copied, made_facts

GONE = "zoe-7f3a-Möbius"
DEVICE = "device-of-zoe-91ab"
DAY_US = 86_400_000_000


def fact(name: str, day: int, **fields: object) -> dict[str, object]:
    t = START_US + day * DAY_US
    return {"event_id": new_event_id(t), "name": name, "version": 1, "t": t, **fields}


def her_facts() -> pa.Table:
    return pa.Table.from_pylist(
        [
            # On her device before she logged in, a month before anything names her.
            fact("page_viewed", 2, device_id=DEVICE),
            fact("identity_linked", 40, member_id=GONE, device_id=DEVICE),
            fact("page_viewed", 41, device_id=DEVICE),
            fact("order_paid", 45, member_id=GONE, order_id="her-order", quantity=1, amount_fen=990),
            # Others' facts that mention her: as a referrer, a subject, in a body.
            fact("member_joined", 50, member_id="m0001", referrer_id=GONE),
            fact("message_replied", 51, member_id="m0002", subject_id=GONE),
            fact("ugc_posted", 52, member_id="m0003", body=f'{{"to": "{GONE}", "text": "hi"}}'),
        ],
        schema=FACT,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    space = workspace.create(tmp_path_factory.mktemp("made") / "w")
    log = EventLog(space)
    members = {"member_id": [GONE, "m0001", "m0002"], "referrer_id": [None, GONE, None], "city": ["a", "b", "c"]}
    log.append(made_facts(900), tables={"members": pa.table(members)})
    log.append(her_facts(), tables={"contents": pa.table({"content_id": ["c1"], "author_id": [GONE], "title": ["t"]})})
    raw = "zoe@example.com"
    space.rejects_path.mkdir()
    space.imports_path.mkdir()
    (space.rejects_path / "orders.csv").write_text(f"file,line,member\norders.csv,3,{GONE}\norders.csv,4,m0004\n")
    for folder in (space.answers_path, space.uploads_path / "u1"):
        folder.mkdir(parents=True)
        (folder / "kept").write_text(GONE)
    (space.rejects_path / "old.csv.gz").write_bytes(gzip.compress(f"line,member\n1,{GONE}\n".encode()))
    (space.imports_path / "1.json").write_text(f'{{"first_reject": "{GONE}", "rows": 9}}')
    (space.imports_path / "2.jsonl").write_text(f'{{"row": ["{raw}", 1]}}\n{{"row": ["someone-else", 2]}}\n')
    return log


@pytest.fixture
def log(made: EventLog, tmp_path: Path) -> EventLog:
    return copied(made, tmp_path / "w")


def told(snapshot: Snapshot) -> dict[str, object]:
    """Everything a reader could learn of her from a snapshot."""
    engine = DuckDBEngine(snapshot)
    found = {
        "facts": engine.run("SELECT count(*) AS n FROM events WHERE actor = $who OR device_id = $device", {"who": GONE, "device": DEVICE}),
        "referred": engine.run("SELECT count(*) AS n FROM events WHERE referrer_id = $who", {"who": GONE}),
        "member": engine.run("SELECT count(*) AS n FROM members WHERE member_id = $who OR referrer_id = $who", {"who": GONE}),
        "author": engine.run("SELECT count(*) AS n FROM contents WHERE author_id = $who", {"who": GONE}),
    }
    engine.close()
    answers: dict[str, object] = {name: table["n"][0].as_py() for name, table in found.items()}
    answers["walked"] = sum(part["actor"].to_pylist().count(GONE) for part in read(snapshot, columns=["t", "referrer_id"]))
    answers["walked as referrer"] = sum(part["referrer_id"].to_pylist().count(GONE) for part in read(snapshot, columns=["referrer_id"]))
    return answers


NOTHING = {"facts": 0, "referred": 0, "member": 0, "author": 0, "walked": 0, "walked as referrer": 0}


def traces(folder: Path, *needles: str) -> list[str]:
    """Every file of a workspace that holds any of the texts, in its bytes, its Parquet values or its compressed text."""
    found = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        raw = file.read_bytes()
        content = raw
        if file.suffix == ".gz":
            content += gzip.decompress(raw)
        if file.suffix == ".parquet":
            # Pages are compressed: what the bytes hide is looked for in the values as well.
            content += repr(pq.read_table(file).to_pylist()).encode()
        found += [f"{file.relative_to(folder)}: {needle}" for needle in needles if needle.encode() in content]
    return found


def now_us() -> int:
    return time.time_ns() // 1000


def test_a_forgotten_member_is_invisible_at_once_in_every_snapshot(log: EventLog) -> None:
    before = log.snapshot()
    maintain(log.workspace, now_us=now_us())
    assert told(before)["facts"] == 4
    total = before.rows

    forgotten = forget(log.workspace, GONE, now_us=now_us())

    assert not forgotten.already
    assert told(log.snapshot()) == NOTHING
    assert told(log.snapshot(before.version)) == NOTHING
    assert DuckDBEngine(log.snapshot()).run("SELECT count(*) AS n FROM events").to_pylist() == [{"n": total - 4}]
    assert forget(log.workspace, GONE, now_us=now_us()).already


@pytest.mark.slow
def test_after_maintenance_no_byte_of_the_workspace_names_them(log: EventLog) -> None:
    maintain(log.workspace, now_us=now_us())
    assert traces(log.workspace.path, GONE, DEVICE)
    cite(log.workspace, log.snapshot().version)
    others = log.snapshot().rows - 4
    forget(log.workspace, GONE, now_us=now_us())

    report = maintain(log.workspace, now_us=now_us())

    assert (report.members_erased, report.facts_erased) == (1, 4)
    assert traces(log.workspace.path, GONE, DEVICE) == []
    assert told(log.snapshot()) == NOTHING
    assert log.snapshot().erased == () or DuckDBEngine(log.snapshot()).run("SELECT count(*) AS n FROM erased").to_pylist() == [{"n": 0}]
    engine = DuckDBEngine(log.snapshot())
    # What others did stays, without her name in it.
    assert engine.run("SELECT count(*) AS n FROM events").to_pylist() == [{"n": others}]
    assert engine.run("SELECT body FROM events WHERE name = 'ugc_posted'").to_pylist() == [{"body": '{"to": "erased", "text": "hi"}'}]
    assert engine.run("SELECT member_id, city FROM members ORDER BY 1").to_pylist() == [
        {"member_id": "m0001", "city": "b"},
        {"member_id": "m0002", "city": "c"},
    ]
    assert (log.workspace.rejects_path / "orders.csv").read_text() == "file,line,member\norders.csv,4,m0004\n"


def test_a_cited_version_that_held_them_says_why_it_cannot_be_read(log: EventLog) -> None:
    version = log.snapshot().version
    cite(log.workspace, version)
    forget(log.workspace, GONE, now_us=now_us())
    maintain(log.workspace, now_us=now_us())

    with pytest.raises(delta.SnapshotErased) as refusal:
        log.snapshot(version)
    assert "1 members have asked to be forgotten since" in refusal.value.say("en")
    assert "1 位会员要求删除" in refusal.value.say("zh")


def test_a_version_that_never_held_them_stays_readable(log: EventLog, tmp_path: Path) -> None:
    fresh = EventLog(workspace.create(tmp_path / "other"))
    fresh.append(made_facts(50))
    version = fresh.snapshot().version
    cite(fresh.workspace, version)
    fresh.append(her_facts())
    forget(fresh.workspace, GONE, now_us=now_us())
    maintain(fresh.workspace, now_us=now_us())

    assert fresh.snapshot(version).rows == 50


@pytest.mark.slow
def test_importing_an_old_export_again_does_not_bring_them_back(log: EventLog) -> None:
    again = her_facts().set_column(0, "event_id", pa.array([bytes([n] * 16) for n in range(7)], pa.binary()))
    done = now_us()
    forget(log.workspace, GONE, now_us=done)
    assert log.append(again.slice(1, 3)).forgotten == 2
    maintain(log.workspace, now_us=done)

    appended = log.append(again, tables={"members": pa.table({"member_id": [GONE], "city": ["a"]})})

    assert appended.forgotten == 2
    assert told(log.snapshot()) == {**NOTHING, "facts": 2}  # the device's own two views, which nothing ties to anyone now
    later = [fact("order_paid", 0, member_id=GONE, order_id="new", quantity=1, amount_fen=1) | {"t": done + DAY_US}]
    assert log.append(pa.Table.from_pylist(later, schema=FACT)).written == 1


def test_what_is_kept_of_them_is_a_keyed_hash(log: EventLog) -> None:
    forget(log.workspace, GONE, now_us=now_us())
    maintain(log.workspace, now_us=now_us())

    assert keyed_hash(GONE, log.workspace.key) in (log.workspace.path / "erased.json").read_text()


def test_rows_that_name_them_by_the_value_outside_go_as_well(log: EventLog) -> None:
    forget(log.workspace, pseudonym("zoe@example.com", log.workspace.key), now_us=now_us())
    maintain(log.workspace, now_us=now_us())

    assert (log.workspace.imports_path / "2.jsonl").read_text() == '{"row": ["someone-else", 2]}\n'


def test_others_with_a_longer_id_of_the_same_beginning_stay(tmp_path: Path) -> None:
    log = EventLog(workspace.create(tmp_path / "w"))
    facts = [
        fact("checked_in", 1, member_id="m1"),
        fact("checked_in", 1, member_id="m12"),
        fact("ugc_posted", 1, member_id="m3", body='{"a": "m12"}'),
    ]
    log.append(pa.Table.from_pylist(facts, schema=FACT))
    log.workspace.imports_path.mkdir()
    (log.workspace.imports_path / "x.txt").write_text("m1 m12 m1-x")

    forget(log.workspace, "m1", now_us=now_us())
    maintain(log.workspace, now_us=now_us())

    assert DuckDBEngine(log.snapshot()).run("SELECT member_id, body FROM events ORDER BY 1").to_pylist() == [
        {"member_id": "m12", "body": None},
        {"member_id": "m3", "body": '{"a": "m12"}'},
    ]
    assert (log.workspace.imports_path / "x.txt").read_text() == "[erased] m12 m1-x"

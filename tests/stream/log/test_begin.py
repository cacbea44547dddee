"""The first facts of a history, written as they come when they come in order."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lianyi.stream import workspace
from lianyi.stream.log.daycut import business_days
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT
from tests.stream.made import made_facts


def in_order(facts: pa.Table) -> pa.Table:
    """The same facts by month, name and time, numbered in that order."""
    ordered = facts.append_column("m", months(facts)).sort_by([("m", "ascending"), ("name", "ascending"), ("t", "ascending")])
    numbers = pa.array([n.to_bytes(16) for n in range(1, len(facts) + 1)], pa.binary())
    return ordered.drop_columns("m").set_column(0, "event_id", numbers)


def months(facts: pa.Table) -> pa.Array:
    days = business_days(facts["t"].combine_chunks(), "Asia/Shanghai").cast(pa.date32())
    return pc.add(pc.multiply(pc.year(days), 100), pc.month(days))


def runs(facts: pa.Table, rows: int = 700) -> Iterator[list[pa.RecordBatch]]:
    """One run a month."""
    month = months(facts)
    for one in pc.unique(month):
        yield facts.filter(pc.equal(month, one)).to_batches(max_chunksize=rows)


def rows(log: EventLog) -> list[dict]:
    files = [pa.parquet.read_table(f.path, partitioning=None) for f in log.snapshot().files]
    return pa.concat_tables(files).sort_by([("t", "ascending"), ("event_id", "ascending")]).to_pylist()


def coded(facts: pa.Table) -> Iterator[list[pa.RecordBatch]]:
    """The same with its words dictionary-coded, each batch with a dictionary of its own."""
    words = [name for name in facts.column_names if facts.schema.field(name).type == pa.string()]
    schema = pa.schema([pa.field(f.name, pa.dictionary(pa.int32(), pa.string()) if f.name in words else f.type) for f in FACT])
    for run in runs(facts):
        yield [batch.cast(schema) for batch in run]


@pytest.mark.parametrize("given", [runs, coded])
def test_a_history_begun_is_the_history_appended(tmp_path, given):
    facts = in_order(made_facts(3000))
    begun, appended = (EventLog(workspace.create(tmp_path / name)) for name in ("a", "b"))

    done = begun.begin(given(facts), source="test")
    appended.append(facts, source="test")

    assert done.written == 3000
    assert rows(begun) == rows(appended)
    assert {f.month for f in begun.snapshot().files} == {f.month for f in appended.snapshot().files}
    # and it goes on like any other
    assert begun.append(facts.slice(0, 50), source="test").known == 50


@pytest.mark.parametrize("fault", ["time", "name", "number", "twice", "nameless", "month"])
def test_facts_out_of_order_or_alike_are_refused_and_nothing_is_written(tmp_path, fault):
    facts = in_order(made_facts(1500))
    ids, t = facts["event_id"].to_pylist(), facts["t"].to_pylist()
    if fault == "time":
        # one of a name that goes on
        place = next(n for n in range(1400, 1, -1) if facts["name"][n] == facts["name"][n - 2])
        t[place] = t[place - 2] - 1
    elif fault == "name":
        names = facts["name"].to_pylist()
        names[1400] = "zz"
        facts = facts.set_column(1, "name", pa.array(names))
    elif fault == "number":
        ids[1400], ids[1401] = ids[1401], ids[1400]
    elif fault == "twice":
        ids[700] = ids[699]
    elif fault == "nameless":
        facts = facts.set_column(1, "name", pc.if_else(pa.array([n != 1400 for n in range(1500)]), facts["name"], None))
    if fault == "month":
        facts = facts.sort_by([("name", "ascending"), ("t", "ascending")])
        t = facts["t"].to_pylist()
    facts = facts.set_column(0, "event_id", pa.array(ids, pa.binary())).set_column(3, "t", pa.array(t, pa.int64()))
    log = EventLog(workspace.create(tmp_path / "w"))
    given = [facts.to_batches()] if fault == "month" else runs(facts)

    with pytest.raises(ValueError, match=r"lie in months" if fault == "month" else r"in order|no name"):
        log.begin(given, source="test")

    assert log.snapshot().files == ()
    assert list(log.path.rglob("*.parquet")) == []


def test_a_history_begun_lies_by_name_and_then_time(tmp_path):
    facts = in_order(made_facts(3000))
    log = EventLog(workspace.create(tmp_path / "w"))
    log.begin(runs(facts), source="test")

    assert len({f.month for f in log.snapshot().files}) == len(log.snapshot().files) > 1
    for file in log.snapshot().files:
        lies = pa.parquet.read_table(file.path, partitioning=None, columns=["name", "t", "event_id"]).to_pylist()
        assert lies == sorted(lies, key=lambda row: tuple(row.values()))


def test_a_history_begins_once(tmp_path):
    facts = in_order(made_facts(300))
    log = EventLog(workspace.create(tmp_path / "w"))
    log.begin(runs(facts), source="test")

    with pytest.raises(ValueError, match="begins once"):
        log.begin(runs(facts), source="test")

    assert log.snapshot().rows == 300

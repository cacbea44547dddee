"""DuckDB instances are used again, and nothing of their last user is left in them."""

import os

import pyarrow as pa

from lianyi.stream.engines.duckdb import Fault, connect

SETTINGS = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('preserve_insertion_order')"


def settings() -> tuple[object, ...]:
    connection = connect()
    found = connection.execute(SETTINGS).fetchall()[0]
    connection.close()
    return found


def test_tables_views_and_registered_arrays_go_with_their_connection():
    first = connect()
    first.execute("CREATE TABLE t AS SELECT 1 AS x; CREATE VIEW v AS SELECT x FROM t; CREATE TEMP TABLE w AS SELECT 2 AS x")
    first.register("r", pa.table({"x": [3]}))
    assert first.execute("SELECT x FROM v UNION ALL SELECT x FROM w UNION ALL SELECT x FROM r ORDER BY x").fetchall() == [(1,), (2,), (3,)]
    first.close()
    first.close()

    second = connect()
    for name in ("t", "v", "w", "r"):
        try:
            second.execute(f"SELECT * FROM {name}")
        except Fault:
            continue
        raise AssertionError(f"{name} is still there")
    second.close()


def test_what_one_set_the_next_does_not_find(tmp_path):
    usual = settings()
    one = connect(scratch=tmp_path, memory="300MB", threads=1)
    one.execute("SET preserve_insertion_order = false")
    assert one.execute(SETTINGS).fetchall()[0][1:] == (1, False)
    one.close()
    assert settings() == usual


def test_two_open_at_once_share_nothing():
    one, other = connect(), connect(memory="200MB")
    one.execute("CREATE TABLE t AS SELECT 1 AS x")
    other.execute("CREATE TABLE t AS SELECT 2 AS x")
    assert (one.execute("SELECT x FROM t").fetchall(), other.execute("SELECT x FROM t").fetchall()) == ([(1,)], [(2,)])
    assert one.execute(SETTINGS).fetchall() != other.execute(SETTINGS).fetchall()
    one.close()
    other.close()


def test_an_instance_that_spilled_is_not_used_with_another_folder(tmp_path):
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        spilling = connect(scratch=folder, memory="40MB", threads=1)
        spilling.execute("CREATE TABLE t AS SELECT i, md5(CAST(i AS VARCHAR)) AS h FROM range(400_000) AS r(i) ORDER BY h")
        assert [f for f in folder.iterdir() if f.suffix == ".tmp"]
        spilling.close()


def test_a_connection_in_the_middle_of_a_fault_is_closed_like_any_other():
    failed = connect()
    try:
        failed.execute("BEGIN; CREATE TABLE t AS SELECT 1 AS x; SELECT nonsense FROM nowhere")
    except Fault:
        failed.close()
    assert connect().execute("SELECT 1").fetchall() == [(1,)]


def test_a_forked_child_starts_afresh():
    connect().close()
    child = os.fork()
    if not child:
        connection = connect()
        answer = connection.execute("SELECT sum(i) FROM range(200_000) AS r(i)").fetchall()
        os._exit(0 if answer == [(19_999_900_000,)] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

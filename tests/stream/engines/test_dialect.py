"""Values enter a query through its syntax tree; what they look like as text is of no account."""

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import parse_one

from lianyi.stream.engines.base import used
from lianyi.stream.engines.dialect import ParameterMissing, bind, transpile
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot


@pytest.fixture(scope="module")
def empty() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Snapshot(version=0, files=()))
    yield engine
    engine.close()


@given(st.one_of(st.text(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()))
def test_a_bound_value_is_the_value_a_parameter_would_have_been(empty: DuckDBEngine, value: object) -> None:
    if isinstance(value, str) and "\x00" in value:
        return
    bound = empty.run(bind("SELECT $v AS v", {"v": value}).sql("duckdb"))["v"][0].as_py()

    assert bound == value
    assert empty.run("SELECT $v AS v", {"v": value})["v"][0].as_py() == value


@given(st.text(alphabet="'\\\";-$ a中\n"))
def test_a_text_is_one_literal_in_sparks_sql_too(value: str) -> None:
    tree = parse_one(transpile("SELECT $v AS v, 1 AS one", "spark", {"v": value}), read="spark")

    assert [e.alias for e in tree.expressions] == ["v", "one"]
    assert tree.expressions[0].this.this == value


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(ParameterMissing, match="to_d"):
        bind("SELECT $from_d AS a, $to_d AS b", {"from_d": 1})


@pytest.mark.parametrize("value", [dt.date(2024, 1, 1), [1], float("nan"), float("inf")])
def test_what_is_no_plain_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        bind("SELECT $v AS v", {"v": value})


def test_parameters_in_quoted_text_are_text(empty: DuckDBEngine) -> None:
    assert used("SELECT '$a it''s $b' AS x, $c AS y", {"a": 1, "b": 2, "c": 3}) == {"c": 3}
    assert empty.run("SELECT '$a' AS x, $c AS y", {"a": 1, "c": 3}).to_pylist() == [{"x": "$a", "y": 3}]


def test_binding_leaves_the_cached_tree_alone() -> None:
    assert transpile("SELECT $n AS n", "spark", {"n": 1}) == "SELECT 1 AS n"
    assert transpile("SELECT $n AS n", "spark", {"n": 2}) == "SELECT 2 AS n"


@pytest.mark.parametrize(
    "house,spark",
    [
        ("SELECT a // 7 AS x FROM t", "SELECT a DIV 7 AS x FROM t"),
        ("SELECT a FROM t ORDER BY a, b DESC", "SELECT a FROM t ORDER BY a NULLS LAST, b DESC"),
        ("SELECT concat(a, '/', b) AS x FROM t", "SELECT CONCAT(COALESCE(a, ''), '/', COALESCE(b, '')) AS x FROM t"),
        ("SELECT 0.5 * a AS x FROM t", "SELECT CAST(0.5 AS DOUBLE) * a AS x FROM t"),
        ("SELECT CAST(a AS HUGEINT) AS x FROM t", "SELECT CAST(a AS DECIMAL(38, 0)) AS x FROM t"),
        ("SELECT CAST(a AS VARCHAR) AS x FROM t", "SELECT CAST(a AS STRING) AS x FROM t"),
    ],
)
def test_where_the_engines_differ_spark_is_told_what_duckdb_means(house: str, spark: str) -> None:
    assert transpile(house, "spark") == spark


def test_sums_of_whole_numbers_are_whole_numbers(empty: DuckDBEngine) -> None:
    table = empty.run("SELECT sum(x) AS s, sum(CAST(x AS DOUBLE)) AS r FROM (SELECT CAST(2 AS BIGINT) AS x) AS t")

    assert table.to_pylist() == [{"s": 2, "r": 2.0}]
    assert [str(f.type) for f in table.schema] == ["int64", "double"]
